//! `terrace graph`: what depends on what.

use crate::cli::args::{Graph, GraphFormat};
use crate::cli::context::Context;
use crate::cli::error::{CommandError, Exit, Outcome};
use crate::cli::project::Project;
use crate::cli::settings::Values;
use crate::report::graph;

/// Prints the graph of a phase.
pub fn run(args: &Graph, context: &mut Context) -> Outcome {
    let values = Values::resolve(&args.inputs, args.phase.as_deref(), &context.environment);
    let project = Project::load(context);
    context.report(&project.problems, &project.sources);
    if project.problems.has_errors() {
        return Err(CommandError::reported());
    }
    let phase = values.phase.as_ref().map(crate::base::PhaseName::as_str);
    let selected = project.select(phase, context)?;
    let text = match args.format {
        GraphFormat::Dot => graph::dot(&selected.tree),
        GraphFormat::Mermaid => graph::mermaid(&selected.tree),
    };
    context.printer.print(&text);
    Ok(Exit::Success)
}
