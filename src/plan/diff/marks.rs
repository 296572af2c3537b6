//! Marks are put aside while values are compared and put back onto what is planned.

use std::sync::Arc;

use ecow::EcoString;

use crate::schema::{Block, Nesting, Schema};
use crate::value::{AttrPath, Entries, Kind, Marks, Value};

/// Whether other parts of what the configuration writes are sensitive in one value than in the other.
pub(in crate::plan) fn secrecy_differs(schema: &Schema, left: &Value, right: &Value) -> bool {
    let (left, right) = (mark_schema(left, &schema.block), mark_schema(right, &schema.block));
    let attributes = schema.block.attributes.iter();
    let written = attributes.filter(|(_, attribute)| attribute.presence.is_writable());
    let names = written.map(|(name, _)| name).chain(schema.block.blocks.keys());
    names
        .into_iter()
        .any(|name| secret_paths(left.attribute(name)) != secret_paths(right.attribute(name)))
}

fn secret_paths(value: Option<&Value>) -> Vec<AttrPath> {
    let Some(value) = value.filter(|value| value.deep_marks().is_sensitive()) else {
        return Vec::new();
    };
    let (_, marks) = value.clone().unmark_deep_with_paths();
    let secret = marks.into_iter().filter(|(_, marks)| marks.is_sensitive());
    secret.map(|(path, _)| path).collect()
}

/// The value without any marks.
pub(in crate::plan) fn strip(value: &Value) -> Value {
    if value.deep_marks().is_none() {
        return value.clone();
    }
    map_children(value, |_, child| strip(child))
}

/// `planned` with the marks that `config` bears at the same places; those inside of sets go onto the whole set.
pub(in crate::plan) fn remark(planned: &Value, config: &Value) -> Value {
    if config.deep_marks().is_none() {
        return planned.clone();
    }
    let own = match config.kind() {
        Kind::Set(..) => config.deep_marks(),
        _ => config.marks(),
    };
    let marked = match (planned.kind(), config.kind()) {
        (Kind::List(..) | Kind::Tuple(_), Kind::List(_, like) | Kind::Tuple(like)) => {
            map_children(planned, |place, child| match place {
                Place::Index(at) if at < like.len() => remark(child, &like[at]),
                _ => child.clone(),
            })
        }
        (Kind::Map(..) | Kind::Object(_), Kind::Map(_, like) | Kind::Object(like)) => {
            map_children(planned, |place, child| match place {
                Place::Name(name) => {
                    like.get(name).map_or_else(|| child.clone(), |l| remark(child, l))
                }
                Place::Index(_) => child.clone(),
            })
        }
        _ => planned.clone(),
    };
    marked.with_marks(planned.marks()).with_marks(own)
}

/// The value of a block with what its schema calls sensitive marked as such; null attributes too.
pub(in crate::plan) fn mark_schema(value: &Value, block: &Block) -> Value {
    if !has_sensitive(block) {
        return value.clone();
    }
    map_children(value, |place, child| {
        let Place::Name(name) = place else { return child.clone() };
        if let Some(attribute) = block.attributes.get(name) {
            let child = child.clone();
            return if attribute.sensitive { child.with_marks(Marks::SENSITIVE) } else { child };
        }
        let Some(nested) = block.blocks.get(name) else { return child.clone() };
        match nested.nesting {
            Nesting::Single | Nesting::Group if child.is_null() => child.clone(),
            Nesting::Single | Nesting::Group => mark_schema(child, &nested.block),
            Nesting::List | Nesting::Map => {
                map_children(child, |_, e| mark_schema(e, &nested.block))
            }
            Nesting::Set if has_sensitive(&nested.block) => {
                child.clone().with_marks(Marks::SENSITIVE)
            }
            Nesting::Set => child.clone(),
        }
    })
    .with_marks(value.marks())
}

/// Whether anything in the block is sensitive by its schema.
pub(in crate::plan) fn has_sensitive(block: &Block) -> bool {
    block.attributes.values().any(|attribute| attribute.sensitive)
        || block.blocks.values().any(|nested| has_sensitive(&nested.block))
}

/// Where a child stands in its value.
#[derive(Clone, Copy)]
pub(in crate::plan) enum Place<'a> {
    /// In a list, set or tuple.
    Index(usize),
    /// In a map or object.
    Name(&'a EcoString),
}

/// The value, unmarked at the top, with each element or attribute changed.
pub(in crate::plan) fn map_children(
    value: &Value,
    mut change: impl FnMut(Place<'_>, &Value) -> Value,
) -> Value {
    let mut sequence = |elements: &[Value]| -> Vec<Value> {
        elements.iter().enumerate().map(|(at, e)| change(Place::Index(at), e)).collect()
    };
    let kind = match value.kind() {
        Kind::List(ty, elements) => Kind::List(ty.clone(), Arc::new(sequence(elements))),
        Kind::Set(ty, elements) => Kind::Set(ty.clone(), Arc::new(sequence(elements))),
        Kind::Tuple(elements) => Kind::Tuple(Arc::new(sequence(elements))),
        Kind::Map(ty, entries) => Kind::Map(ty.clone(), named(entries, change)),
        Kind::Object(entries) => Kind::Object(named(entries, change)),
        other => other.clone(),
    };
    Value::new(kind)
}

fn named(entries: &Entries, mut change: impl FnMut(Place<'_>, &Value) -> Value) -> Entries {
    entries.iter().map(|(name, e)| (name.clone(), change(Place::Name(name), e))).collect()
}
