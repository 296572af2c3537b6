//! `terrace migrate`: moving to another phase. The stages of the move are planned; carrying them out one by one is not
//! here yet, so the command shows the way and changes nothing.

use crate::cli::args::{self, Migrate};
use crate::cli::context::Context;
use crate::cli::error::{CommandError, Kind, Outcome};

/// Shows what the move would change, and says what does it meanwhile.
pub fn run(args: Migrate, context: &mut Context) -> Outcome {
    let planning = args::Planning {
        inputs: args.inputs,
        phase: Some(args.to.clone()),
        cloud: args.cloud,
        locking: args.locking,
        ..args::Planning::default()
    };
    let plan = args::Plan {
        planning,
        out: None,
        generate_config_out: None,
        detailed_exitcode: false,
        json: false,
    };
    super::plan::run(&plan, context)?;
    let detail = "Moves in stages (expand, sync, cutover, soak, contract) are not carried out yet";
    Err(CommandError::say(Kind::Usage, "Staged migration is not available", detail)
        .hint(format!("`terrace apply --phase {}` does all of the above at once", args.to)))
}
