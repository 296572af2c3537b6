//! Every object of the simulated cloud, and the file that they are kept in between runs.

use std::collections::BTreeMap;
use std::io;

use serde::{Deserialize, Serialize};

use super::object::{Object, Record};
use crate::base::{Id, TypeName};
use crate::schema::Registry;
use crate::world::{Disk, Privacy};

/// The file.
const FILE: &str = "cloud.json";
/// The form of the file; another one is refused.
const VERSION: u32 = 1;

/// The objects, by type and id.
#[derive(Default)]
pub struct Store {
    objects: BTreeMap<TypeName, BTreeMap<Id, Object>>,
    /// How much randomness has been used.
    pub draws: u64,
    /// Seconds that had passed when the file was written.
    pub elapsed: f64,
}

#[derive(Serialize, Deserialize)]
struct File {
    version: u32,
    draws: u64,
    elapsed: f64,
    objects: Vec<Record>,
}

impl Store {
    /// Reads the file; an empty cloud where there is none.
    ///
    /// # Errors
    /// When it cannot be read or is of another version.
    pub fn load(disk: &dyn Disk, registry: &Registry) -> io::Result<Self> {
        let Some(bytes) = disk.read(FILE)? else { return Ok(Self::default()) };
        let broken = |why: String| {
            let place = disk.place();
            let text =
                format!("{place}/{FILE}: {why}; delete the folder to begin with an empty cloud");
            io::Error::new(io::ErrorKind::InvalidData, text)
        };
        let file: File =
            serde_json::from_slice(&bytes).map_err(|error| broken(error.to_string()))?;
        if file.version != VERSION {
            return Err(broken(format!(
                "it has version {}, this program reads {VERSION}",
                file.version
            )));
        }
        let mut store = Self { draws: file.draws, elapsed: file.elapsed, ..Self::default() };
        for record in file.objects {
            let schema = registry.resource(record.type_name().as_str());
            if let Some(object) = schema.and_then(|schema| record.object(schema)) {
                store.insert(object);
            }
        }
        Ok(store)
    }

    /// Writes the file.
    ///
    /// # Errors
    /// When it cannot be written; the old one stays.
    pub fn save(&self, disk: &dyn Disk, registry: &Registry, elapsed: f64) -> io::Result<()> {
        let record =
            |object: &Object| Record::of(object, registry.resource(object.type_name.as_str())?);
        let objects = self.all().filter_map(record).collect();
        let file = File { version: VERSION, draws: self.draws, elapsed, objects };
        let bytes = serde_json::to_vec(&file).map_err(io::Error::other)?;
        disk.replace(FILE, &bytes, Privacy::Private)
    }

    /// Adds or replaces an object.
    pub fn insert(&mut self, object: Object) {
        self.objects.entry(object.type_name.clone()).or_default().insert(object.id.clone(), object);
    }

    /// Takes an object out.
    pub fn remove(&mut self, type_name: &TypeName, id: &Id) {
        if let Some(objects) = self.objects.get_mut(type_name) {
            objects.remove(id);
        }
    }

    /// An object by its id.
    pub fn object(&self, type_name: &TypeName, id: &Id) -> Option<&Object> {
        self.objects.get(type_name)?.get(id)
    }

    /// An object by its id, to change.
    pub fn object_mut(&mut self, type_name: &TypeName, id: &Id) -> Option<&mut Object> {
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
        for objects in self.objects.values_mut() {
            objects.retain(|_, object| object.gone_at.is_none_or(|gone| now < gone));
        }
    }
}
