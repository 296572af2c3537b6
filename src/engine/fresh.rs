//! Whether a saved plan still fits: what it touches is read again, and it is refused if any of it changed.

use std::collections::{BTreeMap, BTreeSet};

use super::discover::{Discovery, Place};
use super::types::Types;
use crate::base::Id;
use crate::diag::{Diagnostic, Diagnostics};
use crate::plan::{Action, Live, LiveWorld, Plan, Step};
use crate::value::Value;

/// Reads what the plan touches, in bulk, and tells everything that is not as it was planned against. Providers must
/// have been configured.
pub async fn check_fresh(plan: &Plan, mut discovery: Discovery, types: &dyn Types) -> Diagnostics {
    let touched = plan.steps.iter().filter(|step| is_touched(step));
    let places: BTreeSet<Place> =
        touched.map(|step| (step.address.type_name().clone(), step.scope.clone())).collect();
    let (world, mut problems) = discovery.list(places.into_iter().collect()).await;
    if problems.has_errors() {
        return problems;
    }
    let found = by_id(&world);
    for step in plan.steps.iter().filter(|step| is_touched(step)) {
        if let Some(change) = change(step, &world, &found, types) {
            problems.push(stale(step, &change));
        }
    }
    problems
}

fn is_touched(step: &Step) -> bool {
    let claims = step.moved_from.is_some() || step.importing.is_some();
    match step.action {
        Action::Create | Action::Update | Action::Delete | Action::Forget => true,
        Action::NoOp => claims,
        Action::Read => false,
    }
}

fn by_id(world: &LiveWorld) -> BTreeMap<(&str, &Id), &Live> {
    let owned = world.owned.values();
    let owned = owned.flat_map(|slot| std::iter::once(&slot.current).chain(&slot.deposed));
    let all = owned.chain(world.unclaimed.values().flatten());
    all.map(|live| ((live.type_name.as_str(), &live.id), live)).collect()
}

/// How the object differs from what was planned against; none where it does not.
fn change(
    step: &Step,
    world: &LiveWorld,
    found: &BTreeMap<(&str, &Id), &Live>,
    types: &dyn Types,
) -> Option<String> {
    let Some(id) = &step.object else {
        let slot = world.owned.get(&step.address)?;
        let made = slot.current.owner.as_ref().is_some_and(|o| o.generation >= step.generation);
        return made.then(|| format!("it exists by now: {}", slot.current.id));
    };
    // What is imported is not the stack's yet, and so in no list of it.
    if step.importing.is_some() {
        return None;
    }
    let Some(live) = found.get(&(step.address.type_name().as_str(), id)) else {
        return Some(format!("{id} is gone"));
    };
    let expected = step.expect.as_ref()?;
    if types.digest(&live.value) == *expected {
        return None;
    }
    let names = step.prior.as_ref().map(|prior| differing(prior, &live.value)).unwrap_or_default();
    let names = if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) };
    Some(format!("{id} changed{names}"))
}

/// Names of the attributes that differ; their values are nobody's business here.
fn differing(prior: &Value, live: &Value) -> Vec<String> {
    let live = live.as_entries();
    let differs = |name: &str, value: &Value| {
        let now = live.and_then(|live| live.get(name));
        now.is_none_or(|now| !crate::plan::same_value(now, value))
    };
    let prior = prior.as_entries().into_iter().flatten();
    prior.filter(|(name, value)| differs(name, value)).map(|(name, _)| name.to_string()).collect()
}

fn stale(step: &Step, change: &str) -> Diagnostic {
    Diagnostic::error(
        806,
        "The plan is stale",
        format!("{} is not as it was when the plan was made: {change}.", step.address),
    )
    .help("Make a new plan.")
    .of(&step.address)
}
