//! The command line: arguments, settings, terminal, exit codes; one file per command in `commands/`.

mod applying;
mod args;
mod argv;
mod clouds;
mod commands;
mod context;
mod ears;
mod editor;
pub mod env;
mod error;
mod gauge;
mod generating;
mod inputs;
mod installing;
mod ledger;
mod leftovers;
mod logging;
mod outside;
mod planfile;
mod planning;
mod printer;
mod project;
mod prompt;
mod run;
mod runtime;
mod session;
mod settings;
mod settings_file;
mod signals;
mod voice;

pub use run::run;
