//! Sets: which elements are one, and in which order they come.

use std::cmp::Ordering;
use std::sync::Arc;

use super::{Kind, Marks, Number, Type, Value};

impl Value {
    /// A set of elements that all have type `element`: repetitions are dropped, the order is Terraform's, and marks of
    /// elements become marks of the set.
    #[must_use]
    pub fn set(element: Type, elements: impl IntoIterator<Item = Self>) -> Self {
        let mut marks = Marks::NONE;
        let unmarked = elements.into_iter().map(|value| {
            let (value, own) = value.unmark_deep();
            marks = marks.union(own);
            value
        });
        let sorted = if element.is_primitive() {
            sort_primitive(unmarked.collect())
        } else {
            sort_by_digest(unmarked.collect())
        };
        Self::new(Kind::Set(element, Arc::new(sorted))).with_marks(marks)
    }
}

fn sort_primitive(mut elements: Vec<Value>) -> Vec<Value> {
    elements.sort_by(compare_primitive);
    elements.dedup_by(|a, b| a.is_known() && compare_primitive(a, b) == Ordering::Equal);
    elements
}

/// Numbers, texts and bools by size; unknown ones after them, nulls last.
fn compare_primitive(a: &Value, b: &Value) -> Ordering {
    let rank = |value: &Value| match value.kind() {
        Kind::Null(_) => 2,
        Kind::Unknown(_) => 1,
        _ => 0,
    };
    rank(a).cmp(&rank(b)).then_with(|| match (a.kind(), b.kind()) {
        (Kind::String(a), Kind::String(b)) => a.cmp(b),
        (Kind::Number(a), Kind::Number(b)) => a.cmp(b),
        (Kind::Bool(a), Kind::Bool(b)) => a.cmp(b),
        _ => Ordering::Equal,
    })
}

/// Elements of other types have no order of their own: Terraform sorts them by a text that it makes of each.
fn sort_by_digest(elements: Vec<Value>) -> Vec<Value> {
    let mut keyed: Vec<(u8, String, Value)> = elements
        .into_iter()
        .map(|value| {
            let rank = match value.kind() {
                Kind::Null(_) => 2,
                Kind::Unknown(_) => 1,
                _ => 0,
            };
            let mut digest = String::new();
            write_digest(&value, &mut digest);
            (rank, digest, value)
        })
        .collect();
    keyed.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    keyed.dedup_by(|a, b| a.1 == b.1 && a.2.is_wholly_known() && a.2 == b.2);
    keyed.into_iter().map(|(_, _, value)| value).collect()
}

fn write_digest(value: &Value, digest: &mut String) {
    let each = |elements: &[Value], digest: &mut String| {
        for element in elements {
            write_digest(element, digest);
            digest.push(';');
        }
    };
    match value.kind() {
        Kind::Unknown(_) => digest.push('?'),
        Kind::Null(_) => digest.push('~'),
        Kind::Bool(true) => digest.push('T'),
        Kind::Bool(false) => digest.push('F'),
        Kind::Number(number) => digest.push_str(&short(number)),
        Kind::String(text) => digest.push_str(&super::quote(text)),
        Kind::List(_, elements) | Kind::Set(_, elements) => {
            digest.push('[');
            each(elements, digest);
            digest.push(']');
        }
        Kind::Tuple(elements) => {
            digest.push('<');
            each(elements, digest);
            digest.push('>');
        }
        Kind::Map(_, entries) => {
            digest.push('{');
            for (name, element) in entries {
                digest.push_str(&super::quote(name));
                digest.push(':');
                write_digest(element, digest);
                digest.push(';');
            }
            digest.push('}');
        }
        Kind::Object(attributes) => {
            digest.push('<');
            for attribute in attributes.values() {
                write_digest(attribute, digest);
                digest.push(';');
            }
            digest.push('>');
        }
    }
}

/// A number to ten significant digits, with an exponent where it is large or small.
fn short(number: &Number) -> String {
    const DIGITS: usize = 10;
    let Some(mut decimal) = number.exact_decimal() else { return number.to_string() };
    decimal.round(DIGITS);
    let exponent = decimal.point - 1;
    if decimal.digits.is_empty() || (-4..i64::try_from(DIGITS).expect("ten")).contains(&exponent) {
        decimal.to_plain(None)
    } else {
        decimal.to_scientific(decimal.digits.len() - 1, 'e')
    }
}
