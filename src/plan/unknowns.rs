//! What decides an unknown attribute, for people to read: the expression that its argument is set to.

use std::fmt::Write as _;

use ecow::EcoString;

use crate::config::Resource;
use crate::eval;
use crate::value::Value;

/// Unknown top-level attributes that the configuration sets, with the references that their arguments make.
pub(super) fn origins(planned: &Value, resource: &Resource) -> Vec<(EcoString, EcoString)> {
    let mut found = Vec::new();
    for argument in &resource.body.attributes {
        let name = &argument.name.name;
        if planned.attribute(name).is_none_or(Value::is_wholly_known) {
            continue;
        }
        let names: Vec<String> = eval::references(&argument.expr)
            .iter()
            .filter(|reference| !matches!(reference.root.as_str(), "each" | "count" | "path"))
            .map(describe)
            .collect();
        if !names.is_empty() {
            found.push((name.clone(), names.join(", ").into()));
        }
    }
    found.sort_unstable();
    found.shrink_to_fit();
    found
}

/// A reference as it is written.
pub(super) fn describe(reference: &eval::Reference<'_>) -> String {
    let mut text = reference.root.to_string();
    for step in &reference.steps {
        match step {
            eval::Step::Attr(name) => {
                text.push('.');
                text.push_str(&name.name);
            }
            eval::Step::Index { key, .. } => match (key.as_str(), key.as_number()) {
                (Some(key), _) => write!(text, "[{key:?}]").expect("writing to a string"),
                (None, Some(index)) => write!(text, "[{index}]").expect("writing to a string"),
                (None, None) => text.push_str("[…]"),
            },
        }
    }
    text
}
