//! The journal's writer: lines are taken at once and made durable together.
//!
//! Whoever needs its lines to be durable writes everything that is waiting, and finds it done where somebody else
//! has just written. So a thousand steps that finish at the same time cost one write.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Mutex as Turn;

use super::error::LedgerError;
use super::store::{Store, StoreError};

/// A log that is being written.
pub(super) struct Log {
    store: Arc<dyn Store>,
    name: Mutex<String>,
    waiting: Mutex<Waiting>,
    /// Held by whoever writes.
    turn: Turn<()>,
}

#[derive(Default)]
struct Waiting {
    lines: Vec<u8>,
    /// Bytes taken since the log was opened.
    taken: u64,
    /// Of these, bytes that are durable.
    durable: u64,
}

impl Log {
    pub(super) fn new(store: Arc<dyn Store>, name: String) -> Self {
        Self { store, name: Mutex::new(name), waiting: Mutex::default(), turn: Turn::new(()) }
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a line. It is durable after the next [`Log::flush`].
    pub(super) fn push(&self, line: &str) {
        let mut waiting = self.waiting();
        waiting.lines.extend_from_slice(line.as_bytes());
        waiting.taken += line.len() as u64;
    }

    /// How many bytes wait.
    pub(super) fn pending(&self) -> usize {
        self.waiting().lines.len()
    }

    /// Whether somebody writes just now.
    pub(super) fn is_flushing(&self) -> bool {
        self.turn.try_lock().is_err()
    }

    /// How many bytes were taken since the log was opened.
    pub(super) fn taken(&self) -> u64 {
        self.waiting().taken
    }

    /// Goes on in another log. Nothing may be waiting.
    pub(super) fn rename(&self, name: String) {
        *self.name.lock().unwrap_or_else(PoisonError::into_inner) = name;
    }

    /// Makes everything durable that was taken before. Where that fails the lines stay and the next call tries again.
    pub(super) async fn flush(&self) -> Result<(), LedgerError> {
        let wanted = self.waiting().taken;
        if self.waiting().durable >= wanted {
            return Ok(());
        }
        let _turn = self.turn.lock().await;
        if self.waiting().durable >= wanted {
            return Ok(());
        }
        let name = self.name.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let lines = self.waiting().lines.clone();
        let count = lines.len();
        let result = self.store.append(&name, lines).await;
        let mut waiting = self.waiting();
        match result {
            Ok(()) => {
                waiting.lines.drain(..count);
                waiting.durable += count as u64;
                Ok(())
            }
            Err(error) => Err(self.failure(&name, error)),
        }
    }

    fn failure(&self, name: &str, error: StoreError) -> LedgerError {
        LedgerError::store(format!("{}/{name}", self.store.place()), error)
    }
}

#[cfg(test)]
mod tests {
    use super::super::store::LocalStore;
    use super::*;
    use crate::world::{Disk as _, MemoryDisk};

    #[tokio::test]
    async fn lines_that_come_together_are_written_together() {
        let disk = MemoryDisk::default();
        let log = Log::new(Arc::new(LocalStore::new(Arc::new(disk.clone()))), "log".to_owned());
        (0..1000).for_each(|_| log.push("line\n"));
        let results = futures_util::future::join_all((0..1000).map(|_| log.flush())).await;
        assert!(results.iter().all(Result::is_ok));
        assert_eq!(disk.read("log").expect("readable").map(|content| content.len()), Some(5000));
        assert_eq!(disk.writes(), 1);
    }

    #[tokio::test]
    async fn a_full_disk_loses_nothing() {
        let disk = MemoryDisk::default();
        let log = Log::new(Arc::new(LocalStore::new(Arc::new(disk.clone()))), "log".to_owned());
        log.push("one\n");
        disk.fail_with(Some(std::io::ErrorKind::StorageFull));
        let error = log.flush().await.expect_err("full");
        assert!(error.to_string().contains("full"), "{error}");
        log.push("two\n");
        disk.fail_with(None);
        log.flush().await.expect("room again");
        assert_eq!(disk.read("log").expect("readable").as_deref(), Some(&b"one\ntwo\n"[..]));
    }
}
