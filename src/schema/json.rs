//! JSON of schema files to values, and values that only a schema's data or a typed struct makes.

use ecow::EcoString;
use serde_json::Value as Json;

use super::Attribute;
use crate::value::{Number, Type, Value};

/// The value of type `ty` that a JSON literal writes; none where it does not fit.
pub(super) fn value_of(json: &Json, ty: &Type) -> Option<Value> {
    Some(match (json, ty) {
        (Json::Null, ty) => Value::null(ty.clone()),
        (Json::Bool(truth), Type::Bool | Type::Dynamic) => Value::bool(*truth),
        (Json::Bool(truth), Type::String) => Value::string(if *truth { "true" } else { "false" }),
        (Json::Number(number), Type::Number | Type::Dynamic) => number_of(number.as_f64()?)?,
        (Json::Number(number), Type::String) => Value::string(number.to_string()),
        (Json::String(text), Type::String | Type::Dynamic) => Value::string(text.as_str()),
        (Json::Array(elements), Type::List(element)) => {
            Value::list((**element).clone(), values_of(elements, element)?)
        }
        (Json::Array(elements), Type::Set(element)) => {
            Value::set((**element).clone(), values_of(elements, element)?)
        }
        (Json::Object(entries), Type::Map(element)) => {
            let entries = entries
                .iter()
                .map(|(name, json)| {
                    Some((EcoString::from(name.as_str()), value_of(json, element)?))
                })
                .collect::<Option<Vec<_>>>()?;
            Value::map((**element).clone(), entries)
        }
        _ => return None,
    })
}

fn values_of(elements: &[Json], ty: &Type) -> Option<Vec<Value>> {
    elements.iter().map(|json| value_of(json, ty)).collect()
}

/// The number that a float stands for in decimal; none where it is not finite.
pub(super) fn number_of(float: f64) -> Option<Value> {
    if float.is_finite() { Number::parse(&float.to_string()).map(Value::number) } else { None }
}

impl Attribute {
    /// The value when unset; none without a default.
    #[must_use]
    pub fn default_value(&self) -> Option<Value> {
        value_of(self.default.as_ref()?, &self.ty)
    }
}
