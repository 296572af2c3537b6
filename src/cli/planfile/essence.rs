//! What a plan does, by address, as digests: equal where two plans would do the same to the same objects.

use serde_json::{Map, Value as Json, json};

use crate::base::Digest;
use crate::plan::{Plan, Step, diff};

/// Digests of what a plan does, by address: of what its document says, and of what is sensitive and the document
/// leaves out.
#[must_use]
pub fn digests(document: &Json, plan: &Plan) -> Vec<(String, Digest)> {
    let mut digests: Vec<_> = plan.steps.iter().flat_map(hidden).collect();
    digests.extend(told(document));
    digests
}

/// Sensitive attributes that a step changes, each with what it is and what it will be.
fn hidden(step: &Step) -> Vec<(String, Digest)> {
    let (Some(prior), Some(planned)) = (&step.prior, &step.planned) else { return Vec::new() };
    let entries = prior.as_entries().into_iter().flatten();
    let changed = entries.filter_map(|(name, before)| {
        let after = planned.attribute(name)?;
        let is_hidden = before.deep_marks().is_sensitive() || after.deep_marks().is_sensitive();
        let (before, after) = (diff::digest(before), diff::digest(after));
        if !is_hidden || before == after {
            return None;
        }
        let bytes = |digest: &Option<Digest>| {
            digest.as_ref().map(|digest| digest.as_str().to_owned()).unwrap_or_default()
        };
        let (before, after) = (bytes(&before), bytes(&after));
        let parts = [name.as_bytes(), before.as_bytes(), after.as_bytes()];
        Some((step.address.to_string(), Digest::of_parts(parts)))
    });
    changed.collect()
}

fn told(document: &Json) -> Vec<(String, Digest)> {
    let mut digests = Vec::new();
    let digest = |value: &Json| Digest::of(value.to_string());
    for change in document["resource_changes"].as_array().into_iter().flatten() {
        let address = change["address"].as_str().unwrap_or_default();
        digests.push((address.to_owned(), digest(&essence(change))));
    }
    for (name, change) in document["output_changes"].as_object().into_iter().flatten() {
        digests.push((format!("output.{name}"), digest(change)));
    }
    digests
}

/// What is decided about an object: the actions, and of its attributes those that change. What the cloud moves by itself
/// (the time up to which a database can be restored) changes no decision and is left out.
fn essence(change: &Json) -> Json {
    let body = &change["change"];
    json!({
        "actions": body["actions"],
        "reason": change["action_reason"],
        "replace_paths": body["replace_paths"],
        "importing": body["importing"],
        "moved": change["previous_address"],
        "deposed": change["deposed"],
        "id": change["terrace"]["id"],
        "attributes": attributes(body),
    })
}

/// The attributes that change, with what they are and what they will be; nothing for an object that goes.
fn attributes(body: &Json) -> Json {
    let empty = Map::new();
    let entries = |name: &str| body[name].as_object().unwrap_or(&empty);
    let (before, after, unknown) = (entries("before"), entries("after"), entries("after_unknown"));
    if !body["after"].is_object() {
        return Json::Null;
    }
    let mut changed = Map::new();
    for (name, value) in after {
        let was = before.get(name);
        if was != Some(value) || unknown.contains_key(name) {
            changed.insert(name.clone(), json!([was, value, unknown.get(name)]));
        }
    }
    for (name, mask) in unknown.iter().filter(|(name, _)| !after.contains_key(*name)) {
        changed.insert(name.clone(), mask.clone());
    }
    changed.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(actions: Json, before: Json, after: Json, unknown: Json) -> Json {
        json!({"resource_changes": [{
            "address": "aws_vpc.a",
            "change": {"actions": actions, "before": before, "after": after, "after_unknown": unknown},
        }]})
    }

    #[test]
    fn only_what_is_decided_counts() {
        let update = |before, after| document(json!(["update"]), before, after, json!({"c": true}));
        let one = told(&update(json!({"a": 1, "b": 1, "c": 1}), json!({"a": 2, "b": 1})));
        let moved = told(&update(json!({"a": 1, "b": 9, "c": 9}), json!({"a": 2, "b": 9})));
        assert_eq!(one, moved, "an attribute that does not change may move");
        let other = told(&update(json!({"a": 7, "b": 1, "c": 1}), json!({"a": 2, "b": 1})));
        assert_ne!(one, other, "what is to change was something else");
        let more = told(&update(json!({"a": 1, "b": 9, "c": 1}), json!({"a": 2, "b": 1})));
        assert_ne!(one, more, "something else is to change too");
        let gone = |before| document(json!(["delete"]), before, Json::Null, json!({}));
        assert_eq!(told(&gone(json!({"a": 1}))), told(&gone(json!({"a": 2}))));
        assert_ne!(one, told(&gone(json!({"a": 1}))));
    }
}
