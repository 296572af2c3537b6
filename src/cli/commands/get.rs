//! `terrace get`: fetches modules, and nothing else of what `terrace init` does.

use crate::cli::args::Get;
use crate::cli::context::Context;
use crate::cli::error::{Exit, Outcome};
use crate::cli::installing;
use crate::fetch::{LockMode, Renewal};

/// Installs the modules that the configuration calls.
pub fn run(args: &Get, context: &mut Context) -> Outcome {
    let renewal = if args.update { Renewal::Newest } else { Renewal::Keep };
    installing::modules(renewal, LockMode::Update, &args.test_directory, context)?;
    Ok(Exit::Success)
}
