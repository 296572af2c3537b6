//! What the ledger knows, as its lines say it one after the other.

use std::collections::{BTreeMap, BTreeSet};

use super::record::{EntryRecord, IntentRecord, ObjectRecord, OutputRecord, Record};
use crate::base::{Address, Id, PhaseName, StackName, TypeName};
use crate::plan::Scope;
use ecow::EcoString;

/// Everything that is known.
#[derive(Default)]
pub(super) struct State {
    pub stack: Option<StackName>,
    pub phase: Option<PhaseName>,
    pub entries: BTreeMap<(Address, u32), Box<EntryRecord>>,
    pub objects: BTreeMap<TypeName, BTreeMap<Id, Box<ObjectRecord>>>,
    pub intents: BTreeMap<u64, Box<IntentRecord>>,
    pub series: BTreeMap<Address, u32>,
    pub outputs: BTreeMap<EcoString, OutputRecord>,
    pub next_intent: u64,
}

impl State {
    /// Takes a record in.
    pub(super) fn apply(&mut self, record: Record) {
        match record {
            Record::Intent(record) => {
                self.next_intent = self.next_intent.max(record.intent + 1);
                self.intents.insert(record.intent, record);
            }
            Record::Settled { intent, .. } => {
                self.intents.remove(&intent);
            }
            Record::Remember(record) => {
                let key = (record.address.clone(), record.generation);
                self.entries.insert(key, record);
            }
            Record::Forget { address, generation } => {
                if self.entries.remove(&(address.clone(), generation)).is_some() {
                    *self.series.entry(address).or_default() += 1;
                }
            }
            Record::Series { address, count } => {
                self.series.insert(address, count);
            }
            Record::Object(record) => {
                let of_type = self.objects.entry(record.type_name.clone()).or_default();
                of_type.insert(record.id.clone(), record);
            }
            Record::ObjectGone { type_name, id } => {
                if let Some(of_type) = self.objects.get_mut(&type_name) {
                    of_type.remove(&id);
                }
            }
            Record::Outputs { outputs } => self.outputs = outputs,
            Record::Phase { phase } => self.phase = phase,
            Record::Stack { stack } => self.stack = Some(stack),
        }
    }

    /// Tells the records that say all of it, each once.
    pub(super) fn tell(&self, mut each: impl FnMut(&Record)) {
        if let Some(stack) = &self.stack {
            each(&Record::Stack { stack: stack.clone() });
        }
        if self.phase.is_some() {
            each(&Record::Phase { phase: self.phase.clone() });
        }
        for (address, count) in &self.series {
            each(&Record::Series { address: address.clone(), count: *count });
        }
        if !self.outputs.is_empty() {
            each(&Record::Outputs { outputs: self.outputs.clone() });
        }
        self.entries.values().for_each(|record| each(&Record::Remember(record.clone())));
        let objects = self.objects.values().flat_map(BTreeMap::values);
        objects.for_each(|record| each(&Record::Object(record.clone())));
        self.intents.values().for_each(|record| each(&Record::Intent(record.clone())));
    }
}

impl State {
    /// How many objects are known.
    pub(super) fn object_count(&self) -> usize {
        let objects = self.objects.values().flat_map(BTreeMap::values);
        let objects = objects.map(|record| (record.address.as_ref(), record.generation));
        let entries = self.entries.keys().map(|(address, generation)| (Some(address), *generation));
        // What an object of the ledger depends on is an entry as well.
        objects.chain(entries).collect::<BTreeSet<_>>().len()
    }

    /// Every type and scope of which something is known.
    pub(super) fn holdings(&self) -> BTreeSet<(TypeName, Scope)> {
        let entries = self.entries.values().map(|record| (&record.type_name, &record.scope));
        let objects = self.objects.values().flat_map(BTreeMap::values);
        let objects = objects.map(|record| (&record.type_name, &record.scope));
        entries.chain(objects).map(|(name, scope)| (name.clone(), scope.clone())).collect()
    }
}

/// A record as text.
pub(super) fn to_line(record: &Record) -> String {
    serde_json::to_string(record).expect("records have only plain fields and string keys")
}
