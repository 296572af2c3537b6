//! `terrace state`: single objects of what is live, by their addresses. There is no state file behind it.

use super::elsewhere;
use crate::base::Address;
use crate::cli::args::{Elsewhere, State, StateCommand};
use crate::cli::context::Context;
use crate::cli::error::{CommandError, Exit, Kind, Outcome};
use crate::cli::session::Session;
use crate::cli::settings::{self, Missing, Values};
use crate::cli::{planning, runtime};
use crate::config::Target;
use crate::ledger::Access;
use crate::plan::{Options, Step, covers};
use crate::report::text;

/// Lists objects or shows one.
pub fn run(args: &State, context: &mut Context) -> Outcome {
    match &args.command {
        StateCommand::List { addresses } => {
            let targets = planning::targets(addresses, "Invalid address")?;
            live(args, context, |steps, context| list(steps, &targets, context))
        }
        StateCommand::Show { address } => {
            let address = planning::address(address, "Invalid address")?;
            live(args, context, |steps, context| show(steps, &address, context))
        }
        StateCommand::Other(words) => {
            elsewhere::run("state", &Elsewhere { rest: words.clone() }, context)
        }
    }
}

/// Looks at what is live and tells of it.
fn live(
    args: &State,
    context: &mut Context,
    tell: impl FnOnce(Vec<&Step>, &mut Context) -> Outcome,
) -> Outcome {
    let values = Values::resolve(&args.inputs, args.phase.as_deref(), &context.environment);
    let values = values.missing(Missing::Open);
    let cloud = settings::cloud(args.cloud, &context.environment)?;
    runtime::block_on(async {
        let session = Session::open(&values, cloud, Access::Look, context).await?;
        let input = planning::input_of(&session, Options::default(), context)?;
        let made = planning::look(&session, input, context).await?;
        super::show::stop_if_unread(&session, &made, context)?;
        let mut steps: Vec<&Step> =
            made.outcome.plan.steps.iter().filter(|step| is_there(step)).collect();
        steps.sort_by(|a, b| (&a.address, a.deposed).cmp(&(&b.address, b.deposed)));
        tell(steps, context)
    })
}

fn is_there(step: &Step) -> bool {
    step.prior.is_some() && step.object.is_some()
}

fn list(steps: Vec<&Step>, targets: &[Target], context: &mut Context) -> Outcome {
    let is_wanted = |step: &Step| {
        targets.is_empty() || targets.iter().any(|target| covers(target, &step.address))
    };
    for step in steps.into_iter().filter(|step| is_wanted(step)) {
        let deposed = if step.deposed { " (left by a replacement)" } else { "" };
        context.printer.line(&format!("{}{deposed}", step.address));
    }
    Ok(Exit::Success)
}

fn show(steps: Vec<&Step>, address: &Address, context: &mut Context) -> Outcome {
    let found: Vec<&Step> = steps.into_iter().filter(|step| step.address == *address).collect();
    if found.is_empty() {
        let detail = format!("The stack owns no object at {address}");
        return Err(CommandError::say(Kind::NotFound, "No instance found", detail)
            .hint("`terrace state list` shows the addresses of all"));
    }
    for step in found {
        context.printer.print(&text::object(step));
    }
    Ok(Exit::Success)
}
