//! Write-only arguments: sent and never read back. No plan and no ledger has them; they are evaluated once more when they
//! are sent, and may be another value by then.

use super::marks::{Place, map_children};
use crate::schema::{Block, Nesting, Schema};
use crate::value::{Kind, Marks, Value};

/// The value without its write-only arguments: null in their place, marked as ephemeral where something was written.
pub(in crate::plan) fn veil(value: &Value, block: &Block) -> Value {
    each(value, block, &mut |given| {
        if given.is_null() {
            given.clone()
        } else {
            Value::null(given.ty()).with_marks(Marks::EPHEMERAL)
        }
    })
}

/// The value as expressions see it: what was veiled is null, and no more than that.
pub(in crate::plan) fn unveil(value: &Value, block: &Block) -> Value {
    each(value, block, &mut |veiled| {
        let (bare, marks) = veiled.clone().unmark();
        bare.with_marks(marks.without(Marks::EPHEMERAL))
    })
}

/// The value with nothing in the place of write-only arguments that nobody knows yet.
pub(super) fn without_unknown(value: &Value, block: &Block) -> Value {
    each(value, block, &mut |given| {
        if given.is_wholly_known() { given.clone() } else { Value::null(given.ty()) }
    })
}

/// The value as it may be written down: null in the place of write-only arguments.
#[must_use]
pub fn lasting(schema: &Schema, value: &Value) -> Value {
    each(value, &schema.block, &mut |given| Value::null(given.ty()))
}

/// `prior` with the write-only arguments of `desired`: what is sent anew only because something else says so.
#[must_use]
pub fn as_sent(schema: &Schema, prior: &Value, desired: &Value) -> Value {
    let Some(entries) = prior.as_entries().filter(|_| has_any(&schema.block)) else {
        return prior.clone();
    };
    let mut entries = entries.clone();
    for (name, _) in schema.block.attributes.iter().filter(|(_, attribute)| attribute.write_only) {
        if let Some(given) = desired.attribute(name) {
            entries.insert(name.clone(), given.clone());
        }
    }
    Value::new(Kind::Object(entries)).with_marks(prior.marks())
}

fn has_any(block: &Block) -> bool {
    block.attributes.values().any(|attribute| attribute.write_only)
        || block.blocks.values().any(|nested| has_any(&nested.block))
}

/// Changes each write-only argument, wherever it stands.
fn each(value: &Value, block: &Block, change: &mut dyn FnMut(&Value) -> Value) -> Value {
    if !has_any(block) || !value.is_known() || value.is_null() {
        return value.clone();
    }
    let changed = map_children(value, |place, child| {
        let Place::Name(name) = place else { return child.clone() };
        if let Some(attribute) = block.attributes.get(name) {
            return if attribute.write_only { change(child) } else { child.clone() };
        }
        let Some(nested) = block.blocks.get(name) else { return child.clone() };
        match nested.nesting {
            Nesting::Single | Nesting::Group => each(child, &nested.block, change),
            // Providers have none within sets.
            Nesting::Set => child.clone(),
            Nesting::List | Nesting::Map => {
                map_children(child, |_, element| each(element, &nested.block, change))
                    .with_marks(child.marks())
            }
        }
    });
    changed.with_marks(value.marks())
}
