//! Dependencies that live values tell: what refers to an object is changed or deleted before the object goes.

use std::collections::BTreeMap;

use crate::base::TypeName;
use crate::plan::walk::Walk;
use crate::plan::{Action, Step};
use crate::value::{Kind, Value};

/// Pairs of drafts: the delete of the first comes after the second.
pub(super) fn between(walk: &Walk) -> Vec<(usize, usize)> {
    let drafts = &walk.drafts;
    let deletes: Vec<usize> = (0..drafts.len())
        .filter(|at| drafts[*at].step.action == Action::Delete)
        .filter(|at| drafts[*at].step.replaces.is_none())
        .collect();
    if deletes.is_empty() {
        return Vec::new();
    }
    let mut by_address = BTreeMap::new();
    let mut by_value: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for at in &deletes {
        let step = &drafts[*at].step;
        by_address.insert(&step.address, *at);
        for text in step.prior.iter().flat_map(names_of) {
            by_value.entry(text).or_default().push(*at);
        }
    }
    let mut found = Vec::new();
    for (from, draft) in drafts.iter().enumerate() {
        let step = &draft.step;
        if !matches!(step.action, Action::Delete | Action::Update | Action::Forget) {
            continue;
        }
        referred(walk, step, |to_types, text| {
            for to in by_value.get(text).into_iter().flatten() {
                let other = &drafts[*to].step;
                if *to != from && to_types.iter().any(|ty| *ty == *other.address.type_name()) {
                    found.push((*to, from));
                }
            }
        });
        for address in walk.input.remembered.dependencies.get(&step.address).into_iter().flatten() {
            if let Some(to) = by_address.get(address).filter(|to| **to != from) {
                found.push((*to, from));
            }
        }
    }
    found
}

/// Texts by which others may name an object: its top-level attributes.
fn names_of(value: &Value) -> impl Iterator<Item = &str> {
    let entries = value.as_entries().into_iter().flatten();
    entries
        .filter(|(name, _)| matches!(name.as_str(), "id" | "arn" | "name") || name.ends_with("_id"))
        .filter_map(|(_, value)| value.as_str())
        .filter(|text| !text.is_empty())
}

/// Calls `each` with every value of an object that names another, and the types that it may name.
fn referred(walk: &Walk, step: &Step, mut each: impl FnMut(&[TypeName], &str)) {
    let Some(schema) = walk.state.registry.resource(step.address.type_name().as_str()) else {
        return;
    };
    let Some(prior) = &step.prior else { return };
    for reference in &schema.terrace.refers {
        let types: Vec<TypeName> =
            reference.to.iter().map(|name| TypeName::from(name.as_str())).collect();
        let path: Vec<&str> =
            reference.attr.split('.').filter(|step| step.parse::<usize>().is_err()).collect();
        texts(prior, &path, &mut |text| each(&types, text));
    }
}

/// The texts at a path, collections stepped into.
fn texts(value: &Value, path: &[&str], each: &mut dyn FnMut(&str)) {
    match (value.kind(), path.split_first()) {
        (Kind::String(text), None) => each(text),
        (Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements), _) => {
            elements.iter().for_each(|element| texts(element, path, each));
        }
        (Kind::Map(_, entries), None) => {
            entries.values().for_each(|element| texts(element, path, each));
        }
        (_, Some((first, rest))) => {
            if let Some(child) = value.attribute(first) {
                texts(child, rest, each);
            }
        }
        _ => {}
    }
}
