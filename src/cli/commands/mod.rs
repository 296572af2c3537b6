//! One file per command. Each has `run`, which resolves its settings, does its work through the library and prints.

pub mod completions;
pub mod explain;
pub mod fmt;
pub mod force_unlock;
pub mod init;
pub mod output;
pub mod phases;
pub mod status;
pub mod validate;
pub mod version;
