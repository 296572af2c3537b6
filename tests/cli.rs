//! Every command as a user runs it: the built program in a folder of its own.

#![expect(clippy::disallowed_methods, reason = "it looks at the folder that the program ran in")]

#[path = "cli/console.rs"]
mod console;
#[path = "cli/damage.rs"]
mod damage;
#[path = "cli/demo.rs"]
mod demo;
#[path = "cli/drift.rs"]
mod drift;
#[path = "cli/elsewhere.rs"]
mod elsewhere;
#[path = "cli/files.rs"]
mod files;
#[path = "cli/flags.rs"]
mod flags;
#[path = "cli/formatting.rs"]
mod formatting;
#[path = "cli/packages.rs"]
mod packages;
#[path = "cli/program.rs"]
mod program;
#[path = "cli/refused.rs"]
mod refused;
#[path = "cli/sandbox.rs"]
mod sandbox;
#[path = "cli/saved.rs"]
mod saved;
#[path = "cli/secrets.rs"]
mod secrets;
#[path = "cli/server.rs"]
mod server;
#[path = "cli/signals.rs"]
mod signals;
#[path = "cli/stack.rs"]
mod stack;
