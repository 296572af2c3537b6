//! The folder of a module within its package: what stands behind `//`.

use std::fmt;

use ecow::EcoString;

use super::AddressError;

/// A path within a package, without `.` and `..`; empty for the package itself. Registries also answer patterns: `*` for
/// the one folder at the top of an archive.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subdir(EcoString);

impl Subdir {
    /// Reads a path.
    ///
    /// # Errors
    /// Where it leads out of the package.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let mut parts: Vec<&str> = Vec::new();
        for part in text.split('/') {
            match part {
                "" | "." => {}
                ".." if parts.pop().is_none() => {
                    return Err(AddressError::new(format!(
                        "The subdirectory path \"{text}\" leads outside of the module package."
                    )));
                }
                ".." => {}
                part => parts.push(part),
            }
        }
        Ok(Self(parts.join("/").into()))
    }

    /// Whether it is the package itself.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The path.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A path below this one.
    #[must_use]
    pub fn join(&self, below: &Self) -> Self {
        match (self.is_root(), below.is_root()) {
            (true, _) => below.clone(),
            (_, true) => self.clone(),
            _ => Self(format!("{}/{}", self.0, below.0).into()),
        }
    }
}

impl fmt::Display for Subdir {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Splits an address at the `//` that is not part of `://`; what follows `?` stays with the package.
pub(super) fn split(text: &str) -> (String, String) {
    let (path, query) =
        text.split_once('?').map_or((text, None), |(path, query)| (path, Some(query)));
    let from = path.find("://").map_or(0, |at| at + 3);
    let (package, subdir) = match path[from..].find("//") {
        Some(at) => (&path[..from + at], &path[from + at + 2..]),
        None => (path, ""),
    };
    let package = query.map_or_else(|| package.to_owned(), |query| format!("{package}?{query}"));
    (package, subdir.to_owned())
}
