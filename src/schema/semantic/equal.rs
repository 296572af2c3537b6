//! When two values are the same to a type, and a text by which elements of sets are told apart.

use std::fmt::Write as _;

use super::{is_zero, set_key};
use crate::schema::Framework;
use crate::value::{Kind, Value};

/// Whether two unmarked values are the same to a type of this framework: under `Sdkv2` null is the zero value. Unknown
/// equals nothing but itself.
#[must_use]
pub fn equal(framework: Framework, left: &Value, right: &Value) -> bool {
    if left.kind() == right.kind() {
        return true;
    }
    if framework != Framework::Sdkv2 {
        return false;
    }
    if is_zero(left) && is_zero(right) {
        return true;
    }
    match (left.kind(), right.kind()) {
        (Kind::Set(..), Kind::Set(..)) => keys(framework, left) == keys(framework, right),
        (Kind::List(_, a), Kind::List(_, b)) | (Kind::Tuple(a), Kind::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| equal(framework, a, b))
        }
        (Kind::Map(_, a), Kind::Map(_, b)) | (Kind::Object(a), Kind::Object(b)) => {
            a.len() == b.len()
                && a.iter().all(|(k, a)| b.get(k).is_some_and(|b| equal(framework, a, b)))
        }
        _ => false,
    }
}

fn keys(framework: Framework, set: &Value) -> Vec<String> {
    let mut keys: Vec<String> =
        set.children().map(|element| element_key(framework, element, &[])).collect();
    keys.sort_unstable();
    keys
}

/// A text that two elements of a set share exactly if they are the same; of an object only `fields`, if there are any.
#[must_use]
pub fn element_key(framework: Framework, element: &Value, fields: &[ecow::EcoString]) -> String {
    let mut text = String::new();
    if fields.is_empty() {
        write_key(framework, element, &mut text);
    } else {
        text = set_key(fields, element).join(";");
    }
    text
}

fn write_key(framework: Framework, value: &Value, out: &mut String) {
    if framework == Framework::Sdkv2 && is_zero(value) {
        out.push('~');
        return;
    }
    match value.kind() {
        Kind::Null(_) => out.push('~'),
        Kind::Unknown(_) => out.push('?'),
        Kind::Bool(truth) => write!(out, "{truth}").expect("a String takes everything"),
        Kind::Number(number) => write!(out, "{number}").expect("a String takes everything"),
        Kind::String(text) => write!(out, "{text:?}").expect("a String takes everything"),
        Kind::Set(..) => {
            for key in keys(framework, value) {
                out.push_str(&key);
                out.push(',');
            }
        }
        Kind::List(_, elements) | Kind::Tuple(elements) => {
            out.push('[');
            for element in elements.iter() {
                write_key(framework, element, out);
                out.push(',');
            }
            out.push(']');
        }
        Kind::Map(_, entries) | Kind::Object(entries) => {
            out.push('{');
            for (name, value) in entries {
                write!(out, "{name:?}=").expect("a String takes everything");
                write_key(framework, value, out);
                out.push(',');
            }
            out.push('}');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Type;

    #[test]
    fn unset_is_zero_in_one_framework_only() {
        let check = |a: &Value, b: &Value, sdk: bool, plugin: bool| {
            assert_eq!(equal(Framework::Sdkv2, a, b), sdk);
            assert_eq!(equal(Framework::PluginFramework, a, b), plugin);
        };
        check(&Value::null(Type::String), &Value::string(""), true, false);
        check(&Value::null(Type::Number), &Value::number(0), true, false);
        check(&Value::null(Type::Bool), &Value::bool(false), true, false);
        check(&Value::null(Type::String), &Value::string("a"), false, false);
        check(&Value::string("a"), &Value::string("a"), true, true);
        let list = |value| Value::list(Type::String, [value]);
        check(&list(Value::null(Type::String)), &list(Value::string("")), true, false);
        check(&Value::null(Type::list(Type::String)), &Value::list(Type::String, []), true, false);
        let unknown = Value::unknown(Type::String);
        check(&unknown, &Value::string(""), false, false);
    }
}
