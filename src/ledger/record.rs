//! What the lines of the ledger say.

use std::collections::BTreeMap;

use ecow::EcoString;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::payload::Payload;
use crate::base::{Address, Id, PhaseName, StackName, TypeName};
use crate::engine::{Counts, Ending};
use crate::plan::Scope;

/// The version of the ledger's files: readers refuse a higher one.
pub const VERSION: u32 = 1;
/// The revision within the version: readers ignore it.
pub const REVISION: u32 = 0;

/// The first line of a whole ledger.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Header {
    /// Always `terrace-ledger`.
    pub format: EcoString,
    /// See [`VERSION`].
    pub version: u32,
    /// See [`REVISION`].
    pub revision: u32,
    /// Whose ledger it is; none until the first apply.
    pub stack: Option<StackName>,
    /// Which journal goes on from here.
    pub journal: u64,
}

/// One line.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Record {
    /// A create is about to be asked for.
    Intent(Box<IntentRecord>),
    /// What became of it; no object means that it certainly made nothing.
    Settled { intent: u64, object: Option<Id> },
    /// An object is known.
    Remember(Box<EntryRecord>),
    /// An object is not known any more.
    Forget { address: Address, generation: u32 },
    /// How many objects an address had that are gone.
    Series { address: Address, count: u32 },
    /// An object that exists only here was made or changed.
    Object(Box<ObjectRecord>),
    /// An object that existed only here is gone.
    ObjectGone { type_name: TypeName, id: Id },
    /// The root outputs of the last apply, all of them.
    Outputs { outputs: BTreeMap<EcoString, OutputRecord> },
    /// The phase that the stack is in.
    Phase { phase: Option<PhaseName> },
    /// Whose ledger it is.
    Stack { stack: StackName },
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct IntentRecord {
    pub intent: u64,
    pub at: Timestamp,
    pub address: Address,
    pub generation: u32,
    pub type_name: TypeName,
    pub scope: Scope,
    pub token: EcoString,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<EcoString>,
    pub desired: Payload,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<Address>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct EntryRecord {
    pub at: Timestamp,
    pub address: Address,
    pub generation: u32,
    pub type_name: TypeName,
    pub scope: Scope,
    pub id: Id,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<Payload>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Payload>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub configured: Option<Payload>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tainted: Option<EcoString>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<Address>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct ObjectRecord {
    pub type_name: TypeName,
    pub scope: Scope,
    pub id: Id,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    pub generation: u32,
    pub value: Payload,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct OutputRecord {
    pub sensitive: bool,
    /// The declared or implied type, as Terraform's JSON has types.
    pub ty: String,
    pub value: Payload,
}

/// One run, as history keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// The fencing number of the run's lock: runs in their order.
    pub number: u64,
    /// What was run: `apply`.
    pub command: EcoString,
    /// Who ran it: `anna@host`.
    pub who: EcoString,
    /// When it began.
    pub began: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// The phase that was applied.
    pub phase: Option<PhaseName>,
    /// What it changed.
    pub counts: Counts,
    /// How it ended.
    pub ending: Ending,
    /// The version of terrace.
    pub version: EcoString,
}
