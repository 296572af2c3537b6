//! Why a module cannot be had.

use crate::diag::Diagnostic;

/// What kind of problem it is; each has a page of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It cannot be downloaded.
    Download,
    /// Its registry does not answer as one.
    Registry,
    /// No version is what was asked for.
    Version,
    /// It is not what it was, or not what was announced.
    Mismatch,
    /// What it holds is not taken.
    Unsafe,
    /// The package has no such folder.
    Subdir,
    /// The lock file may not be changed.
    LockMode,
    /// The disk refuses.
    Disk,
}

impl Kind {
    /// The number and title of its diagnostic.
    const fn heading(self) -> (u16, &'static str) {
        match self {
            Self::Download => (1201, "Failed to download module"),
            Self::Registry => (1202, "Error accessing remote module registry"),
            Self::Version => (1203, "Unresolvable module version constraint"),
            Self::Mismatch => (1204, "Module package has changed"),
            Self::Unsafe => (1205, "Module package refused"),
            Self::Subdir => (1206, "Unreadable module subdirectory"),
            Self::LockMode => (1207, "Lock file of modules would change"),
            Self::Disk => (1208, "Modules cannot be installed"),
        }
    }
}

/// What is wrong, in whole sentences and without secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Problem {
    /// What kind of problem it is.
    pub kind: Kind,
    /// What happened.
    pub detail: String,
    /// What to do.
    pub help: Option<String>,
}

impl Problem {
    pub(super) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), help: None }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same as a problem of another kind.
    pub(super) fn of(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    /// The disk's refusal.
    pub(super) fn disk(what: impl std::fmt::Display, error: &std::io::Error) -> Self {
        let problem = Self::new(Kind::Disk, format!("{what}: {error}."));
        match error.kind() {
            std::io::ErrorKind::StorageFull => {
                problem.help("Make room on the disk, then run init again.")
            }
            _ => problem,
        }
    }

    /// The problem as it is shown, with what was being fetched before its detail.
    #[must_use]
    pub fn diagnose(&self, subject: &str) -> Diagnostic {
        let (code, title) = self.kind.heading();
        let problem = Diagnostic::error(code, title, format!("{subject}{}", self.detail));
        match &self.help {
            Some(help) => problem.help(help.clone()),
            None => problem,
        }
    }
}
