//! Objects that exist nowhere but in a test.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::base::{Address, Id, TypeName};
use crate::plan::{Live, Owner, Scope};
use crate::value::Value;

/// The made-up objects of one state, kept from run to run.
#[derive(Clone, Default)]
pub struct Objects(Arc<Mutex<BTreeMap<(TypeName, Id), Live>>>);

impl Objects {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<(TypeName, Id), Live>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an object under its `id` attribute, or under a name like it where another has that: mocks may give every
    /// object of a type the same.
    pub fn add(&self, type_name: &TypeName, scope: &Scope, value: Value, owner: Owner) -> Id {
        let mut objects = self.lock();
        let wanted = value.attribute("id").and_then(Value::as_str).unwrap_or("mock");
        let numbered = (2..).map(|number| format!("{wanted}~{number}"));
        let id = std::iter::once(wanted.to_owned())
            .chain(numbered)
            .map(Id::new)
            .find(|id| !objects.contains_key(&(type_name.clone(), id.clone())))
            .expect("numbers do not end");
        let live = Live {
            type_name: type_name.clone(),
            scope: scope.clone(),
            id: id.clone(),
            value,
            owner: Some(owner),
            status: crate::plan::Status::Ready,
        };
        objects.insert((type_name.clone(), id.clone()), live);
        id
    }

    /// One object.
    pub fn get(&self, type_name: &TypeName, id: &Id) -> Option<Live> {
        self.lock().get(&(type_name.clone(), id.clone())).cloned()
    }

    /// Whether there is such an object.
    pub fn has(&self, type_name: &TypeName, id: &Id) -> bool {
        self.lock().contains_key(&(type_name.clone(), id.clone()))
    }

    /// Changes an object, if it is there.
    pub fn change(&self, type_name: &TypeName, id: &Id, change: impl FnOnce(&mut Live)) {
        if let Some(live) = self.lock().get_mut(&(type_name.clone(), id.clone())) {
            change(live);
        }
    }

    /// Takes an object out.
    pub fn remove(&self, type_name: &TypeName, id: &Id) {
        self.lock().remove(&(type_name.clone(), id.clone()));
    }

    /// Objects of a type in a scope.
    pub fn of(&self, type_name: &TypeName, scope: &Scope) -> Vec<Live> {
        let objects = self.lock();
        let here = objects.values().filter(|o| o.type_name == *type_name && o.scope == *scope);
        here.cloned().collect()
    }

    /// The types of objects in a scope.
    pub fn types_in(&self, scope: &Scope) -> Vec<TypeName> {
        let objects = self.lock();
        let here = objects.values().filter(|object| object.scope == *scope);
        here.map(|object| object.type_name.clone()).collect()
    }

    /// Whose they are.
    pub fn addresses(&self) -> Vec<Address> {
        let objects = self.lock();
        objects.values().filter_map(|o| Some(o.owner.as_ref()?.address.clone())).collect()
    }
}
