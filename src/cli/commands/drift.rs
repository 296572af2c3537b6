//! `terrace drift`: what was changed outside terrace. Changes nothing.

use crate::cli::args::{self, Drift};
use crate::cli::context::Context;
use crate::cli::error::Outcome;

/// Plans with `--refresh-only`.
pub fn run(args: Drift, context: &mut Context) -> Outcome {
    let Drift { mut planning, detailed_exitcode, json } = args;
    planning.refresh_only = true;
    let plan =
        args::Plan { planning, out: None, generate_config_out: None, detailed_exitcode, json };
    super::plan::run(&plan, context)
}
