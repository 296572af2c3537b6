//! The planner on configurations in memory, against a cloud in memory.

mod cases;
mod cloud;
mod invariants;
mod language;
mod resources;
mod scale;
mod shop;

pub(super) use self::cloud::Stage;
