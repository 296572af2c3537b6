//! `terrace demo`: the main job in a folder of its own: plan, apply, plan again, on to the next phase, destroy.

use camino::{Utf8Path, Utf8PathBuf};

use super::{apply, phases, plan};
use crate::cli::args::{self, Demo};
use crate::cli::context::Context;
use crate::cli::error::{CommandError, Exit, Kind, Outcome};
use crate::report::paint::{FAINT, STRONG, paint};

/// The example with its modules, as they stand in the project.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/example.rs"));
/// Where the root module is among them.
const ROOT: &str = "examples/shop";

/// Runs the demonstration.
pub fn run(args: &Demo, context: &mut Context) -> Outcome {
    let temporary;
    let folder = if let Some(folder) = &args.dir {
        folder.clone()
    } else {
        temporary = tempfile::tempdir().map_err(unwritable)?;
        Utf8PathBuf::from_path_buf(temporary.path().to_owned()).map_err(|path| {
            CommandError::say(Kind::File, "The folder's path is no text", path.display())
        })?
    };
    unpack(&folder, context)?;
    let root = folder.join(ROOT);
    std::env::set_current_dir(&root).map_err(unwritable)?;
    story(args.cloud, context)
}

fn unwritable(error: std::io::Error) -> CommandError {
    CommandError::new(Kind::File, "The demo's folder cannot be used", error)
}

fn unpack(folder: &Utf8Path, context: &Context) -> Result<(), CommandError> {
    for (name, text) in FILES {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            context.world.files.create_folder(parent).map_err(unwritable)?;
        }
        context.world.files.write(&path, text.as_bytes()).map_err(unwritable)?;
    }
    Ok(())
}

fn story(cloud: args::Cloud, context: &mut Context) -> Outcome {
    tell("A shop grows. Its ladder:", "terrace phases", context);
    phases::run(
        &args::Phases { json: false, cloud: None, inputs: args::Inputs::default() },
        context,
    )?;
    step("mvp", cloud, context)?;
    tell("Nothing is left to do:", "terrace plan", context);
    plan::run(&planned("mvp", cloud), context)?;
    step("growth", cloud, context)?;
    tell("And back to nothing:", "terrace destroy --auto-approve", context);
    let destroy = args::Planning { destroy: true, ..planning("growth", cloud) };
    let destroy = args::Destroy { planning: destroy, auto_approve: true, json: false };
    super::destroy::run(&destroy, context)
}

/// Plans a phase and applies it.
fn step(phase: &str, cloud: args::Cloud, context: &mut Context) -> Result<(), CommandError> {
    let command = format!("terrace apply --phase {phase} --auto-approve");
    tell(&format!("On to the phase {phase}:"), &command, context);
    match apply::run(&applied(planning(phase, cloud)), context)? {
        Exit::Success => Ok(()),
        _ => Err(CommandError::reported()),
    }
}

fn tell(what: &str, command: &str, context: &mut Context) {
    let command = paint(FAINT, format!("$ {command}"));
    context.printer.line(&format!("\n{}\n{command}\n", paint(STRONG, what)));
}

fn planning(phase: &str, cloud: args::Cloud) -> args::Planning {
    // The example guards its database against deletion, as a shop should; the demo takes it down again.
    let unguarded = args::Input::Assign("protect_data".to_owned(), "false".to_owned());
    args::Planning {
        inputs: args::Inputs(vec![unguarded]),
        phase: Some(phase.to_owned()),
        cloud: Some(cloud),
        ..Default::default()
    }
}

fn planned(phase: &str, cloud: args::Cloud) -> args::Plan {
    args::Plan {
        planning: planning(phase, cloud),
        out: None,
        generate_config_out: None,
        detailed_exitcode: false,
        json: false,
    }
}

fn applied(planning: args::Planning) -> args::Apply {
    args::Apply { plan: None, planning, auto_approve: true, json: false }
}
