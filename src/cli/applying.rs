//! Carrying a plan out: with signals heard, events shown, outputs and phase noted, and the ledger closed whatever comes.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::commands::output::shown;
use super::commands::version::TERRACE;
use super::context::{Context, Voice};
use super::ears;
use super::env;
use super::error::{CommandError, Exit};
use super::ledger::refused;
use super::planning::Made;
use super::session::Session;
use crate::diag::{Diagnostic, Severity};
use crate::engine::{self, Ending, Report, Setup};
use crate::ledger::RunRecord;
use crate::plan::{self, Intent, RememberedOutput};
use crate::report::Purpose;
use crate::report::json::output_value;
use crate::report::paint::{STRONG, paint};
use crate::world::{RealProcesses, host_name};

/// What a run is called, and how it is to be done.
pub struct Order {
    /// The command that it is carried out for.
    pub purpose: Purpose,
    /// What was asked for.
    pub intent: Intent,
    /// Operations under way at once.
    pub parallelism: usize,
}

/// Applies a plan that was made in this process.
///
/// # Errors
/// Where the ledger cannot be written; it has been shown.
pub async fn apply(
    session: &Session,
    made: Made,
    order: &Order,
    context: &mut Context,
) -> Result<Exit, CommandError> {
    let began = context.world.clock.now();
    let mut outcome = made.outcome;
    let Some(mut replay) = outcome.replay.take() else { return Err(CommandError::reported()) };
    let cancel = context.cancel.clone();
    // Assertions are judged once more with what comes of the run.
    context.retract(is_of_check);
    // Noted before the first step: whatever ends the run, the next one goes on towards this phase.
    if order.intent != Intent::Destroy {
        session.ledger.set_phase(outcome.plan.phase.clone());
    }
    let mut report = ears::told(order.purpose, context, |listener| {
        let setup = Setup {
            cloud: session.cloud.clone(),
            journal: Arc::new(session.ledger.clone()),
            types: session.types.clone(),
            listener,
            cancel,
            processes: Arc::new(RealProcesses),
            parallelism: order.parallelism,
        };
        let (plan, replay) = (&outcome.plan, &mut *replay);
        async move { engine::apply(&setup, plan, replay).await }
    })
    .await;
    session.selected.locate(&mut report.problems);
    context.report(&report.problems, &session.project.sources);
    let sound = report.ending == Ending::Complete && !report.problems.has_errors();
    if sound {
        engine::forget_stale(&session.ledger, &made.stale);
    }
    if !outcome.complete {
        context.report(&plan::incomplete().into(), &session.project.sources);
    }
    let gone = sound && outcome.complete && order.intent == Intent::Destroy;
    let is_partial_destroy = order.intent == Intent::Destroy && !outcome.complete;
    // Where the run did not get to the end, some are still not known.
    let known = replay.outputs().into_iter().filter(|(_, output)| output.value.is_wholly_known());
    let outputs: BTreeMap<_, _> = known.filter(|_| order.intent != Intent::Destroy).collect();
    if !is_partial_destroy {
        session.ledger.set_outputs(&outputs).map_err(|error| refused(&error, context))?;
    }
    if gone {
        session.ledger.set_phase(None);
    }
    // The ledger is written anew in the end: what was planned is not needed beside it.
    drop((outcome, replay));
    conclude(&report, &outputs, order, context);
    close(session, &report, order, began, context).await?;
    Ok(if sound { Exit::Success } else { Exit::Failure })
}

/// Whether a problem is what an assertion of a check came to.
fn is_of_check(problem: &Diagnostic) -> bool {
    problem.severity == Severity::Warning && matches!(problem.code.0, 531 | 532)
}

/// The last words of a run: totals for programs, outputs for both.
fn conclude(
    report: &Report,
    outputs: &BTreeMap<ecow::EcoString, RememberedOutput>,
    order: &Order,
    context: &mut Context,
) {
    let complete = report.ending == Ending::Complete && !report.problems.has_errors();
    match context.voice {
        Voice::Json | Voice::Document => {
            context.release();
            if !complete {
                return;
            }
            if order.purpose != Purpose::Refresh {
                context.tell(|lines| lines.apply_summary(report.counts, order.purpose));
            }
            let values: Map<String, Json> = outputs
                .iter()
                .map(|(name, output)| {
                    (name.to_string(), output_value(&output.value, output.sensitive))
                })
                .collect();
            if order.purpose != Purpose::Destroy {
                context.tell(|lines| lines.outputs(&values));
            }
        }
        Voice::Human if complete && !outputs.is_empty() => {
            context.printer.line(&paint(STRONG, "\nOutputs:\n"));
            for (name, output) in outputs {
                let value = shown(output);
                context.printer.line(&format!("{name} = {value}"));
            }
        }
        Voice::Human => {}
    }
}

async fn close(
    session: &Session,
    report: &Report,
    order: &Order,
    began: jiff::Timestamp,
    context: &mut Context,
) -> Result<(), CommandError> {
    let user = context.environment.value(&env::USER).unwrap_or("unknown");
    let record = RunRecord {
        number: session.ledger.fence(),
        command: order.purpose.operation().into(),
        who: format!("{user}@{}", host_name()).into(),
        began,
        ended: context.world.clock.now(),
        phase: session.selected.phase.clone(),
        counts: report.counts,
        ending: report.ending,
        version: TERRACE.into(),
    };
    session.ledger.clone().close(Some(record)).await.map_err(|error| refused(&error, context))
}
