//! Changes of resources and outputs in Terraform's plan format.

use serde_json::{Map, Value as Json, json};

use super::modules::identity;
use super::values::{plain, sensitive_mask, unknown_mask};
use crate::plan::{Action, Drift, OutputChange, Reason};
use crate::report::{Change, Verb};
use crate::value::{AttrPath, PathStep, Value};

/// One entry of `resource_changes`.
#[must_use]
pub fn resource_change(change: &Change<'_>) -> Json {
    let step = change.step;
    let mut entry = identity(change.address(), &step.scope.provider);
    if let Some(from) = &step.moved_from {
        entry.insert("previous_address".into(), from.to_string().into());
    }
    if step.deposed {
        entry.insert("deposed".into(), deposed_key(step.generation).into());
    }
    let mut body = values(change.before(), change.after());
    body.insert("actions".into(), json!(change.verb.actions()));
    let paths: Vec<_> = change.replace_paths().iter().map(path).collect();
    if change.verb.is_replacement() && !paths.is_empty() {
        body.insert("replace_paths".into(), paths.into());
    }
    if let Some(id) = &step.importing {
        body.insert("importing".into(), json!({"id": id}));
    }
    entry.insert("change".into(), body.into());
    if change.reason() != Reason::None {
        entry.insert("action_reason".into(), json!(change.reason()));
    }
    entry.insert("terrace".into(), additions(change));
    entry.into()
}

fn additions(change: &Change<'_>) -> Json {
    let step = change.step;
    let after: Vec<_> = step.after.iter().map(|id| id.0).collect();
    let mut additions = Map::new();
    additions.insert("step".into(), step.id.0.into());
    additions.insert("after".into(), after.into());
    additions.insert("interruption".into(), json!(step.interruption));
    if let Some(region) = &step.scope.region {
        additions.insert("region".into(), region.as_str().into());
    }
    if let Some(id) = change.old.unwrap_or(step).object.as_ref() {
        additions.insert("id".into(), id.as_str().into());
    }
    if !step.unknown.is_empty() {
        additions.insert(
            "decided_by".into(),
            json!(step.unknown.iter().cloned().collect::<std::collections::BTreeMap<_, _>>()),
        );
    }
    additions.into()
}

/// A name for what a replacement left behind, in Terraform's form of eight digits.
#[must_use]
pub fn deposed_key(generation: u32) -> String {
    format!("{generation:08x}")
}

/// `before`, `after` and their masks.
fn values(before: Option<&Value>, after: Option<&Value>) -> Map<String, Json> {
    let mut body = Map::new();
    let nothing = || Json::Object(Map::new());
    let mask = |value: Option<&Value>, mask: fn(&Value) -> Json| match value {
        Some(value) => mask(value),
        None => false.into(),
    };
    body.insert("before".into(), before.and_then(plain).unwrap_or(Json::Null));
    body.insert("before_sensitive".into(), mask(before, sensitive_mask));
    match after.map(plain) {
        Some(Some(after)) => drop(body.insert("after".into(), after)),
        Some(None) => {}
        None => drop(body.insert("after".into(), Json::Null)),
    }
    body.insert("after_unknown".into(), after.map_or_else(nothing, unknown_mask));
    body.insert("after_sensitive".into(), mask(after, sensitive_mask));
    body
}

/// One entry of `output_changes`.
#[must_use]
pub fn output_change(output: &OutputChange) -> Json {
    let mut body = values(output.before.as_ref(), output.after.as_ref());
    let verb = match output.action() {
        Action::Create => Verb::Create,
        Action::Delete => Verb::Delete,
        Action::NoOp => Verb::NoOp,
        _ => Verb::Update,
    };
    body.insert("actions".into(), json!(verb.actions()));
    // As in Terraform: that an output was sensitive, or is, is one fact.
    body.insert("before_sensitive".into(), output.sensitive.into());
    body.insert("after_sensitive".into(), output.sensitive.into());
    if output.after.as_ref().is_none_or(Value::is_wholly_known) {
        body.insert("after_unknown".into(), false.into());
    }
    body.into()
}

/// One entry of `resource_drift`.
#[must_use]
pub fn drift(drift: &Drift) -> Json {
    let provider = drift.live.as_ref().map(|live| live.scope.provider.as_str());
    let mut entry = identity(&drift.address, provider.unwrap_or_default());
    let live = drift.live.as_ref().map(|live| &live.value);
    let mut body = values(Some(&drift.before), live);
    let verb = if live.is_some() { Verb::Update } else { Verb::Delete };
    body.insert("actions".into(), json!(verb.actions()));
    entry.insert("change".into(), body.into());
    let paths: Vec<_> = drift.paths.iter().map(path).collect();
    entry.insert("terrace".into(), json!({"paths": paths}));
    entry.into()
}

/// A path as a list of names and indexes.
#[must_use]
pub fn path(path: &AttrPath) -> Json {
    path.0
        .iter()
        .map(|step| match step {
            PathStep::Name(name) => name.as_str().into(),
            PathStep::Index(index) => (*index).into(),
            PathStep::Element(element) => plain(element).unwrap_or(Json::Null),
        })
        .collect()
}
