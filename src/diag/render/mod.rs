//! Diagnostics for people and for programs, one file per format.

mod json;
mod text;

pub use json::json;
pub use text::{Style, text};
