//! What planning yields: the steps, and everything that a report of the plan shows.

use std::collections::{BTreeMap, BTreeSet};

use ecow::EcoString;
use indexmap::IndexMap;

use super::{Action, Intent, Live, Plan, Reason, Replay};
use crate::base::{Address, ModulePath, ResourceAddress, TypeName};
use crate::diag::Diagnostics;
use crate::value::{AttrPath, Type, Value};

/// The result of planning.
pub struct Outcome {
    /// What is to be done. Where planning failed: what was planned until then.
    pub plan: Plan,
    /// What was asked to come of the objects.
    pub intent: Intent,
    /// Root outputs.
    pub outputs: IndexMap<EcoString, OutputChange>,
    /// Values of data sources that were read, with marks.
    pub data: BTreeMap<Address, Value>,
    /// Values of the root variables, with marks.
    pub variables: IndexMap<EcoString, Value>,
    /// Results of conditions and checks.
    pub checks: Vec<CheckResult>,
    /// Objects that were changed or deleted outside since the last run that wrote: live as against the manifest.
    pub drift: Vec<Drift>,
    /// Attributes that were changed outside and that what is planned follows from: resource and path.
    pub relevant: BTreeSet<(String, String)>,
    /// Every provider configuration that is in use, by scope name.
    pub providers: BTreeMap<EcoString, EcoString>,
    /// Objects that are imported to addresses that no block declares, where that was asked for.
    pub undeclared: Vec<(Address, Live)>,
    /// Whether everything that the configuration asks for is in the plan (not so with `-target`).
    pub complete: bool,
    /// Whether applying would do anything: steps, outputs or moves.
    pub applyable: bool,
    /// Problems, in the order of the files.
    pub problems: Diagnostics,
    /// Carries the apply: evaluates again with results filled in. None where planning failed.
    pub replay: Option<Box<Replay>>,
    /// What was evaluated until planning failed, to be asked about and never to be applied.
    pub partial: Option<Box<Replay>>,
}

impl Outcome {
    /// Whether planning failed.
    #[must_use]
    pub fn errored(&self) -> bool {
        self.problems.has_errors()
    }

    /// Whether there is a step that changes something, an output that changes, or, where it is only looked, drift.
    #[must_use]
    pub fn has_changes(&self) -> bool {
        self.plan.steps.iter().any(|step| {
            let only_checks =
                step.action == Action::Read && step.reason == Reason::ReadBecauseCheckNested;
            (step.action != Action::NoOp && !only_checks)
                || step.moved_from.is_some()
                || step.importing.is_some()
        }) || (self.intent == Intent::RefreshOnly && !self.drift.is_empty())
            || self.outputs.values().any(OutputChange::is_change)
    }
}

/// A root output before and after.
#[derive(Clone)]
pub struct OutputChange {
    /// Its value at the last apply; none where there was none.
    pub before: Option<Value>,
    /// Its value as planned, with unknowns; none where it is deleted.
    pub after: Option<Value>,
    /// Whether it is, or was, declared sensitive.
    pub sensitive: bool,
    /// Its type as planned; none where it is deleted.
    pub ty: Option<Type>,
}

impl OutputChange {
    /// What happens to it.
    #[must_use]
    pub fn action(&self) -> Action {
        match (&self.before, &self.after) {
            (None, Some(after)) if !after.is_null() => Action::Create,
            (None, _) => Action::NoOp,
            (Some(before), Some(after)) if unchanged(before, after) => Action::NoOp,
            // One that is null now is still declared.
            (Some(_), Some(_)) => Action::Update,
            (Some(_), None) => Action::Delete,
        }
    }

    /// Whether it changes.
    #[must_use]
    pub fn is_change(&self) -> bool {
        self.action() != Action::NoOp
    }
}

/// Equal, and both sensitive or neither.
fn unchanged(before: &Value, after: &Value) -> bool {
    let secret = |value: &Value| value.marks().is_sensitive();
    super::same_value(before, after) && secret(before) == secret(after)
}

/// What a group of conditions came to.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum CheckStatus {
    /// All hold.
    Pass,
    /// One could not be evaluated.
    Error,
    /// One does not hold.
    Fail,
    /// One is known only after applying.
    Unknown,
}

/// What conditions belong to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Checkable {
    /// Preconditions and postconditions of a resource.
    Resource(ResourceAddress),
    /// Preconditions of an output.
    Output(ModulePath, EcoString),
    /// A `check` block.
    Check(ModulePath, EcoString),
    /// Validations of a variable.
    Variable(ModulePath, EcoString),
}

/// Conditions of one object of the configuration and what they came to.
#[derive(Clone, Debug)]
pub struct CheckResult {
    /// Whose; module paths hold no keys.
    pub object: Checkable,
    /// What they all came to.
    pub status: CheckStatus,
    /// Per instance: its address, what it came to, and the messages of those that do not hold.
    pub instances: Vec<CheckInstance>,
}

/// Conditions of one instance.
#[derive(Clone, Debug)]
pub struct CheckInstance {
    /// The whole address, as people read it.
    pub address: String,
    /// The module instance.
    pub module: ModulePath,
    /// The instance key of a resource.
    pub key: Option<crate::base::Key>,
    /// What it came to.
    pub status: CheckStatus,
    /// Messages of conditions that do not hold; sensitive ones are redacted.
    pub messages: Vec<String>,
}

/// A live object that is not as the last apply left it.
#[derive(Clone)]
pub struct Drift {
    /// Its address.
    pub address: Address,
    /// Its type.
    pub type_name: TypeName,
    /// As the last run that wrote saw it, with marks.
    pub before: Value,
    /// As it is now; none where it is gone.
    pub live: Option<Live>,
    /// What differs.
    pub paths: Vec<AttrPath>,
}
