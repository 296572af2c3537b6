//! What AWS shows on one object of what another says of it: an elastic address names the instance that an association
//! puts it on.
//!
//! It is shown when an object is read and kept nowhere, so that it goes with the object that says it.

use std::collections::BTreeMap;

use ecow::EcoString;

use super::check::referred;
use super::object::Object;
use super::store::Store;
use crate::schema::{Mirror, Registry, Schema};
use crate::value::{Type, Value, convert, texts_at};

/// What the other objects of a store say of the objects of one type.
pub struct Mirrors<'a> {
    /// The type.
    pub schema: &'a Schema,
    /// Per mirror what is said, by the name that it is said of.
    said: Vec<(&'a Mirror, BTreeMap<EcoString, Vec<EcoString>>)>,
}

impl<'a> Mirrors<'a> {
    /// Looks through everything that may say something at the moment `now`.
    pub fn of(store: &Store, registry: &Registry, schema: &'a Schema, now: f64) -> Self {
        let mirrors = schema.terrace.shows.iter();
        let said = mirrors.map(|mirror| (mirror, said(store, registry, mirror, now))).collect();
        Self { schema, said }
    }

    /// The object's value with what is said of it. What it says itself wins, but for lists, which are joined.
    pub fn shown(&self, object: &Object) -> Value {
        let mut entries = match object.value.as_entries() {
            Some(entries) if !self.said.is_empty() => entries.clone(),
            _ => return object.value.clone(),
        };
        for (mirror, said) in &self.said {
            let names = [Some(object.id.as_str()), object.text("arn"), object.text(&mirror.name)];
            let mut texts: Vec<&EcoString> =
                names.into_iter().flatten().filter_map(|name| said.get(name)).flatten().collect();
            texts.sort_unstable();
            texts.dedup();
            let Some(ty) = self.schema.attribute(&mirror.attr).map(|attribute| &attribute.ty)
            else {
                continue;
            };
            let own = entries.get(&mirror.attr);
            if let Some(value) = joined(own, &texts, ty) {
                entries.insert(mirror.attr.clone(), value);
            }
        }
        Value::object(entries)
    }
}

/// What is said of objects, by the name that it is said of.
fn said(
    store: &Store,
    registry: &Registry,
    mirror: &Mirror,
    now: f64,
) -> BTreeMap<EcoString, Vec<EcoString>> {
    let mut found: BTreeMap<EcoString, Vec<EcoString>> = BTreeMap::new();
    let there = |other: &&Object| other.gone_at.is_none() && now >= other.visible_at;
    for other in store.of_type(&mirror.of).filter(there) {
        let texts = match &mirror.through {
            None => texts_at(&other.value, &mirror.value),
            Some(attr) => registry.resource(&mirror.of).map_or_else(Vec::new, |schema| {
                let objects = referred(store, schema, &other.value, attr);
                objects.iter().flat_map(|object| texts_at(&object.value, &mirror.value)).collect()
            }),
        };
        for name in texts_at(&other.value, &mirror.by) {
            found.entry(name).or_default().extend(texts.iter().cloned());
        }
    }
    found
}

/// An attribute with what is said; none where nothing is.
fn joined(own: Option<&Value>, said: &[&EcoString], ty: &Type) -> Option<Value> {
    let first = said.first()?;
    let own = own.filter(|own| !own.is_null());
    if !matches!(ty, Type::List(_) | Type::Set(_)) {
        let is_blank = own.is_none_or(|own| own.as_str() == Some(""));
        return convert(&Value::string((*first).clone()), ty).ok().filter(|_| is_blank);
    }
    let own = own.and_then(Value::as_sequence).unwrap_or_default();
    let others = said.iter().map(|text| Value::string((*text).clone()));
    let others: Vec<Value> = others.filter(|text| !own.contains(text)).collect();
    convert(&Value::tuple(own.iter().cloned().chain(others)), ty).ok()
}
