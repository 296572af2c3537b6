//! `terrace validate`: everything that can be wrong without looking at a cloud, in every phase.

use serde_json::json;

use crate::cli::args::Validate;
use crate::cli::context::{Context, in_order};
use crate::cli::error::{Exit, Outcome};
use crate::cli::project::Project;
use crate::diag::{Diagnostics, Severity, render};
use crate::report::paint::{ADD, paint};

/// Checks the configuration of the current folder.
pub fn run(args: &Validate, context: &mut Context) -> Outcome {
    let mut project = Project::load(context);
    let found = project.check(args.phase.as_deref(), context)?;
    project.problems.extend(found);
    let sound = !project.problems.has_errors();
    if args.json {
        let document = document(&project.problems, &project);
        context.printer.line(&format!("{document:#}"));
    } else {
        context.report(&project.problems, &project.sources);
        if sound {
            let also = if project.problems.is_empty() { "" } else { ", but there were warnings" };
            let success = paint(ADD, "Success!");
            context.printer.progress(&format!("{success} The configuration is valid{also}."));
        }
    }
    Ok(if sound { Exit::Success } else { Exit::Failure })
}

fn document(problems: &Diagnostics, project: &Project) -> serde_json::Value {
    let of = |severity| problems.iter().filter(|one| one.severity == severity).count();
    let diagnostics: Vec<_> = in_order(problems)
        .into_iter()
        .map(|problem| render::json(problem, &project.sources))
        .collect();
    json!({
        "format_version": "1.0",
        "valid": of(Severity::Error) == 0,
        "error_count": of(Severity::Error),
        "warning_count": of(Severity::Warning),
        "diagnostics": diagnostics,
    })
}
