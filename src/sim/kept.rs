//! The files in which the simulated cloud is kept between runs.
//!
//! `cloud.json` holds all of it, `changes-N.jsonl` what happened since: a line for each change, written when the call
//! that made it is answered. So a change costs what it changes and not what there is. When the cloud is let go of, the
//! lines are folded into the whole, which then names another file of changes. A line that a crash cut off was never
//! answered and is left out.

use std::io;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::object::{Object, Record};
use super::store::Store;
use crate::base::{Id, TypeName};
use crate::ledger::lines::{frame, unframe};
use crate::schema::Registry;
use crate::world::{Disk, Privacy};

/// The whole.
const WHOLE: &str = "cloud.json";
/// The form of the files; another one is refused.
const VERSION: u32 = 1;

/// Where the simulated cloud is kept.
pub struct Kept {
    disk: Arc<dyn Disk>,
    registry: Arc<Registry>,
    /// The number of the file of changes.
    number: u64,
    changes: Changes,
    /// Seconds that had passed when something was kept last.
    elapsed: f64,
}

/// How the file of changes is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Changes {
    /// There is none.
    Missing,
    /// There is one, of an earlier run that did not get to its end, or of one that goes on.
    Theirs,
    /// The same, and its last line was cut off, so that nothing may follow it.
    CutOff,
    /// This process has added to it.
    Ours,
}

/// Everything.
#[derive(Serialize, Deserialize)]
struct Whole {
    version: u32,
    draws: u64,
    elapsed: f64,
    /// The number of the file of changes that goes on from it.
    #[serde(default)]
    changes: u64,
    objects: Vec<Record>,
}

/// What one call changed.
#[derive(Serialize, Deserialize)]
struct Change {
    draws: u64,
    elapsed: f64,
    /// Objects as they are now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    objects: Vec<Record>,
    /// Objects that are no more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    gone: Vec<(TypeName, Id)>,
}

impl Kept {
    /// Reads the cloud that is kept on a disk; an empty one where there is none.
    ///
    /// # Errors
    /// When it cannot be read, is damaged or of another version.
    pub fn open(disk: Arc<dyn Disk>, registry: Arc<Registry>) -> io::Result<(Store, Self)> {
        let Files { whole, changes } = read(&*disk)?;
        let mut store = Store::default();
        let mut number = 0;
        if let Some(whole) = whole {
            number = whole.changes;
            (store.draws, store.elapsed) = (whole.draws, whole.elapsed);
            insert_all(&mut store, whole.objects, &registry);
        }
        let name = changes_name(number);
        let lines = unframe(changes.as_deref().unwrap_or_default()).map_err(|damage| {
            broken(&*disk, &name, &format!("line {}: {}", damage.line, damage.reason))
        })?;
        for line in &lines.records {
            let change: Change = parse(&*disk, &name, line.as_bytes())?;
            (store.draws, store.elapsed) = (change.draws, change.elapsed);
            insert_all(&mut store, change.objects, &registry);
            for (type_name, id) in change.gone {
                store.remove(&type_name, &id);
            }
        }
        store.forget_changes();
        let changes = match (&changes, lines.cut_off) {
            (None, _) => Changes::Missing,
            (Some(_), 0) => Changes::Theirs,
            (Some(_), _) => Changes::CutOff,
        };
        let elapsed = store.elapsed;
        Ok((store, Self { disk, registry, number, changes, elapsed }))
    }

    /// Where it is, for people.
    pub fn place(&self) -> String {
        self.disk.place()
    }

    /// Writes what changed since the last time.
    ///
    /// # Errors
    /// When it cannot be written; then the next time writes it as well.
    pub fn save(&mut self, store: &mut Store, elapsed: f64) -> io::Result<()> {
        self.elapsed = elapsed;
        match self.changes {
            Changes::CutOff => self.fold(store)?,
            _ => self.add(store)?,
        }
        store.forget_changes();
        Ok(())
    }

