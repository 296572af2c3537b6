//! The real outside: the operating system's files, clock, randomness and environment.

#![expect(
    clippy::disallowed_methods,
    reason = "this is where the seams of the world reach outside"
)]

use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;

use super::{Clock, Entropy, Environment, FileKind, Files, World};

impl World {
    /// The real one.
    #[must_use]
    pub fn real() -> Self {
        Self {
            files: Arc::new(System),
            clock: Arc::new(System),
            entropy: Arc::new(System),
            environment: Arc::new(System),
        }
    }
}

/// The operating system.
#[derive(Clone, Copy, Debug)]
pub struct System;

impl Files for System {
    fn read(&self, path: &Utf8Path) -> io::Result<Vec<u8>> {
        std::fs::read(path)
    }

    fn write(&self, path: &Utf8Path, content: &[u8]) -> io::Result<()> {
        // A device or a pipe is written to, and not replaced by a file.
        if self.kind(path)? == Some(FileKind::Other) {
            return std::fs::write(path, content);
        }
        let folder = path.parent().filter(|folder| !folder.as_str().is_empty());
        let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Utf8Path::new(".")))?;
        file.write_all(content)?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    }

    fn read_at_most(&self, path: &Utf8Path, limit: usize) -> io::Result<Vec<u8>> {
        let most = u64::try_from(limit).unwrap_or(u64::MAX);
        let mut content = Vec::new();
        std::fs::File::open(path)?.take(most.saturating_add(1)).read_to_end(&mut content)?;
        if content.len() > limit { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(content) }
    }

    fn rewrite(&self, path: &Utf8Path, content: &[u8]) -> io::Result<()> {
        let path = path.canonicalize_utf8()?;
        let found = std::fs::metadata(&path)?;
        let folder = path.parent().unwrap_or(Utf8Path::new("/"));
        let mut file = match tempfile::NamedTempFile::new_in(folder) {
            Ok(file) => file,
            // Who may change the file but not its folder can only write over it.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                return std::fs::write(&path, content);
            }
            Err(error) => return Err(error),
        };
        file.write_all(content)?;
        file.as_file().set_permissions(found.permissions())?;
        // Only root may give files away; for others it is theirs already, or becomes theirs.
        drop(std::os::unix::fs::fchown(file.as_file(), Some(found.uid()), Some(found.gid())));
        file.as_file().sync_all()?;
        file.persist(&path)?;
        Ok(())
    }

    fn is_link(&self, path: &Utf8Path) -> bool {
        std::fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink())
    }

    fn list(&self, folder: &Utf8Path) -> io::Result<Vec<(String, FileKind)>> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            // Names that are not text cannot be written in a configuration.
            if let Ok(name) = entry.file_name().into_string() {
                // A link in a circle, or into a folder that may not be entered, is no reason to list nothing.
                let kind = self.kind(&folder.join(&name)).ok().flatten().unwrap_or(FileKind::Other);
                names.push((name, kind));
            }
        }
        names.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(names)
    }

    fn kind(&self, path: &Utf8Path) -> io::Result<Option<FileKind>> {
        match std::fs::metadata(path) {
            Ok(found) if found.is_file() => Ok(Some(FileKind::File)),
            Ok(found) if found.is_dir() => Ok(Some(FileKind::Folder)),
            Ok(_) => Ok(Some(FileKind::Other)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn create_folder(&self, path: &Utf8Path) -> io::Result<()> {
        std::fs::create_dir_all(path)
    }

    #[cfg(unix)]
    fn set_mode(&self, path: &Utf8Path, mode: u32) -> io::Result<()> {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))
    }

    fn remove(&self, path: &Utf8Path) -> io::Result<()> {
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn current_folder(&self) -> io::Result<Utf8PathBuf> {
        Utf8PathBuf::from_path_buf(std::env::current_dir()?)
            .map_err(|_| io::Error::other("the current folder's path is not UTF-8"))
    }
}

impl Clock for System {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

impl Entropy for System {
    fn fill(&self, buffer: &mut [u8]) {
        // The uuid crate draws from the operating system's source.
        for chunk in buffer.chunks_mut(8) {
            let random = uuid::Uuid::new_v4();
            let bytes = random.as_bytes();
            // The first six bytes and the last two hold no version or variant bits.
            let plain =
                [bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[14], bytes[15]];
            chunk.copy_from_slice(&plain[..chunk.len()]);
        }
    }
}

impl Environment for System {
    fn var(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn vars(&self) -> Vec<(String, String)> {
        let mut all: Vec<(String, String)> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        all.sort();
        all
    }
}
