//! `terrace show`: a saved plan, or what is live.

use camino::Utf8Path;

use crate::cli::args::Show;
use crate::cli::context::Context;
use crate::cli::error::{CommandError, Exit, Outcome};
use crate::cli::planning::{self, Made};
use crate::cli::runtime;
use crate::cli::session::Session;
use crate::cli::settings::{self, Missing, Values};
use crate::diag::{Diagnostics, Severity};
use crate::ledger::Access;
use crate::plan::Options;
use crate::report::{json, text};

/// Shows a plan file, or looks at the cloud.
pub fn run(args: &Show, context: &mut Context) -> Outcome {
    match &args.plan {
        Some(path) => saved(path, args, context),
        None => runtime::block_on(live(args, context)),
    }
}

fn saved(path: &Utf8Path, args: &Show, context: &mut Context) -> Outcome {
    let file = super::apply::open(path, context)?;
    if args.json {
        context.printer.line(&file.document.to_string());
    } else {
        context.printer.print(&file.text);
    }
    Ok(Exit::Success)
}

async fn live(args: &Show, context: &mut Context) -> Outcome {
    let values = Values::resolve(&args.inputs, args.phase.as_deref(), &context.environment);
    let values = values.missing(Missing::Open);
    let cloud = settings::cloud(args.cloud, &context.environment)?;
    let session = Session::open(&values, cloud, Access::Look, context).await?;
    let input = planning::input_of(&session, Options::default(), context)?;
    let made = planning::look(&session, input, context).await?;
    stop_if_unread(&session, &made, context)?;
    if args.json {
        context.printer.line(&json::state(&made.outcome).to_string());
    } else {
        context.printer.print(&text::live(&made.outcome));
    }
    Ok(Exit::Success)
}

/// Ends the command where the live world could not be seen. What else is wrong with the configuration does not matter.
///
/// # Errors
/// Where there are steps of none: nothing was seen, and the reason has been shown.
pub fn stop_if_unread(
    session: &Session,
    made: &Made,
    context: &mut Context,
) -> Result<(), CommandError> {
    if !made.outcome.errored() {
        return Ok(());
    }
    let errors = made.outcome.problems.iter().filter(|one| one.severity == Severity::Error);
    let errors: Diagnostics = errors.cloned().collect();
    let unread = errors.iter().any(|one| (800..1000).contains(&one.code.0));
    if unread || made.outcome.plan.steps.is_empty() {
        context.report(&errors, &session.project.sources);
        return Err(CommandError::reported());
    }
    Ok(())
}