    fn add(&mut self, store: &Store) -> io::Result<()> {
        let mut change = Change {
            draws: store.draws,
            elapsed: self.elapsed,
            objects: Vec::new(),
            gone: Vec::new(),
        };
        for (type_name, id) in store.changed() {
            match store.object(type_name, id) {
                Some(object) => change.objects.extend(self.record(object)),
                None => change.gone.push((type_name.clone(), id.clone())),
            }
        }
        let line = frame(&serde_json::to_string(&change).map_err(io::Error::other)?);
        let name = changes_name(self.number);
        match self.changes {
            Changes::Missing => self.disk.replace(&name, line.as_bytes(), Privacy::Private)?,
            _ => self.disk.append(&name, line.as_bytes())?,
        }
        self.changes = Changes::Ours;
        Ok(())
    }

    /// Folds the changes of this process into the whole. Where that fails they stay, and say the same.
    pub fn close(&mut self, store: &Store) {
        if self.changes == Changes::Ours
            && let Err(error) = self.fold(store)
        {
            tracing::warn!(%error, "the simulated cloud stays in two files");
        }
    }

    fn fold(&mut self, store: &Store) -> io::Result<()> {
        let whole = Whole {
            version: VERSION,
            draws: store.draws,
            elapsed: self.elapsed,
            changes: self.number + 1,
            objects: store.all().filter_map(|object| self.record(object)).collect(),
        };
        let bytes = serde_json::to_vec(&whole).map_err(io::Error::other)?;
        self.disk.replace(WHOLE, &bytes, Privacy::Private)?;
        let old = changes_name(self.number);
        self.number += 1;
        self.changes = Changes::Missing;
        // Nobody reads it any more: were it left, it would only take room.
        self.disk.remove(&old)
    }

    fn record(&self, object: &Object) -> Option<Record> {
        Record::of(object, self.registry.resource(object.type_name.as_str())?)
    }
}

fn insert_all(store: &mut Store, records: Vec<Record>, registry: &Registry) {
    for record in records {
        let schema = registry.resource(record.type_name().as_str());
        if let Some(object) = schema.and_then(|schema| record.object(schema)) {
            store.insert(object);
        }
    }
}

/// What the files hold.
struct Files {
    whole: Option<Whole>,
    changes: Option<Vec<u8>>,
}

/// Reads both files. One who only looks may meet another who folds, and then begins again.
fn read(disk: &dyn Disk) -> io::Result<Files> {
    loop {
        let bytes = disk.read(WHOLE)?;
        let whole = match &bytes {
            Some(bytes) => Some(parse_whole(disk, bytes)?),
            None => None,
        };
        let number = whole.as_ref().map_or(0, |whole| whole.changes);
        let changes = disk.read(&changes_name(number))?;
        if changes.is_some() || disk.read(WHOLE)? == bytes {
            return Ok(Files { whole, changes });
        }
    }
}

fn parse_whole(disk: &dyn Disk, bytes: &[u8]) -> io::Result<Whole> {
    let whole: Whole = parse(disk, WHOLE, bytes)?;
    if whole.version == VERSION {
        return Ok(whole);
    }
    let why = format!("it has version {}, this program reads {VERSION}", whole.version);
    Err(broken(disk, WHOLE, &why))
}

fn changes_name(number: u64) -> String {
    format!("changes-{number}.jsonl")
}

fn parse<T: serde::de::DeserializeOwned>(
    disk: &dyn Disk,
    name: &str,
    bytes: &[u8],
) -> io::Result<T> {
    serde_json::from_slice(bytes).map_err(|error| broken(disk, name, &error.to_string()))
}

fn broken(disk: &dyn Disk, name: &str, why: &str) -> io::Error {
    let place = disk.place();
    let text = format!("{place}/{name}: {why}; delete the folder to begin with an empty cloud");
    io::Error::new(io::ErrorKind::InvalidData, text)
}
