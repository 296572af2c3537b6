//! What a command that plans or applies works with: configuration, ledger, cloud and what is known of types.

use std::sync::Arc;

use camino::Utf8Path;

use super::context::Context;
use super::error::{CommandError, Kind};
use super::ledger::{Files, data_folder};
use super::project::Project;
use super::settings::{Cloud, Values};
use super::{env, inputs};
use crate::config::Selected;
use crate::engine::{SchemaTypes, Types};
use crate::ledger::{Access, Ledger, VirtualObjects};
use crate::plan::VariableInput;
use crate::provider::{Router, Writer};
use crate::schema::Registry;

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
        let mut project = Project::load(context);
        stop_on_errors(&project, context)?;
        let files = Files::of(&project.config, context)?;
        let ledger = files.open(&project.config.stack.name, access, context).await?;
        let current = ledger.phase();
        let phase = values.phase.as_ref().or(current.as_ref().filter(|phase| {
            // A phase that the configuration no longer has is as good as none.
            project.config.phases.contains_key(phase.as_str())
        }));
        let selected = project.select(phase.map(crate::base::PhaseName::as_str), context)?;
        let variables = variables(values, &mut project, context)?;
        let registry = registry(context)?;
        let cloud = open_cloud(cloud, &ledger, &registry, context)?;
        let types = Arc::new(SchemaTypes::new(registry.clone()));
        let selected = Arc::new(selected);
        Ok(Self { project, selected, variables, ledger, cloud, registry, types })
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
    let (variables, problems) = inputs::read(
        &values.inputs,
        dir,
        &context.environment,
        &context.world,
        &mut project.sources,
    );
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
    context: &Context,
) -> Result<Arc<dyn Writer>, CommandError> {
    let virtual_objects = VirtualObjects::new(ledger.clone(), registry.clone());
    let virtual_objects = Arc::new(virtual_objects.with_files(context.world.files.clone()));
    let mut parts: Vec<Arc<dyn Writer>> = vec![virtual_objects];
    match cloud {
        Cloud::Sim => {
            parts.push(super::clouds::sim(&data_folder(&context.environment), registry, context)?);
        }
        Cloud::Aws => parts.extend(super::clouds::aws()),
    }
    Ok(Arc::new(Router::new(parts)))
}
