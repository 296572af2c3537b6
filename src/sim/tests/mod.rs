//! Planner, engine and ledger together on the simulated AWS.

mod crash;
mod drift;
mod every_type;
mod faults;
mod front;
mod in_use;
mod kept;
mod memory;
mod mirror;
mod refusals;
mod scaling;
mod specimen;
mod stage;
