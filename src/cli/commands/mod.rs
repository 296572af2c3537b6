//! One file per command. Each has `run`, which resolves its settings, does its work through the library and prints.

pub mod apply;
pub mod completions;
pub mod console;
pub mod demo;
pub mod destroy;
pub mod drift;
pub mod elsewhere;
pub mod explain;
pub mod fmt;
pub mod force_unlock;
pub mod get;
pub mod graph;
pub mod import;
pub mod init;
pub mod migrate;
pub mod output;
pub mod phases;
pub mod plan;
pub mod providers;
pub mod refresh;
pub mod show;
pub mod state;
pub mod status;
pub mod test;
pub mod validate;
pub mod version;
