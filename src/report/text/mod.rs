//! Reports as text for people.

mod diff;
mod events;
mod literal;

pub use diff::Diff;
pub use events::{duration, event};
