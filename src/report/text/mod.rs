//! Reports as text for people.

mod diff;
mod drift;
mod events;
mod literal;
mod live;
mod plan;

pub use diff::Diff;
pub use events::{duration, event};
pub use live::{live, object};
pub use plan::plan;
