//! Desired and live objects to the steps that make them equal: pure, synchronous, deterministic.
//!
//! [`Planner`] walks a configuration in the order of its dependencies, asks for what it needs of the cloud, and ends in
//! an [`Outcome`]: the [`Plan`] and all that a report shows. [`Replay`] is the same walk while applying. [`diff`] is
//! the difference of one object.

pub mod check;
mod conform;
mod console;
pub mod diff;
mod drift;
mod ignore;
mod input;
mod live;
mod moves;
mod names;
mod openings;
mod order;
mod outcome;
mod planner;
mod replay;
mod request;
mod resolve;
mod scope;
mod stand_in;
mod step;
mod targets;
#[cfg(test)]
mod tests;
pub mod text;
mod unknowns;
mod walk;

pub use conform::fill;
pub use console::Console;
pub use diff::same_value;
pub use input::{
    Given, Input, Intent, Options, Origin, Places, Remembered, RememberedOutput, Supports,
    UndeclaredImports, VariableInput,
};
pub use live::{Live, LiveWorld, Owner, Scope, Slot, Status};
pub use outcome::{
    CheckInstance, CheckResult, CheckStatus, Checkable, Drift, Outcome, OutputChange,
};
pub use planner::{Planner, declared_types, incomplete, validate};
pub use replay::Replay;
pub use request::{Answers, DataNeed, ImportNeed, Needs, Progress, ProviderRequest};
pub use resolve::{Provisioner, Resolver};
pub use scope::RootScope;
pub use stand_in::StandIns;
pub use step::{Action, Interruption, Plan, Reason, Step, StepId};
pub use targets::{covers, parse_target};
