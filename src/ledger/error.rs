//! What can be wrong with a ledger, as it is shown.

use super::store::StoreError;
use crate::diag::Diagnostic;
use crate::engine::JournalError;

/// Why the ledger could not be used.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// Somebody else holds the lock.
    #[error("the lock is held by {holder} since {since} ({command}); lock id {id}")]
    Locked {
        /// Who: `anna@host, process 123`.
        holder: String,
        /// What they run.
        command: String,
        /// Since when, as RFC 3339.
        since: String,
        /// What `force-unlock` takes.
        id: String,
    },
    /// The lock was lost while it was needed.
    #[error("the lock was lost: {0}")]
    LeaseLost(String),
    /// `force-unlock` names another lock, or there is none.
    #[error("{0}")]
    NotThatLock(String),
    /// A line is damaged that cannot have been cut off by a crash.
    #[error("{file}, line {line}: {reason}")]
    Corrupt {
        /// Which file.
        file: String,
        /// Which line, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// It was written by a later version.
    #[error("{file} has version {version}")]
    TooNew {
        /// Which file.
        file: String,
        /// Its version.
        version: u32,
    },
    /// It is the ledger of another stack.
    #[error("it belongs to the stack {0}")]
    OtherStack(String),
    /// What is sealed cannot be opened.
    #[error("{0}")]
    Sealed(String),
    /// It cannot be read or written.
    #[error("{place}: {error}")]
    Store {
        /// Which file or folder.
        place: String,
        /// Why.
        error: StoreError,
    },
}

impl LedgerError {
    /// A failure to read or write at a place.
    pub(super) fn store(place: impl Into<String>, error: StoreError) -> Self {
        Self::Store { place: place.into(), error }
    }

    /// The error as it is shown.
    #[must_use]
    pub fn diagnose(&self) -> Diagnostic {
        let (code, summary, help) = self.words();
        Diagnostic::error(code, summary, self.detail()).help(help)
    }

    fn detail(&self) -> String {
        let mut text = self.to_string();
        if let Some(first) = text.get(..1) {
            let upper = first.to_uppercase();
            // Paths stay as they are.
            if !text.contains('/') || text.starts_with("the ") || text.starts_with("it ") {
                text.replace_range(..1, &upper);
            }
        }
        text.push('.');
        text
    }

    fn words(&self) -> (u16, &'static str, String) {
        match self {
            Self::Locked { id, .. } => (
                901,
                "The ledger is locked",
                format!(
                    "Wait for the other run, or pass -lock-timeout. If it is dead: terrace force-unlock {id}"
                ),
            ),
            Self::LeaseLost(_) => (
                902,
                "The lock was lost",
                "Another run took it over; this one has stopped. Run the command again.".to_owned(),
            ),
            Self::NotThatLock(_) => {
                (911, "No such lock", "terrace status shows who holds the lock.".to_owned())
            }
            Self::Corrupt { file, .. } => (
                903,
                "The ledger is damaged",
                format!(
                    "Restore {file} from a copy, or move it away: AWS resources are found by their tags again, \
                     objects that exist only in the ledger (random_*, terraform_data) are lost with it."
                ),
            ),
            Self::TooNew { .. } => {
                (905, "The ledger was written by a later version", "Update terrace.".to_owned())
            }
            Self::OtherStack(_) => (
                904,
                "The ledger is another stack's",
                "Name another ledger folder in the `stack` block, or restore the stack's name."
                    .to_owned(),
            ),
            Self::Sealed(_) => (
                909,
                "A sealed value cannot be opened",
                "Restore the key file, or set TERRACE_LEDGER_KEY to the key it was sealed with."
                    .to_owned(),
            ),
            Self::Store { error: StoreError::Full, .. } => (
                906,
                "The disk is full",
                "Make room and run the command again: nothing that was recorded is lost."
                    .to_owned(),
            ),
            Self::Store { error: StoreError::Forbidden, .. } => (
                907,
                "The ledger cannot be written",
                "Give yourself write access to it.".to_owned(),
            ),
            Self::Store { .. } => {
                (908, "The ledger cannot be read or written", "Check the disk.".to_owned())
            }
        }
    }
}

impl From<LedgerError> for JournalError {
    fn from(error: LedgerError) -> Self {
        Self(Box::new(error.diagnose()))
    }
}
