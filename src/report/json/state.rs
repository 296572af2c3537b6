//! What is live, in Terraform's state format 1.0.

use serde_json::{Map, Value as Json, json};

use super::TERRAFORM_VERSION;
use super::changes::deposed_key;
use super::checks::checks;
use super::modules::{Object, output, tree};
use crate::base::Address;
use crate::plan::{Action, Outcome, Reason, Step};

/// What a refreshed plan found, as `show -json` prints it.
#[must_use]
pub fn state(outcome: &Outcome) -> Json {
    let mut document = Map::new();
    document.insert("format_version".into(), "1.0".into());
    let values = values(outcome);
    if values.get("root_module").is_some_and(|root| root != &json!({}))
        || values.get("outputs").is_some()
    {
        document.insert("terraform_version".into(), TERRAFORM_VERSION.into());
        document.insert("values".into(), values);
        if !outcome.checks.is_empty() {
            document.insert("checks".into(), checks(&outcome.checks));
        }
    }
    document.into()
}

/// The same as a plan's `prior_state`.
#[must_use]
pub fn prior(outcome: &Outcome) -> Json {
    json!({
        "format_version": "1.0",
        "terraform_version": TERRAFORM_VERSION,
        "values": values(outcome),
    })
}

fn values(outcome: &Outcome) -> Json {
    let mut objects: Vec<_> = outcome.plan.steps.iter().filter_map(object).collect();
    let data = outcome.data.iter().map(|(address, value)| data(address, value));
    objects.extend(data);
    objects.sort_by(|a, b| (a.address, &a.deposed).cmp(&(b.address, &b.deposed)));
    let mut values = Map::new();
    let outputs: Map<_, _> = outcome
        .outputs
        .iter()
        .filter_map(|(name, change)| {
            let before = change.before.as_ref()?;
            Some((name.to_string(), output(before, change.sensitive)))
        })
        .collect();
    if !outputs.is_empty() {
        values.insert("outputs".into(), outputs.into());
    }
    values.insert("root_module".into(), tree(&objects));
    values.into()
}

/// The live object of a step; none for a step that makes one where none is.
fn object(step: &Step) -> Option<Object<'_>> {
    if matches!(step.action, Action::Create | Action::Read) {
        return None;
    }
    Some(Object {
        address: &step.address,
        provider: &step.scope.provider,
        value: step.prior.as_ref()?,
        deposed: step.deposed.then(|| deposed_key(step.generation)),
        tainted: step.reason == Reason::ReplaceBecauseTainted,
    })
}

fn data<'a>(address: &'a Address, value: &'a crate::value::Value) -> Object<'a> {
    Object { address, provider: "", value, deposed: None, tainted: false }
}
