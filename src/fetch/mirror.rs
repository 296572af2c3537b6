//! A folder with copies of packages, for where there is no network: each lies at the path that its address spells.

use camino::{Utf8Path, Utf8PathBuf};
use url::Url;

use super::{Kind, Problem};
use crate::config::Version;
use crate::config::package::{Address, Format, Git, Location, Package, Registry};

/// The folder.
pub struct Mirror(Utf8PathBuf);

impl Mirror {
    /// The mirror at a path.
    pub const fn new(folder: Utf8PathBuf) -> Self {
        Self(folder)
    }

    /// The versions of a registry's module that are there: folders and archives named like them.
    pub fn versions(&self, module: &Registry) -> Vec<Version> {
        let Ok(listed) = self.0.join(module.to_string()).read_dir_utf8() else { return Vec::new() };
        let versions = listed.filter_map(|entry| {
            let entry = entry.ok()?;
            let name = entry.file_name();
            Version::parse(Format::of_file(name).map_or(name, |(name, _)| name))
        });
        versions.collect()
    }

    /// The copy of a package, as a package of this machine; none where there is no copy.
    pub fn find(&self, package: &Package, version: Option<&str>) -> Option<Package> {
        match package {
            Package::Registry(module) => {
                let folder = self.0.join(module.to_string());
                self.version(&folder, version?)
            }
            Package::Git(git) => {
                let place = self.place(&git.location)?;
                let bare = Utf8PathBuf::from(format!("{place}.git"));
                let plain = place.as_str().strip_suffix(".git").map(Utf8PathBuf::from);
                let found = [Some(place), Some(bare), plain]
                    .into_iter()
                    .flatten()
                    .find(|path| path.is_dir())?;
                let location = Location::from(Url::from_directory_path(absolute(&found)?).ok()?);
                Some(Package::Git(Git { location, reference: git.reference.clone() }))
            }
            Package::Archive(archive) => {
                let place = self.place(&archive.location)?;
                if place.is_dir() {
                    return Some(Package::Folder(place));
                }
                place.is_file().then(|| file(&place, archive.format)).flatten()
            }
            Package::Folder(_) => None,
        }
    }

    /// `VERSION/` or `VERSION.zip`, with or without a `v` before it.
    fn version(&self, folder: &Utf8Path, version: &str) -> Option<Package> {
        let wanted = Version::parse(version)?;
        let mut names: Vec<String> = folder
            .read_dir_utf8()
            .ok()?
            .filter_map(|entry| Some(entry.ok()?.file_name().to_owned()))
            .collect();
        names.sort();
        names.iter().find_map(|name| {
            let (stem, format) = Format::of_file(name)
                .map_or((name.as_str(), None), |(stem, format)| (stem, Some(format)));
            Version::parse(stem).filter(|found| found.compare(&wanted).is_eq())?;
            let path = folder.join(name);
            match format {
                None => path.is_dir().then_some(Package::Folder(path)),
                Some(format) => file(&path, Some(format)),
            }
        })
    }

    /// Where the copy of what is at a location belongs: `host/path`.
    fn place(&self, location: &Location) -> Option<Utf8PathBuf> {
        let url = location.url();
        let host = match (url.host_str()?, url.port()) {
            (host, Some(port)) => format!("{host}:{port}"),
            (host, None) => host.to_owned(),
        };
        let mut place = self.0.join(host);
        for part in url.path().split('/').filter(|part| !part.is_empty()) {
            if matches!(part, "." | "..") {
                return None;
            }
            place.push(part);
        }
        Some(place)
    }

    /// That there is no copy of a package.
    pub fn lacks(&self, package: &Package) -> Problem {
        Problem::new(Kind::Download, format!("The mirror {} has no copy of it.", self.0)).help(match package {
            Package::Registry(module) => {
                format!("Put it at {}/{module}/VERSION/, or set direct = true beside mirror.", self.0)
            }
            _ => "Put it there, below a folder named like its host, or set direct = true beside mirror.".to_owned(),
        })
    }
}

/// An archive of this machine.
fn file(path: &Utf8Path, format: Option<Format>) -> Option<Package> {
    let url = Url::from_file_path(absolute(path)?).ok()?;
    let Package::Archive(mut archive) = Address::parse(url.as_str()).ok()?.package else {
        return None;
    };
    archive.format = format.or(archive.format);
    Some(Package::Archive(archive))
}

fn absolute(path: &Utf8Path) -> Option<Utf8PathBuf> {
    path.canonicalize_utf8().ok()
}
