//! What `init` has installed, and where: modules by the calls that lead to them, and the packages that they are in.

use std::collections::BTreeMap;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use ecow::EcoString;
use serde::{Deserialize, Serialize};

use super::codes;
use super::version::{Constraint, Version};
use crate::diag::{Diagnostic, Diagnostics};
use crate::world::Files;

/// Where packages are kept, below the folder of what terrace keeps.
pub const MODULES: &str = "modules";

/// The manifest's name, in [`MODULES`].
pub const NAME: &str = "modules.json";

/// The installed modules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// By the names of the calls that lead to them, joined with dots: `network.subnets`. Phases may call different
    /// modules by one name.
    pub modules: BTreeMap<EcoString, Vec<Installed>>,
    /// By their folders.
    pub packages: BTreeMap<Utf8PathBuf, InstalledPackage>,
}

/// One installed module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// The address that it was installed for, without secrets.
    pub source: EcoString,
    /// The version chosen, for modules of a registry.
    pub version: Option<EcoString>,
    /// Its directory, relative to the root module's.
    pub dir: Utf8PathBuf,
}

/// One installed package.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct InstalledPackage {
    /// Its address, without secrets.
    pub source: EcoString,
    /// The version chosen, for modules of a registry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<EcoString>,
    /// The commit, for git repositories.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<EcoString>,
    /// Where in it paths of calls begin, as its registry said.
    #[serde(default, skip_serializing_if = "EcoString::is_empty")]
    pub base: EcoString,
    /// The digest of its files.
    pub hash: EcoString,
}

/// What the manifest knows of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup<'a> {
    /// It is installed.
    Found(&'a Installed),
    /// It is not.
    Missing,
    /// Something else is installed for it.
    OtherSource,
    /// A version is installed that the call does not accept any more.
    OtherVersion(&'a str),
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
    #[serde(default)]
    packages: Vec<PackageEntry>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PackageEntry {
    dir: Utf8PathBuf,
    package: InstalledPackage,
}

impl Manifest {
    /// Where the manifest is, in the folder of what terrace keeps.
    #[must_use]
    pub fn path(data: &Utf8Path) -> Utf8PathBuf {
        data.join(MODULES).join(NAME)
    }

    /// Reads the manifest in the folder of what terrace keeps; none was written where nothing had to be installed.
    pub fn read(files: &dyn Files, data: &Utf8Path) -> (Self, Diagnostics) {
        let path = Self::path(data);
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
            Ok(file) => (Self::of(file), Diagnostics::none()),
            Err(error) => broken(error.to_string()),
        }
    }

    fn of(file: File) -> Self {
        let mut manifest = Self::default();
        for Entry { key, source, version, dir } in file.modules {
            manifest.add(key, Installed { source, version, dir });
        }
        let packages = file.packages.into_iter().map(|entry| (entry.dir, entry.package));
        manifest.packages = packages.collect();
        manifest
    }

    /// Notes an installed module.
    pub fn add(&mut self, key: EcoString, installed: Installed) {
        let entries = self.modules.entry(key).or_default();
        if !entries.contains(&installed) {
            entries.push(installed);
        }
    }

    /// Forgets a package with the modules in it.
    pub fn forget(&mut self, package: &Utf8Path) {
        self.packages.remove(package);
        for entries in self.modules.values_mut() {
            entries.retain(|installed| !installed.dir.starts_with(package));
        }
        self.modules.retain(|_, entries| !entries.is_empty());
    }

    /// What is installed for a call with that address and version constraint.
    #[must_use]
    pub fn find(&self, key: &str, source: &str, constraint: Option<&str>) -> Lookup<'_> {
        let Some(entries) = self.modules.get(key) else { return Lookup::Missing };
        let constraint = constraint.and_then(Constraint::parse);
        let mut other = None;
        for installed in entries.iter().filter(|installed| installed.source == source) {
            let version = installed.version.as_deref();
            let accepted = match (&constraint, version.and_then(Version::parse)) {
                (Some(constraint), Some(version)) => constraint.allows(&version),
                _ => true,
            };
            if accepted {
                return Lookup::Found(installed);
            }
            other = version;
        }
        other.map_or(Lookup::OtherSource, Lookup::OtherVersion)
    }

    /// The text of the manifest.
    #[must_use]
    pub fn to_json(&self) -> String {
        let entry = |(key, installed): (&EcoString, &Installed)| Entry {
            key: key.clone(),
            source: installed.source.clone(),
            version: installed.version.clone(),
            dir: installed.dir.clone(),
        };
        let modules =
            self.modules.iter().flat_map(|(key, all)| all.iter().map(move |one| (key, one)));
        let packages = self
            .packages
            .iter()
            .map(|(dir, package)| PackageEntry { dir: dir.clone(), package: package.clone() });
        let file = File { modules: modules.map(entry).collect(), packages: packages.collect() };
        serde_json::to_string_pretty(&file).expect("strings and lists are JSON")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::memory::FileTree;

    fn vpc(version: &str) -> Installed {
        Installed {
            source: "registry.terraform.io/a/vpc/aws".into(),
            version: Some(version.into()),
            dir: ".terrace/modules/vpc".into(),
        }
    }

    #[test]
    fn a_manifest_reads_as_it_was_written() {
        let package = InstalledPackage {
            source: vpc("5.1.0").source,
            version: Some("5.1.0".into()),
            hash: "h1:x".into(),
            ..InstalledPackage::default()
        };
        let manifest = Manifest {
            modules: BTreeMap::from([("vpc".into(), vec![vpc("5.1.0"), vpc("6.0.0")])]),
            packages: BTreeMap::from([(vpc("").dir, package)]),
        };
        let data = Utf8Path::new(".terrace");
        let files: FileTree = [(Manifest::path(data), manifest.to_json())].into_iter().collect();
        assert_eq!(Manifest::read(&files, data), (manifest, Diagnostics::none()));
        assert!(Manifest::read(&FileTree::default(), data).1.is_empty());
        let broken: FileTree = [(Manifest::path(data), "{")].into_iter().collect();
        assert!(Manifest::read(&broken, data).1.has_errors());
    }

    #[test]
    fn calls_find_what_was_installed_for_them() {
        let mut manifest = Manifest::default();
        let (five, six) = (vpc("5.1.0"), vpc("6.0.0"));
        manifest.add("vpc".into(), five.clone());
        manifest.add("vpc".into(), six.clone());
        let source = five.source.as_str();
        for (key, source, constraint, expected) in [
            ("vpc", source, Some("~> 5.0"), Lookup::Found(&five)),
            ("vpc", source, Some(">= 6"), Lookup::Found(&six)),
            ("vpc", source, None, Lookup::Found(&five)),
            ("vpc", source, Some("> 6"), Lookup::OtherVersion("6.0.0")),
            ("vpc", "x", None, Lookup::OtherSource),
            ("x", source, None, Lookup::Missing),
        ] {
            assert_eq!(manifest.find(key, source, constraint), expected, "{key} {constraint:?}");
        }
        let mut manifest = manifest.clone();
        manifest.forget(Utf8Path::new(".terrace/modules/vpc"));
        assert_eq!(manifest, Manifest::default());
    }
}
