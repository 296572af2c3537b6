//! `terrace import`: adopts an object that exists: its tags say from now on whose it is.

use crate::base::{Address, Id, Mode};
use crate::cli::args::Import;
use crate::cli::context::Context;
use crate::cli::error::{CommandError, Exit, Kind, Outcome};
use crate::cli::session::{self, Session};
use crate::cli::settings::Planning;
use crate::cli::{ledger, planning, runtime, signals};
use crate::diag::{Diagnostic, Diagnostics};
use crate::engine::{self, Entry, Journal as _};
use crate::plan::{Action, Live, Owner, Step};
use crate::provider::{ClaimRequest, ReadRequest};
use crate::report::paint::{ADD, paint};

/// Adopts one object.
pub fn run(args: &Import, context: &mut Context) -> Outcome {
    let settings = Planning::resolve(&args.planning, &context.environment)?;
    let address = planning::address(&args.address, "Invalid address")?;
    if address.resource.mode != Mode::Managed {
        let detail = format!("{address} is read, and never made or owned");
        return Err(CommandError::say(
            Kind::Usage,
            "Only managed resources can be imported",
            detail,
        ));
    }
    runtime::block_on(async {
        let access = ledger::change(settings.lock, "import", context);
        let session = Session::open(&settings.values, settings.cloud, access, context).await?;
        let done = adopt(&session, &settings, &address, &args.id, context).await;
        let exit = session::give_back(session, done.map(|()| Exit::Success), context).await?;
        let done = paint(ADD, "Import successful!");
        context.printer.line(&format!("{done} {address} is {}.", args.id));
        if !context.global.automation {
            context.printer.progress("`terrace plan` shows how it differs from its configuration.");
        }
        Ok(exit)
    })
}

async fn adopt(
    session: &Session,
    settings: &Planning,
    address: &Address,
    id: &str,
    context: &mut Context,
) -> Result<(), CommandError> {
    let options = planning::options(settings)?;
    let input = planning::input_of(session, options, context)?;
    let made = planning::look(session, input, context).await?;
    let step = made.outcome.plan.steps.iter().find(|step| step.address == *address);
    let Some(step) = step else {
        if made.outcome.errored() {
            context.report(&made.outcome.problems, &session.project.sources);
            return Err(CommandError::reported());
        }
        let detail = format!("The configuration declares no {address}");
        return Err(CommandError::say(Kind::NotFound, "Resource address does not exist", detail)
            .hint("Write its resource block first; `terrace plan` then shows what differs"));
    };
    if step.action != Action::Create {
        let known = step.object.as_ref().map(Id::as_str).unwrap_or_default();
        let detail = format!("The stack owns {known} as {address} already");
        return Err(CommandError::say(Kind::Usage, "Resource already managed", detail));
    }
    let cancel = context.cancel.clone();
    let live = signals::unless_asked(&cancel, find(session, step, id, context)).await??;
    claim(session, step, &live, context).await
}

async fn find(
    session: &Session,
    step: &Step,
    id: &str,
    context: &mut Context,
) -> Result<Live, CommandError> {
    let request = ReadRequest {
        type_name: step.address.type_name().clone(),
        scope: step.scope.clone(),
        id: id.into(),
    };
    let stack = &session.selected.stack.name;
    let found = engine::look_at(&*session.cloud, &request).await;
    let found = found.map_err(|problem| shown(*problem, step, session, context))?;
    let Some(live) = found else {
        let detail = format!("There is no {} with the id \"{id}\"", request.type_name);
        return Err(CommandError::say(
            Kind::NotFound,
            "Cannot import non-existent remote object",
            detail,
        ));
    };
    match &live.owner {
        Some(owner) if owner.stack != *stack || owner.address != step.address => {
            let detail = format!("It is {} of the stack \"{}\"", owner.address, owner.stack);
            Err(CommandError::say(Kind::Usage, "The object belongs to somebody else", detail)
                .hint("Let its owner give it up first, with a `removed` block or `moved`"))
        }
        _ => Ok(live),
    }
}

/// Shows what kept an object from being adopted.
fn shown(
    problem: Diagnostic,
    step: &Step,
    session: &Session,
    context: &mut Context,
) -> CommandError {
    let mut problems = Diagnostics::from(problem.of(&step.address));
    session.selected.locate(&mut problems);
    context.report(&problems, &session.project.sources);
    CommandError::reported()
}

/// Writes the tags, and remembers the object.
async fn claim(
    session: &Session,
    step: &Step,
    live: &Live,
    context: &mut Context,
) -> Result<(), CommandError> {
    let stack = session.selected.stack.name.clone();
    let owner = Owner {
        stack: stack.clone(),
        address: step.address.clone(),
        generation: step.generation,
        nonce: None,
    };
    let request = ClaimRequest {
        type_name: live.type_name.clone(),
        scope: live.scope.clone(),
        id: live.id.clone(),
        stack,
        owner: Some(owner),
    };
    let claimed = engine::claim(&*session.cloud, &request).await;
    claimed.map_err(|problem| shown(*problem, step, session, context))?;
    let (address, scope) = (step.address.clone(), live.scope.clone());
    session.ledger.remember(&Entry::new(address, step.generation, scope, live.id.clone()));
    Ok(())
}
