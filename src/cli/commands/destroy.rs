//! `terrace destroy`: deletes everything that the stack owns.

use super::apply::{self, Approval};
use crate::cli::args::Destroy;
use crate::cli::context::Context;
use crate::cli::error::Outcome;
use crate::cli::runtime;
use crate::cli::settings::{PlanMode, Planning};
use crate::report::Purpose;

/// Plans towards nothing, asks and applies.
pub fn run(args: &Destroy, context: &mut Context) -> Outcome {
    let mut settings = Planning::resolve(&args.planning, &context.environment)?;
    settings.mode = PlanMode::Destroy;
    context.printer.set_warnings(settings.warnings);
    let approval = if args.auto_approve { Approval::Given } else { Approval::Ask };
    runtime::block_on(apply::fresh(&settings, approval, Purpose::Destroy, context))
}
