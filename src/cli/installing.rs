//! Installing modules, told as it happens: what `init` and `get` share.

use std::cell::RefCell;
use std::future::Future;

use camino::Utf8Path;

use super::context::{Context, Voice};
use super::error::{CommandError, Kind};
use super::ledger::data_folder;
use super::{runtime, settings_file, signals};
use crate::diag::SourceMap;
use crate::engine::{Cancel, Urgency};
use crate::fetch::{Copier, Event, Installer, LockMode, Renewal};

/// Installs the modules that the configuration of the current folder calls.
///
/// # Errors
/// Where one cannot be had; it has been shown.
pub fn modules(
    renewal: Renewal,
    lock: LockMode,
    tests: &Utf8Path,
    context: &mut Context,
) -> Result<(), CommandError> {
    let settings = settings_file::read(context)?;
    let files = context.world.files.clone();
    let data = data_folder(&context.environment);
    let cancel = context.cancel.clone();
    let voice = RefCell::new(&mut *context);
    let tell = |event: Event| match event {
        Event::Started if renewal == Renewal::Newest => say("Upgrading modules...", &voice),
        event => told(&event, &voice),
    };
    let installer = Installer {
        files: &*files,
        root: Utf8Path::new("."),
        tests,
        data: &data,
        settings,
        renewal,
        lock,
        tell: &tell,
    };
    let installation = runtime::block_on(unless_interrupted(&cancel, installer.run()))?;
    if installation.problems.has_errors() {
        context.report(&installation.problems, &installation.sources);
        return Err(CommandError::reported());
    }
    Ok(())
}

/// Copies a module into the current folder, which has to be empty.
///
/// # Errors
/// Where it cannot be had, or the folder is not empty; it has been shown.
pub fn copy(source: &str, context: &mut Context) -> Result<(), CommandError> {
    let settings = settings_file::read(context)?;
    let files = context.world.files.clone();
    let data = data_folder(&context.environment);
    let cancel = context.cancel.clone();
    let voice = RefCell::new(&mut *context);
    let tell = |event: Event| told(&event, &voice);
    let root = Utf8Path::new(".");
    let copier = Copier { files: &*files, root, data: &data, settings, tell: &tell };
    match runtime::block_on(unless_interrupted(&cancel, copier.run(source)))? {
        Ok(()) => Ok(()),
        Err(problem) => {
            context.report(&problem.diagnose("").into(), &SourceMap::default());
            Err(CommandError::reported())
        }
    }
}

/// Does work that may be left at any instant, and leaves it once somebody asks: what is not whole then is in nobody's
/// way, and the next run clears it away.
async fn unless_interrupted<T>(
    cancel: &Cancel,
    work: impl Future<Output = T>,
) -> Result<T, CommandError> {
    signals::watch(cancel);
    tokio::select! {
        biased;
        () = cancel.reached(Urgency::Drain) => {
            let detail = "The run was asked to end before every module was there";
            Err(CommandError::say(Kind::Interrupted, "Interrupted", detail).hint("Run: terrace init"))
        }
        done = work => Ok(done),
    }
}

fn told(event: &Event, voice: &RefCell<&mut Context>) {
    let line = match event {
        Event::Started => "Initializing modules...".to_owned(),
        Event::Waiting => "Another init works in this folder; waiting for it...".to_owned(),
        Event::Copying { what } => format!("Copying configuration from \"{what}\"..."),
        Event::Downloading { what, key } => format!("Downloading {what} for {key}..."),
        Event::Ready { key, dir } => format!("- {key} in {dir}"),
    };
    say(&line, voice);
}

fn say(line: &str, voice: &RefCell<&mut Context>) {
    let mut context = voice.borrow_mut();
    match context.voice {
        Voice::Human | Voice::Document => context.printer.progress(line),
        Voice::Json => context.tell(|lines| lines.log(line)),
    }
}
