//! Secrets that stand in an object twice: an argument that is sensitive, and an attribute in which the cloud says it back
//! without knowing that it is. Wherever the text of a sensitive part stands as a whole, it is sensitive too.

use std::collections::BTreeSet;

use ecow::EcoString;

use crate::value::{Kind, Marks, Value};

/// The texts that are sensitive in some values.
#[derive(Default)]
pub struct Veil(BTreeSet<EcoString>);

impl Veil {
    /// The sensitive texts of these values.
    #[must_use]
    pub fn of<'a>(values: impl IntoIterator<Item = &'a Value>) -> Self {
        let mut veil = Self::default();
        for value in values {
            veil.gather(value, false);
        }
        veil
    }

    fn gather(&mut self, value: &Value, sensitive: bool) {
        let sensitive = sensitive || value.marks().is_sensitive();
        match value.kind() {
            Kind::String(text) if sensitive && !text.is_empty() => {
                self.0.insert(text.clone());
            }
            Kind::List(_, parts) | Kind::Set(_, parts) | Kind::Tuple(parts) => {
                parts.iter().for_each(|part| self.gather(part, sensitive));
            }
            Kind::Map(_, parts) | Kind::Object(parts) => {
                parts.values().for_each(|part| self.gather(part, sensitive));
            }
            _ => {}
        }
    }

    /// The value with every such text marked.
    #[must_use]
    pub fn over(&self, value: &Value) -> Value {
        if self.0.is_empty() {
            return value.clone();
        }
        let marks = value.marks();
        let many = |parts: &[Value]| parts.iter().map(|part| self.over(part)).collect::<Vec<_>>();
        let veiled = match value.kind() {
            Kind::String(text) if self.0.contains(text) => {
                return value.clone().with_marks(marks.union(Marks::SENSITIVE));
            }
            Kind::List(ty, parts) => Value::list(ty.clone(), many(parts)),
            Kind::Set(ty, parts) => Value::set(ty.clone(), many(parts)),
            Kind::Tuple(parts) => Value::tuple(many(parts)),
            Kind::Map(ty, parts) => {
                Value::map(ty.clone(), parts.iter().map(|(n, part)| (n.clone(), self.over(part))))
            }
            Kind::Object(parts) => {
                Value::object(parts.iter().map(|(n, part)| (n.clone(), self.over(part))))
            }
            _ => return value.clone(),
        };
        veiled.with_marks(marks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_back_is_sensitive_too() {
        let secret = Value::string("s3cret").with_marks(Marks::SENSITIVE);
        let value = Value::object([
            ("input", secret),
            ("output", Value::tuple([Value::string("s3cret"), Value::string("plain")])),
        ]);
        let veiled = Veil::of([&value]).over(&value);
        let output = veiled.attribute("output").and_then(Value::as_sequence).expect("a tuple");
        let marked: Vec<bool> = output.iter().map(|part| part.marks().is_sensitive()).collect();
        assert_eq!(marked, [true, false]);
        assert!(Veil::of([&output[1]]).over(&output[1]) == output[1]);
    }
}
