//! Texts at paths through blocks: `default_action.target_group_arn`.

use ecow::EcoString;

use super::{Kind, Value};

/// Every text, number and truth value at a path, as text; lists, sets and repeated blocks are gone through. Indexes
/// in the path are stepped over, and what is unknown, null or empty is left out.
#[must_use]
pub fn texts_at(value: &Value, path: &str) -> Vec<EcoString> {
    let mut found = Vec::new();
    let steps: Vec<&str> = path.split('.').filter(|step| step.parse::<usize>().is_err()).collect();
    collect(value, &steps, &mut found);
    found
}

fn collect(value: &Value, steps: &[&str], found: &mut Vec<EcoString>) {
    if let Some(elements) = value.as_sequence() {
        for element in elements {
            collect(element, steps, found);
        }
        return;
    }
    match steps {
        [] => match value.kind() {
            Kind::String(text) if !text.is_empty() => found.push(text.clone()),
            Kind::Number(number) => found.push(number.to_string().into()),
            Kind::Bool(truth) => found.push(truth.to_string().into()),
            _ => {}
        },
        [first, rest @ ..] => {
            if let Some(next) = value.attribute(first) {
                collect(next, rest, found);
            }
        }
    }
}
