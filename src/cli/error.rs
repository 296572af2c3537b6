//! Why a command failed: what the caller has to know, and what to try next.

use crate::diag::Diagnostic;

/// What kind of failure it is; each is a diagnostic code with a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The command line is wrong.
    Usage,
    /// A file cannot be read or written.
    File,
    /// A plan file cannot be used.
    PlanFile,
    /// The world changed since the plan was made.
    Stale,
    /// The configuration names something that the command cannot find.
    NotFound,
    /// The user has to agree and did not.
    Approval,
    /// The ledger cannot be used: locked, broken, of another stack.
    Ledger,
    /// The cloud refused or cannot be reached.
    Cloud,
    /// Problems were shown already; nothing more is to be said.
    Reported,
    /// The run was asked to end.
    Interrupted,
    /// A mistake of terrace's own.
    Internal,
}

impl Kind {
    const fn code(self) -> u16 {
        match self {
            Self::Usage => 1001,
            Self::File => 1002,
            Self::PlanFile => 1003,
            Self::NotFound => 1004,
            Self::Approval => 1005,
            Self::Ledger => 1006,
            Self::Cloud => 1007,
            Self::Interrupted => 1008,
            Self::Reported | Self::Internal => 1009,
            Self::Stale => 1010,
        }
    }
}

/// A failed command.
#[derive(Debug)]
pub struct CommandError {
    /// What kind of failure it is.
    pub kind: Kind,
    /// What happened; the outermost context is the title.
    pub error: anyhow::Error,
    /// What to try.
    pub hints: Vec<String>,
}

/// What a command ends with.
pub type Outcome = Result<Exit, CommandError>;

/// The exit codes of a command that did its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0
    Success,
    /// 1: problems were shown.
    Failure,
    /// 2, with `--detailed-exitcode`: there are changes.
    Changes,
    /// 2, of `fmt`: a file cannot be formatted.
    Unformattable,
    /// 3, of `fmt --check`: a file is not formatted.
    Unformatted,
}

impl Exit {
    /// The number that the process ends with.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Failure => 1,
            Self::Changes | Self::Unformattable => 2,
            Self::Unformatted => 3,
        }
    }
}

impl Exit {
    /// The same where nobody asked whether there are changes.
    #[must_use]
    pub const fn without_details(self) -> Self {
        match self {
            Self::Changes => Self::Success,
            other => other,
        }
    }
}

impl CommandError {
    /// A failure of `kind` that `title` describes without text of the user's.
    pub fn new(kind: Kind, title: &'static str, cause: impl Into<anyhow::Error>) -> Self {
        Self { kind, error: cause.into().context(title), hints: Vec::new() }
    }

    /// A failure that is described in words alone.
    pub fn say(kind: Kind, title: &'static str, detail: impl std::fmt::Display) -> Self {
        Self::new(kind, title, anyhow::Error::msg(detail.to_string()))
    }

    /// A failure of which everything was shown already.
    #[must_use]
    pub fn reported() -> Self {
        Self::say(Kind::Reported, "Problems were found", "")
    }

    /// Adds what to try.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The failure as a diagnostic: the title, then the causes, each on its line.
    #[must_use]
    pub fn diagnostic(&self) -> Diagnostic {
        let causes: Vec<String> = self
            .error
            .chain()
            .skip(1)
            .map(|cause| sentence(&cause.to_string()))
            .filter(|cause| !cause.is_empty())
            .collect();
        let diagnostic =
            Diagnostic::error(self.kind.code(), self.error.to_string(), causes.join("\n"));
        if self.hints.is_empty() { diagnostic } else { diagnostic.help(self.hints.join("\n")) }
    }
}

/// The text with a full stop, if it is one line without an end.
fn sentence(text: &str) -> String {
    let text = text.trim_end();
    let ends = text.is_empty() || text.ends_with(['.', '!', '?', ':']) || text.contains('\n');
    if ends { text.to_owned() } else { format!("{text}.") }
}
