//! Reports as text for people.

mod diff;
mod events;
mod literal;
mod plan;

pub use diff::Diff;
pub use events::{duration, event};
pub use plan::{Totals, plan};
