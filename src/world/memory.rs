//! An outside in memory, for tests: files in a map, a clock that stands, randomness from a seed.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;

use super::{Clock, Entropy, Environment, FileKind, Files, World};

impl World {
    /// One in memory: no files, the clock at `now`, randomness from `seed`, an empty environment.
    #[must_use]
    pub fn in_memory(now: Timestamp, seed: u64) -> Self {
        Self {
            files: Arc::new(FileTree::default()),
            clock: Arc::new(StoppedClock(now)),
            entropy: Arc::new(SeededEntropy::new(seed)),
            environment: Arc::new(FixedEnvironment::default()),
        }
    }
}

/// Files in a map. Folders exist where files are in them.
#[derive(Debug, Default)]
pub struct FileTree(Mutex<BTreeMap<Utf8PathBuf, Vec<u8>>>);

impl FileTree {
    fn files(&self) -> std::sync::MutexGuard<'_, BTreeMap<Utf8PathBuf, Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<P: Into<Utf8PathBuf>, C: Into<Vec<u8>>> FromIterator<(P, C)> for FileTree {
    fn from_iter<I: IntoIterator<Item = (P, C)>>(files: I) -> Self {
        let files =
            files.into_iter().map(|(path, content)| (absolute(&path.into()), content.into()));
        Self(Mutex::new(files.collect()))
    }
}

/// The path from the root, without `.` and `..`.
fn absolute(path: &Utf8Path) -> Utf8PathBuf {
    let mut whole = Utf8PathBuf::from("/");
    for part in path.components() {
        match part {
            camino::Utf8Component::Normal(name) => whole.push(name),
            camino::Utf8Component::ParentDir => {
                whole.pop();
            }
            _ => {}
        }
    }
    whole
}

impl Files for FileTree {
    fn read(&self, path: &Utf8Path) -> io::Result<Vec<u8>> {
        self.files().get(&absolute(path)).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn write(&self, path: &Utf8Path, content: &[u8]) -> io::Result<()> {
        self.files().insert(absolute(path), content.to_vec());
        Ok(())
    }

    fn list(&self, folder: &Utf8Path) -> io::Result<Vec<(String, FileKind)>> {
        let folder = absolute(folder);
        let mut names = BTreeMap::new();
        for path in self.files().keys() {
            if let Ok(rest) = path.strip_prefix(&folder) {
                let mut parts = rest.components();
                if let Some(name) = parts.next() {
                    let kind =
                        if parts.next().is_some() { FileKind::Folder } else { FileKind::File };
                    names.insert(name.as_str().to_owned(), kind);
                }
            }
        }
        if names.is_empty() && folder.as_str() != "/" {
            return Err(io::ErrorKind::NotFound.into());
        }
        Ok(names.into_iter().collect())
    }

    fn kind(&self, path: &Utf8Path) -> io::Result<Option<FileKind>> {
        let path = absolute(path);
        let files = self.files();
        if files.contains_key(&path) {
            return Ok(Some(FileKind::File));
        }
        let folder = files.keys().any(|file| file.starts_with(&path)) || path.as_str() == "/";
        Ok(folder.then_some(FileKind::Folder))
    }

    fn create_folder(&self, _: &Utf8Path) -> io::Result<()> {
        Ok(())
    }

    fn remove(&self, path: &Utf8Path) -> io::Result<()> {
        self.files().remove(&absolute(path));
        Ok(())
    }

    fn current_folder(&self) -> io::Result<Utf8PathBuf> {
        Ok("/".into())
    }
}

/// A clock that stands.
#[derive(Clone, Copy, Debug)]
pub struct StoppedClock(pub Timestamp);

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}

/// Randomness that a seed decides.
#[derive(Debug)]
pub struct SeededEntropy(Mutex<fastrand::Rng>);

impl SeededEntropy {
    /// The randomness of `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(fastrand::Rng::with_seed(seed)))
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill(buffer);
    }
}

/// Variables that do not change.
#[derive(Clone, Debug, Default)]
pub struct FixedEnvironment(pub BTreeMap<String, String>);

impl Environment for FixedEnvironment {
    fn var(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }

    fn vars(&self) -> Vec<(String, String)> {
        self.0.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
    }
}
