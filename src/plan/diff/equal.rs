//! When two values are the same for a provider, and a text by which elements of sets are told apart.

use std::fmt::Write as _;

use crate::schema::Framework;
use crate::value::{Kind, Value};

/// Whether the value is what the first plugin framework cannot tell from an unset one.
pub(super) fn is_zero(value: &Value) -> bool {
    match value.kind() {
        Kind::Null(_) => true,
        Kind::Unknown(_) => false,
        Kind::Bool(truth) => !truth,
        Kind::Number(number) => number.to_i64() == Some(0),
        Kind::String(text) => text.is_empty(),
        Kind::List(_, elements) | Kind::Set(_, elements) => elements.is_empty(),
        Kind::Map(_, elements) => elements.is_empty(),
        Kind::Tuple(_) | Kind::Object(_) => false,
    }
}

/// Whether two unmarked values are the same under the rules of a framework. Unknown equals nothing but itself.
pub(super) fn same(framework: Framework, left: &Value, right: &Value) -> bool {
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
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same(framework, a, b))
        }
        (Kind::Map(_, a), Kind::Map(_, b)) | (Kind::Object(a), Kind::Object(b)) => {
            a.len() == b.len()
                && a.iter().all(|(k, a)| b.get(k).is_some_and(|b| same(framework, a, b)))
        }
        _ => false,
    }
}

fn keys(framework: Framework, set: &Value) -> Vec<String> {
    let mut keys: Vec<String> =
        set.children().map(|element| key(framework, element, &[])).collect();
    keys.sort_unstable();
    keys
}

/// A text that two elements of a set share exactly if they are the same; of an object only `fields`, if there are any.
pub(super) fn key(framework: Framework, element: &Value, fields: &[ecow::EcoString]) -> String {
    let mut text = String::new();
    if fields.is_empty() {
        write_key(framework, element, &mut text);
    } else {
        text = crate::schema::set_key(fields, element).join(";");
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
            for (name, value) in entries.iter() {
                write!(out, "{name:?}=").expect("a String takes everything");
                write_key(framework, value, out);
                out.push(',');
            }
            out.push('}');
        }
    }
}
