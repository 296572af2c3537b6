//! Where archives are unpacked into: a folder that nothing in an archive leads out of, with bounds.

#![expect(clippy::disallowed_methods, reason = "fetching modules writes whole trees of files")]

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::{PermissionsExt as _, symlink};

use camino::{Utf8Path, Utf8PathBuf};

use super::{Kind, Limits, Problem};

/// A folder that is being filled.
pub struct Sink<'a> {
    root: &'a Utf8Path,
    limits: Limits,
    /// Bytes of the archive.
    packed: u64,
    bytes: u64,
    entries: u64,
    /// Made at the end, so that nothing is written through them.
    links: Vec<(Utf8PathBuf, String)>,
}

impl<'a> Sink<'a> {
    /// The folder `root`, for an archive of `packed` bytes.
    pub const fn new(root: &'a Utf8Path, limits: Limits, packed: u64) -> Self {
        Self { root, limits, packed, bytes: 0, entries: 0, links: Vec::new() }
    }

    /// Makes a folder.
    pub fn folder(&mut self, name: &str) -> Result<(), Problem> {
        let Some(path) = self.place(name)? else { return Ok(()) };
        std::fs::create_dir_all(&path).map_err(|error| unwritable(name, &error))
    }

    /// Writes a file; `executable` is all that stays of its mode.
    pub fn file(
        &mut self,
        name: &str,
        executable: bool,
        content: &mut dyn Read,
    ) -> Result<(), Problem> {
        let Some(path) = self.place(name)? else {
            return Err(refused(format!("The archive has a file without a name: \"{name}\".")));
        };
        let disk = |error: io::Error| unwritable(name, &error);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(disk)?;
        }
        let mut file = File::create(&path).map_err(disk)?;
        let mut buffer = vec![0; 64 << 10];
        loop {
            let length = content.read(&mut buffer).map_err(|error| damaged(&error))?;
            if length == 0 {
                break;
            }
            self.count(length as u64)?;
            io::Write::write_all(&mut file, &buffer[..length]).map_err(disk)?;
        }
        let mode = if executable { 0o755 } else { 0o644 };
        file.set_permissions(std::fs::Permissions::from_mode(mode)).map_err(disk)
    }

    /// Writes a file with the content of one that was there before: a hard link.
    pub fn same(&mut self, name: &str, other: &str) -> Result<(), Problem> {
        let Some(other) = self.place(other)? else {
            return Err(refused(format!("The archive has a link that leads nowhere: \"{name}\".")));
        };
        let mut content = File::open(&other).map_err(|error| damaged(&error))?;
        self.file(name, false, &mut content)
    }

    /// Notes a symbolic link, which must lead to a place within the folder.
    pub fn link(&mut self, name: &str, target: &str) -> Result<(), Problem> {
        let Some(path) = self.place(name)? else { return Ok(()) };
        self.links.push((path, target.to_owned()));
        Ok(())
    }

    /// Makes the links.
    pub fn finish(self) -> Result<(), Problem> {
        for (path, target) in self.links {
            let disk = |error: io::Error| unwritable(path.as_str(), &error);
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder).map_err(disk)?;
            }
            symlink(&target, &path).map_err(disk)?;
        }
        Ok(())
    }

    /// The place of an entry; none for the folder itself.
    fn place(&mut self, name: &str) -> Result<Option<Utf8PathBuf>, Problem> {
        self.entries += 1;
        if self.entries > self.limits.entries {
            return Err(refused(format!("It has more than {} files.", self.limits.entries)));
        }
        let mut path = self.root.to_owned();
        for part in name.split('/') {
            match part {
                "" | "." => {}
                ".." => return Err(leaves(name)),
                // What Windows takes for separators and drives names nothing that modules have.
                part if part.contains(['\\', '\0']) => return Err(leaves(name)),
                part => path.push(part),
            }
        }
        if name.starts_with('/') {
            return Err(leaves(name));
        }
        Ok((path != self.root).then_some(path))
    }

    fn count(&mut self, length: u64) -> Result<(), Problem> {
        self.bytes += length;
        if self.bytes > self.limits.bytes {
            let detail = format!("Unpacked it has more than {} bytes.", self.limits.bytes);
            return Err(refused(detail));
        }
        let allowed = Limits::FREE.saturating_add(self.packed.saturating_mul(self.limits.ratio));
        if self.bytes > allowed {
            return Err(refused(format!(
                "It is made to fill disks: {} bytes become more than {} times as many.",
                self.packed, self.limits.ratio
            )));
        }
        Ok(())
    }
}

fn refused(detail: String) -> Problem {
    Problem::new(Kind::Unsafe, detail)
}

fn leaves(name: &str) -> Problem {
    refused(format!(
        "The archive has an entry that leads out of its folder: \"{}\".",
        name.escape_debug()
    ))
}

fn unwritable(name: &str, error: &io::Error) -> Problem {
    Problem::disk(format_args!("\"{}\" cannot be written", name.escape_debug()), error)
}

/// An archive that ends in the middle, or is none.
pub(super) fn damaged(error: &dyn std::error::Error) -> Problem {
    Problem::new(Kind::Download, format!("The archive is damaged, or of another format: {error}."))
        .help("Try again; if it stays so, check the address and, where there is one, the archive argument.")
}
