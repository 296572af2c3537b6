//! `terrace completions`: a script that makes a shell complete commands and flags.

use clap::CommandFactory;

use crate::cli::args::{Args, Completions};
use crate::cli::context::Context;
use crate::cli::error::{Exit, Outcome};

/// Prints the script for the shell.
#[expect(clippy::unnecessary_wraps, reason = "every command answers alike")]
pub fn run(args: &Completions, context: &mut Context) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "terrace", &mut script);
    context.printer.print(&String::from_utf8_lossy(&script));
    Ok(Exit::Success)
}
