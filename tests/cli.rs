//! Every command as a user runs it: the built program in a folder of its own.

#![expect(clippy::disallowed_methods, reason = "it looks at the folder that the program ran in")]

#[cfg(all(feature = "aws", unix))]
#[path = "cli/cloud.rs"]
mod cloud;
#[cfg(all(feature = "aws", unix))]
#[path = "cli/cloud_credentials.rs"]
mod cloud_credentials;
#[cfg(all(feature = "aws", unix))]
#[path = "cli/cloud_log.rs"]
mod cloud_log;
#[path = "cli/console.rs"]
mod console;
#[path = "cli/copied.rs"]
mod copied;
#[path = "cli/damage.rs"]
mod damage;
#[path = "cli/demo.rs"]
mod demo;
#[path = "cli/drift.rs"]
mod drift;
#[path = "cli/elsewhere.rs"]
mod elsewhere;
#[cfg(unix)]
#[path = "cli/ephemeral.rs"]
mod ephemeral;
#[path = "cli/files.rs"]
mod files;
#[path = "cli/flags.rs"]
mod flags;
#[path = "cli/formatting.rs"]
mod formatting;
#[path = "cli/generated.rs"]
mod generated;
#[path = "cli/import.rs"]
mod import;
#[path = "cli/killed.rs"]
mod killed;
#[cfg(unix)]
#[path = "cli/lines.rs"]
mod lines;
#[path = "cli/network.rs"]
mod network;
#[path = "cli/packages.rs"]
mod packages;
#[path = "cli/phases.rs"]
mod phases;
#[path = "cli/program.rs"]
mod program;
#[path = "cli/refused.rs"]
mod refused;
#[cfg(unix)]
#[path = "cli/running.rs"]
mod running;
#[path = "cli/runs.rs"]
mod runs;
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
#[cfg(all(feature = "aws", unix))]
#[path = "cli/stand_in.rs"]
mod stand_in;
#[path = "cli/taken.rs"]
mod taken;
