//! What the engine writes down while it works, so that an interrupted run leaves nothing behind.
//!
//! The ledger implements it. Records are durable in the order in which they were made: whoever waits for one to be
//! durable knows that those before it are.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ecow::EcoString;
use futures_util::future::BoxFuture;

use crate::base::{Address, Id, TypeName};
use crate::diag::Diagnostic;
use crate::plan::Scope;
use crate::value::Value;

/// The number of an intent, unique within the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IntentId(pub u64);

/// A create that is about to be asked for.
#[derive(Clone)]
pub struct Intent {
    /// Whose object it will be.
    pub address: Address,
    /// Which generation of the address.
    pub generation: u32,
    /// The type.
    pub type_name: TypeName,
    /// Where.
    pub scope: Scope,
    /// The call's idempotency token.
    pub token: EcoString,
    /// The nonce that is written as a tag, for types whose create call has no idempotency of its own.
    pub nonce: Option<EcoString>,
    /// What is to be made. Kept sealed.
    pub desired: Value,
    /// The objects that it will depend on.
    pub after: Vec<Address>,
}

/// What became of an intent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// It made, or found, this object.
    Made(Id),
    /// It certainly made nothing.
    Nothing,
}

/// An intent of an earlier run of which nobody knows what became.
#[derive(Clone)]
pub struct Unfinished {
    /// Its number.
    pub id: IntentId,
    /// What was intended.
    pub intent: Intent,
    /// How long ago.
    pub age: Duration,
}

/// What the ledger remembers of one object: a cache for objects with tags, the authority for those without.
#[derive(Clone)]
pub struct Entry {
    /// Whose object it is.
    pub address: Address,
    /// Which generation of the address.
    pub generation: u32,
    /// The type.
    pub type_name: TypeName,
    /// Where it lives.
    pub scope: Scope,
    /// Which it is.
    pub id: Id,
    /// Top-level attributes as they were last written that the cloud does not tell again. Kept sealed.
    pub kept: BTreeMap<EcoString, Value>,
    /// The whole object as the last run that wrote saw it, without what others own of it: foreign tags. None where no
    /// run saw it to the end. Kept sealed.
    pub seen: Option<Value>,
    /// What the configuration said of attributes that something else may move, when it was last applied. None where no
    /// run knew it. Kept sealed.
    pub configured: Option<BTreeMap<EcoString, Value>>,
    /// Why the object is to be replaced although the cloud finds nothing wrong with it: a provisioner failed.
    pub tainted: Option<EcoString>,
    /// The objects that it depends on, which must outlive it.
    pub after: Vec<Address>,
    /// How long ago it was remembered. The journal tells; what it is given does not matter.
    pub age: Duration,
}

impl Entry {
    /// What there is to remember of an object of which only the id is known.
    #[must_use]
    pub fn new(address: Address, generation: u32, scope: Scope, id: Id) -> Self {
        Self {
            type_name: address.type_name().clone(),
            address,
            generation,
            scope,
            id,
            kept: BTreeMap::new(),
            seen: None,
            configured: None,
            tainted: None,
            after: Vec::new(),
            age: Duration::ZERO,
        }
    }
}

/// Why something could not be written down: ready to be shown.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}: {}", .0.summary, .0.detail)]
pub struct JournalError(pub Box<Diagnostic>);

/// A boxed future of the journal.
pub type Write<'a, T> = BoxFuture<'a, Result<T, JournalError>>;

/// Where the engine writes down what it does.
pub trait Journal: Send + Sync {
    /// Writes down an intent; durable when it answers.
    fn intend<'a>(&'a self, intent: &'a Intent) -> Write<'a, IntentId>;

    /// Writes down what became of an intent; durable after the next [`Journal::flush`].
    fn settle(&self, intent: IntentId, settlement: &Settlement);

    /// Remembers an object, in place of what was remembered under its address and generation.
    fn remember(&self, entry: &Entry);

    /// Forgets what is remembered under an address and generation, because it was deleted or given up.
    fn forget(&self, address: &Address, generation: u32);

    /// Makes everything durable that was written down so far. Fails where the lock was lost: nothing more must be
    /// done then.
    fn flush(&self) -> Write<'_, ()>;

    /// Everything remembered, by address and generation.
    fn entries(&self) -> Vec<Entry>;

    /// Every type and scope of which something is remembered, objects that exist only in the ledger among them.
    fn holdings(&self) -> BTreeSet<(TypeName, Scope)>;

    /// What is remembered under an address and generation.
    fn entry(&self, address: &Address, generation: u32) -> Option<Entry>;

    /// How many objects of that address were deleted or given up so far. It goes into tokens, so that an object that
    /// is made again after it was deleted is not taken for a replay.
    fn series(&self, address: &Address) -> u32;

    /// Intents of earlier runs without a result, oldest first.
    fn unfinished(&self) -> Result<Vec<Unfinished>, JournalError>;
}
