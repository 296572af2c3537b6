//! The plan: a list of steps, each one change of one object.

use ecow::EcoString;
use serde::{Deserialize, Serialize};

use super::Scope;
use crate::base::{Address, Id, PhaseName, StackName};
pub use crate::schema::InterruptionClass as Interruption;
use crate::value::{AttrPath, Value};

/// The number of a step within its plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepId(pub u32);

/// What a step does. A replacement is two steps: a delete and a create that name each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Make it.
    Create,
    /// Read a data source whose configuration is known only now.
    Read,
    /// Change it in place.
    Update,
    /// Delete it.
    Delete,
    /// Stop owning it, leave it be.
    Forget,
    /// Leave it as it is. May still change who owns it: `moved`, `import`.
    NoOp,
}

/// Why a step is what it is; Terraform's action reasons and ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The difference itself is the reason.
    None,
    /// Marked as tainted: its creation did not finish.
    ReplaceBecauseTainted,
    /// Asked for with `-replace`.
    ReplaceByRequest,
    /// A changed attribute cannot be changed in place.
    ReplaceBecauseCannotUpdate,
    /// `replace_triggered_by`
    ReplaceByTriggers,
    /// Its block is gone.
    DeleteBecauseNoResourceConfig,
    /// Its module is gone.
    DeleteBecauseNoModule,
    /// `count` and `for_each` came or went.
    DeleteBecauseWrongRepetition,
    /// Beyond `count`.
    DeleteBecauseCountIndex,
    /// Not in `for_each`.
    DeleteBecauseEachKey,
    /// It moved to an address at which nothing is declared.
    DeleteBecauseNoMoveTarget,
    /// The data source's configuration is known only while applying.
    ReadBecauseConfigUnknown,
    /// The data source depends on something that changes.
    ReadBecauseDependencyPending,
    /// A `check` block asks for it.
    ReadBecauseCheckNested,
}

/// One change of one object.
#[derive(Clone)]
pub struct Step {
    /// Its number.
    pub id: StepId,
    /// Whose object it is.
    pub address: Address,
    /// Which generation of the address this step makes or changes; see `Owner::generation`.
    pub generation: u32,
    /// Set where the object is not the current one of its address: what a create-before-destroy left to delete.
    pub deposed: bool,
    /// Where the object lives.
    pub scope: Scope,
    /// What is done.
    pub action: Action,
    /// Why.
    pub reason: Reason,
    /// The other half of a replacement.
    pub replaces: Option<StepId>,
    /// What must be done before.
    pub after: Vec<StepId>,
    /// The live object's id, where there is one.
    pub object: Option<Id>,
    /// The live value that was planned against, refreshed; marks as the schema and the configuration say.
    pub prior: Option<Value>,
    /// What the step intends; unknowns where only applying will tell. None for deletes.
    pub planned: Option<Value>,
    /// Attributes that differ, as paths from the top.
    pub changed: Vec<AttrPath>,
    /// Attributes that force the replacement.
    pub replace_paths: Vec<AttrPath>,
    /// Unknown attributes with the expression that will decide them, for people to read; sorted.
    pub unknown: Vec<(EcoString, EcoString)>,
    /// What the step interrupts.
    pub interruption: Interruption,
    /// The address it had before (`moved`).
    pub moved_from: Option<Address>,
    /// The id by which it is imported.
    pub importing: Option<Id>,
}

/// What is to be done, in full.
#[derive(Clone)]
pub struct Plan {
    /// Whose.
    pub stack: StackName,
    /// For which phase; none for a plain module.
    pub phase: Option<PhaseName>,
    /// Every step, no-ops among them, in an order that respects `after`. `steps[n].id == StepId(n)`.
    pub steps: Vec<Step>,
}

impl Plan {
    /// The step of that number.
    #[must_use]
    pub fn step(&self, id: StepId) -> Option<&Step> {
        self.steps.get(id.0 as usize)
    }
}
