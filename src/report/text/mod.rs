//! Reports as text for people.

mod diff;
mod literal;
mod plan;

pub use diff::Diff;
pub use plan::{Totals, plan};
