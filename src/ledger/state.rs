//! What the ledger knows, as its lines say it one after the other.

use std::collections::{BTreeMap, BTreeSet};

use super::record::{EntryRecord, IntentRecord, ObjectRecord, OutputRecord, Record};
use crate::base::{Address, Id, PhaseName, StackName, TypeName};
use crate::plan::Scope;
use ecow::EcoString;

/// A record with the line that it came from, so that writing the whole ledger again encodes nothing twice.
pub(super) struct Held<T> {
    pub record: T,
    pub line: Box<str>,
}

/// Everything that is known.
#[derive(Default)]
pub(super) struct State {
    pub stack: Option<StackName>,
    pub phase: Option<PhaseName>,
    pub entries: BTreeMap<(Address, u32), Held<EntryRecord>>,
    pub objects: BTreeMap<TypeName, BTreeMap<Id, Held<ObjectRecord>>>,
    pub intents: BTreeMap<u64, Held<IntentRecord>>,
    pub series: BTreeMap<Address, u32>,
    pub outputs: BTreeMap<EcoString, OutputRecord>,
    pub next_intent: u64,
}

impl State {
    /// Takes a record in; `line` is its text.
    pub(super) fn apply(&mut self, record: Record, line: &str) {
        let line = || Box::from(line);
        match record {
            Record::Intent(record) => {
                self.next_intent = self.next_intent.max(record.intent + 1);
                self.intents.insert(record.intent, Held { line: line(), record: *record });
            }
            Record::Settled { intent, .. } => {
                self.intents.remove(&intent);
            }
            Record::Remember(record) => {
                let key = (record.address.clone(), record.generation);
                self.entries.insert(key, Held { line: line(), record: *record });
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
                of_type.insert(record.id.clone(), Held { line: line(), record: *record });
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

    /// The lines that say all of it, each once.
    pub(super) fn lines(&self) -> Vec<std::borrow::Cow<'_, str>> {
        use std::borrow::Cow;
        let mut lines: Vec<Cow<'_, str>> = Vec::new();
        let mut add = |record: &Record| {
            lines.push(Cow::Owned(to_line(record)));
        };
        if let Some(stack) = &self.stack {
            add(&Record::Stack { stack: stack.clone() });
        }
        if self.phase.is_some() {
            add(&Record::Phase { phase: self.phase.clone() });
        }
        for (address, count) in &self.series {
            add(&Record::Series { address: address.clone(), count: *count });
        }
        if !self.outputs.is_empty() {
            add(&Record::Outputs { outputs: self.outputs.clone() });
        }
        lines.extend(self.entries.values().map(|held| Cow::Borrowed(&*held.line)));
        let objects = self.objects.values().flat_map(BTreeMap::values);
        lines.extend(objects.map(|held| Cow::Borrowed(&*held.line)));
        lines.extend(self.intents.values().map(|held| Cow::Borrowed(&*held.line)));
        lines
    }
}

impl State {
    /// How many objects are known.
    pub(super) fn object_count(&self) -> usize {
        let objects = self.objects.values().flat_map(BTreeMap::values);
        let objects = objects.map(|held| (held.record.address.as_ref(), held.record.generation));
        let entries = self.entries.keys().map(|(address, generation)| (Some(address), *generation));
        // What an object of the ledger depends on is an entry as well.
        objects.chain(entries).collect::<BTreeSet<_>>().len()
    }

    /// Every type and scope of which something is known.
    pub(super) fn holdings(&self) -> BTreeSet<(TypeName, Scope)> {
        let entries =
            self.entries.values().map(|held| (&held.record.type_name, &held.record.scope));
        let objects = self.objects.values().flat_map(BTreeMap::values);
        let objects = objects.map(|held| (&held.record.type_name, &held.record.scope));
        entries.chain(objects).map(|(name, scope)| (name.clone(), scope.clone())).collect()
    }
}

/// A record as text.
pub(super) fn to_line(record: &Record) -> String {
    serde_json::to_string(record).expect("records have only plain fields and string keys")
}
