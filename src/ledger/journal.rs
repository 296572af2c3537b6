//! The ledger as the engine's journal and manifest.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ecow::EcoString;
use jiff::Timestamp;

use super::book::{Inner, Ledger};
use super::payload::{Payload, Secrecy};
use super::record::{EntryRecord, IntentRecord, Record};
use crate::base::{Address, TypeName};
use crate::engine::{
    Entry, Intent, IntentId, Journal, JournalError, Settlement, Unfinished, Write,
};
use crate::plan::Scope;
use crate::value::{Type, Value};

impl Journal for Ledger {
    fn intend<'a>(&'a self, intent: &'a Intent) -> Write<'a, IntentId> {
        Box::pin(async move {
            let inner = &*self.0;
            let context = intent_context(&intent.address, intent.generation);
            let sealer = &inner.options.sealer;
            let desired = Payload::new(&intent.desired, Secrecy::Always, sealer, &context)?;
            let number = {
                let mut state = inner.state();
                state.next_intent += 1;
                state.next_intent - 1
            };
            inner.write(Record::Intent(Box::new(IntentRecord {
                intent: number,
                at: inner.options.clock.now(),
                address: intent.address.clone(),
                generation: intent.generation,
                type_name: intent.type_name.clone(),
                scope: intent.scope.clone(),
                token: intent.token.clone(),
                nonce: intent.nonce.clone(),
                desired,
                after: intent.after.clone(),
            })));
            inner.flush().await?;
            Ok(IntentId(number))
        })
    }

    fn settle(&self, intent: IntentId, settlement: &Settlement) {
        let object = match settlement {
            Settlement::Made(id) => Some(id.clone()),
            Settlement::Nothing => None,
        };
        self.0.write(Record::Settled { intent: intent.0, object });
    }

    fn remember(&self, entry: &Entry) {
        let key = (entry.address.clone(), entry.generation);
        let known = self.0.state().entries.get(&key).cloned();
        if known.is_some_and(|known| self.0.is_same(&known, entry)) {
            return;
        }
        self.0.write(Record::Remember(Box::new(self.0.entry_record(entry))));
    }

    fn forget(&self, address: &Address, generation: u32) {
        self.0.write(Record::Forget { address: address.clone(), generation });
    }

    fn flush(&self) -> Write<'_, ()> {
        Box::pin(async { Ok(self.0.flush().await?) })
    }

    fn entries(&self) -> Vec<Entry> {
        let state = self.0.state();
        state.entries.values().map(|record| self.0.entry(record)).collect()
    }

    fn holdings(&self) -> BTreeSet<(TypeName, Scope)> {
        self.0.state().holdings()
    }

    fn entry(&self, address: &Address, generation: u32) -> Option<Entry> {
        let state = self.0.state();
        let record = state.entries.get(&(address.clone(), generation))?;
        Some(self.0.entry(record))
    }

    fn series(&self, address: &Address) -> u32 {
        self.0.state().series.get(address).copied().unwrap_or_default()
    }

    fn unfinished(&self) -> Result<Vec<Unfinished>, JournalError> {
        let state = self.0.state();
        let earlier = state.intents.range(..self.0.first_intent);
        Ok(earlier.map(|(_, record)| self.0.unfinished(record)).collect())
    }
}

impl Inner {
    /// Whether the ledger says already what is to be remembered.
    fn is_same(&self, known: &EntryRecord, entry: &Entry) -> bool {
        let plain = known.id == entry.id
            && known.scope == entry.scope
            && known.tainted == entry.tainted
            && known.after == entry.after
            && known.kept.is_some() != entry.kept.is_empty()
            && known.seen.is_some() == entry.seen.is_some()
            && known.configured.is_some() == entry.configured.is_some();
        plain && {
            let known = self.entry(known);
            known.kept == entry.kept
                && known.seen == entry.seen
                && known.configured == entry.configured
        }
    }

    fn entry_record(&self, entry: &Entry) -> EntryRecord {
        let context = entry_context(&entry.address, entry.generation);
        // Without a key it is not remembered; the next plan takes the arguments as they are configured.
        let seal =
            |value: &Value| Payload::new(value, Secrecy::Always, &self.options.sealer, &context);
        let kept = (!entry.kept.is_empty()).then(|| Value::object(entry.kept.clone()));
        let configured = entry.configured.clone().map(Value::object);
        EntryRecord {
            at: self.options.clock.now(),
            address: entry.address.clone(),
            generation: entry.generation,
            type_name: entry.type_name.clone(),
            scope: entry.scope.clone(),
            id: entry.id.clone(),
            kept: kept.and_then(|kept| seal(&kept).ok()),
            seen: entry.seen.as_ref().and_then(|seen| seal(seen).ok()),
            configured: configured.and_then(|configured| seal(&configured).ok()),
            tainted: entry.tainted.clone(),
            after: entry.after.clone(),
        }
    }

    fn entry(&self, record: &EntryRecord) -> Entry {
        let context = entry_context(&record.address, record.generation);
        let open = |payload: &Payload| payload.open(&self.options.sealer, &context).ok();
        let kept = record.kept.as_ref().and_then(open);
        let kept: BTreeMap<EcoString, Value> = kept
            .and_then(|kept| kept.as_entries().cloned())
            .unwrap_or_default()
            .into_iter()
            .collect();
        let configured = record.configured.as_ref().and_then(open);
        Entry {
            address: record.address.clone(),
            generation: record.generation,
            type_name: record.type_name.clone(),
            scope: record.scope.clone(),
            id: record.id.clone(),
            kept,
            seen: record.seen.as_ref().and_then(open),
            configured: configured
                .and_then(|configured| configured.as_entries().cloned())
                .map(|entries| entries.into_iter().collect()),
            tainted: record.tainted.clone(),
            after: record.after.clone(),
            age: self.age(record.at),
        }
    }

    fn age(&self, at: Timestamp) -> Duration {
        let age = self.options.clock.now().duration_since(at);
        // A clock that was set back makes everything young: it is then looked for once more.
        Duration::try_from(age).unwrap_or_default()
    }

    fn unfinished(&self, record: &IntentRecord) -> Unfinished {
        let context = intent_context(&record.address, record.generation);
        // Tags tell an object without its desired value; a lost key costs only what has no tags.
        let desired = record.desired.open(&self.options.sealer, &context);
        Unfinished {
            id: IntentId(record.intent),
            intent: Intent {
                address: record.address.clone(),
                generation: record.generation,
                type_name: record.type_name.clone(),
                scope: record.scope.clone(),
                token: record.token.clone(),
                nonce: record.nonce.clone(),
                desired: desired.unwrap_or(Value::null(Type::Dynamic)),
                after: record.after.clone(),
            },
            age: self.age(record.at),
        }
    }
}

fn entry_context(address: &Address, generation: u32) -> String {
    format!("entry {address} {generation}")
}

fn intent_context(address: &Address, generation: u32) -> String {
    format!("intent {address} {generation}")
}
