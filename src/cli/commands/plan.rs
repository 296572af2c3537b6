//! `terrace plan`: what apply would do.

use crate::cli::args::Plan;
use crate::cli::context::{Context, Voice};
use crate::cli::error::{CommandError, Exit, Outcome};
use crate::cli::planfile::{Making, PlanFile};
use crate::cli::planning::{self, Made};
use crate::cli::runtime;
use crate::cli::session::Session;
use crate::cli::settings::Planning;
use crate::engine::Recover;
use crate::ledger::Access;
use crate::report::{json, text};

/// Plans, shows the plan and saves it where that is asked for.
pub fn run(args: &Plan, context: &mut Context) -> Outcome {
    let settings = Planning::resolve(&args.planning, &context.environment)?;
    context.printer.set_warnings(settings.warnings);
    if args.json {
        context.speak(Voice::Json);
    }
    runtime::block_on(async {
        let (session, made, making) = make(&settings, context).await?;
        show(&made, context);
        let outcome = &made.outcome;
        if outcome.errored() {
            return Err(CommandError::reported());
        }
        if let Some(path) = &args.out {
            let making = Making { settings: &settings, variables: &session.variables, ..making };
            save(path, &session, &made, &making, context)?;
        }
        let changes = outcome.has_changes();
        Ok(if args.detailed_exitcode && changes { Exit::Changes } else { Exit::Success })
    })
}

/// Opens the stack to look, and plans.
async fn make<'a>(
    settings: &'a Planning,
    context: &mut Context,
) -> Result<(Session, Made, Making<'a>), CommandError> {
    let session = Session::open(&settings.values, settings.cloud, Access::Look, context).await?;
    let options = planning::options(settings)?;
    let intent = options.intent;
    let input = planning::input_of(&session, options, context)?;
    let making = Making { settings, variables: &[], intent, time: input.time, seed: input.seed };
    let made = planning::plan(&session, input, Recover::Leave, context).await;
    Ok((session, made, making))
}

/// Shows a plan, to people or to programs.
pub fn show(made: &Made, context: &mut Context) {
    match context.voice {
        Voice::Human => context.printer.print(&text::plan(&made.outcome)),
        Voice::Json => {
            let clock = context.world.clock.clone();
            let now = move || clock.now().to_string();
            for line in json::planned(&made.outcome, &json::Lines::new(&now)) {
                context.printer.line(&line);
            }
        }
    }
}

fn save(
    path: &camino::Utf8Path,
    session: &Session,
    made: &Made,
    making: &Making<'_>,
    context: &mut Context,
) -> Result<(), CommandError> {
    let document = json::plan(&made.outcome, making.intent, &making.time.to_string());
    let text = text::plan(&made.outcome);
    let file = PlanFile::new(&made.outcome, making, document, text);
    file.write(path, &*context.world.files, &session.ledger.sealer())?;
    if context.voice == Voice::Human && !context.global.automation {
        context.printer.progress(&format!(
            "\nThe plan is saved. To do exactly this: terrace apply \"{path}\""
        ));
    }
    Ok(())
}
