//! What happens in a run, as one type: the display, JSON output and history all read it.

use std::time::Duration;

use ecow::EcoString;
use serde::{Deserialize, Serialize};

use super::cancel::Urgency;
use crate::base::{Address, Id, Mode};
use crate::plan::{Action, StepId};

/// How many objects a run changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Made, or adopted after an interrupted create.
    pub added: usize,
    /// Changed in place.
    pub changed: usize,
    /// Deleted.
    pub destroyed: usize,
    /// Imported.
    pub imported: usize,
    /// Given up without being deleted.
    pub forgotten: usize,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Every step was done.
    Complete,
    /// At least one step failed.
    Failed,
    /// It was asked to end before everything was done.
    Interrupted,
}

/// What a step is about, for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// The step.
    pub step: StepId,
    /// The object.
    pub address: Address,
    /// What is done to it.
    pub action: Action,
    /// Whether it is the object that a replacement left behind.
    pub deposed: bool,
    /// The object's id, once it is known.
    pub id: Option<Id>,
}

/// What is done with an ephemeral resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EphemeralAction {
    /// Its value is asked for.
    Open,
    /// Its value is forgotten.
    Close,
}

/// How far something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Passage {
    /// It begins.
    Started,
    /// It is done, after so long.
    Finished(Duration),
    /// It failed, after so long.
    Failed(Duration),
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The live world is being read: so many lists of so many are answered.
    Discovering {
        /// Lists that were answered.
        done: usize,
        /// Lists in all.
        total: usize,
    },
    /// Data sources are being read.
    Reading {
        /// Which.
        addresses: Vec<Address>,
    },
    /// Objects of the stack were looked at: a list tells of many at once.
    Refreshed {
        /// Which.
        objects: Vec<(Address, Id)>,
    },
    /// A data source is being read while planning.
    ReadStarted {
        /// Which.
        address: Address,
    },
    /// A data source was read while planning.
    ReadFinished {
        /// Which.
        address: Address,
        /// How long it took.
        elapsed: Duration,
        /// What it says of itself: its id, or its name.
        id: Option<(EcoString, EcoString)>,
    },
    /// Something begins, or is over, with an ephemeral resource.
    Ephemeral {
        /// Which.
        address: Address,
        /// What is done with it.
        action: EphemeralAction,
        /// How far that is.
        state: Passage,
    },
    /// An earlier run was interrupted; this is what became of one of its creates.
    Recovered {
        /// Whose object.
        address: Address,
        /// The object that it had made; none if it had made nothing.
        id: Option<Id>,
    },
    /// The apply begins.
    RunStarted {
        /// Steps that will do something.
        steps: usize,
    },
    /// A step begins.
    StepStarted {
        /// Which.
        subject: Subject,
    },
    /// A step waits for the cloud.
    StepProgress {
        /// Which.
        subject: Subject,
        /// What the object is doing: `pending`, `3 of 5 instances in service`.
        state: EcoString,
        /// Since the step began.
        elapsed: Duration,
    },
    /// A call is made again after a while.
    StepRetrying {
        /// Which step.
        subject: Subject,
        /// Why, in the cloud's words.
        reason: EcoString,
        /// In how long.
        delay: Duration,
    },
    /// A step's object is what it should be.
    StepFinished {
        /// Which.
        subject: Subject,
        /// How long it took.
        elapsed: Duration,
    },
    /// A step failed; the diagnostics say why.
    StepFailed {
        /// Which.
        subject: Subject,
        /// How long it took.
        elapsed: Duration,
        /// The title of the problem.
        summary: EcoString,
    },
    /// A step will not start, because one before it failed.
    StepSkipped {
        /// Which.
        subject: Subject,
        /// The step that failed.
        because: StepId,
    },
    /// A provisioner begins.
    ProvisionStarted {
        /// Which step.
        subject: Subject,
        /// Which kind: `local-exec`.
        kind: EcoString,
    },
    /// A line that a provisioner printed.
    ProvisionOutput {
        /// Which step.
        subject: Subject,
        /// The line.
        line: EcoString,
    },
    /// A provisioner is done.
    ProvisionFinished {
        /// Which step.
        subject: Subject,
        /// Which kind: `local-exec`.
        kind: EcoString,
    },
    /// A provisioner failed.
    ProvisionFailed {
        /// Which step.
        subject: Subject,
        /// Which kind: `local-exec`.
        kind: EcoString,
    },
    /// A class of calls is refused for its frequency and slows down.
    Throttled {
        /// Which class: `ec2:nat`.
        class: EcoString,
    },
    /// The run was asked to end.
    Interrupted {
        /// How urgently.
        urgency: Urgency,
        /// Steps that are under way.
        in_flight: usize,
    },
    /// The apply ended.
    RunFinished {
        /// How.
        ending: Ending,
        /// What it changed.
        counts: Counts,
        /// How long it took.
        elapsed: Duration,
    },
}

impl Subject {
    /// Whether it is a data source that is read.
    #[must_use]
    pub fn is_data(&self) -> bool {
        self.address.resource.mode == Mode::Data
    }
}

/// Whoever wants to know what happens.
pub trait Listener: Send + Sync {
    /// Told as it happens; must not block.
    fn hear(&self, event: Event);
}

impl<F: Fn(Event) + Send + Sync> Listener for F {
    fn hear(&self, event: Event) {
        self(event);
    }
}

/// Somebody who does not listen.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silence;

impl Listener for Silence {
    fn hear(&self, _: Event) {}
}
