//! Zero values: what an unset attribute acts as.

use crate::schema::Framework;
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

/// Whether two values are the same to a type of this framework, marks aside: under `Sdkv2` null is the zero value.
#[must_use]
pub fn equal(framework: Framework, a: &Value, b: &Value) -> bool {
    if framework == Framework::Sdkv2 && (a.is_null() || b.is_null()) {
        return is_zero(a) && is_zero(b);
    }
    let all = |a: &[Value], b: &[Value]| {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(framework, a, b))
    };
    match (a.kind(), b.kind()) {
        (Kind::List(_, a) | Kind::Tuple(a), Kind::List(_, b) | Kind::Tuple(b)) => all(a, b),
        (Kind::Set(_, a), Kind::Set(_, b)) => {
            a.len() == b.len()
                && a.iter().all(|a| b.iter().any(|b| equal(framework, a, b)))
                && b.iter().all(|b| a.iter().any(|a| equal(framework, a, b)))
        }
        (Kind::Map(_, a) | Kind::Object(a), Kind::Map(_, b) | Kind::Object(b)) => {
            let same_keys = a.len() == b.len();
            same_keys
                && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| equal(framework, a, b)))
        }
        (a, b) => a == b,
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
