//! Values to JSON text and back, and types to JSON and back, as plan files and `jsonencode` have them.

mod read;
mod write;

pub use read::{Json, JsonError, from_json, from_json_as, parse, type_from_json};
pub use write::{quote_json, to_json, type_to_json};
