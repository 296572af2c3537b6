//! What happens while tests run, and what they came to.

use std::time::Duration;

use ecow::EcoString;
use indexmap::IndexMap;
use jiff::Timestamp;

use super::suite::Suite;
use crate::base::Address;
use crate::config::{RunCommand, TestFile};
use crate::diag::Diagnostics;
use crate::plan::Outcome;

/// What a run, a file or all files came to; the later ones are worse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// It was not carried out.
    Skip,
    /// Everything held.
    #[default]
    Pass,
    /// An assertion did not hold.
    Fail,
    /// It could not be carried out to its end, or something failed that should not.
    Error,
}

impl Status {
    /// The word for programs.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Skip => "skip",
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Error => "error",
        }
    }

    /// The word for people, to whom errors are failures.
    #[must_use]
    pub const fn shown(self) -> &'static str {
        match self {
            Self::Error => "fail",
            other => other.word(),
        }
    }
}

/// What `-verbose` shows of a run.
pub struct Detail {
    /// Whether it is a plan, or what is live after an apply.
    pub command: RunCommand,
    /// The plan; after an apply one that changes nothing.
    pub outcome: Box<Outcome>,
}

/// What a run came to.
pub struct RunResult {
    /// The run's name.
    pub name: EcoString,
    /// What it came to.
    pub status: Status,
    /// Everything that there is to say about it.
    pub problems: Diagnostics,
    /// When it began; none where it was skipped.
    pub began: Option<Timestamp>,
    /// How long it took; none where it was skipped.
    pub elapsed: Option<Duration>,
    /// How many assertions it has.
    pub assertions: usize,
    /// How many of them did not hold.
    pub failed_assertions: usize,
    /// What is shown of it when everything is to be shown.
    pub detail: Option<Detail>,
}

impl RunResult {
    /// A run that has not been carried out.
    #[must_use]
    pub fn skipped(name: &EcoString) -> Self {
        Self {
            name: name.clone(),
            status: Status::Skip,
            problems: Diagnostics::none(),
            began: None,
            elapsed: None,
            assertions: 0,
            failed_assertions: 0,
            detail: None,
        }
    }
}

/// What a file came to.
pub struct FileResult {
    /// What it came to.
    pub status: Status,
    /// Its runs.
    pub runs: Vec<RunResult>,
}

/// How many runs came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Runs in which everything held.
    pub passed: usize,
    /// Runs with assertions that did not hold.
    pub failed: usize,
    /// Runs that went wrong.
    pub errored: usize,
    /// Runs that were not carried out.
    pub skipped: usize,
}

/// What all files came to, by path.
#[derive(Default)]
pub struct Results {
    /// The files in order.
    pub files: IndexMap<String, FileResult>,
    /// Whether somebody asked to end before the end.
    pub interrupted: bool,
}

impl Results {
    /// What they came to together.
    #[must_use]
    pub fn status(&self) -> Status {
        let worst = self.files.values().map(|file| file.status).max().unwrap_or_default();
        if self.interrupted { worst.max(Status::Error) } else { worst }
    }

    /// How many runs came to what.
    #[must_use]
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for run in self.files.values().flat_map(|file| &file.runs) {
            *match run.status {
                Status::Skip => &mut tally.skipped,
                Status::Pass => &mut tally.passed,
                Status::Fail => &mut tally.failed,
                Status::Error => &mut tally.errored,
            } += 1;
        }
        tally
    }
}

/// How far a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileProgress {
    /// It begins.
    Starting,
    /// What it made is being deleted.
    TearDown,
    /// It is done.
    Complete(Status),
}

/// Something that happens.
pub enum Event<'a> {
    /// These tests are about to run.
    Found(&'a Suite),
    /// A file goes on.
    File(&'a TestFile, FileProgress),
    /// There is something to say about a file as a whole.
    FileProblems(&'a TestFile, &'a Diagnostics),
    /// A run begins.
    RunStarted(&'a TestFile, &'a EcoString),
    /// A run goes on, or what it made is still being deleted.
    RunGoesOn {
        /// The file.
        file: &'a TestFile,
        /// The run.
        run: &'a EcoString,
        /// Since it began.
        elapsed: Duration,
        /// What is done just now: `creating aws_db_instance.main`.
        doing: &'a [String],
    },
    /// A run is done, or was skipped.
    RunDone(&'a TestFile, &'a RunResult),
    /// What a run made is being deleted.
    RunTearDown(&'a TestFile, &'a EcoString),
    /// What came of deleting it, where that is worth a word.
    Cleaned {
        /// The file.
        file: &'a TestFile,
        /// The run.
        run: &'a EcoString,
        /// What went wrong.
        problems: &'a Diagnostics,
        /// What is still there.
        left: &'a [Address],
    },
    /// Somebody asked to end.
    Interrupted,
    /// Everything is done.
    Done(&'a Results),
}
