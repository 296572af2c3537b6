//! Making a plan: what goes into it, and asking the cloud on its behalf.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::context::Context;
use super::ears;
use super::error::{CommandError, Kind};
use super::session::Session;
use super::settings::{PlanMode, Planning};
use super::signals;
use crate::base::{Address, Mode, TypeName};
use crate::config::{Selected, Target};
use crate::diag::Diagnostic;
use crate::engine::{self, Desk, Journal as _, Recover, Refresh};
use crate::plan::{
    self, Input, Intent, Options, Outcome, Places, Remembered, Supports, UndeclaredImports,
};
use crate::report::Purpose;
use crate::schema::Registry;

/// What the user asks for beside the configuration.
///
/// # Errors
/// Where an address cannot be understood.
pub fn options(settings: &Planning) -> Result<Options, CommandError> {
    if settings.mode != PlanMode::Normal && !settings.replace.is_empty() {
        let detail = "Objects can be replaced (-replace) only by a plan that is neither to destroy nor only to refresh.";
        return Err(CommandError::say(Kind::Usage, "Unsupported plan mode", detail));
    }
    Ok(Options {
        intent: match settings.mode {
            PlanMode::Normal => Intent::Normal,
            PlanMode::Destroy => Intent::Destroy,
            PlanMode::RefreshOnly => Intent::RefreshOnly,
        },
        targets: targets(&settings.targets, "Invalid target")?,
        excludes: targets(&settings.excludes, "Invalid exclude")?,
        replace: settings
            .replace
            .iter()
            .map(|text| managed(text, "Invalid force-replace address"))
            .collect::<Result<_, _>>()?,
        undeclared: UndeclaredImports::Refused,
    })
}

/// Modules, resources or instances. Without a key a resource means all of its instances.
///
/// # Errors
/// Where an address cannot be understood.
pub fn targets(texts: &[String], title: &'static str) -> Result<Vec<Target>, CommandError> {
    let target = |text: &String| {
        crate::plan::parse_target(text).map_err(|error| not_an_address(error, title))
    };
    texts.iter().map(target).collect()
}

/// An address as the user wrote it.
///
/// # Errors
/// Where it is none.
pub fn address(text: &str, title: &'static str) -> Result<Address, CommandError> {
    text.parse().map_err(|error| not_an_address(error, title))
}

/// The address of an object that the stack manages.
fn managed(text: &str, title: &'static str) -> Result<Address, CommandError> {
    let address = address(text, title)?;
    if address.resource.mode == Mode::Managed {
        return Ok(address);
    }
    let detail = format!("{text} is only read. Only managed resources can be replaced.");
    Err(CommandError::say(Kind::Usage, title, detail))
}

fn not_an_address(error: crate::base::AddressError, title: &'static str) -> CommandError {
    CommandError::new(Kind::Usage, title, error)
        .hint("An address is like aws_vpc.main, module.web.aws_lb.this[0] or module.web")
}

/// What a plan of a configuration is a function of.
pub fn input(
    config: Arc<Selected>,
    registry: Arc<Registry>,
    options: Options,
    supports: Supports,
    context: &Context,
) -> Input {
    let cwd = context.world.files.current_folder().unwrap_or_default();
    let mut seed = [0; 8];
    context.world.entropy.fill(&mut seed);
    Input {
        config,
        registry,
        variables: Vec::new(),
        options,
        remembered: Remembered::default(),
        supports,
        places: Places { cwd: cwd.into_string(), root: ".".to_owned() },
        workspace: "default".into(),
        time: context.world.clock.now(),
        seed: u64::from_le_bytes(seed),
        stand_ins: None,
        world: context.world.clone(),
    }
}

/// Every type, for checks that ask no cloud.
#[must_use]
pub fn supports_all() -> Supports {
    Arc::new(|_: &TypeName, _: Mode| true)
}

/// The input of a plan of an open stack.
///
/// # Errors
/// Where the ledger cannot be read; it has been shown.
pub fn input_of(
    session: &Session,
    options: Options,
    context: &mut Context,
) -> Result<Input, CommandError> {
    let cloud = session.cloud.clone();
    let supports: Supports = Arc::new(move |name: &TypeName, mode| cloud.supports(name, mode));
    let (config, registry) = (session.selected.clone(), session.registry.clone());
    let remembered = remembered(session, context)?;
    let variables = session.variables.clone();
    let input = input(config, registry, options, supports, context);
    Ok(Input { variables, remembered, ..input })
}

fn remembered(session: &Session, context: &mut Context) -> Result<Remembered, CommandError> {
    let outputs =
        session.ledger.outputs().map_err(|error| super::ledger::refused(&error, context))?;
    let entries = session.ledger.entries();
    let tainted = entries.iter().filter(|entry| entry.tainted.is_some());
    let tainted = tainted.map(|entry| entry.address.clone()).collect();
    let dependencies: BTreeMap<_, _> =
        entries.into_iter().map(|entry| (entry.address, entry.after)).collect();
    Ok(Remembered { outputs, tainted, dependencies, ..Remembered::default() })
}

/// A plan that was made.
pub struct Made {
    /// The planner's outcome.
    pub outcome: Box<Outcome>,
    /// What the manifest remembers and is no more.
    pub stale: Vec<engine::Stale>,
}

/// Plans an open stack only to see what is there; problems of the configuration are not the question.
///
/// # Errors
/// Where the run is asked to end.
pub async fn look(
    session: &Session,
    input: Input,
    context: &Context,
) -> Result<Made, CommandError> {
    let desk = Desk {
        cloud: session.cloud.clone(),
        journal: Arc::new(session.ledger.clone()),
        types: session.types.clone(),
        listener: Arc::new(engine::Silence),
        recover: Recover::Leave,
        refresh: Refresh::Live,
    };
    let planned = signals::unless_asked(&context.cancel, engine::plan(&desk, input)).await?;
    Ok(Made { outcome: planned.outcome, stale: planned.stale })
}

/// What the linter of plans finds. A plan in which it finds something is a mistake of the planner, and is not applied.
fn unsound(plan: &plan::Plan) -> Option<Diagnostic> {
    let faults: Vec<String> = plan::check::check(plan).iter().map(ToString::to_string).collect();
    (!faults.is_empty()).then(|| {
        let detail = format!("The plan contradicts itself: {}.", faults.join("; "));
        Diagnostic::error(1009, "A mistake in terrace", detail).help(
            "Nothing was changed. Please report this with the configuration that leads to it.",
        )
    })
}

/// Plans an open stack, tells what happens on the way, and shows every problem.
pub async fn plan(
    session: &Session,
    input: Input,
    recover: Recover,
    refresh: Refresh,
    context: &mut Context,
) -> Result<Made, CommandError> {
    let cancel = context.cancel.clone();
    let planned = ears::told(Purpose::Apply, context, |listener| {
        let desk = Desk {
            cloud: session.cloud.clone(),
            journal: Arc::new(session.ledger.clone()),
            types: session.types.clone(),
            listener,
            recover,
            refresh,
        };
        async move { signals::unless_asked(&cancel, engine::plan(&desk, input)).await }
    })
    .await;
    let mut planned = planned?;
    if !planned.outcome.errored() {
        planned.outcome.problems.extend(unsound(&planned.outcome.plan));
    }
    context.report(&planned.outcome.problems, &session.project.sources);
    Ok(Made { outcome: planned.outcome, stale: planned.stale })
}
