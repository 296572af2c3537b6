//! A folder that a program keeps its own records in: durable, atomic, lockable.

#![expect(clippy::disallowed_methods, reason = "this is where they are wrapped")]

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::fs::{FlockOperation, Mode};

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Privacy {
    /// Whoever the user's umask lets.
    Shared,
    /// The user alone.
    Private,
}

/// What files outlive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Durability {
    /// A power cut.
    PowerCut,
    /// The process, however it ends.
    Process,
}

/// Held while nobody else may be where this lock is asked for. Dropping it gives it back, and so does the end of the
/// process, however it ends.
pub type DiskLock = Box<dyn Send + Sync>;

/// A folder of files by name. What an operation wrote is durable when it returns; an operation that fails leaves what
/// was there.
pub trait Disk: Send + Sync {
    /// Where it is, for people.
    fn place(&self) -> String;

    /// A file's content; none where there is no such file.
    ///
    /// # Errors
    /// When the file cannot be read.
    fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>>;

    /// Replaces a whole file: at every instant it has either its old or its new content.
    ///
    /// # Errors
    /// When it cannot be written; the old content stays.
    fn replace(&self, name: &str, content: &[u8], privacy: Privacy) -> io::Result<()>;

    /// Adds to the end of a file, which is made where it is missing.
    ///
    /// # Errors
    /// When not everything can be written; then nothing of it stays.
    fn append(&self, name: &str, content: &[u8]) -> io::Result<()>;

    /// Deletes a file, which may be missing.
    ///
    /// # Errors
    /// When it cannot be deleted.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Waits until nobody else holds the lock of that name, and takes it. Meant for moments, not for runs.
    ///
    /// # Errors
    /// When the lock file cannot be made.
    fn lock(&self, name: &str) -> io::Result<DiskLock>;
}

/// A real folder. It is made with the first file.
pub struct Folder {
    path: PathBuf,
    durability: Durability,
    /// Files that were appended to, kept open, with their lengths.
    logs: Mutex<BTreeMap<String, (File, u64)>>,
}

impl Folder {
    /// The folder at `path`.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), durability: Durability::PowerCut, logs: Mutex::default() }
    }

    /// The same, for what need not outlive a power cut: writing does not wait for the medium.
    #[must_use]
    pub fn unforced(self) -> Self {
        Self { durability: Durability::Process, ..self }
    }

    /// Waits until what was written is on the medium.
    fn force(&self, what: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        if self.durability == Durability::PowerCut { what() } else { Ok(()) }
    }

    /// Makes the names in the folder durable.
    fn force_names(&self) -> io::Result<()> {
        self.force(|| File::open(&self.path)?.sync_all())
    }

    fn make(&self) -> io::Result<()> {
        std::fs::create_dir_all(&self.path)
    }

    fn write_new(&self, name: &str, content: &[u8], privacy: Privacy) -> io::Result<PathBuf> {
        let temporary = self.path.join(format!(".{name}.{}.new", std::process::id()));
        let mode = match privacy {
            Privacy::Shared => Mode::from_raw_mode(0o666),
            Privacy::Private => Mode::from_raw_mode(0o600),
        };
        let result = open(&temporary, mode).and_then(|mut file| {
            file.write_all(content)?;
            self.force(|| file.sync_all())
        });
        if let Err(error) = result {
            // What is left of it would only fill the disk further.
            let _ = std::fs::remove_file(&temporary);
            return Err(error);
        }
        Ok(temporary)
    }
}

fn open(path: &Path, mode: Mode) -> io::Result<File> {
    use rustix::fs::OFlags;
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC | OFlags::CLOEXEC;
    Ok(File::from(rustix::fs::open(path, flags, mode)?))
}

impl Disk for Folder {
    fn place(&self) -> String {
        self.path.display().to_string()
    }

    fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        let mut content = Vec::new();
        match File::open(self.path.join(name)).and_then(|mut file| file.read_to_end(&mut content)) {
            Ok(_) => Ok(Some(content)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn replace(&self, name: &str, content: &[u8], privacy: Privacy) -> io::Result<()> {
        self.make()?;
        let temporary = self.write_new(name, content, privacy)?;
        let mut logs = self.logs.lock().unwrap_or_else(PoisonError::into_inner);
        logs.remove(name);
        std::fs::rename(&temporary, self.path.join(name))?;
        self.force_names()
    }

    fn append(&self, name: &str, content: &[u8]) -> io::Result<()> {
        let mut logs = self.logs.lock().unwrap_or_else(PoisonError::into_inner);
        if !logs.contains_key(name) {
            self.make()?;
            let path = self.path.join(name);
            let file = OpenOptions::new().append(true).create(true).open(&path)?;
            let length = file.metadata()?.len();
            if length == 0 {
                self.force_names()?;
            }
            logs.insert(name.to_owned(), (file, length));
        }
        let (file, length) = logs.get_mut(name).expect("it was put there if it was missing");
        let written = file.write_all(content).and_then(|()| self.force(|| file.sync_data()));
        if let Err(error) = written {
            // Where even this fails, the checksum of the torn line tells.
            let _ = file.set_len(*length);
            return Err(error);
        }
        *length += content.len() as u64;
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.logs.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
        match std::fs::remove_file(self.path.join(name)) {
            Ok(()) => self.force_names(),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn lock(&self, name: &str) -> io::Result<DiskLock> {
        self.make()?;
        let path = self.path.join(name);
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
        rustix::fs::flock(&file, FlockOperation::LockExclusive)?;
        Ok(Box::new(file))
    }
}

/// A folder in memory, for tests: it can be full, and forbidden.
#[derive(Clone, Default)]
pub struct MemoryDisk {
    files: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    fault: Arc<Mutex<Option<ErrorKind>>>,
    writes: Arc<std::sync::atomic::AtomicUsize>,
}

impl MemoryDisk {
    /// Lets every write fail so from now on; none for none.
    pub fn fail_with(&self, fault: Option<ErrorKind>) {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }

    /// How often something was made durable.
    #[must_use]
    pub fn writes(&self) -> usize {
        self.writes.load(std::sync::atomic::Ordering::Relaxed)
    }

    /// A copy as it is now, which goes its own way: what a crash leaves.
    #[must_use]
    pub fn copy(&self) -> Self {
        let files = self.files.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Self { files: Arc::new(Mutex::new(files)), ..Self::default() }
    }

    fn change<T>(&self, change: impl FnOnce(&mut BTreeMap<String, Vec<u8>>) -> T) -> io::Result<T> {
        if let Some(kind) = *self.fault.lock().unwrap_or_else(PoisonError::into_inner) {
            return Err(kind.into());
        }
        self.writes.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Ok(change(&mut self.files.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Disk for MemoryDisk {
    fn place(&self) -> String {
        "memory".to_owned()
    }

    fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        Ok(self.files.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned())
    }

    fn replace(&self, name: &str, content: &[u8], _: Privacy) -> io::Result<()> {
        self.change(|files| drop(files.insert(name.to_owned(), content.to_vec())))
    }

    fn append(&self, name: &str, content: &[u8]) -> io::Result<()> {
        self.change(|files| {
            files.entry(name.to_owned()).or_default().extend_from_slice(content);
        })
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.change(|files| drop(files.remove(name)))
    }

    fn lock(&self, _: &str) -> io::Result<DiskLock> {
        Ok(Box::new(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_keeps_what_it_was_given() {
        let place = tempfile::tempdir().expect("a temporary folder");
        keeps(&Folder::new(place.path().join("deep/er")));
        keeps(&Folder::new(place.path().join("other")).unforced());
    }

    fn keeps(folder: &Folder) {
        assert_eq!(folder.read("x").expect("readable"), None);
        folder.append("x", b"one\n").expect("writable");
        folder.append("x", b"two\n").expect("writable");
        assert_eq!(folder.read("x").expect("readable").as_deref(), Some(&b"one\ntwo\n"[..]));
        folder.replace("x", b"new", Privacy::Private).expect("writable");
        folder.append("x", b"er").expect("writable");
        assert_eq!(folder.read("x").expect("readable").as_deref(), Some(&b"newer"[..]));
        folder.remove("x").expect("writable");
        folder.remove("x").expect("missing is fine");
        let _held = folder.lock("lock").expect("free");
    }
}
