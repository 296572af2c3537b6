//! Files as one run saw them: recorded while it reads, and answered from the record in another run.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use super::{FileKind, Files};

/// What was read: contents of files, names in folders, what is where. What was not there is remembered as such.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    files: BTreeMap<Utf8PathBuf, Option<Content>>,
    folders: BTreeMap<Utf8PathBuf, Option<Vec<(String, FileKind)>>>,
    kinds: BTreeMap<Utf8PathBuf, Option<FileKind>>,
}

/// The content of a file: as it stands where it is text, in base64 where it is not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Content {
    Text(String),
    Base64(String),
}

impl Content {
    fn of(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Text(text.to_owned()),
            Err(_) => Self::Base64(BASE64.encode(bytes)),
        }
    }

    fn bytes(&self) -> io::Result<Vec<u8>> {
        match self {
            Self::Text(text) => Ok(text.clone().into_bytes()),
            Self::Base64(text) => BASE64.decode(text).map_err(io::Error::other),
        }
    }
}

impl Snapshot {
    /// How many files it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files.values().flatten().count()
    }

    /// Whether it holds no file.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The path without `.` and, where possible, without `..`, so that one file has one name.
fn plain(path: &Utf8Path) -> Utf8PathBuf {
    let mut whole = Utf8PathBuf::new();
    for part in path.components() {
        let after_name = matches!(whole.components().next_back(), Some(Utf8Component::Normal(_)));
        match part {
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir if after_name => drop(whole.pop()),
            part => whole.push(part),
        }
    }
    whole
}

/// Whether something was found, or certainly nothing; other errors are nothing to remember.
fn is_certain<T>(result: &io::Result<T>) -> bool {
    result.as_ref().err().is_none_or(|error| error.kind() == io::ErrorKind::NotFound)
}

/// Files that remember what is read of them.
pub struct Recorder {
    files: Arc<dyn Files>,
    snapshot: Mutex<Snapshot>,
}

impl Recorder {
    /// A recorder of what is read from `files`.
    #[must_use]
    pub fn new(files: Arc<dyn Files>) -> Self {
        Self { files, snapshot: Mutex::default() }
    }

    /// What was read so far.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.note().clone()
    }

    fn note(&self) -> std::sync::MutexGuard<'_, Snapshot> {
        self.snapshot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Files for Recorder {
    fn read(&self, path: &Utf8Path) -> io::Result<Vec<u8>> {
        let result = self.files.read(path);
        if is_certain(&result) {
            let content = result.as_ref().ok().map(|bytes| Content::of(bytes));
            self.note().files.insert(plain(path), content);
        }
        result
    }

    fn write(&self, path: &Utf8Path, content: &[u8]) -> io::Result<()> {
        self.files.write(path, content)
    }

    fn list(&self, folder: &Utf8Path) -> io::Result<Vec<(String, FileKind)>> {
        let result = self.files.list(folder);
        if is_certain(&result) {
            self.note().folders.insert(plain(folder), result.as_ref().ok().cloned());
        }
        result
    }

    fn kind(&self, path: &Utf8Path) -> io::Result<Option<FileKind>> {
        let result = self.files.kind(path);
        if let Ok(found) = &result {
            self.note().kinds.insert(plain(path), *found);
        }
        result
    }

    fn create_folder(&self, path: &Utf8Path) -> io::Result<()> {
        self.files.create_folder(path)
    }

    fn remove(&self, path: &Utf8Path) -> io::Result<()> {
        self.files.remove(path)
    }

    fn current_folder(&self) -> io::Result<Utf8PathBuf> {
        self.files.current_folder()
    }
}

/// Files that are as they were recorded; what was not looked at then is as it is now.
pub struct Recorded {
    snapshot: Snapshot,
    files: Arc<dyn Files>,
}

impl Recorded {
    /// What the snapshot holds, and beyond it what `files` holds.
    #[must_use]
    pub fn over(snapshot: Snapshot, files: Arc<dyn Files>) -> Self {
        Self { snapshot, files }
    }
}

impl Files for Recorded {
    fn read(&self, path: &Utf8Path) -> io::Result<Vec<u8>> {
        match self.snapshot.files.get(&plain(path)) {
            Some(Some(content)) => content.bytes(),
            Some(None) => Err(io::ErrorKind::NotFound.into()),
            None => self.files.read(path),
        }
    }

    fn write(&self, path: &Utf8Path, content: &[u8]) -> io::Result<()> {
        self.files.write(path, content)
    }

    fn list(&self, folder: &Utf8Path) -> io::Result<Vec<(String, FileKind)>> {
        match self.snapshot.folders.get(&plain(folder)) {
            Some(Some(names)) => Ok(names.clone()),
            Some(None) => Err(io::ErrorKind::NotFound.into()),
            None => self.files.list(folder),
        }
    }

    fn kind(&self, path: &Utf8Path) -> io::Result<Option<FileKind>> {
        match self.snapshot.kinds.get(&plain(path)) {
            Some(kind) => Ok(*kind),
            None => self.files.kind(path),
        }
    }

    fn create_folder(&self, path: &Utf8Path) -> io::Result<()> {
        self.files.create_folder(path)
    }

    fn remove(&self, path: &Utf8Path) -> io::Result<()> {
        self.files.remove(path)
    }

    fn current_folder(&self) -> io::Result<Utf8PathBuf> {
        self.files.current_folder()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::memory::FileTree;

    #[test]
    fn what_was_read_is_answered_as_it_was() {
        let then: FileTree = [("a/x.tf", "old"), ("b.bin", "\u{1}")].into_iter().collect();
        then.write("raw".into(), &[0xff, 0]).expect("memory");
        let recorder = Recorder::new(Arc::new(then));
        recorder.read("./a/x.tf".into()).expect("it is there");
        recorder.read("raw".into()).expect("it is there");
        recorder.list("a".into()).expect("it is there");
        assert!(recorder.read("none".into()).is_err());
        assert_eq!(recorder.kind("later".into()).expect("memory"), None);

        let text = serde_json::to_string(&recorder.snapshot()).expect("plain data");
        let snapshot: Snapshot = serde_json::from_str(&text).expect("as it was written");
        assert_eq!((snapshot.len(), snapshot == recorder.snapshot()), (2, true));

        let now = [("a/x.tf", "new"), ("a/y.tf", "new"), ("none", "new"), ("later", "new")];
        let now: FileTree = now.into_iter().collect();
        let files = Recorded::over(snapshot, Arc::new(now));
        assert_eq!(files.read("a/b/../x.tf".into()).expect("recorded"), b"old");
        assert_eq!(files.read("raw".into()).expect("recorded"), [0xff, 0]);
        assert_eq!(files.list("./a".into()).expect("recorded").len(), 1);
        assert!(files.read("none".into()).is_err());
        assert_eq!(files.kind("later".into()).expect("recorded"), None);
        assert_eq!(files.read("a/y.tf".into()).expect("not recorded"), b"new");
    }
}
