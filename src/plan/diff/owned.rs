//! Values that the configuration does not own alone: tags of others, and what an autoscaler or a schedule moves.

use std::collections::BTreeMap;

use ecow::EcoString;

use super::DiffInput;
use crate::schema::{LiveOwned, Schema};
use crate::value::{Entries, Kind, Number, Type, Value};

/// Tags that a provider configuration adds to everything, and those that it does not look at.
#[derive(Clone, Default)]
pub struct ProviderTags {
    /// `default_tags`
    pub default: Entries,
    /// `ignore_tags { keys }`
    pub ignore_keys: Vec<EcoString>,
    /// `ignore_tags { key_prefixes }`
    pub ignore_prefixes: Vec<EcoString>,
}

impl ProviderTags {
    fn ignores(&self, key: &str) -> bool {
        self.ignore_keys.iter().any(|ignored| ignored == key)
            || self.ignore_prefixes.iter().any(|prefix| key.starts_with(prefix.as_str()))
    }
}

/// Sets `tags_all` of the planned object: default tags overlaid by its own.
pub(super) fn plan_tags(schema: &Schema, tags: &ProviderTags, planned: &mut Entries) {
    if !schema.takes_default_tags() || schema.attribute("tags_all").is_none() {
        return;
    }
    let own = planned.get("tags").cloned().unwrap_or_else(|| Value::null(Type::Dynamic));
    let all = if own.is_known() {
        let mut all = tags.default.clone();
        for (key, value) in own.as_entries().into_iter().flatten() {
            if value.is_null() {
                all.remove(key);
            } else {
                all.insert(key.clone(), value.clone());
            }
        }
        all.retain(|key, _| !tags.ignores(key));
        Value::map(Type::String, all)
    } else {
        Value::unknown(Type::map(Type::String))
    };
    planned.insert("tags_all".into(), all);
}

/// The live object with only those tags that the planned one has, or that the stack is known to have set: foreign ones
/// are left alone and not shown.
pub(super) fn own_tags_only(
    schema: &Schema,
    prior: &Value,
    planned: &Entries,
    seen: Option<&Value>,
) -> Value {
    let Some(entries) = prior.as_entries() else { return prior.clone() };
    let is_map = |name: &str| schema.attribute(name).is_some_and(|a| matches!(a.ty, Type::Map(_)));
    if !schema.takes_default_tags() || !is_map("tags") {
        return prior.clone();
    }
    let mut live = Entries::default();
    for name in ["tags", "tags_all"] {
        if let Some(tags) = entries.get(name).and_then(Value::as_entries) {
            live.extend(tags.iter().map(|(key, value)| (key.clone(), value.clone())));
        }
    }
    let mut own = entries.clone();
    let mut keep = |name: &str, live: &Entries| {
        let Some(wanted) = planned.get(name).filter(|wanted| wanted.is_known()) else { return };
        let set = seen.and_then(|seen| seen.attribute(name));
        own.insert(name.into(), own_of(live, wanted, set));
    };
    keep("tags", &live);
    keep("tags_all", &live);
    for name in &schema.terrace.part_tags {
        keep(name, entries.get(name).and_then(Value::as_entries).unwrap_or(&Entries::default()));
    }
    Value::new(Kind::Object(own))
}

/// Those of live tags that are wanted or were set.
fn own_of(live: &Entries, wanted: &Value, set: Option<&Value>) -> Value {
    let has = |tags: Option<&Value>, key: &str| {
        tags.and_then(Value::as_entries).is_some_and(|tags| tags.contains_key(key))
    };
    let own = live.iter().filter(|(key, _)| has(Some(wanted), key) || has(set, key));
    let own: Entries = own.map(|(key, value)| (key.clone(), value.clone())).collect();
    if own.is_empty() && wanted.is_null() {
        Value::null(Type::map(Type::String))
    } else {
        Value::map(Type::String, own)
    }
}

/// What the configuration says of attributes that something else may move; none for a type that has no such arguments.
/// What is not known yet is left out.
pub(super) fn configured(schema: &Schema, config: &Value) -> Option<BTreeMap<EcoString, Value>> {
    let movable = schema.terrace.live_owned.iter().map(|owned| &owned.attr);
    let mut arguments = movable
        .filter(|attr| schema.attribute(attr).is_some_and(|a| a.presence.is_writable()))
        .peekable();
    arguments.peek()?;
    let given = arguments.filter_map(|attr| {
        let value = config.attribute(attr).filter(|value| !value.is_null())?;
        value.is_wholly_known().then(|| (attr.clone(), value.clone()))
    });
    Some(given.collect())
}

/// Takes over live values that something else legitimately moves: initial ones kept between their bounds, unset ones as
/// they are, and those that a schedule is known to set. A value that the configuration changed since the last apply is
/// its own.
pub(super) fn keep_live(
    input: &DiffInput<'_>,
    prior: &Value,
    config: &Value,
    planned: &mut Entries,
) {
    let DiffInput { schema, accepted, configured, .. } = *input;
    for owned in &schema.terrace.live_owned {
        let Some(live) = prior.attribute(&owned.attr).filter(|live| !live.is_null()) else {
            continue;
        };
        let unset = config.attribute(&owned.attr).is_none_or(Value::is_null);
        let moved = accepted.get(&owned.attr).is_some_and(|values| values.contains(live));
        let changed = configured.is_some_and(|known| is_changed(&owned.attr, known, config));
        if unset || (owned.initial || moved) && !changed {
            planned.insert(owned.attr.clone(), clamp(owned, live, planned));
        }
    }
}

/// Whether the configuration says something else of an attribute than it did at the last apply.
fn is_changed(attr: &str, known: &BTreeMap<EcoString, Value>, config: &Value) -> bool {
    let given = config.attribute(attr).filter(|value| !value.is_null());
    given.is_some_and(|given| {
        given.is_wholly_known()
            && known.get(attr).is_none_or(|known| !super::same_value(known, given))
    })
}

fn clamp(owned: &LiveOwned, live: &Value, planned: &Entries) -> Value {
    let (Some((low, high)), Some(number)) = (&owned.clamp, live.as_number()) else {
        return live.clone();
    };
    let bound = |name: &str| -> Option<&Number> { planned.get(name)?.as_number() };
    let number = match (bound(low), bound(high)) {
        (Some(low), _) if number < low => low,
        (_, Some(high)) if number > high => high,
        _ => number,
    };
    Value::number(number.clone())
}
