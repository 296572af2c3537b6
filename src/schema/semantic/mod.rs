//! What values mean to a type, beyond what they are: zero values, defaults, normal forms, differences that do not count.
//!
//! All pure, by attribute; the planner walks the objects and decides when to ask.

mod defaults;
mod equal;
mod naming;
mod normalize;
mod policy;
mod rules;
mod set_key;
mod suppress;
mod zero;

pub use defaults::{empty_object, normalized, with_defaults};
pub use equal::{element_key, equal};
pub use naming::{Name, generate_name, name_prefix};
pub use policy::policies_equal;
pub use set_key::set_key;
pub use suppress::suppresses;
pub use zero::is_zero;
