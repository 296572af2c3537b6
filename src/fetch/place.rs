//! The folder of packages on the disk: who may work in it, what is new in it, what takes whose place.

#![expect(clippy::disallowed_methods, reason = "fetching modules writes whole trees of files")]

use std::collections::BTreeSet;
use std::fs::File;
use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use rustix::fs::FlockOperation;

use super::{Event, Problem, tree};
use crate::config::{MODULES, Manifest};
use crate::world::Files;

/// Kept while a run works in the folder.
const GUARD: &str = ".guard";
/// What is not yet installed, and what is not any more. A run that was killed leaves it; the next clears it away.
const NEW: &str = ".new";
const OLD: &str = ".old";

/// The folder of packages, which nobody else changes as long as this is held.
pub struct Place {
    folder: Utf8PathBuf,
    /// What is installed as far as readers know.
    manifest: Manifest,
    path: Utf8PathBuf,
    taken: BTreeSet<Utf8PathBuf>,
    fetched: usize,
    _guard: File,
}

impl Place {
    /// Waits until nobody else works in the folder of packages, and clears away what a killed run left.
    ///
    /// # Errors
    /// Where the folder cannot be made or locked.
    pub async fn enter(data: &Utf8Path, tell: &dyn Fn(Event)) -> Result<Self, Problem> {
        let folder = data.join(MODULES);
        let disk = |error: io::Error| {
            Problem::disk(format_args!("The folder {folder} cannot be used"), &error)
        };
        std::fs::create_dir_all(&folder).map_err(disk)?;
        let guard = File::options()
            .write(true)
            .create(true)
            .truncate(false)
            .open(folder.join(GUARD))
            .map_err(disk)?;
        if rustix::fs::flock(&guard, FlockOperation::NonBlockingLockExclusive).is_err() {
            tell(Event::Waiting);
            let held = guard.try_clone().map_err(disk)?;
            super::fetcher::blocking(move || {
                rustix::fs::flock(&held, FlockOperation::LockExclusive).map_err(|error| {
                    Problem::disk("The folder of modules cannot be locked", &error.into())
                })
            })
            .await?;
        }
        for name in [NEW, OLD] {
            tree::remove(&folder.join(name)).map_err(disk)?;
        }
        let path = Manifest::path(data);
        let manifest = Manifest::default();
        Ok(Self { folder, manifest, path, taken: BTreeSet::new(), fetched: 0, _guard: guard })
    }

    /// The same, with what is installed in it.
    pub fn knowing(self, manifest: Manifest) -> Self {
        Self { manifest, ..self }
    }

    /// A folder in which a package may be unpacked. It does not exist yet; the one that it is in does.
    ///
    /// # Errors
    /// Where that cannot be made.
    pub fn fresh(&mut self) -> Result<Utf8PathBuf, Problem> {
        self.fetched += 1;
        let parent = self.folder.join(NEW).join(self.fetched.to_string());
        std::fs::create_dir_all(&parent).map_err(|error| {
            Problem::disk(format_args!("The folder {parent} cannot be made"), &error)
        })?;
        Ok(parent.join("package"))
    }

    /// Clears away what is not to be installed.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn clear(self) -> Result<(), Problem> {
        tree::remove(&self.folder.join(NEW)).map_err(|error| {
            Problem::disk(format_args!("The folder {} cannot be cleared", self.folder), &error)
        })
    }

    /// Marks an installed package as used by this run: nothing takes its place.
    pub fn keep(&mut self, package: &Utf8Path) {
        self.taken.insert(package.to_owned());
    }

    /// Whether this run uses the package in that folder.
    pub fn is_kept(&self, package: &Utf8Path) -> bool {
        self.taken.contains(package)
    }

    /// Moves an unpacked package to where it stays, named like the call that wants it. Whoever is killed in this leaves
    /// a manifest without what was there before.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn install(
        &mut self,
        fresh: &Utf8Path,
        key: &str,
        files: &dyn Files,
    ) -> Result<Utf8PathBuf, Problem> {
        let names = std::iter::once(key.to_owned()).chain((2..).map(|n| format!("{key}~{n}")));
        let mut free =
            names.map(|name| self.folder.join(name)).filter(|path| !self.taken.contains(path));
        let path = free.next().expect("numbers do not end");
        let disk = |error: io::Error| {
            Problem::disk(format_args!("The folder {path} cannot be replaced"), &error)
        };
        if path.symlink_metadata().is_ok() {
            if self.manifest.packages.contains_key(&path) {
                self.manifest.forget(&path);
                files.write(&self.path, self.manifest.to_json().as_bytes()).map_err(disk)?;
            }
            let old = self.folder.join(OLD);
            tree::remove(&old).map_err(disk)?;
            std::fs::rename(&path, &old).map_err(disk)?;
            tree::remove(&old).map_err(disk)?;
        }
        std::fs::rename(fresh, &path).map_err(disk)?;
        self.taken.insert(path.clone());
        Ok(path)
    }

    /// Writes down what is installed now, and removes what nobody uses any more.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn finish(self, manifest: &Manifest, files: &dyn Files) -> Result<(), Problem> {
        let disk = |error: io::Error| {
            Problem::disk(format_args!("The file {} cannot be written", self.path), &error)
        };
        files.write(&self.path, manifest.to_json().as_bytes()).map_err(disk)?;
        for entry in self.folder.read_dir_utf8().map_err(disk)? {
            let path = self.folder.join(entry.map_err(disk)?.file_name());
            let is_ours = path.file_name() == Some(GUARD)
                || path == self.path
                || manifest.packages.contains_key(&path);
            if !is_ours {
                tree::remove(&path).map_err(disk)?;
            }
        }
        Ok(())
    }

    /// Writes down what was installed before something went wrong, beside what was there before.
    ///
    /// # Errors
    /// Where the disk refuses.
    pub fn give_up(mut self, manifest: &Manifest, files: &dyn Files) -> Result<(), Problem> {
        let known = self.manifest.clone();
        for (key, installed) in &manifest.modules {
            self.manifest.modules.insert(key.clone(), installed.clone());
        }
        self.manifest.packages.extend(manifest.packages.clone());
        if self.manifest != known {
            files.write(&self.path, self.manifest.to_json().as_bytes()).map_err(|error| {
                Problem::disk(format_args!("The file {} cannot be written", self.path), &error)
            })?;
        }
        // What is left of it goes with the next run at the latest.
        let _ = tree::remove(&self.folder.join(NEW));
        Ok(())
    }
}
