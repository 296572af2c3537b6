//! Where a ledger's files are: a folder, or later a bucket. As object stores have it: whole files, conditions, logs.

use std::io;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::base::Digest;
use crate::world::{Disk, DiskLock, Privacy};

/// Identifies one content of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag(pub String);

/// A file's content and its tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// What is in it.
    pub content: Vec<u8>,
    /// What identifies that.
    pub tag: Tag,
}

/// What must hold for a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Nothing.
    Always,
    /// There is no such file.
    Absent,
    /// The file still has the content of that tag.
    Unchanged(Tag),
}

/// Why a store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The condition of a write did not hold: somebody else wrote.
    #[error("it was changed by somebody else")]
    Changed,
    /// There is no room.
    #[error("the disk is full")]
    Full,
    /// The user may not.
    #[error("permission denied")]
    Forbidden,
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge => Self::Full,
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Self::Forbidden,
            _ => Self::Other(error.to_string()),
        }
    }
}

/// A boxed future of a store.
pub type StoreFuture<'a, T> = BoxFuture<'a, Result<T, StoreError>>;

/// Files by name. What was written is durable when the future ends; a write that fails leaves what was there.
pub trait Store: Send + Sync {
    /// Where it is, for people.
    fn place(&self) -> String;

    /// A file; none where there is none.
    fn read<'a>(&'a self, name: &'a str) -> StoreFuture<'a, Option<Stored>>;

    /// Replaces a whole file if the condition holds.
    fn write<'a>(
        &'a self,
        name: &'a str,
        content: Vec<u8>,
        condition: Condition,
        privacy: Privacy,
    ) -> StoreFuture<'a, Tag>;

    /// [`Store::write`] at once, for when nothing can be waited for any more; none where the store cannot.
    fn write_at_once(
        &self,
        _name: &str,
        _content: &[u8],
        _condition: &Condition,
        _privacy: Privacy,
    ) -> Option<Result<Tag, StoreError>> {
        None
    }

    /// Adds to the end of a log; [`Store::read`] gives all of it in order.
    fn append<'a>(&'a self, log: &'a str, content: Vec<u8>) -> StoreFuture<'a, ()>;

    /// Deletes a file or log, which may be missing.
    fn remove<'a>(&'a self, name: &'a str) -> StoreFuture<'a, ()>;
}

/// The lock file under which conditions are checked.
const GUARD: &str = "guard";

/// A store in a folder of this machine.
#[derive(Clone)]
pub struct LocalStore(Arc<dyn Disk>);

impl LocalStore {
    /// A store in that folder.
    #[must_use]
    pub fn new(disk: Arc<dyn Disk>) -> Self {
        Self(disk)
    }

    /// Does what may block where blocking is allowed.
    fn on_disk<'a, T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Disk) -> Result<T, StoreError> + Send + 'static,
    ) -> StoreFuture<'a, T> {
        let disk = self.0.clone();
        Box::pin(async move {
            let done = tokio::task::spawn_blocking(move || work(&*disk)).await;
            done.unwrap_or_else(|error| Err(StoreError::Other(error.to_string())))
        })
    }
}

fn tag(content: &[u8]) -> Tag {
    Tag(Digest::of(content).as_str().to_owned())
}

fn write_if(
    disk: &dyn Disk,
    name: &str,
    content: &[u8],
    condition: &Condition,
    privacy: Privacy,
) -> Result<Tag, StoreError> {
    let guard: Option<DiskLock> = match condition {
        Condition::Always => None,
        Condition::Absent | Condition::Unchanged(_) => Some(disk.lock(GUARD)?),
    };
    let holds = match condition {
        Condition::Always => true,
        Condition::Absent => disk.read(name)?.is_none(),
        Condition::Unchanged(expected) => {
            disk.read(name)?.is_some_and(|now| tag(&now) == *expected)
        }
    };
    if !holds {
        return Err(StoreError::Changed);
    }
    disk.replace(name, content, privacy)?;
    drop(guard);
    Ok(tag(content))
}

impl Store for LocalStore {
    fn place(&self) -> String {
        self.0.place()
    }

    fn read<'a>(&'a self, name: &'a str) -> StoreFuture<'a, Option<Stored>> {
        let name = name.to_owned();
        self.on_disk(move |disk| {
            let content = disk.read(&name)?;
            Ok(content.map(|content| Stored { tag: tag(&content), content }))
        })
    }

    fn write<'a>(
        &'a self,
        name: &'a str,
        content: Vec<u8>,
        condition: Condition,
        privacy: Privacy,
    ) -> StoreFuture<'a, Tag> {
        let name = name.to_owned();
        self.on_disk(move |disk| write_if(disk, &name, &content, &condition, privacy))
    }

    fn write_at_once(
        &self,
        name: &str,
        content: &[u8],
        condition: &Condition,
        privacy: Privacy,
    ) -> Option<Result<Tag, StoreError>> {
        Some(write_if(&*self.0, name, content, condition, privacy))
    }

    fn append<'a>(&'a self, log: &'a str, content: Vec<u8>) -> StoreFuture<'a, ()> {
        let log = log.to_owned();
        self.on_disk(move |disk| Ok(disk.append(&log, &content)?))
    }

    fn remove<'a>(&'a self, name: &'a str) -> StoreFuture<'a, ()> {
        let name = name.to_owned();
        self.on_disk(move |disk| Ok(disk.remove(&name)?))
    }
}
