//! Values with unknowns and marks, their types, and paths into them.
//!
//! A [`Value`] is what an expression yields. It may be null, unknown ("known after apply"), and sensitive or
//! ephemeral at any depth. [`Kind`] has no `Debug`, so that a secret cannot be printed by accident.

mod marks;
mod number;
mod path;
mod types;
mod unknown;
mod value;

pub use marks::Marks;
pub use number::Number;
pub use path::{AttrPath, PathStep};
pub use types::{ObjectType, Type};
pub use unknown::{Refinement, Unknown};
pub use value::{Kind, Value};
