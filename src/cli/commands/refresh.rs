//! `terrace refresh`: takes over what is live, as Terraform does: outputs, and what is remembered of objects.

use super::apply::{self, Approval};
use crate::cli::args::Refresh;
use crate::cli::context::Context;
use crate::cli::error::Outcome;
use crate::cli::runtime;
use crate::cli::settings::{PlanMode, Planning};
use crate::report::Purpose;

/// Applies a plan that only looks.
pub fn run(args: &Refresh, context: &mut Context) -> Outcome {
    let mut settings = Planning::resolve(&args.planning, &context.environment)?;
    settings.mode = PlanMode::RefreshOnly;
    context.printer.set_warnings(settings.warnings);
    runtime::block_on(apply::fresh(&settings, Approval::Given, Purpose::Refresh, context))
}
