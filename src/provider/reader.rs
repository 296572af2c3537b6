//! Looking at a cloud.

use crate::base::{Address, Id, Region, StackName, TypeName};
use crate::plan::{Live, Scope};
use crate::value::Value;

use super::Future;

/// Asks for every object of one type in one scope that may be ours.
#[derive(Clone, Debug)]
pub struct ListRequest {
    /// The type.
    pub type_name: TypeName,
    /// Where to look.
    pub scope: Scope,
    /// Whose objects are wanted. Types with tags answer with what the stack owns (any generation); types without tags
    /// answer with all children of parents that the stack owns, plus those in `known`.
    pub stack: StackName,
    /// Ids that the manifest remembers for this type and scope; answered if they exist, whatever their tags.
    pub known: Vec<Id>,
}

/// Asks for one object.
#[derive(Clone, Debug)]
pub struct ReadRequest {
    /// The type.
    pub type_name: TypeName,
    /// Where to look.
    pub scope: Scope,
    /// Which; for an import, the id as the user wrote it.
    pub id: Id,
}

/// Asks for a data source.
#[derive(Clone)]
pub struct DataRequest {
    /// Where it is declared.
    pub address: Address,
    /// Where to look.
    pub scope: Scope,
    /// Its arguments: an object of the schema's implied type, wholly known.
    pub config: Value,
}

/// A cloud that can only be looked at.
pub trait Reader: Send + Sync {
    /// Whether this cloud implements the resource or data source type.
    fn supports(&self, type_name: &TypeName, mode: crate::base::Mode) -> bool;

    /// Takes the evaluated `provider` block of a provider configuration (`aws`, `aws.west`), before any request names it
    /// in its scope. Answers the region it works in by itself, where it has regions; a scope without a region means
    /// that one. Fails where the configuration cannot work: no region, an unknown profile.
    fn configure<'a>(&'a self, provider: &'a str, config: &'a Value) -> Future<'a, Option<Region>>;

    /// Every object of a type that may be the stack's, by bulk calls: calls grow with pages, not with objects.
    /// Answers from before this reader's last [`Reader::refresh`] may be used again.
    fn list<'a>(&'a self, request: &'a ListRequest) -> Future<'a, Vec<Live>>;

    /// One object as it is now; none if it does not exist.
    fn read<'a>(&'a self, request: &'a ReadRequest) -> Future<'a, Option<Live>>;

    /// A data source's value: an object of its implied type.
    fn read_data<'a>(&'a self, request: &'a DataRequest) -> Future<'a, Value>;

    /// Types of which the stack may own objects in a scope although neither the spec nor the manifest names them,
    /// as the cloud's tag index reports them: a hint, not a proof.
    fn hint_types<'a>(
        &'a self,
        scope: &'a Scope,
        stack: &'a StackName,
    ) -> Future<'a, Vec<TypeName>>;

    /// Forgets remembered answers.
    fn refresh(&self);
}
