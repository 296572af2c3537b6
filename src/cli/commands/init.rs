//! `terrace init`: makes the folder ready. There are no plugins to fetch and no backend to set up.

use crate::cli::args::Init;
use crate::cli::context::{Context, Voice};
use crate::cli::error::{CommandError, Exit, Outcome};
use crate::cli::project::Project;
use crate::report::paint::{ADD, paint};

/// Reads the configuration with every module that it calls.
pub fn run(args: &Init, context: &mut Context) -> Outcome {
    if args.json {
        context.speak(Voice::Json);
    }
    let project = Project::load(context);
    context.report(&project.problems, &project.sources);
    if project.problems.has_errors() {
        return Err(CommandError::reported());
    }
    let modules = project.config.base.iter().count().saturating_sub(1);
    let ready = format!("stack \"{}\" is ready", project.config.stack.name);
    match context.voice {
        Voice::Json => context.tell(|lines| lines.log(&ready)),
        Voice::Human => {
            let modules = if modules == 0 { String::new() } else { format!(", {modules} modules") };
            context.printer.progress(&format!("{} {ready}{modules}.", paint(ADD, "Success!")));
            if !context.global.automation {
                context.printer.progress("`terrace plan` shows what would be done.");
            }
        }
    }
    Ok(Exit::Success)
}
