//! `terrace plan`: what apply would do.

use std::sync::Arc;

use camino::Utf8Path;

use crate::cli::args::Plan;
use crate::cli::context::{Context, Voice};
use crate::cli::error::{CommandError, Exit, Outcome};
use crate::cli::planfile::{Making, PlanFile, Shown};
use crate::cli::planning::{self, Made};
use crate::cli::session::{self, Session};
use crate::cli::settings::Planning;
use crate::cli::{generating, ledger, runtime};
use crate::engine::Recover;
use crate::report::{json, text};
use crate::world::Recorder;

/// Plans, shows the plan and saves it where that is asked for.
pub fn run(args: &Plan, context: &mut Context) -> Outcome {
    let settings = Planning::resolve(&args.planning, &context.environment)?;
    context.printer.set_warnings(settings.warnings);
    // Of a plan that is saved, every file that it is made from is saved too.
    let recorder = args.out.as_ref().map(|_| Arc::new(Recorder::new(context.world.files.clone())));
    if let Some(recorder) = &recorder {
        context.world.files = recorder.clone();
    }
    let out = args.out.as_deref().zip(recorder.as_deref());
    if let Some(path) = &args.generate_config_out {
        runtime::block_on(generating::write(path, &settings, context))?;
    }
    let exit = runtime::block_on(async {
        let access = ledger::look(settings.lock, "plan", &context.environment);
        let session = Session::open(&settings.values, settings.cloud, access, context).await?;
        let done = make(&session, &settings, out, context).await;
        session::give_back(session, done, context).await
    })?;
    Ok(if args.detailed_exitcode { exit } else { exit.without_details() })
}

/// Plans, shows and saves; answers whether there are changes.
async fn make(
    session: &Session,
    settings: &Planning,
    out: Option<(&Utf8Path, &Recorder)>,
    context: &mut Context,
) -> Outcome {
    let options = planning::options(settings)?;
    let input = planning::input_of(session, options, context)?;
    let (time, seed) = (input.time, input.seed);
    let mut made =
        planning::plan(session, input, Recover::Leave, settings.refresh, context).await?;
    // Nothing is applied, and what it would take is about as much as the plan itself.
    made.outcome.replay = None;
    show(&made, context);
    if made.outcome.errored() {
        return Err(CommandError::reported());
    }
    if let Some((path, recorder)) = out {
        let ephemeral = session.ephemeral_variables();
        let making = Making {
            settings,
            variables: &session.variables,
            ephemeral: &ephemeral,
            ledger: ledger::configured(&session.project.config).map(Into::into),
            files: recorder.snapshot(),
            time,
            seed,
        };
        save(path, session, &made, making, context)?;
    }
    Ok(if made.outcome.has_changes() { Exit::Changes } else { Exit::Success })
}

/// Shows a plan, to people or to programs.
pub fn show(made: &Made, context: &mut Context) {
    match context.voice {
        // What is live is not known where reading failed: a plan without it would only mislead.
        Voice::Human if made.outcome.errored() && made.outcome.plan.steps.is_empty() => {}
        Voice::Human => context.printer.print(&text::plan(&made.outcome)),
        Voice::Json | Voice::Document => {
            context.tell_all(|lines| json::planned(&made.outcome, lines));
        }
    }
}

/// A moment as Terraform's plans have it.
fn whole_second(time: jiff::Timestamp) -> String {
    jiff::Timestamp::from_second(time.as_second()).unwrap_or(time).to_string()
}

fn save(
    path: &Utf8Path,
    session: &Session,
    made: &Made,
    making: Making<'_>,
    context: &mut Context,
) -> Result<(), CommandError> {
    let document = json::plan(&made.outcome, session.configuration(), &whole_second(making.time));
    let shown = Shown { document, text: text::plan(&made.outcome) };
    let file = PlanFile::new(&made.outcome, making, shown);
    file.write(path, &*context.world.files, &session.ledger.sealer())?;
    if context.voice == Voice::Human && !context.global.automation {
        context.printer.progress(&format!(
            "\nThe plan is saved. To do exactly this: terrace apply \"{path}\""
        ));
    }
    Ok(())
}
