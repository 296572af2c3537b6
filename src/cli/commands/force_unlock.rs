//! `terrace force-unlock`: takes a lock away whose holder cannot give it back.

use crate::cli::args::ForceUnlock;
use crate::cli::context::Context;
use crate::cli::error::{Exit, Outcome};
use crate::cli::ledger::{Files, refused};
use crate::cli::project::Project;
use crate::cli::{prompt, runtime};
use crate::ledger::Ledger;

/// Frees the lock of that id.
pub fn run(args: &ForceUnlock, context: &mut Context) -> Outcome {
    let project = Project::load(context);
    let files = Files::of(&project.config, context)?;
    runtime::block_on(async {
        if !args.force {
            let question =
                "The run that holds the lock may still be changing things. Take it away?";
            prompt::approve(question, "terrace force-unlock -force ID", context).await?;
        }
        match Ledger::force_unlock(&files.store, &args.id).await {
            Ok(lock) => {
                let (user, host) = (&lock.user, &lock.host);
                context.printer.progress(&format!("The lock of {user}@{host} is taken away."));
                Ok(Exit::Success)
            }
            Err(error) => Err(refused(&error, context)),
        }
    })
}
