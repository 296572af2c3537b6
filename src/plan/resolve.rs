//! What the apply asks of the planner: the final value of each step, once what it depends on is done.

use super::StepId;
use crate::diag::Diagnostics;
use crate::value::Value;

/// Fills in what was unknown when planning. Told of each result, it answers for the steps after it.
///
/// A filled-in value that would have led to another decision is an error, not another decision.
pub trait Resolver: Send {
    /// The wholly known value that the step is to make (for a `Read`: the data source's configuration), evaluated
    /// with the results told so far. Preconditions are checked here.
    fn desired(&mut self, step: StepId) -> (Option<Value>, Diagnostics);

    /// Tells the object's value after the step; none after a delete. Postconditions are checked here.
    fn done(&mut self, step: StepId, value: Option<Value>) -> Diagnostics;

    /// Everything that can only be checked or computed at the end: outputs, `check` blocks.
    fn finish(&mut self) -> Diagnostics;
}
