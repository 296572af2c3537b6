//! What a command that plans or applies works with: configuration, ledger, cloud and what is known of types.

use std::collections::BTreeSet;
use std::sync::Arc;

use camino::Utf8Path;
use ecow::EcoString;

use super::context::{Context, Tempo, Voice};
use super::error::{CommandError, Exit, Kind, Outcome};
use super::ledger::{self, Files, data_folder};
use super::printer::Printer;
use super::project::Project;
use super::prompt::{self, Echo};
use super::settings::{Cloud, Missing, Values};
use super::{env, inputs, signals};
use crate::base::PhaseName;
use crate::config::{Selected, Variable};
use crate::engine::{SchemaTypes, Types};
use crate::ledger::{Access, Ledger, VirtualObjects};
use crate::plan::{Given, Origin, VariableInput};
use crate::provider::{Router, Writer};
use crate::report::json;
use crate::report::paint::{STRONG, paint};
use crate::schema::Registry;
use crate::value::{Type, Value};
use crate::world::World;

/// An open stack.
pub struct Session {
    /// Everything that was read.
    pub project: Project,
    /// What holds in the phase at hand.
    pub selected: Arc<Selected>,
    /// Values given to variables.
    pub variables: Vec<VariableInput>,
    /// The record beside the cloud.
    pub ledger: Ledger,
    /// What is looked at and changed.
    pub cloud: Arc<dyn Writer>,
    /// Every type.
    pub registry: Arc<Registry>,
    /// The same as the engine sees them.
    pub types: Arc<dyn Types>,
}

impl Session {
    /// Reads the configuration and opens the ledger and the cloud.
    ///
    /// # Errors
    /// Where the configuration, the ledger or the cloud cannot be used.
    pub async fn open(
        values: &Values,
        cloud: Cloud,
        access: Access,
        context: &mut Context,
    ) -> Result<Self, CommandError> {
        signals::watch(&context.cancel);
        let mut project = Project::load(context);
        if project.problems.has_errors() {
            let phase = values.phase.as_ref().map(crate::base::PhaseName::as_str);
            let found = project.check(phase, context)?;
            project.problems.extend(found);
        }
        stop_on_errors(&project, context)?;
        let files = Files::of(&project.config, context)?;
        let stack = project.config.stack.name.clone();
        let cancel = context.cancel.clone();
        let opening = files.open(&stack, access, context);
        let ledger = signals::unless_asked(&cancel, opening).await??;
        match Self::with(ledger.clone(), project, values, cloud, context).await {
            Ok(session) => Ok(session),
            Err(error) => {
                // What happened first is what is told; the lock is given back all the same.
                let _ = ledger.close(None).await;
                Err(error)
            }
        }
    }

    async fn with(
        ledger: Ledger,
        mut project: Project,
        values: &Values,
        cloud: Cloud,
        context: &mut Context,
    ) -> Result<Self, CommandError> {
        let current = ledger.phase();
        let phase = values.phase.as_ref().or(current.as_ref().filter(|phase| {
            // A phase that the configuration no longer has is as good as none.
            project.config.phases.contains_key(phase.as_str())
        }));
        let selected = project.select(phase.map(PhaseName::as_str), context)?;
        let mut variables = variables(values, &mut project, context)?;
        supply_missing(values.missing, &selected, &mut variables, context).await?;
        let registry = registry(context)?;
        let cloud = open_cloud(cloud, &ledger, &registry, context)?;
        let types = Arc::new(SchemaTypes::new(registry.clone()));
        let selected = Arc::new(selected);
        Ok(Self { project, selected, variables, ledger, cloud, registry, types })
    }
}

/// Adds values of variables that need one and have none, in the order of their names.
async fn supply_missing(
    missing: Missing,
    selected: &Selected,
    variables: &mut Vec<VariableInput>,
    context: &mut Context,
) -> Result<(), CommandError> {
    let can_ask = Printer::is_terminal() && context.voice == Voice::Human;
    if missing == Missing::Refused || (missing == Missing::Asked && !can_ask) {
        return Ok(());
    }
    let given: BTreeSet<EcoString> = variables.iter().map(|input| input.name.clone()).collect();
    let declared = selected.tree.root().variables.values();
    let mut lacking: Vec<&Variable> = declared
        .filter(|variable| variable.default.is_none() && !given.contains(&variable.name))
        .collect();
    lacking.sort_by(|a, b| a.name.cmp(&b.name));
    for variable in lacking {
        let (given, origin) = if missing == Missing::Open {
            (Given::Value(Value::unknown(Type::Dynamic), None), Origin::Environment)
        } else {
            let Some(answer) = ask(variable, context).await? else { return Ok(()) };
            (Given::Text(answer), Origin::Prompt)
        };
        variables.push(VariableInput { name: variable.name.clone(), given, origin });
    }
    Ok(())
}

