//! The types of the language itself, whose rules no schema can say.

use super::{Difference, computed_not_null};
use crate::plan::Interruption;
use crate::schema::Schema;
use crate::value::{AttrPath, Kind, Type, Value};

/// The difference of an object of a type that has rules of its own; none for all others.
pub(super) fn diff(schema: &Schema, prior: Option<&Value>, config: &Value) -> Option<Difference> {
    (schema.type_name == "terraform_data").then(|| terraform_data(prior, config))
}

/// `output` follows `input`, types and all; a change of `triggers_replace`, of its type too, replaces.
fn terraform_data(prior: Option<&Value>, config: &Value) -> Difference {
    let of = |value: &Value, name: &str| {
        value.attribute(name).cloned().unwrap_or_else(|| Value::null(Type::Dynamic))
    };
    let (input, triggers) = (of(config, "input"), of(config, "triggers_replace"));
    let mut planned = config.as_entries().cloned().unwrap_or_default();
    let output = if input.is_null() { input.clone() } else { Value::unknown(input.ty()) };
    let mut replace = Vec::new();
    match prior {
        None => {
            planned.insert("id".into(), computed_not_null(&Type::String));
            planned.insert("output".into(), output);
        }
        Some(prior) => {
            planned.insert("id".into(), of(prior, "id"));
            planned.insert("output".into(), of(prior, "output"));
            if !raw_equal(&of(prior, "triggers_replace"), &triggers) {
                replace.push(AttrPath::attribute("triggers_replace"));
                planned.insert("id".into(), computed_not_null(&Type::String));
                planned.insert("output".into(), output);
            } else if !raw_equal(&of(prior, "input"), &input) {
                planned.insert("output".into(), Value::unknown(input.ty()));
            }
        }
    }
    let planned = Value::new(Kind::Object(planned));
    let mut changed = Vec::new();
    if let Some(prior) = prior {
        for name in ["id", "input", "output", "triggers_replace"] {
            let (before, after) = (of(prior, name), of(&planned, name));
            if raw_equal(&before, &after) {
                continue;
            }
            let from = changed.len();
            super::changed_paths(&AttrPath::attribute(name), &before, &after, &mut changed);
            if changed.len() == from {
                changed.push(AttrPath::attribute(name));
            }
        }
    }
    Difference {
        prior: prior.cloned(),
        planned,
        changed,
        replace,
        interruption: Interruption::None,
    }
}

/// Equal in value and type; null of any type is one.
fn raw_equal(left: &Value, right: &Value) -> bool {
    (left.is_null() && right.is_null() && left.ty() == right.ty())
        || (left.kind() == right.kind() && left.ty() == right.ty())
}
