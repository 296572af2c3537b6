//! The apply: what is done when, exactly once, within the limits, and how it is told and stopped.
//!
//! [`Scheduler`] is pure: told what happened, it says what may start. [`apply`] carries out what it says. Everything
//! that waits, retries, limits, looks again or writes down is here, and nowhere in a resource type.

mod cancel;
mod discover;
mod event;
mod failure;
mod journal;
mod limit;
mod look;
mod once;
mod planning;
mod provision;
mod recover;
mod retry;
mod run;
mod scheduler;
mod schema_types;
mod shell;
mod steps;
mod types;
mod untold;
mod wait;

pub use cancel::{Cancel, Urgency};
pub use discover::{Discovery, Place, Refresh};
pub use event::{Counts, Ending, EphemeralAction, Event, Listener, Passage, Silence, Subject};
pub use failure::Failure;
pub use journal::{Entry, Intent, IntentId, Journal, JournalError, Settlement, Unfinished, Write};
pub use limit::{Limits, Rate, default_rate};
pub use look::{Eyes, claim, look_at};
pub use planning::{Desk, Planned, Recover, Stale, forget_stale, plan};
pub use recover::Recovery;
pub use retry::{CONSISTENCY, Call, Verdict, backoff, verdict};
pub use run::{Report, Setup, apply};
pub use scheduler::{Lane, Next, Scheduler, Work};
pub use schema_types::SchemaTypes;
pub use types::{Facts, Home, Operation, Rest, Types};
