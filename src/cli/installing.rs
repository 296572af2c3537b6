//! Installing modules, told as it happens: what `init` and `get` share.

use std::cell::RefCell;

use camino::Utf8Path;

use super::context::{Context, Voice};
use super::error::CommandError;
use super::ledger::data_folder;
use super::{runtime, settings_file};
use crate::fetch::{Event, Installer, LockMode, Renewal};

/// Installs the modules that the configuration of the current folder calls.
///
/// # Errors
/// Where one cannot be had; it has been shown.
pub fn modules(
    renewal: Renewal,
    lock: LockMode,
    context: &mut Context,
) -> Result<(), CommandError> {
    let settings = settings_file::read(context)?;
    let files = context.world.files.clone();
    let data = data_folder(&context.environment);
    let voice = RefCell::new(&mut *context);
    let tell = |event: Event| {
        let line = match event {
            Event::Started if renewal == Renewal::Newest => "Upgrading modules...".to_owned(),
            Event::Started => "Initializing modules...".to_owned(),
            Event::Waiting => "Another init works in this folder; waiting for it...".to_owned(),
            Event::Downloading { what, key } => format!("Downloading {what} for {key}..."),
            Event::Ready { key, dir } => format!("- {key} in {dir}"),
        };
        let mut context = voice.borrow_mut();
        match context.voice {
            Voice::Human => context.printer.progress(&line),
            Voice::Json => context.tell(|lines| lines.log(&line)),
        }
    };
    let installer = Installer {
        files: &*files,
        root: Utf8Path::new("."),
        data: &data,
        settings,
        renewal,
        lock,
        tell: &tell,
    };
    let installation = runtime::block_on(async { Ok(installer.run().await) })?;
    if installation.problems.has_errors() {
        context.report(&installation.problems, &installation.sources);
        return Err(CommandError::reported());
    }
    Ok(())
}
