//! Planner, engine and ledger together on the simulated AWS.

mod crash;
mod drift;
mod every_type;
mod faults;
mod front;
mod kept;
mod in_use;
mod memory;
mod mirror;
mod scaling;
mod specimen;
mod stage;
