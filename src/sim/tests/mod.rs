//! Planner, engine and ledger together on the simulated AWS.

mod crash;
mod drift;
mod every_type;
mod faults;
mod front;
mod kept;
mod memory;
mod specimen;
mod stage;
