//! Every object of the simulated cloud, and which of them changed.

use std::collections::{BTreeMap, BTreeSet};

use super::object::Object;
use crate::base::{Id, TypeName};

/// The objects, by type and id.
#[derive(Default)]
pub struct Store {
    objects: BTreeMap<TypeName, BTreeMap<Id, Object>>,
    /// How much randomness has been used.
    pub draws: u64,
    /// Seconds that had passed when this run began.
    pub elapsed: f64,
    changed: BTreeSet<(TypeName, Id)>,
}

impl Store {
    /// What was added, changed or taken out since [`Store::forget_changes`].
    pub fn changed(&self) -> &BTreeSet<(TypeName, Id)> {
        &self.changed
    }

    /// Takes what changed so far for what was always so.
    pub fn forget_changes(&mut self) {
        self.changed.clear();
    }

    fn note(&mut self, type_name: &TypeName, id: &Id) {
        self.changed.insert((type_name.clone(), id.clone()));
    }

    /// Adds or replaces an object.
    pub fn insert(&mut self, object: Object) {
        self.note(&object.type_name, &object.id);
        self.objects.entry(object.type_name.clone()).or_default().insert(object.id.clone(), object);
    }

    /// Takes an object out.
    pub fn remove(&mut self, type_name: &TypeName, id: &Id) {
        let objects = self.objects.get_mut(type_name);
        if objects.is_some_and(|objects| objects.remove(id).is_some()) {
            self.note(type_name, id);
        }
    }

    /// An object by its id.
    pub fn object(&self, type_name: &TypeName, id: &Id) -> Option<&Object> {
        self.objects.get(type_name)?.get(id)
    }

    /// An object by its id, to change.
    pub fn object_mut(&mut self, type_name: &TypeName, id: &Id) -> Option<&mut Object> {
        self.note(type_name, id);
        self.objects.get_mut(type_name)?.get_mut(id)
    }

    /// The objects of a type, by id.
    pub fn of_type(&self, type_name: &str) -> impl Iterator<Item = &Object> {
        self.objects.get(type_name).into_iter().flat_map(BTreeMap::values)
    }

    /// All objects.
    pub fn all(&self) -> impl Iterator<Item = &Object> {
        self.objects.values().flat_map(BTreeMap::values)
    }

    /// Takes out what is gone by the moment `now`.
    pub fn settle(&mut self, now: f64) {
        let is_gone = |object: &Object| object.gone_at.is_some_and(|gone| now >= gone);
        let gone = self.all().filter(|object| is_gone(object));
        let gone: Vec<_> = gone.map(|o| (o.type_name.clone(), o.id.clone())).collect();
        for (type_name, id) in gone {
            self.remove(&type_name, &id);
        }
    }
}