async fn ask(variable: &Variable, context: &mut Context) -> Result<Option<String>, CommandError> {
    let description = variable.description.as_deref().unwrap_or_default().trim();
    let lines: Vec<String> = description.lines().map(|line| format!("  {line}\n")).collect();
    let description = lines.concat();
    let name = paint(STRONG, format!("var.{}", variable.name));
    let question = format!("{name}\n{description}\n  Enter a value: ");
    let echo = if variable.sensitive { Echo::Hidden } else { Echo::Shown };
    let answer = prompt::line(&question, echo, context).await;
    context.printer.line("");
    answer
}

impl Session {
    /// The configuration in Terraform's JSON form.
    #[must_use]
    pub fn configuration(&self) -> serde_json::Value {
        json::configuration(&self.selected, &self.registry)
    }

    /// Root variables whose values must not outlive a run.
    #[must_use]
    pub fn ephemeral_variables(&self) -> Vec<EcoString> {
        let declared = self.selected.tree.root().variables.values();
        declared.filter(|one| one.ephemeral).map(|one| one.name.clone()).collect()
    }
}

/// Gives the lock back whatever came, unless that was done already.
///
/// # Errors
/// The command's own; where it ended well, that the ledger could not be written.
pub async fn give_back(session: Session, done: Outcome, context: &mut Context) -> Outcome {
    let closed = session.ledger.close(None).await;
    match (done, closed) {
        (Ok(Exit::Success | Exit::Changes), Err(error)) => Err(ledger::refused(&error, context)),
        (done, _) => done,
    }
}

/// Shows the problems of a project, and ends the command where there is an error among them.
fn stop_on_errors(project: &Project, context: &mut Context) -> Result<(), CommandError> {
    context.report(&project.problems, &project.sources);
    if project.problems.has_errors() { Err(CommandError::reported()) } else { Ok(()) }
}

/// The values given to root variables.
///
/// # Errors
/// Where a file of values cannot be read; it has been shown.
pub fn variables(
    values: &Values,
    project: &mut Project,
    context: &mut Context,
) -> Result<Vec<VariableInput>, CommandError> {
    let dir = Utf8Path::new(".");
    let world = World { files: context.given.clone(), ..context.world.clone() };
    let (variables, problems) =
        inputs::read(&values.inputs, dir, &context.environment, &world, &mut project.sources);
    context.report(&problems, &project.sources);
    if problems.has_errors() { Err(CommandError::reported()) } else { Ok(variables) }
}

/// Every type that there is, those of the test providers among them.
///
/// # Errors
/// Where the test providers' schema cannot be read.
pub fn registry(context: &Context) -> Result<Arc<Registry>, CommandError> {
    let mut registry = Registry::embedded();
    if let Some(path) = context.environment.value(&env::TERRACE_TEST_PROVIDERS) {
        let wrong = |error: anyhow::Error| {
            let error = error.context(path.to_owned());
            CommandError::new(Kind::File, "Cannot read the test providers' schema", error)
        };
        let bytes = context.world.files.read(Utf8Path::new(path));
        let bytes = bytes.map_err(|error| wrong(error.into()))?;
        let text = String::from_utf8_lossy(&bytes);
        registry.add_provider(&text).map_err(|error| wrong(error.into()))?;
    }
    Ok(Arc::new(registry))
}

fn open_cloud(
    cloud: Cloud,
    ledger: &Ledger,
    registry: &Arc<Registry>,
    context: &mut Context,
) -> Result<Arc<dyn Writer>, CommandError> {
    let virtual_objects = VirtualObjects::new(ledger.clone(), registry.clone());
    let virtual_objects = Arc::new(virtual_objects.with_files(context.world.files.clone()));
    let mut parts: Vec<Arc<dyn Writer>> = vec![virtual_objects];
    match cloud {
        Cloud::Sim => {
            context.tempo = Tempo::Simulated;
            parts.push(super::clouds::sim(&data_folder(&context.environment), registry, context)?);
        }
        Cloud::Aws => {
            parts.extend(super::clouds::aws(super::clouds::patience(&context.environment)?));
        }
    }
    Ok(Arc::new(Router::new(parts)))
}
