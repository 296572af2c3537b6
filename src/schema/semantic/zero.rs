//! Zero values: what an unset attribute acts as.

use crate::value::{Kind, Value};

/// Whether a value is null, "", 0, false or empty. An unknown one is not.
#[must_use]
pub fn is_zero(value: &Value) -> bool {
    match value.kind() {
        Kind::Null(_) => true,
        Kind::Unknown(_) => false,
        Kind::Bool(truth) => !truth,
        Kind::Number(number) => number.signum() == 0,
        Kind::String(text) => text.is_empty(),
        Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => {
            elements.is_empty()
        }
        Kind::Map(_, entries) => entries.is_empty(),
        Kind::Object(attributes) => attributes.values().all(is_zero),
    }
}
