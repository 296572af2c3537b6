//! A plan as lines of the machine-readable UI: drift, changes, totals, outputs.

use serde_json::json;

use super::changes::output_change;
use super::ui::Lines;
use crate::diag::Severity;
use crate::plan::{Outcome, OutputChange};
use crate::report::{Verb, changes};

/// Problems with what was given for variables: without their values there is no plan to tell.
const UNANSWERED: &[u16] = &[502, 505];

/// The lines that tell a plan, also one with errors as far as it came; nothing where none could be made.
#[must_use]
pub fn planned(outcome: &Outcome, lines: &Lines<'_>) -> Vec<String> {
    let mut told = Vec::new();
    if outcome.errored() && !is_planned(outcome) {
        return told;
    }
    for drift in &outcome.drift {
        let verb = if drift.live.is_some() { "update" } else { "delete" };
        told.push(lines.drift(&drift.address, verb));
    }
    let all = changes(&outcome.plan);
    let notable = all.iter().filter(|change| change.is_notable());
    told.extend(notable.map(|change| lines.planned_change(change)));
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

/// The changes of a saved plan, as they are told once more when it is applied.
#[must_use]
pub fn repeated(outcome: &Outcome, lines: &Lines<'_>) -> Vec<String> {
    let all = changes(&outcome.plan);
    let changing = all.iter().filter(|change| change.verb != Verb::NoOp);
    changing.map(|change| lines.planned_change(change)).collect()
}

fn is_planned(outcome: &Outcome) -> bool {
    let mut errors = outcome.problems.iter().filter(|one| one.severity == Severity::Error);
    outcome.partial.is_some() && !errors.any(|error| UNANSWERED.contains(&error.code.0))
}
