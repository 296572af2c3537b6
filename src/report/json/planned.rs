//! A plan as lines of the machine-readable UI: drift, changes, totals, outputs.

use serde_json::json;

use super::changes::output_change;
use super::ui::Lines;
use crate::plan::{Outcome, OutputChange};
use crate::report::changes;

/// The lines that tell a plan.
#[must_use]
pub fn planned(outcome: &Outcome, lines: &Lines<'_>) -> Vec<String> {
    let mut told = Vec::new();
    for drift in &outcome.drift {
        let verb = if drift.live.is_some() { "update" } else { "delete" };
        told.push(lines.drift(&drift.address, verb));
    }
    let all = changes(&outcome.plan);
    let notable = all.iter().filter(|change| change.is_notable());
    told.extend(notable.map(|change| lines.planned_change(change)));
    if outcome.errored() {
        return told;
    }
    told.push(lines.plan_summary(&outcome.plan));
    if !outcome.outputs.is_empty() {
        let entry = |output: &OutputChange| {
            let action = output_change(output).pointer("/actions/0").cloned().unwrap_or_default();
            // The plan format and this one spell it differently.
            let action = if action == "no-op" { json!("noop") } else { action };
            json!({"sensitive": output.sensitive, "action": action})
        };
        let outputs = outcome.outputs.iter();
        let outputs = outputs.map(|(name, one)| (name.to_string(), entry(one))).collect();
        told.push(lines.outputs(&outputs));
    }
    told
}
