//! The command line: arguments, settings, terminal, exit codes; one file per command in `commands/`.

mod args;
mod argv;
mod commands;
pub mod env;
mod error;
mod printer;
mod run;
mod settings;

pub use run::run;
