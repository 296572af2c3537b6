//! Values as JSON: what is known of them, and masks of what is unknown or sensitive.

use serde_json::{Map, Number, Value as Json, json};

use crate::value::{Kind, Type, Value};

/// What is known of the value: unknown parts are left out of objects and are null elsewhere. None if all is unknown.
#[must_use]
pub fn plain(value: &Value) -> Option<Json> {
    Some(match value.kind() {
        Kind::Unknown(_) => return None,
        Kind::Null(_) => Json::Null,
        Kind::Bool(truth) => (*truth).into(),
        Kind::Number(number) => self::number(number),
        Kind::String(text) => text.as_str().into(),
        Kind::List(_, parts) | Kind::Set(_, parts) | Kind::Tuple(parts) => {
            parts.iter().map(|part| plain(part).unwrap_or(Json::Null)).collect()
        }
        Kind::Map(_, parts) | Kind::Object(parts) => Json::Object(
            parts
                .iter()
                .filter_map(|(name, part)| Some((name.to_string(), plain(part)?)))
                .collect(),
        ),
    })
}

/// The number to its last digit; what is none in JSON (infinity) as text.
fn number(number: &crate::value::Number) -> Json {
    let digits = number.to_string();
    digits.parse::<Number>().map_or_else(|_| digits.into(), Json::Number)
}

/// `true` where the value is unknown, in the shape of the value; what is known is left out of objects.
#[must_use]
pub fn unknown_mask(value: &Value) -> Json {
    mask(value, &|part| !part.is_known())
}

/// `true` where the value is sensitive, in the shape of the value; what is not is left out of objects.
#[must_use]
pub fn sensitive_mask(value: &Value) -> Json {
    mask(value, &|part| part.marks().is_sensitive())
}

fn mask(value: &Value, holds: &dyn Fn(&Value) -> bool) -> Json {
    if holds(value) {
        return true.into();
    }
    match value.kind() {
        Kind::List(_, parts) | Kind::Set(_, parts) | Kind::Tuple(parts) => {
            parts.iter().map(|part| mask(part, holds)).collect()
        }
        Kind::Map(_, parts) | Kind::Object(parts) => parts
            .iter()
            .map(|(name, part)| (name.to_string(), mask(part, holds)))
            .filter(|(_, mask)| *mask != Json::Bool(false))
            .collect::<Map<_, _>>()
            .into(),
        // What will have parts is told in their shape: without any.
        Kind::Unknown(unknown) => match &unknown.ty {
            Type::Map(_) | Type::Object(_) => json!({}),
            Type::List(_) | Type::Set(_) | Type::Tuple(_) => json!([]),
            _ => false.into(),
        },
        _ => false.into(),
    }
}

/// A type as Terraform's JSON has it: `"string"`, `["list","string"]`.
#[must_use]
pub fn type_of(ty: &crate::value::Type) -> Json {
    match ty {
        Type::Dynamic => "dynamic".into(),
        Type::Bool => "bool".into(),
        Type::Number => "number".into(),
        Type::String => "string".into(),
        Type::List(element) => json!(["list", type_of(element)]),
        Type::Set(element) => json!(["set", type_of(element)]),
        Type::Map(element) => json!(["map", type_of(element)]),
        Type::Tuple(elements) => {
            json!(["tuple", elements.iter().map(type_of).collect::<Vec<_>>()])
        }
        Type::Object(object) => {
            let attributes: Map<_, _> = object
                .attributes
                .iter()
                .map(|(name, ty)| (name.to_string(), type_of(ty)))
                .collect();
            json!(["object", attributes])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Marks;

    #[test]
    fn numbers_keep_their_digits() {
        for digits in ["12345678901234567890123", "-0.1", "1.5", "98765432109876543210.25"] {
            let number = crate::value::Number::parse(digits).expect("a number");
            let json = plain(&Value::number(number)).expect("known");
            assert_eq!(serde_json::to_string(&json).expect("JSON"), digits);
        }
    }

    #[test]
    fn masks_have_the_shape_of_the_value() {
        let secret = Value::string("s").with_marks(Marks::SENSITIVE);
        let value = Value::object([
            ("a", Value::unknown(Type::String)),
            ("b", Value::tuple([Value::number(1), Value::unknown(Type::Number), secret.clone()])),
            ("c", secret),
            ("d", Value::null(Type::String)),
        ]);
        assert_eq!(plain(&value), Some(json!({"b": [1, null, "s"], "c": "s", "d": null})));
        assert_eq!(unknown_mask(&value), json!({"a": true, "b": [false, true, false]}));
        assert_eq!(sensitive_mask(&value), json!({"b": [false, false, true], "c": true}));
    }
}
