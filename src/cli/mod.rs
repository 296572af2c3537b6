//! The command line: arguments, settings, terminal, exit codes; one file per command in `commands/`.

mod args;
mod argv;
mod commands;
mod context;
pub mod env;
mod error;
mod ledger;
mod outside;
mod printer;
mod project;
mod prompt;
mod run;
mod runtime;
mod settings;
mod signals;

pub use run::run;
