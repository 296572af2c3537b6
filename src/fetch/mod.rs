//! Fetching modules from elsewhere: git repositories, archives, registries, a mirror; and installing them.
//!
//! [`Installer`] is what `terrace init` runs: it surveys the configuration, fetches what is missing, and surveys again,
//! since what was fetched may call more. Nothing that was not verified takes a module's place.

mod connect;
mod copy;
mod fetcher;
mod git;
mod http;
mod install;
mod mirror;
mod page;
mod place;
mod problem;
mod registry;
mod sink;
mod target;
mod tree;
mod unpack;

#[cfg(test)]
mod tests;

pub use copy::Copier;
pub use http::Token;
pub use install::{Event, Installation, Installer, LockMode, Renewal};
pub use problem::{Kind, Problem};

use std::collections::BTreeMap;
use std::time::Duration;

use camino::Utf8PathBuf;

use crate::config::package::Location;

/// How modules are fetched, as the user's settings say.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Tokens of registries, by host.
    pub tokens: BTreeMap<String, Token>,
    /// Where registries' module services are, by host, for those that are not to be asked.
    pub registries: BTreeMap<String, Location>,
    /// A folder with copies of packages.
    pub mirror: Option<Utf8PathBuf>,
    /// Whether what a mirror does not have is fetched from where it comes from.
    pub direct: bool,
    /// How long one package may take.
    pub timeout: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            tokens: BTreeMap::new(),
            registries: BTreeMap::new(),
            mirror: None,
            direct: true,
            timeout: Duration::from_mins(5),
        }
    }
}

/// How much a package may hold, so that a hostile one fills neither memory nor disk.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// Bytes of an archive.
    download: u64,
    /// Bytes of all files together.
    bytes: u64,
    /// Files and folders.
    entries: u64,
    /// Bytes that one byte of an archive may become, beyond the first [`Limits::FREE`].
    ratio: u64,
}

impl Limits {
    /// Bytes that any archive may become, however small it is.
    const FREE: u64 = 16 << 20;
    /// Generous: the largest public modules are a hundredth of this.
    const DEFAULT: Self =
        Self { download: 512 << 20, bytes: 2 << 30, entries: 200_000, ratio: 200 };
}
