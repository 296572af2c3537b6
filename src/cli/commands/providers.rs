//! `terrace providers`: which providers the modules require.

use super::elsewhere;
use crate::cli::args::Elsewhere;
use crate::cli::context::Context;
use crate::cli::error::{CommandError, Exit, Outcome};
use crate::cli::project::Project;
use crate::report::providers;

/// Prints the tree. What Terraform does with plugins there is no need of.
pub fn run(args: &Elsewhere, context: &mut Context) -> Outcome {
    if !args.rest.is_empty() {
        return elsewhere::run("providers", args, context);
    }
    let project = Project::load(context);
    context.report(&project.problems, &project.sources);
    if project.problems.has_errors() {
        return Err(CommandError::reported());
    }
    let selected = project.select(None, context)?;
    context.printer.print(&providers::required(&selected.tree));
    Ok(Exit::Success)
}
