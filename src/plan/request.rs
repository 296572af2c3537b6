//! What a planner asks of the cloud on its way, and the answers.

use std::collections::BTreeMap;

use ecow::EcoString;

use super::{Live, LiveWorld, Outcome, Scope};
use crate::base::{Address, Id, Region, TypeName};
use crate::diag::Diagnostics;
use crate::value::Value;

/// Where planning stands.
pub enum Progress {
    /// It cannot go on before these are answered, all together.
    Needs(Needs),
    /// It is done.
    Done(Box<Outcome>),
}

/// Questions that can be answered all at once.
#[derive(Clone, Default)]
pub struct Needs {
    /// Provider configurations to set up, before anything else that is asked here.
    pub providers: Vec<ProviderRequest>,
    /// Types to list, each in a scope; every one is asked once.
    pub live: Vec<(TypeName, Scope)>,
    /// Data sources and ephemeral resources to read.
    pub data: Vec<DataNeed>,
    /// Objects to read by the id under which they are imported.
    pub imports: Vec<ImportNeed>,
}

impl Needs {
    /// Whether nothing is asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.providers.is_empty()
            && self.live.is_empty()
            && self.data.is_empty()
            && self.imports.is_empty()
    }
}

/// A provider configuration, evaluated.
#[derive(Clone)]
pub struct ProviderRequest {
    /// Its name in scopes: `aws`, `aws.west`, `aws.by_region["eu-west-1"]`, `module.a.aws`.
    pub name: EcoString,
    /// The provider's local name: `aws`.
    pub kind: EcoString,
    /// The `provider` block's value: an object of the schema's implied type; unknown parts are null.
    pub config: Value,
}

/// A data source or ephemeral resource to read.
#[derive(Clone)]
pub struct DataNeed {
    /// Where it is declared.
    pub address: Address,
    /// Where to look.
    pub scope: Scope,
    /// Its arguments: an object of the schema's implied type, wholly known.
    pub config: Value,
}

/// An object to read by its import id.
#[derive(Clone, Debug)]
pub struct ImportNeed {
    /// The address that it is imported to.
    pub address: Address,
    /// Where to look.
    pub scope: Scope,
    /// The id as the user wrote it.
    pub id: Id,
}

/// Answers to [`Needs`]. What went wrong is told as diagnostics in place of a value.
#[derive(Default)]
pub struct Answers {
    /// The region that each provider configuration works in by itself, by name; none where it has no regions.
    pub providers: BTreeMap<EcoString, Result<Option<Region>, Diagnostics>>,
    /// What was found of the types that were asked for; added to what was told before.
    pub live: LiveWorld,
    /// Values of data sources: objects of their implied types.
    pub data: BTreeMap<Address, Result<Value, Diagnostics>>,
    /// Objects to import; none where there is no such object.
    pub imports: BTreeMap<Address, Result<Option<Live>, Diagnostics>>,
    /// Problems that concern no single question; errors end the planning.
    pub problems: Diagnostics,
}
