//! Trees of files on the disk: their digest, copies of them, what must not be in them.

#![expect(clippy::disallowed_methods, reason = "fetching modules writes whole trees of files")]

use std::fmt::Write as _;
use std::fs::File;
use std::io;

use base64::Engine as _;
use camino::{Utf8Path, Utf8PathBuf};
use ecow::EcoString;
use sha2::{Digest as _, Sha256};

use super::sink::Sink;
use super::{Kind, Limits, Problem};

/// Folders that are no part of a module: repositories, and what tools keep beside configurations.
const LEFT_OUT: [&str; 3] = [".git", ".terraform", ".terrace"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entry {
    File,
    Folder,
    Link,
    Other,
}

/// What is below a folder, in order of the paths; links are not followed.
fn entries(root: &Utf8Path) -> io::Result<Vec<(Utf8PathBuf, Entry)>> {
    let mut found = Vec::new();
    let mut folders = vec![Utf8PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in root.join(&folder).read_dir_utf8()? {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            let kind = entry.file_type()?;
            let kind = if kind.is_symlink() {
                Entry::Link
            } else if kind.is_dir() {
                folders.push(path.clone());
                Entry::Folder
            } else if kind.is_file() {
                Entry::File
            } else {
                Entry::Other
            };
            found.push((path, kind));
        }
    }
    found.sort_by(|a, b| a.0.as_str().cmp(b.0.as_str()));
    Ok(found)
}

/// The digest of a tree, as Go's `dirhash.Hash1` has it: of a line for each file with its own SHA-256 and its path.
///
/// # Errors
/// Where a file cannot be read.
pub fn digest(root: &Utf8Path) -> io::Result<EcoString> {
    let mut whole = Sha256::new();
    for (path, kind) in entries(root)? {
        let mut one = Sha256::new();
        match kind {
            Entry::File => drop(io::copy(&mut File::open(root.join(&path))?, &mut Feed(&mut one))?),
            Entry::Link => one.update(root.join(&path).read_link_utf8()?.as_str()),
            Entry::Folder | Entry::Other => continue,
        }
        let mut line = String::with_capacity(path.as_str().len() + 68);
        for byte in one.finalize() {
            write!(line, "{byte:02x}").expect("strings take text");
        }
        writeln!(line, "  {path}").expect("strings take text");
        whole.update(line);
    }
    let text = base64::engine::general_purpose::STANDARD.encode(whole.finalize());
    Ok(format!("h1:{text}").into())
}

/// A digest as something to write into.
struct Feed<'a>(&'a mut Sha256);

impl io::Write for Feed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Copies a folder of this machine.
///
/// # Errors
/// Where it cannot be read or holds too much.
pub fn copy(from: &Utf8Path, into: &Utf8Path, limits: Limits) -> Result<(), Problem> {
    let unreadable = |error: io::Error| {
        Problem::new(Kind::Download, format!("The folder {from} cannot be read: {error}."))
    };
    let mut sink = Sink::new(into, limits, limits.bytes);
    for (path, kind) in entries(from).map_err(unreadable)? {
        if path.components().any(|part| LEFT_OUT.contains(&part.as_str())) {
            continue;
        }
        let full = from.join(&path);
        match kind {
            Entry::Folder => sink.folder(path.as_str())?,
            Entry::Link => {
                let target = full.read_link_utf8().map_err(unreadable)?;
                sink.link(path.as_str(), target.as_str())?;
            }
            Entry::File => {
                use std::os::unix::fs::PermissionsExt as _;
                let mut file = File::open(&full).map_err(unreadable)?;
                let mode = file.metadata().map_err(unreadable)?.permissions().mode();
                sink.file(path.as_str(), mode & 0o111 != 0, &mut file)?;
            }
            Entry::Other => {}
        }
    }
    sink.finish()
}

/// Takes out what is no part of a module, and refuses links that lead out of the tree.
///
/// # Errors
/// Where there is such a link, or too much.
pub fn settle(root: &Utf8Path, limits: Limits) -> Result<(), Problem> {
    let disk = |error: io::Error| Problem::disk("The package cannot be looked through", &error);
    let inside = root.canonicalize_utf8().map_err(disk)?;
    for name in LEFT_OUT {
        remove(&root.join(name)).map_err(disk)?;
    }
    let found = entries(root).map_err(disk)?;
    if found.len() as u64 > limits.entries {
        let detail = format!("It has more than {} files.", limits.entries);
        return Err(Problem::new(Kind::Unsafe, detail));
    }
    for (path, kind) in found {
        if path.file_name() == Some(".git") {
            // Of a submodule.
            remove(&root.join(&path)).map_err(disk)?;
        } else if kind == Entry::Link && !stays(root, &path, &inside).map_err(disk)? {
            let detail = format!("It has a link that leads out of the package: \"{path}\".");
            return Err(Problem::new(Kind::Unsafe, detail));
        }
    }
    Ok(())
}

/// Whether a link leads to a place in the tree, or to where nothing is and nothing outside could be.
fn stays(root: &Utf8Path, path: &Utf8Path, inside: &Utf8Path) -> io::Result<bool> {
    let target = root.join(path).read_link_utf8()?;
    let mut depth = path.components().count().saturating_sub(1);
    for part in target.components() {
        match part {
            camino::Utf8Component::Normal(_) => depth += 1,
            camino::Utf8Component::CurDir => {}
            camino::Utf8Component::ParentDir if depth > 0 => depth -= 1,
            _ => return Ok(false),
        }
    }
    // What it leads to may be a link itself.
    Ok(root.join(path).canonicalize_utf8().map_or(true, |real| real.starts_with(inside)))
}

/// Removes whatever is at a path, or nothing.
///
/// # Errors
/// Where it cannot be removed.
pub fn remove(path: &Utf8Path) -> io::Result<()> {
    let result = match path.symlink_metadata() {
        Ok(found) if found.is_dir() => std::fs::remove_dir_all(path),
        Ok(_) => std::fs::remove_file(path),
        Err(error) => Err(error),
    };
    match result {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The folders that a path with `*` in it stands for; the path itself where it has none.
///
/// # Errors
/// Where a folder cannot be listed.
pub fn expand(root: &Utf8Path, pattern: &str) -> io::Result<Vec<Utf8PathBuf>> {
    let mut found = vec![root.to_owned()];
    for part in pattern.split('/').filter(|part| !part.is_empty()) {
        let mut next = Vec::new();
        for folder in found {
            if !part.contains('*') {
                next.push(folder.join(part));
                continue;
            }
            let glob = globset::Glob::new(part).map_err(io::Error::other)?.compile_matcher();
            for entry in folder.read_dir_utf8()? {
                let entry = entry?;
                if entry.file_type()?.is_dir() && glob.is_match(entry.file_name()) {
                    next.push(folder.join(entry.file_name()));
                }
            }
        }
        found = next;
    }
    found.sort();
    Ok(found)
}
