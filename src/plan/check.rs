//! The linter for plans: what must hold of every plan, checked in every test and before every apply.

use std::collections::{BTreeMap, BTreeSet};

use super::{Action, Plan, Scope, StepId};
use crate::base::Address;

/// What is wrong with a plan. Each would be an error of the planner, not of the user.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A step does not bear the number of its place.
    #[error("step {0:?} stands at place {1}")]
    Number(StepId, usize),
    /// A step waits for one that does not come before it, so that the order has a circle.
    #[error("step {0:?} waits for step {1:?}, which does not come before it")]
    Order(StepId, StepId),
    /// Two steps change one object.
    #[error("steps {0:?} and {1:?} change one object")]
    SharedObject(StepId, StepId),
    /// Two steps make an object of one address.
    #[error("steps {0:?} and {1:?} make {2}")]
    SharedAddress(StepId, StepId, Address),
    /// The halves of a replacement do not name each other, or neither waits for the other.
    #[error("steps {0:?} and {1:?} are no pair")]
    Halves(StepId, StepId),
    /// A value that is to be filled in is explained although it is known.
    #[error("step {0:?} explains \"{1}\", which is known")]
    Known(StepId, String),
    /// A step that deletes intends a value, or one that makes intends none.
    #[error("step {0:?} has a planned value or the lack of one that does not fit its action")]
    Intention(StepId),
}

/// Everything that is wrong with a plan; nothing where it is sound.
#[must_use]
pub fn check(plan: &Plan) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut objects: BTreeMap<(&Scope, &str, &str), StepId> = BTreeMap::new();
    let mut made: BTreeMap<&Address, StepId> = BTreeMap::new();
    for (place, step) in plan.steps.iter().enumerate() {
        if step.id.0 as usize != place {
            faults.push(Fault::Number(step.id, place));
        }
        let late = step.after.iter().find(|need| need.0 as usize >= place);
        faults.extend(late.map(|need| Fault::Order(step.id, *need)));
        // What exists in no cloud has no region, and an id that others may have too: a time, a number.
        if let Some(object) = step.object.as_ref().filter(|_| step.scope.region.is_some()) {
            let key = (&step.scope, step.address.type_name().as_str(), object.as_str());
            if let Some(other) = objects.insert(key, step.id) {
                faults.push(Fault::SharedObject(other, step.id));
            }
        }
        if step.action == Action::Create
            && let Some(other) = made.insert(&step.address, step.id)
        {
            faults.push(Fault::SharedAddress(other, step.id, step.address.clone()));
        }
        faults.extend(halves(plan, place));
        for (name, _) in &step.unknown {
            let planned = step.planned.as_ref().and_then(|planned| planned.attribute(name));
            if planned.is_some_and(crate::value::Value::is_wholly_known) {
                faults.push(Fault::Known(step.id, name.to_string()));
            }
        }
        let deletes = matches!(step.action, Action::Delete | Action::Forget);
        if deletes == step.planned.is_some() {
            faults.push(Fault::Intention(step.id));
        }
    }
    faults
}

fn halves(plan: &Plan, place: usize) -> Option<Fault> {
    let step = &plan.steps[place];
    let other = step.replaces?;
    let fault = Fault::Halves(step.id, other);
    let Some(half) = plan.step(other) else { return Some(fault) };
    let actions: BTreeSet<Action> = [step.action, half.action].into();
    let paired = half.replaces == Some(step.id)
        && half.address == step.address
        && actions == BTreeSet::from([Action::Create, Action::Delete])
        && (step.after.contains(&other) || half.after.contains(&step.id));
    (!paired).then_some(fault)
}
