//! Values with unknowns and marks, their types, and paths into them.
//!
//! A [`Value`] is what an expression yields. It may be null, unknown ("known after apply"), and sensitive or
//! ephemeral at any depth. [`Kind`] has no `Debug`, so that a secret cannot be printed by accident.

mod convert;
mod deep;
mod defaults;
mod entries;
mod equal;
pub mod json;
mod marks;
mod mismatch;
mod number;
mod order;
mod path;
mod range;
mod render;
mod texts;
mod type_text;
mod types;
mod unify;
mod unknown;
#[expect(clippy::module_inception, reason = "the type that the module is about")]
mod value;

pub use convert::{ConversionError, can_convert, convert};
pub use defaults::Defaults;
pub use entries::Entries;
pub use marks::Marks;
pub use number::{Decimal, Number};
pub use path::{AttrPath, PathStep};
pub use range::conforms;
pub use render::{is_printable, quote};
pub use texts::texts_at;
pub use types::{ObjectType, Type};
pub use unify::{Loss, unify};
pub use unknown::{Refinement, Unknown};
pub use value::{Kind, Value};
