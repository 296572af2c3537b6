//! `terrace apply`: makes live what the configuration, or a saved plan, says.

use std::sync::Arc;

use camino::Utf8Path;

use crate::cli::applying::{self, Order};
use crate::cli::args::{self, Apply};
use crate::cli::context::{Context, Voice};
use crate::cli::error::{CommandError, Kind, Outcome};
use crate::cli::planfile::{self, PlanFile};
use crate::cli::planning::{self, Made};
use crate::cli::project::Project;
use crate::cli::session::{self, Session};
use crate::cli::settings::{Missing, Planning};
use crate::cli::{ledger, prompt, runtime};
use crate::engine::Recover;
use crate::plan::{Action, Intent};
use crate::report::{Purpose, json};
use crate::world::Recorded;

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
    if let Some(path) = &args.plan {
        refuse_options(&args.planning)?;
        return runtime::block_on(saved(path, &settings, context));
    }
    let approval = if args.auto_approve { Approval::Given } else { Approval::Ask };
    runtime::block_on(fresh(&settings, approval, Purpose::Apply, context))
}

/// Plans, asks, applies.
pub async fn fresh(
    settings: &Planning,
    approval: Approval,
    purpose: Purpose,
    context: &mut Context,
) -> Outcome {
    if approval == Approval::Ask && (context.voice == Voice::Json || !settings.asks) {
        let detail = "Without questions there is nobody to approve the plan";
        return Err(CommandError::say(
            Kind::Approval,
            "Plan file or auto-approve required",
            detail,
        )
        .hint("Give --auto-approve, or the plan file of `terrace plan --out FILE`"));
    }
    let access = ledger::change(settings.lock, purpose.operation(), context);
    let session = Session::open(&settings.values, settings.cloud, access, context).await?;
    let done = plan_and_apply(&session, settings, approval, purpose, context).await;
    session::give_back(session, done, context).await
}

async fn plan_and_apply(
    session: &Session,
    settings: &Planning,
    approval: Approval,
    purpose: Purpose,
    context: &mut Context,
) -> Outcome {
    let options = planning::options(settings)?;
    let intent = options.intent;
    let input = planning::input_of(session, options, context)?;
    let made = planning::plan(session, input, Recover::Settle, settings.refresh, context).await?;
    if purpose != Purpose::Refresh {
        super::plan::show(&made, context);
    }
    if made.outcome.errored() {
        return Err(CommandError::reported());
    }
    if approval == Approval::Ask && made.outcome.has_changes() {
        let question = question(&made, intent);
        let instead = "--auto-approve, or the plan file of `terrace plan --out FILE`";
        prompt::approve(&question, instead, context).await?;
    }
    let order = Order { purpose, intent, parallelism: settings.parallelism };
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

/// A saved plan was made with its own options; others would make another plan.
fn refuse_options(args: &args::Planning) -> Result<(), CommandError> {
    let given = [
        ("-destroy", args.destroy),
        ("-refresh-only", args.refresh_only),
        ("-refresh=false", !args.refresh),
        ("-target", !args.target.is_empty()),
        ("-exclude", !args.exclude.is_empty()),
        ("-replace", !args.replace.is_empty()),
        ("-phase", args.phase.is_some()),
        ("-cloud", args.cloud.is_some()),
    ];
    let given: Vec<&str> =
        given.iter().filter(|(_, given)| *given).map(|(name, _)| *name).collect();
    if given.is_empty() {
        return Ok(());
    }
    let detail = format!("A saved plan is applied as it was made: without {}", given.join(", "));
    Err(CommandError::say(Kind::Usage, "Planning options with a saved plan", detail)
        .hint("Give them to `terrace plan -out=FILE`"))
}

/// Applies a saved plan: makes it again from what it was made from, and refuses if it is another one by now.
async fn saved(path: &Utf8Path, settings: &Planning, context: &mut Context) -> Outcome {
    let mut file = open(path, context)?;
    // From here on the configuration is the one of the plan, whatever the folder holds by now.
    let files = std::mem::take(&mut file.files);
    context.world.files = Arc::new(Recorded::over(files, context.world.files.clone()));
    let mut settings = file.settings(settings);
    settings.values.missing = Missing::Refused;
    let access = ledger::change(settings.lock, "apply", context);
    let mut session = Session::open(&settings.values, settings.cloud, access, context).await?;
    let done = match file.variables_with(&session.variables, &session.ephemeral_variables()) {
        Ok(variables) => {
            session.variables = variables;
            again(&session, &file, &settings, context).await
        }
        Err(error) => Err(error),
    };
    session::give_back(session, done, context).await
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
    let made = planning::plan(session, input, Recover::Settle, settings.refresh, context).await?;
    if made.outcome.errored() {
        return Err(CommandError::reported());
    }
    let document = json::plan(&made.outcome, serde_json::Value::Null, &file.time.to_string());
    let differences = file.differences(&document, &made.outcome.plan);
    if !differences.is_empty() {
        let detail = format!(
            "Since the plan was made something changed, and it would do something else now at: {}",
            differences.join(", ")
        );
        return Err(CommandError::say(Kind::Stale, "The plan is stale", detail)
            .hint("Make a new plan; it starts from what is there now"));
    }
    if context.voice == Voice::Json {
        context.tell_all(|lines| json::repeated(&made.outcome, lines));
    }
    let order = Order { purpose: Purpose::Apply, intent, parallelism: settings.parallelism };
    applying::apply(session, made, &order, context).await
}

/// Reads a saved plan, which must be of the stack in the current folder where there is one.
pub fn open(path: &Utf8Path, context: &mut Context) -> Result<PlanFile, CommandError> {
    let sealed = planfile::read(path, &*context.world.files)?;
    let project = Project::load(context);
    // Of a folder with mistakes not even the stack's name is certain; the ledger knows whose it is all the same.
    if project.is_there() && !project.problems.has_errors() {
        sealed.check_stack(&project.config.stack.name)?;
    }
    let folder = sealed.ledger().map(Into::into);
    let folder = folder.unwrap_or_else(|| ledger::data_folder(&context.environment));
    sealed.open(&ledger::Files::at(folder).sealer(context))
}
