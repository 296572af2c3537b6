//! What the apply asks of the planner: the final value of each step, once what it depends on is done.

use std::collections::BTreeMap;

use ecow::EcoString;

use super::{DataNeed, Step, StepId};
use crate::base::Address;
use crate::config::OnFailure;
use crate::diag::{Diagnostics, Span};
use crate::value::Value;

/// A command that the configuration runs with an object, evaluated.
#[derive(Clone)]
pub struct Provisioner {
    /// Which kind: `local-exec`.
    pub kind: EcoString,
    /// What its failure means.
    pub on_failure: OnFailure,
    /// The block's arguments: an object, wholly known.
    pub config: Value,
    /// Where it is written.
    pub span: Span,
}

/// Fills in what was unknown when planning. Told of each result, it answers for the steps after it.
///
/// A filled-in value that would have led to another decision is an error, not another decision.
pub trait Resolver: Send {
    /// The ephemeral resources that the step uses and that are not open, as far as all that they use themselves is.
    /// Preconditions are checked here.
    ///
    /// # Errors
    /// Where one of them cannot be opened.
    fn openings(&mut self, step: &Step) -> Result<Vec<DataNeed>, Diagnostics> {
        let _ = step;
        Ok(Vec::new())
    }

    /// Tells what an ephemeral resource is in this run. Postconditions are checked here.
    fn opened(&mut self, address: &Address, value: &Value) -> Diagnostics {
        let _ = (address, value);
        Diagnostics::none()
    }

    /// The wholly known value that the step is to make (for a `Read`: the data source's configuration), evaluated
    /// with the results told so far. Preconditions are checked here.
    fn desired(&mut self, step: &Step) -> (Option<Value>, Diagnostics);

    /// What the configuration itself decides of the value that [`Resolver::desired`] answered last, for an update: null
    /// where the cloud decides, which may be anew and because of the update. None where that is not known apart.
    fn decided(&self, step: &Step) -> Option<Value> {
        let _ = step;
        None
    }

    /// What the configuration says of attributes of the step's object that something else may move, for the manifest.
    /// None where there are none or it is not known.
    fn configured(&self, step: &Step) -> Option<BTreeMap<EcoString, Value>> {
        let _ = step;
        None
    }

    /// Tells the object's value after the step; none after a delete. Postconditions are checked here.
    fn done(&mut self, step: &Step, value: Option<Value>) -> Diagnostics;

    /// The provisioners to run with the step, in order, with the object's value as `self`: after a create its new
    /// value, before a delete its last.
    fn provisioners(&mut self, step: &Step, object: &Value) -> (Vec<Provisioner>, Diagnostics) {
        let _ = (step, object);
        (Vec::new(), Diagnostics::none())
    }

    /// What is said instead where failing to read a data source is not the run's failure: within a `check` it is that
    /// check's. None where it is.
    fn excuse(&mut self, step: &Step, problems: &Diagnostics) -> Option<Diagnostics> {
        let _ = (step, problems);
        None
    }

    /// Everything that can only be checked or computed at the end: outputs, `check` blocks. What depends on the
    /// `undone` steps, which failed or were not begun, is left as it was.
    fn finish(&mut self, undone: &[StepId]) -> Diagnostics;
}
