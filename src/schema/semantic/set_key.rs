//! What makes an element of a set distinct, where not all of its fields do.

use ecow::EcoString;

use crate::schema::protocol;
use crate::value::{Kind, Value};

/// The key of an element: one text per field of the schema's `set_key`, in its normal form.
///
/// `keys` are names with an optional word in brackets: `name (lowercase)`, `protocol (normalized)`, `x (sorted)`.
#[must_use]
pub fn set_key(keys: &[EcoString], element: &Value) -> Vec<String> {
    let read = |key: &EcoString| {
        let (name, how) = key
            .split_once(" (")
            .map_or((key.as_str(), ""), |(name, how)| (name, how.trim_end_matches(')')));
        let value = if name == "value" && element.as_entries().is_none() {
            Some(element)
        } else {
            element.attribute(name)
        };
        value.map(|value| text(value, how)).unwrap_or_default()
    };
    keys.iter().map(read).collect()
}

fn text(value: &Value, how: &str) -> String {
    match value.kind() {
        Kind::String(text) => match how {
            "lowercase" => text.to_lowercase().into(),
            "normalized" => protocol::normal(text),
            "number" => protocol::parse(text).map_or_else(|| text.to_string(), |n| n.to_string()),
            _ => text.to_string(),
        },
        Kind::Number(number) => number.to_string(),
        Kind::Bool(truth) => truth.to_string(),
        Kind::Null(_) | Kind::Unknown(_) => String::new(),
        _ => {
            let mut parts: Vec<String> = value.children().map(|child| text(child, "")).collect();
            parts.sort();
            parts.join(",")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Type;

    #[test]
    fn elements_have_keys() {
        let cidrs = |cidrs: [&str; 2]| Value::list(Type::String, cidrs.map(Value::string));
        let rule = |protocol: &str, list| {
            Value::object([("protocol", Value::string(protocol)), ("cidr_blocks", list)])
        };
        let keys = ["protocol (normalized)".into(), "cidr_blocks (sorted)".into()];
        let one = set_key(&keys, &rule("6", cidrs(["b", "a"])));
        assert_eq!(one, ["tcp", "a,b"]);
        assert_eq!(one, set_key(&keys, &rule("tcp", cidrs(["a", "b"]))));
        assert_eq!(set_key(&["value (lowercase)".into()], &Value::string("X-A")), ["x-a"]);
    }
}
