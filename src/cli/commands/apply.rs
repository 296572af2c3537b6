//! `terrace apply`: makes live what the configuration, or a saved plan, says.

use camino::Utf8Path;

use crate::cli::applying::{self, Order};
use crate::cli::args::Apply;
use crate::cli::context::{Context, Voice};
use crate::cli::error::{CommandError, Exit, Kind, Outcome};
use crate::cli::planfile::PlanFile;
use crate::cli::planning::{self, Made};
use crate::cli::session::Session;
use crate::cli::settings::{PlanMode, Planning};
use crate::cli::{ledger, prompt, runtime};
use crate::engine::Recover;
use crate::plan::{Action, Intent};
use crate::report::json;

/// Whether somebody has to agree first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approval {
    /// Somebody is asked.
    Ask,
    /// It was given on the command line.
    Given,
}

/// Applies a saved plan, or plans, asks and applies.
pub fn run(args: &Apply, context: &mut Context) -> Outcome {
    let settings = Planning::resolve(&args.planning, &context.environment)?;
    context.printer.set_warnings(settings.warnings);
    if args.json {
        context.speak(Voice::Json);
    }
    if let Some(path) = &args.plan {
        return runtime::block_on(saved(path, &settings, context));
    }
    let approval = if args.auto_approve { Approval::Given } else { Approval::Ask };
    runtime::block_on(fresh(&settings, approval, context))
}

/// Plans, asks, applies.
pub async fn fresh(settings: &Planning, approval: Approval, context: &mut Context) -> Outcome {
    if approval == Approval::Ask && (context.voice == Voice::Json || !settings.asks) {
        let detail = "Without questions there is nobody to approve the plan";
        return Err(CommandError::say(
            Kind::Approval,
            "Plan file or auto-approve required",
            detail,
        )
        .hint("Give --auto-approve, or the plan file of `terrace plan --out FILE`"));
    }
    let command = if settings.mode == PlanMode::Destroy { "destroy" } else { "apply" };
    let access = ledger::change(settings.lock, command, &context.environment);
    let session = Session::open(&settings.values, settings.cloud, access, context).await?;
    let done = plan_and_apply(&session, settings, approval, command, context).await;
    give_back(session, done, context).await
}

async fn plan_and_apply(
    session: &Session,
    settings: &Planning,
    approval: Approval,
    command: &str,
    context: &mut Context,
) -> Outcome {
    let options = planning::options(settings)?;
    let intent = options.intent;
    let input = planning::input_of(session, options, context)?;
    let made = planning::plan(session, input, Recover::Settle, context).await;
    super::plan::show(&made, context);
    if made.outcome.errored() {
        return Err(CommandError::reported());
    }
    if approval == Approval::Ask && made.outcome.has_changes() {
        let question = question(&made, intent);
        let instead = "--auto-approve, or the plan file of `terrace plan --out FILE`";
        prompt::approve(&mut context.printer, &question, instead)?;
    }
    let order = Order { command, intent, parallelism: settings.parallelism };
    applying::apply(session, made, &order, context).await
}

fn question(made: &Made, intent: Intent) -> String {
    let stack = &made.outcome.plan.stack;
    let deletes =
        made.outcome.plan.steps.iter().filter(|step| step.action == Action::Delete).count();
    match intent {
        Intent::Destroy => {
            format!("Delete all {deletes} objects of the stack \"{stack}\"? There is no way back.")
        }
        _ => format!("Do this to the stack \"{stack}\"?"),
    }
}

/// Applies a saved plan: makes it again from what it was made from, and refuses if it is another one by now.
async fn saved(path: &Utf8Path, settings: &Planning, context: &mut Context) -> Outcome {
    let file = open(path, context)?;
    let settings = file.settings(settings);
    let access = ledger::change(settings.lock, "apply", &context.environment);
    let mut session = Session::open(&settings.values, settings.cloud, access, context).await?;
    session.variables = file.variables();
    let done = again(&session, &file, &settings, context).await;
    give_back(session, done, context).await
}

async fn again(
    session: &Session,
    file: &PlanFile,
    settings: &Planning,
    context: &mut Context,
) -> Outcome {
    let options = planning::options(settings)?;
    let intent = options.intent;
    let mut input = planning::input_of(session, options, context)?;
    input.time = file.time;
    input.seed = file.seed;
    let made = planning::plan(session, input, Recover::Settle, context).await;
    if made.outcome.errored() {
        return Err(CommandError::reported());
    }
    let document = json::plan(&made.outcome, intent, &file.time.to_string());
    let differences = file.differences(&document);
    if !differences.is_empty() {
        let detail = format!(
            "Since the plan was made something changed, and it would do something else now at: {}",
            differences.join(", ")
        );
        return Err(CommandError::say(Kind::Stale, "The plan is stale", detail)
            .hint("Make a new plan; it starts from what is there now"));
    }
    let command = if intent == Intent::Destroy { "destroy" } else { "apply" };
    let order = Order { command, intent, parallelism: settings.parallelism };
    applying::apply(session, made, &order, context).await
}

/// Reads a saved plan of the stack in the current folder.
pub fn open(path: &Utf8Path, context: &mut Context) -> Result<PlanFile, CommandError> {
    let project = crate::cli::project::Project::load(context);
    let files = ledger::Files::of(&project.config, context)?;
    let stack = &project.config.stack.name;
    let sealer = files.sealer(context);
    PlanFile::read(path, stack, &*context.world.files, &sealer)
}

/// Gives the lock back whatever came, unless the apply did so already.
async fn give_back(session: Session, done: Outcome, context: &mut Context) -> Outcome {
    let closed = session.ledger.close(None).await;
    match (done, closed) {
        (Ok(exit), Ok(())) => Ok(exit),
        (Ok(Exit::Success), Err(error)) => Err(ledger::refused(&error, context)),
        (done, _) => done,
    }
}
