//! Planner, engine and ledger together on the simulated AWS.

mod memory;
mod stage;
