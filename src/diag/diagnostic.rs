//! One problem with everything that helps to mend it.

use super::{Code, Span};

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The run cannot go on to its result.
    Error,
    /// Worth knowing; the run goes on.
    Warning,
}

/// A further place that explains the problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is there: "first declared here".
    pub text: String,
}

/// A value that took part in a problem.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Involved {
    /// What is spoken of: `var.size`.
    pub traversal: String,
    /// What is said of it: `is 3`. Tells no secret.
    pub statement: String,
}

/// One problem: what, where, why, and one thing to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// The kind of problem.
    pub code: Code,
    /// The title; holds no text of the user's, so that equal problems have equal titles.
    pub summary: String,
    /// What is wrong, in whole sentences.
    pub detail: String,
    /// The text to underline; none where the problem is in no file.
    pub subject: Option<Span>,
    /// The stretch around the subject that is worth showing, such as the head of its block.
    pub context: Option<Span>,
    /// Further places.
    pub labels: Vec<Label>,
    /// Values that took part; sensitive ones are redacted by whoever adds them.
    pub values: Vec<Involved>,
    /// What to do: "did you mean", a command, an argument.
    pub help: Option<String>,
    /// The object concerned, as an address.
    pub address: Option<String>,
}

impl Diagnostic {
    fn new(
        severity: Severity,
        code: u16,
        summary: impl Into<String>,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            severity,
            code: Code(code),
            summary: summary.into(),
            detail: detail.into(),
            subject: None,
            context: None,
            labels: Vec::new(),
            values: Vec::new(),
            help: None,
            address: None,
        }
    }

    /// An error of kind `code`.
    #[must_use]
    pub fn error(code: u16, summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, summary, detail)
    }

    /// A warning of kind `code`.
    #[must_use]
    pub fn warning(code: u16, summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, summary, detail)
    }

    /// Underlines `span`.
    #[must_use]
    pub fn at(mut self, span: Span) -> Self {
        self.subject = Some(span);
        self
    }

    /// Shows `span` around the subject.
    #[must_use]
    pub fn within(mut self, span: Span) -> Self {
        self.context = Some(span);
        self
    }

    /// Points at a further place.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Names values that took part.
    #[must_use]
    pub fn values(mut self, values: impl IntoIterator<Item = Involved>) -> Self {
        self.values.extend(values);
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Offers the nearest known word, where there is one.
    #[must_use]
    pub fn did_you_mean<'a>(self, given: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        match crate::base::did_you_mean(given, known) {
            Some(word) => self.help(format!("Did you mean \"{word}\"?")),
            None => self,
        }
    }

    /// Names the object concerned.
    #[must_use]
    pub fn of(mut self, address: impl std::fmt::Display) -> Self {
        self.address = Some(address.to_string());
        self
    }
}
