//! Errors of a cloud, classed once by what the caller can do about them.

use std::fmt::Write as _;

use crate::diag::Diagnostic;

/// What a caller can do about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorClass {
    /// The object is not there: a delete is done, a read answers none.
    NotFound,
    /// Something of that name or value is there already: look whose it is.
    AlreadyExists,
    /// Too many calls: slow down and try again.
    Throttled,
    /// The caller may not: say which permission is missing. Never retried.
    Denied,
    /// Credentials are missing, expired or wrong. Never retried.
    Credentials,
    /// The object is in a state that forbids it now: wait and try again.
    Conflict,
    /// Something else still uses the object, or what it needs is not there yet: wait, then name it.
    Dependency,
    /// Nobody knows whether it was done (a time-out, a broken connection, a 5xx): look before trying again.
    Ambiguous,
    /// The request itself is wrong and always will be.
    Invalid,
    /// A quota is reached.
    Quota,
    /// The endpoint cannot be reached, does not answer, or does not speak the protocol. It may have acted all the same.
    Unreachable,
    /// This cloud does not implement the type or operation.
    Unsupported,
    /// Anything else. Not retried.
    Other,
}

/// An error of a cloud.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{operation}: {message}")]
pub struct Error {
    /// What a caller can do about it.
    pub class: ErrorClass,
    /// The call that failed: `ec2:CreateVpc`.
    pub operation: String,
    /// The cloud's own code: `InvalidVpcID.NotFound`.
    pub code: Option<String>,
    /// The cloud's own words; never holds a secret.
    pub message: String,
    /// The id under which the cloud knows the request.
    pub request_id: Option<String>,
    /// What else is said of it; most errors say nothing else.
    pub(crate) more: Option<Box<More>>,
}

/// What is said of an error beside what the cloud said.
#[derive(Clone, Debug, Default)]
pub(crate) struct More {
    title: Option<&'static str>,
    context: Option<String>,
    help: Option<String>,
    diagnostic: Option<Diagnostic>,
}

impl Error {
    /// An error of `operation` with the cloud's words.
    #[must_use]
    pub fn new(
        class: ErrorClass,
        operation: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            class,
            operation: operation.into(),
            code: None,
            message: message.into(),
            request_id: None,
            more: None,
        }
    }

    /// Adds the cloud's own code.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }

    /// Names it, where its class does not say enough.
    #[must_use]
    pub fn titled(mut self, title: &'static str) -> Self {
        self.more().title = Some(title);
        self
    }

    /// Adds what else there is to know, in whole sentences.
    #[must_use]
    pub fn with_context(mut self, context: impl Into<String>) -> Self {
        self.more().context = Some(context.into());
        self
    }

    /// Says what to do about it, where its class does not say enough.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.more().help = Some(help.into());
        self
    }

    /// Has it shown as this.
    #[must_use]
    pub fn shown_as(mut self, diagnostic: Diagnostic) -> Self {
        self.more().diagnostic = Some(diagnostic);
        self
    }

    fn more(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }

    /// What it is called where it is shown, if its class does not say enough.
    #[must_use]
    pub fn title(&self) -> Option<&'static str> {
        self.more.as_ref()?.title
    }

    /// What to do about it, if its class does not say enough.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.more.as_ref()?.help.as_deref()
    }

    /// What is shown in place of all that, where it was put in words already: an error of the ledger has its own.
    #[must_use]
    pub fn diagnostic(&self) -> Option<&Diagnostic> {
        self.more.as_ref()?.diagnostic.as_ref()
    }

    /// Whether every other call to the same place would fail alike: for its credentials, or since nobody answers.
    #[must_use]
    pub const fn is_shared(&self) -> bool {
        matches!(self.class, ErrorClass::Credentials | ErrorClass::Unreachable)
    }

    /// All that there is to say of it: the call, the cloud's words and code, and what else there is to know.
    #[must_use]
    pub fn detail(&self) -> String {
        let mut detail = self.to_string();
        if let Some(code) = &self.code {
            let _ = write!(detail, " ({code})");
        }
        if let Some(id) = &self.request_id {
            let _ = write!(detail, " [request {id}]");
        }
        let more = self.more.as_ref();
        if let Some(context) = more.and_then(|more| more.context.as_ref()) {
            add_sentence(&mut detail, context);
        }
        detail
    }

    /// [`Error::detail`], and a sentence more.
    #[must_use]
    pub fn detail_and(&self, sentence: &str) -> String {
        let mut detail = self.detail();
        add_sentence(&mut detail, sentence);
        detail
    }

    /// Whether the object is not there.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.class == ErrorClass::NotFound
    }
}

/// Adds a sentence to what a cloud said, which does not always end as one.
fn add_sentence(text: &mut String, sentence: &str) {
    if !text.ends_with('.') {
        text.push('.');
    }
    text.push(' ');
    text.push_str(sentence);
}
