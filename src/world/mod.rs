//! Seams to the outside, as traits: files, the clock, randomness, the environment.
//!
//! [`real`] is the only place in the library that asks the operating system for them; [`memory`] answers from memory
//! and is the same in every run.

mod disk;
pub mod memory;
mod process;
pub mod real;
mod snapshot;

pub use disk::{Disk, DiskLock, Folder, MemoryDisk, Privacy};
pub use process::{Lines, Processes, Program, RealProcesses, host_name, is_alive};
pub use snapshot::{Recorded, Recorder, Snapshot};

use std::io;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;

/// Files and folders.
pub trait Files: Send + Sync {
    /// The whole content of a file.
    ///
    /// # Errors
    /// As the operating system has it.
    fn read(&self, path: &Utf8Path) -> io::Result<Vec<u8>>;

    /// The whole content of a file that has at most `limit` bytes.
    ///
    /// # Errors
    /// As the operating system has it; [`io::ErrorKind::FileTooLarge`] for a larger one, of which no more than that
    /// is read.
    fn read_at_most(&self, path: &Utf8Path, limit: usize) -> io::Result<Vec<u8>> {
        let content = self.read(path)?;
        if content.len() > limit { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(content) }
    }

    /// Replaces the content of a file that is there, as [`Files::write`] does. It stays who may use it, and behind a
    /// symbolic link the file that it leads to is replaced.
    ///
    /// # Errors
    /// As the operating system has it.
    fn rewrite(&self, path: &Utf8Path, content: &[u8]) -> io::Result<()> {
        self.write(path, content)
    }

    /// Whether there is a symbolic link at a path.
    fn is_link(&self, path: &Utf8Path) -> bool {
        let _ = path;
        false
    }

    /// Replaces a file as a whole, or creates it; readers see the old content or the new, never a part.
    ///
    /// # Errors
    /// As the operating system has it.
    fn write(&self, path: &Utf8Path, content: &[u8]) -> io::Result<()>;

    /// The names in a folder with what they are, in order of the names.
    ///
    /// # Errors
    /// As the operating system has it.
    fn list(&self, folder: &Utf8Path) -> io::Result<Vec<(String, FileKind)>>;

    /// What is at a path, symbolic links followed; none where there is nothing.
    ///
    /// # Errors
    /// As the operating system has it.
    fn kind(&self, path: &Utf8Path) -> io::Result<Option<FileKind>>;

    /// Creates a folder with those above it; none of which need to be missing.
    ///
    /// # Errors
    /// As the operating system has it.
    fn create_folder(&self, path: &Utf8Path) -> io::Result<()>;

    /// Says who may do what with a file or folder: the bits of `chmod`. Does nothing where there are no such bits.
    ///
    /// # Errors
    /// As the operating system has it.
    fn set_mode(&self, path: &Utf8Path, mode: u32) -> io::Result<()> {
        let _ = (path, mode);
        Ok(())
    }

    /// Removes a file; it is no error if there is none.
    ///
    /// # Errors
    /// As the operating system has it.
    fn remove(&self, path: &Utf8Path) -> io::Result<()>;

    /// The folder against which relative paths are read.
    ///
    /// # Errors
    /// As the operating system has it.
    fn current_folder(&self) -> io::Result<Utf8PathBuf>;
}

/// What is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// An ordinary file.
    File,
    /// A folder.
    Folder,
    /// A pipe, a device, a socket, a link that leads nowhere.
    Other,
}

/// The time.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// Randomness.
pub trait Entropy: Send + Sync {
    /// Fills the buffer with random bytes.
    fn fill(&self, buffer: &mut [u8]);
}

/// Variables of the environment.
pub trait Environment: Send + Sync {
    /// The value of a variable; none if it is not set or not text.
    fn var(&self, name: &str) -> Option<String>;

    /// All variables that are text, in order of their names.
    fn vars(&self) -> Vec<(String, String)>;
}

/// Everything outside, to be handed to those who need it. Cheap to clone.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "the environment holds secrets")]
pub struct World {
    /// Files and folders.
    pub files: Arc<dyn Files>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Variables of the environment.
    pub environment: Arc<dyn Environment>,
}
