//! How problems of a configuration become diagnostics: places, wording, no value that must not be shown.

use crate::diag::{Diagnostic, Diagnostics};
use crate::value::{AttrPath, Value};

use super::SpanOf;

/// Whether a value may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Secrecy {
    Open,
    Secret,
}

impl Secrecy {
    pub(super) fn of(sensitive: bool, value: &Value) -> Self {
        if sensitive || value.deep_marks().is_sensitive() { Self::Secret } else { Self::Open }
    }
}

/// The problems found so far.
pub(super) struct Report<'a> {
    span_of: SpanOf<'a>,
    found: Diagnostics,
}

impl<'a> Report<'a> {
    pub(super) fn new(span_of: SpanOf<'a>) -> Self {
        Self { span_of, found: Diagnostics::default() }
    }

    pub(super) fn finish(self) -> Diagnostics {
        self.found
    }

    /// An error at an attribute: "`path` must be …".
    pub(super) fn error(&mut self, code: u16, path: &AttrPath, summary: &str, says: &str) {
        self.push(path, Diagnostic::error(code, summary, format!("\"{path}\" {says}.")));
    }

    /// A diagnostic at the place of an attribute, or of the nearest thing around it.
    pub(super) fn push(&mut self, path: &AttrPath, diagnostic: Diagnostic) {
        let mut around = path.clone();
        loop {
            if let Some(span) = (self.span_of)(&around) {
                self.found.push(diagnostic.at(span));
                return;
            }
            if around.0.pop().is_none() {
                self.found.push(diagnostic);
                return;
            }
        }
    }

    pub(super) fn deprecated(&mut self, path: &AttrPath, noun: &str) {
        let detail = format!("The {noun} \"{path}\" is deprecated and may go away.");
        self.push(path, Diagnostic::warning(409, "Deprecated argument", detail));
    }
}

/// The value as a message may show it.
pub(super) fn shown(value: &Value, secrecy: Secrecy) -> String {
    if secrecy == Secrecy::Secret {
        return "a sensitive value".into();
    }
    match (value.as_str(), value.as_number(), value.as_bool()) {
        (Some(text), ..) if text.chars().count() > 80 => {
            format!("\"{}…\"", text.chars().take(80).collect::<String>())
        }
        (Some(text), ..) => format!("\"{text}\""),
        (_, Some(number), _) => number.to_string(),
        (_, _, Some(truth)) => truth.to_string(),
        _ => value.ty().friendly_name(),
    }
}

/// `1 block`, `2 blocks`.
pub(super) fn count(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// `a`, `a or b`, `a, b or c`; long lists are cut.
pub(super) fn alternatives(words: &[String]) -> String {
    const MOST: usize = 16;
    match words {
        [] => String::new(),
        [one] => one.clone(),
        words if words.len() > MOST => {
            format!("{} and {} more", words[..MOST].join(", "), words.len() - MOST)
        }
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
