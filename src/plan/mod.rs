//! Desired and live objects to the steps that make them equal: pure, synchronous, deterministic.

mod live;
mod resolve;
mod step;

pub use live::{Live, LiveWorld, Owner, Scope, Slot, Status};
pub use resolve::{Provisioner, Resolver};
pub use step::{Action, Interruption, Plan, Reason, Step, StepId};
