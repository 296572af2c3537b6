//! What changed outside since the last run: live objects as against what the manifest remembers of them.

use std::collections::BTreeSet;

use super::walk::Walk;
use super::{Action, Drift, Intent, Plan, Slot, StepId, diff};
use crate::base::Address;
use crate::plan::diff::marks;
use crate::schema::Schema;
use crate::value::{AttrPath, PathStep};

/// Every object that is not as the last run that wrote saw it. What something else legitimately moves is none.
pub(super) fn drift(walk: &Walk) -> Vec<Drift> {
    let now = |address: &Address| walk.now(address);
    let owned = walk.world.owned.iter();
    let mut found: Vec<Drift> =
        owned.filter_map(|(address, slot)| changed(walk, now(address), slot)).collect();
    let gone =
        walk.world.gone.iter().filter(|(address, _)| !walk.world.owned.contains_key(address));
    found.extend(gone.map(|(address, live)| Drift {
        address: now(address),
        type_name: live.type_name.clone(),
        before: match walk.state.registry.resource(live.type_name.as_str()) {
            Some(schema) => marks::mark_schema(&live.value, &schema.block),
            None => live.value.clone(),
        },
        live: None,
        paths: Vec::new(),
    }));
    found.sort_by(|left, right| left.address.cmp(&right.address));
    found
}

fn changed(walk: &Walk, address: Address, slot: &Slot) -> Option<Drift> {
    let before = slot.seen.as_ref()?;
    let schema = walk.state.registry.resource(slot.current.type_name.as_str())?;
    let now = diff::owned(schema, before, &slot.current.value);
    let mut paths = Vec::new();
    let (was, is) = (marks::strip(before), marks::strip(&now));
    diff::changed_paths(&AttrPath::default(), &was, &is, &mut paths);
    paths.retain(|path| !is_moved(schema, path));
    if paths.is_empty() {
        return None;
    }
    let mut live = slot.current.clone();
    live.value = now;
    let type_name = live.type_name.clone();
    let before = marks::mark_schema(before, &schema.block);
    Some(Drift { address, type_name, before, live: Some(live), paths })
}

/// Whether something else legitimately moves an attribute: an autoscaler, a schedule, AWS itself.
fn is_moved(schema: &Schema, path: &AttrPath) -> bool {
    let Some(PathStep::Name(first)) = path.0.first() else { return false };
    let first_of = |attr: &str| attr.split('.').next() == Some(first.as_str());
    schema.terrace.live_owned.iter().any(|owned| first_of(&owned.attr))
}

/// The drift that what is planned follows from: of objects that change, and of those that changing ones come after.
/// Where it is only looked, all of it.
pub(super) fn relevant(drift: &[Drift], plan: &Plan, intent: Intent) -> BTreeSet<(String, String)> {
    let changing: BTreeSet<StepId> = plan
        .steps
        .iter()
        .filter(|step| step.action != Action::NoOp)
        .flat_map(|step| step.after.iter().copied().chain([step.id]))
        .collect();
    let addresses: BTreeSet<&Address> =
        changing.iter().filter_map(|id| plan.step(*id)).map(|step| &step.address).collect();
    let counts =
        |drift: &&Drift| intent == Intent::RefreshOnly || addresses.contains(&drift.address);
    let mut found = BTreeSet::new();
    for drift in drift.iter().filter(counts) {
        let address = drift.address.to_string();
        if drift.live.is_none() {
            found.insert((address.clone(), "id".to_owned()));
        }
        found.extend(drift.paths.iter().map(|path| (address.clone(), dotted(path))));
    }
    found
}

fn dotted(path: &AttrPath) -> String {
    let step = |step: &PathStep| match step {
        PathStep::Name(name) => Some(name.to_string()),
        PathStep::Index(index) => Some(index.to_string()),
        PathStep::Element(_) => None,
    };
    path.0.iter().map_while(step).collect::<Vec<_>>().join(".")
}
