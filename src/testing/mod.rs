//! Tests of configurations: `*.tftest.hcl` files and their `run` blocks, carried out against any cloud.
//!
//! [`Suite::load`] reads the files and the modules that they test, [`run`] carries them out and tells what happens as
//! [`Event`]s. Each file has a cloud of its own where the cloud is simulated; each state of a file has a ledger in
//! memory. What a file made is deleted when it ends, the latest first. Mocked providers and overrides are a cloud in
//! front of the real one ([`mock`]), and what the planner has to know of them it asks through
//! [`crate::plan::StandIns`].

mod assertion;
mod bench;
mod event;
mod expected;
mod file;
mod mock;
mod provider;
mod run;
mod scope;
mod state;
mod suite;
mod variable;
mod watch;

pub use bench::{Bench, CloudParts, Keep, Naming};
pub use event::{Detail, Event, FileProgress, FileResult, Results, RunResult, Status, Tally};
pub use file::run;
pub use suite::{Request, Suite};
