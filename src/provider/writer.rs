//! Changing a cloud.

use std::collections::BTreeMap;

use ecow::EcoString;

use crate::base::{Id, StackName, TypeName};
use crate::plan::{Live, Owner, Scope};
use crate::value::Value;

use super::{Future, Reader};

/// Makes one object.
#[derive(Clone)]
pub struct CreateRequest {
    /// The type.
    pub type_name: TypeName,
    /// Where.
    pub scope: Scope,
    /// What: an object of the schema's implied type, wholly known; null where the cloud decides.
    pub desired: Value,
    /// Written as tags in the create call itself, where the type carries tags.
    pub owner: Owner,
    /// Sent as the call's idempotency token, where the type has one: the same for the same intent, in any process.
    pub token: EcoString,
}

/// Looks for what an earlier attempt may have made, or what stands in the way.
#[derive(Clone)]
pub struct FindRequest {
    /// The type.
    pub type_name: TypeName,
    /// Where.
    pub scope: Scope,
    /// What was to be made; its name or value identifies it.
    pub desired: Value,
    /// Whose it would be; the nonce identifies it.
    pub owner: Owner,
    /// The idempotency token that its create call was sent.
    pub token: EcoString,
}

/// Changes one object in place.
#[derive(Clone)]
pub struct UpdateRequest {
    /// The type.
    pub type_name: TypeName,
    /// Where.
    pub scope: Scope,
    /// Which.
    pub id: Id,
    /// As it is now.
    pub prior: Value,
    /// As it is to be; wholly known. Attributes equal to `prior`'s are left alone.
    pub planned: Value,
}

/// Deletes one object.
#[derive(Clone)]
pub struct DeleteRequest {
    /// The type.
    pub type_name: TypeName,
    /// Where.
    pub scope: Scope,
    /// Which.
    pub id: Id,
    /// As it is now.
    pub prior: Value,
}

/// Writes ownership tags onto an object that exists: adoption, import, `moved`. No owner takes them off.
#[derive(Clone, Debug)]
pub struct ClaimRequest {
    /// The type.
    pub type_name: TypeName,
    /// Where.
    pub scope: Scope,
    /// Which.
    pub id: Id,
    /// The stack that gives the object up or takes it.
    pub stack: StackName,
    /// What the tags are to say.
    pub owner: Option<Owner>,
}

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Goal {
    /// It can be used after a create.
    Created,
    /// It can be used after an update.
    Updated,
    /// It is gone.
    Deleted,
}

/// Asks how far objects of one type and scope are.
#[derive(Clone, Debug)]
pub struct PollRequest {
    /// The type.
    pub type_name: TypeName,
    /// Where.
    pub scope: Scope,
    /// Which.
    pub ids: Vec<Id>,
    /// What is waited for.
    pub goal: Goal,
}

/// How far an object is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Poll {
    /// The goal is reached.
    Ready,
    /// Not yet; what it is doing, for progress: `pending`, `3 of 5 instances in service`.
    Pending(EcoString),
    /// It will never be; why.
    Failed(EcoString),
    /// It is not there. Reaches [`Goal::Deleted`]; for the others it may only be not visible yet.
    Gone,
}

/// A cloud that can be changed.
pub trait Writer: Reader {
    /// Makes the object and answers its id as soon as the cloud names it; does not wait until it is ready.
    /// What the create call cannot take is left for an update: the engine reads back and converges.
    fn create<'a>(&'a self, request: &'a CreateRequest) -> Future<'a, Id>;

    /// What an earlier attempt made (by nonce or token), or what bears the name or value that is wanted, whoever
    /// owns it. Never answers from memory.
    fn find<'a>(&'a self, request: &'a FindRequest) -> Future<'a, Vec<Live>>;

    /// Changes the object; does not wait. Answers its new id where the change gave it another one.
    fn update<'a>(&'a self, request: &'a UpdateRequest) -> Future<'a, Option<Id>>;

    /// Deletes the object; does not wait. Not being there is success.
    fn delete<'a>(&'a self, request: &'a DeleteRequest) -> Future<'a, ()>;

    /// Writes or removes ownership tags. Does nothing for types that cannot carry tags.
    fn claim<'a>(&'a self, request: &'a ClaimRequest) -> Future<'a, ()>;

    /// How far objects are, by bulk calls; an answer for each id that was asked for.
    fn poll<'a>(&'a self, request: &'a PollRequest) -> Future<'a, BTreeMap<Id, Poll>>;

    /// This cloud, only to look at.
    fn reader(&self) -> &dyn Reader;
}
