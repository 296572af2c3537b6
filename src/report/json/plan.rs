//! A plan in Terraform's plan format 1.2, with what terrace adds under `terrace`.

use serde_json::{Map, Value as Json, json};

use super::TERRAFORM_VERSION;
use super::changes::{drift, output_change, resource_change};
use super::checks::checks;
use super::modules::{Object, output, tree};
use super::state::prior;
use super::values::plain;
use crate::plan::{Intent, Outcome};
use crate::report::{Change, Totals, Verb, changes};

/// The plan as one document: what was planned, from which configuration, and when. A plan that only looks has drift and
/// no changes.
#[must_use]
pub fn plan(outcome: &Outcome, configuration: Json, time: &str) -> Json {
    let all = changes(&outcome.plan);
    let mut document = Map::new();
    let mut put = |name: &str, value: Json| drop(document.insert(name.to_owned(), value));
    put("format_version", "1.2".into());
    put("terraform_version", TERRAFORM_VERSION.into());
    put("variables", variables(outcome));
    put("planned_values", planned_values(outcome, &all));
    let drifted = resource_drift(outcome);
    if !drifted.is_empty() {
        put("resource_drift", drifted.into());
    }
    let planned = all.iter().filter(|_| outcome.intent != Intent::RefreshOnly);
    put("resource_changes", planned.map(resource_change).collect());
    put("output_changes", output_changes(outcome));
    put("prior_state", prior(outcome));
    put("configuration", configuration);
    put("relevant_attributes", relevant(outcome));
    if !outcome.checks.is_empty() {
        put("checks", checks(&outcome.checks));
    }
    put("timestamp", time.into());
    put("applyable", outcome.applyable.into());
    put("complete", outcome.complete.into());
    put("errored", outcome.errored().into());
    put("terrace", additions(outcome));
    document.into()
}

/// The entries of `resource_drift`: everything that was changed or deleted outside.
fn resource_drift(outcome: &Outcome) -> Vec<Json> {
    outcome.drift.iter().map(drift).collect()
}

fn additions(outcome: &Outcome) -> Json {
    let totals = Totals::of(&outcome.plan);
    json!({
        "stack": outcome.plan.stack,
        "phase": outcome.plan.phase,
        "totals": {
            "import": totals.import,
            "add": totals.add,
            "change": totals.change,
            "destroy": totals.destroy,
            "forget": totals.forget,
        },
    })
}

fn variables(outcome: &Outcome) -> Json {
    let variables = outcome.variables.iter();
    let entry = |value| plain(value).map_or_else(|| json!({}), |value| json!({"value": value}));
    variables.map(|(name, value)| (name.to_string(), entry(value))).collect::<Map<_, _>>().into()
}

fn output_changes(outcome: &Outcome) -> Json {
    let outputs = outcome.outputs.iter();
    outputs
        .map(|(name, output)| (name.to_string(), output_change(output)))
        .collect::<Map<_, _>>()
        .into()
}

fn planned_values(outcome: &Outcome, all: &[Change<'_>]) -> Json {
    let mut outputs = Map::new();
    for (name, change) in &outcome.outputs {
        let entry = match (&change.after, &change.ty) {
            (Some(after), _) if !after.is_wholly_known() => {
                json!({"sensitive": change.sensitive})
            }
            (Some(after), _) if !after.is_null() => output(after, change.sensitive),
            // A null has lost its type by then, unless there was a value before.
            (Some(_), Some(ty)) if change.before.is_some() => {
                json!({"sensitive": change.sensitive, "type": super::values::type_of(ty)})
            }
            (_, Some(_)) => json!({"sensitive": change.sensitive, "type": "dynamic"}),
            (Some(_), None) => json!({"sensitive": change.sensitive, "type": "dynamic"}),
            (None, None) => continue,
        };
        outputs.insert(name.to_string(), entry);
    }
    let mut objects: Vec<_> = all
        .iter()
        .filter(|change| change.verb != Verb::Forget && !change.step.deposed)
        .filter_map(|change| {
            Some(Object {
                address: change.address(),
                provider: &change.step.scope.provider,
                value: change.after()?,
                deposed: None,
                tainted: false,
            })
        })
        .collect();
    // Here Terraform goes by the letters of addresses: `x[10]` before `x[1]`.
    objects.sort_by_cached_key(|object| object.address.to_string());
    let mut values = Map::new();
    if !outputs.is_empty() {
        values.insert("outputs".into(), outputs.into());
    }
    values.insert("root_module".into(), tree(&objects));
    values.into()
}

fn relevant(outcome: &Outcome) -> Json {
    outcome
        .relevant
        .iter()
        .map(|(resource, path)| json!({"resource": resource, "attribute": path.split('.').collect::<Vec<_>>()}))
        .collect()
}
