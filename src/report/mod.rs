//! Plans, live objects and events as text for people and as JSON for programs. Nothing is printed here.

mod change;
pub mod generated;
pub mod graph;
pub mod json;
pub mod paint;
pub mod providers;
mod purpose;
pub mod testing;
pub mod text;
mod totals;
mod veil;
mod wording;

pub use change::{Change, Verb, changes};
pub use purpose::Purpose;
pub use totals::Totals;
pub use veil::Veil;
