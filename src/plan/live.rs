//! The live world: what the cloud reports in this run, as the planner sees it.

use std::collections::BTreeMap;

use ecow::EcoString;
use serde::{Deserialize, Serialize};

use crate::base::{Address, Id, Region, StackName, TypeName};
use crate::value::Value;

/// Where an object lives: which provider configuration reaches it, and in which region.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Scope {
    /// The provider configuration: `aws`, `aws.west`, `aws.by_region["eu-west-1"]`.
    pub provider: EcoString,
    /// The region; none for providers without regions.
    pub region: Option<Region>,
}

/// What the ownership tags of an object say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// `terrace:stack`
    pub stack: StackName,
    /// `terrace:address`, decoded.
    pub address: Address,
    /// `terrace:generation`: counts replacements of the object at this address; 1 where the tag is missing.
    /// Of two objects that claim one address the higher generation is current, the other is to be deleted.
    pub generation: u32,
    /// `terrace:nonce`: which create attempt made it; only on types whose create call has no idempotency of its own.
    pub nonce: Option<EcoString>,
}

/// What an object is doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    /// It can be used and changed.
    Ready,
    /// It is being made or changed.
    Pending,
    /// It is going away.
    Deleting,
    /// It failed and will not become ready; the reason as the cloud gives it.
    Failed(EcoString),
}

/// One live object.
#[derive(Clone)]
pub struct Live {
    /// Its type.
    pub type_name: TypeName,
    /// Where it was found.
    pub scope: Scope,
    /// What the cloud calls it.
    pub id: Id,
    /// Every attribute that could be read: an object of the schema's implied type, without the ownership tags.
    /// What cannot be read (write-only inputs) is null.
    pub value: Value,
    /// Whose it is; none for objects without ownership tags or that cannot carry tags.
    pub owner: Option<Owner>,
    /// What it is doing.
    pub status: Status,
}

/// What claims one address.
#[derive(Clone)]
pub struct Slot {
    /// The object of the highest generation.
    pub current: Live,
    /// The current object as the last run that wrote saw it; none where the manifest does not know.
    pub seen: Option<Value>,
    /// Objects of earlier generations that a replacement has yet to delete.
    pub deposed: Vec<Live>,
}

/// Everything live that may matter to a plan.
#[derive(Clone, Default)]
pub struct LiveWorld {
    /// Owned objects, by tags or by the manifest.
    pub owned: BTreeMap<Address, Slot>,
    /// What the manifest remembers and is no more, as it was when the last run that wrote saw it.
    pub gone: BTreeMap<Address, Live>,
    /// Objects that nobody claims but that could be ours: children, which cannot carry tags, of parents that are ours.
    /// The planner recognises them by parent and natural key.
    pub unclaimed: BTreeMap<TypeName, Vec<Live>>,
}
