//! Planner, engine and ledger together on the simulated AWS.

mod every_type;
mod faults;
mod memory;
mod specimen;
mod stage;
