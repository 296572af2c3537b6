//! Defaults of optional object attributes: `optional(number, 3)` in a type constraint.

use std::collections::BTreeMap;

use ecow::EcoString;

use super::{Kind, Type, Value};

/// The defaults of a type constraint: those of its own attributes, and those further down.
#[derive(Clone, Default, PartialEq)]
#[expect(missing_debug_implementations, reason = "it holds values, which have no Debug")]
pub struct Defaults {
    /// Values for attributes that are left out or null.
    pub attributes: BTreeMap<EcoString, Value>,
    /// Defaults within attributes by name; those of all elements under the empty name; of tuples under `"0"`, `"1"`.
    pub children: BTreeMap<EcoString, Self>,
}

impl Defaults {
    /// The key in [`Defaults::children`] of what applies to every element of a collection.
    pub const ELEMENTS: &'static str = "";

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.attributes.is_empty() && self.children.is_empty()
    }

    /// Fills what `value` leaves out. Apply before converting to `ty`, the type that these defaults came with.
    #[must_use]
    pub fn apply(&self, value: Value, ty: &Type) -> Value {
        if self.is_empty() || !value.is_known() || value.is_null() {
            return value;
        }
        let (bare, marks) = value.unmark();
        let kind = match (bare.into_kind(), ty) {
            (Kind::Object(entries) | Kind::Map(_, entries), Type::Object(object)) => {
                let mut entries = entries;
                for (name, default) in &self.attributes {
                    let absent = entries.get(name).is_none_or(Value::is_null);
                    if absent && object.attributes.contains_key(name) {
                        entries.insert(name.clone(), default.clone());
                    }
                }
                for (name, child) in &self.children {
                    if let (Some(ty), Some(entry)) =
                        (object.attributes.get(name), entries.remove(name))
                    {
                        entries.insert(name.clone(), child.apply(entry, ty));
                    }
                }
                return Value::object(entries).with_marks(marks);
            }
            (Kind::Object(entries) | Kind::Map(_, entries), Type::Map(element)) => {
                let filled = entries
                    .into_iter()
                    .map(|(name, value)| (name, self.apply_to_element(value, element)));
                return Value::object(filled).with_marks(marks);
            }
            (
                Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements),
                Type::List(element) | Type::Set(element),
            ) => {
                let elements = std::sync::Arc::unwrap_or_clone(elements);
                let filled =
                    elements.into_iter().map(|value| self.apply_to_element(value, element));
                return Value::tuple(filled).with_marks(marks);
            }
            (Kind::List(_, elements) | Kind::Tuple(elements), Type::Tuple(types)) => {
                let elements = std::sync::Arc::unwrap_or_clone(elements);
                let filled = elements.into_iter().enumerate().map(|(index, value)| {
                    match (self.children.get(index.to_string().as_str()), types.get(index)) {
                        (Some(child), Some(ty)) => child.apply(value, ty),
                        _ => value,
                    }
                });
                return Value::tuple(filled).with_marks(marks);
            }
            (kind, _) => kind,
        };
        Value::new(kind).with_marks(marks)
    }

    fn apply_to_element(&self, value: Value, element: &Type) -> Value {
        match self.children.get(Self::ELEMENTS) {
            Some(child) => child.apply(value, element),
            None => value,
        }
    }
}
