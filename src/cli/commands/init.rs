//! `terrace init`: makes the folder ready by fetching modules. There are no plugins and no backend to set up.

use crate::cli::args::{Init, LockFile};
use crate::cli::context::{Context, Voice};
use crate::cli::error::{CommandError, Exit, Outcome};
use crate::cli::installing;
use crate::cli::project::Project;
use crate::fetch::{LockMode, Renewal};
use crate::report::paint::{ADD, paint};

/// Installs the modules that the configuration calls, and reads it with all of them.
pub fn run(args: &Init, context: &mut Context) -> Outcome {
    if let Some(source) = &args.from_module {
        installing::copy(source, context)?;
    }
    if args.get {
        let renewal = if args.upgrade { Renewal::Newest } else { Renewal::Keep };
        let lock = match args.lockfile {
            Some(LockFile::Readonly) => LockMode::ReadOnly,
            None => LockMode::Update,
        };
        installing::modules(renewal, lock, &args.test_directory, context)?;
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
        Voice::Human | Voice::Document => {
            let modules = if modules == 0 { String::new() } else { format!(", {modules} modules") };
            context.printer.progress(&format!("{} {ready}{modules}.", paint(ADD, "Success!")));
            if !context.global.automation {
                context.printer.progress("`terrace plan` shows what would be done.");
            }
        }
    }
    Ok(Exit::Success)
}
