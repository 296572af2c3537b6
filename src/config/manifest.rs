//! Which modules from elsewhere `init` has installed, and where.

use std::collections::BTreeMap;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use ecow::EcoString;
use serde::{Deserialize, Serialize};

use super::codes;
use crate::diag::{Diagnostic, Diagnostics};
use crate::world::Files;

/// Where the manifest is kept, below the root module's directory.
pub const PATH: &str = ".terrace/modules/modules.json";

/// The installed modules, by the names of the calls that lead to them, joined with dots.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// Entries by key: `network.subnets`.
    pub modules: BTreeMap<EcoString, Installed>,
}

/// One installed module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// The `source` argument that it was installed for.
    pub source: EcoString,
    /// The version chosen, for modules of a registry.
    pub version: Option<EcoString>,
    /// Its directory, relative to the root module's.
    pub dir: Utf8PathBuf,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    key: EcoString,
    source: EcoString,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version: Option<EcoString>,
    dir: Utf8PathBuf,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct File {
    modules: Vec<Entry>,
}

impl Manifest {
    /// Reads the manifest of a root module; none was written where nothing had to be installed.
    pub fn read(files: &dyn Files, root: &Utf8Path) -> (Self, Diagnostics) {
        let path = root.join(PATH);
        let broken = |why: String| {
            let detail = format!("{path} cannot be used: {why}.");
            let problem = Diagnostic::error(
                codes::MODULE_NOT_INSTALLED,
                "Module manifest cannot be read",
                detail,
            );
            (Self::default(), problem.help("Run: terrace init").into())
        };
        let bytes = match files.read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return (Self::default(), Diagnostics::none());
            }
            Err(error) => return broken(error.to_string()),
        };
        match serde_json::from_slice::<File>(&bytes) {
            Ok(file) => {
                let installed = |entry: Entry| {
                    let Entry { key, source, version, dir } = entry;
                    (key, Installed { source, version, dir })
                };
                let modules = file.modules.into_iter().map(installed).collect();
                (Self { modules }, Diagnostics::none())
            }
            Err(error) => broken(error.to_string()),
        }
    }

    /// The text to write at [`PATH`].
    #[must_use]
    pub fn to_json(&self) -> String {
        let modules = self
            .modules
            .iter()
            .map(|(key, Installed { source, version, dir })| Entry {
                key: key.clone(),
                source: source.clone(),
                version: version.clone(),
                dir: dir.clone(),
            })
            .collect();
        serde_json::to_string_pretty(&File { modules }).expect("strings and lists are JSON")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::memory::FileTree;

    #[test]
    fn a_manifest_reads_as_it_was_written() {
        let vpc = Installed {
            source: "terraform-aws-modules/vpc/aws".into(),
            version: Some("5.1.0".into()),
            dir: ".terrace/modules/vpc".into(),
        };
        let manifest = Manifest { modules: BTreeMap::from([("vpc".into(), vpc)]) };
        let files: FileTree = [(PATH, manifest.to_json())].into_iter().collect();
        assert_eq!(Manifest::read(&files, Utf8Path::new(".")), (manifest, Diagnostics::none()));
        assert!(Manifest::read(&FileTree::default(), Utf8Path::new(".")).1.is_empty());
        let broken: FileTree = [(PATH, "{")].into_iter().collect();
        assert!(Manifest::read(&broken, Utf8Path::new(".")).1.has_errors());
    }
}
