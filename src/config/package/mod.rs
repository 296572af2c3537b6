//! Packages: where a module that is not beside its caller comes from, as `source` may say it.

mod archive;
mod location;
mod registry;
mod remote;
mod subdir;

use std::fmt;

use camino::Utf8PathBuf;
use ecow::EcoString;

pub use archive::{Archive, Checksum, Format, HashKind};
pub use location::Location;
pub use registry::{DEFAULT_HOST, Registry};
pub use remote::Git;
pub use subdir::Subdir;

/// A module in a package that comes from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// What is fetched.
    pub package: Package,
    /// Where in it the module is.
    pub subdir: Subdir,
}

/// What is fetched as a whole. Modules inside it reach each other by relative paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Package {
    /// A module of a registry.
    Registry(Registry),
    /// A git repository.
    Git(Git),
    /// A zip or tar file, or a page that says where the package is.
    Archive(Archive),
    /// A folder of this machine.
    Folder(Utf8PathBuf),
}

/// Why a text is no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct AddressError {
    /// In whole sentences, without secrets.
    pub detail: String,
    /// What to write in its place.
    pub help: Option<String>,
}

impl AddressError {
    fn new(detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), help: None }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl Address {
    /// Reads a registry address: `namespace/name/provider`, with a host before it or `//dir` behind it.
    ///
    /// # Errors
    /// Where the text is none.
    pub fn registry(text: &str) -> Result<Self, AddressError> {
        registry::parse(text)
    }

    /// Reads any address but a path beside the caller.
    ///
    /// # Errors
    /// Where it is not clear how to fetch it.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        match registry::parse(text) {
            Ok(address) => Ok(address),
            Err(error) if registry::is_meant(text) => Err(error),
            Err(_) => remote::parse(text),
        }
    }
}

/// As Terraform writes it in messages, without secrets. Equal texts mean the same module.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.subdir.is_root() {
            return self.package.fmt(f);
        }
        let package = self.package.to_string();
        let (path, query) = package.split_once('?').unwrap_or((&package, ""));
        write!(f, "{path}//{}", self.subdir)?;
        if query.is_empty() { Ok(()) } else { write!(f, "?{query}") }
    }
}

/// As Terraform writes it in messages, without secrets.
impl fmt::Display for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Registry(registry) => registry.fmt(f),
            Self::Git(git) => git.fmt(f),
            Self::Archive(archive) => archive.fmt(f),
            Self::Folder(path) => write!(f, "file://{path}"),
        }
    }
}

/// Where a module comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModuleSource {
    /// A directory beside the calling module: `./x`, `../x`.
    Local(Utf8PathBuf),
    /// A package that `init` fetches.
    Package(Box<Address>),
    /// Not understood; an error was reported.
    Invalid,
}

/// Whether `source` is a path beside the calling module.
#[must_use]
pub fn is_local(source: &str) -> bool {
    source.starts_with("./") || source.starts_with("../") || matches!(source, "." | "..")
}

/// Whether a text may hold a secret that is not to be shown: `https://user:token@host/…`, `?token=…`.
#[must_use]
pub fn may_hold_secret(source: &str) -> bool {
    let after_scheme = source.split_once("://").map_or("", |(_, rest)| rest);
    let authority = after_scheme.split(['/', '?']).next().unwrap_or_default();
    authority.contains('@') || source.contains('?')
}

/// A query parameter of an address, percent-decoded.
type Parameter = (EcoString, EcoString);

#[cfg(test)]
mod tests;
