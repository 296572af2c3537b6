//! The small record beside the cloud: lock, journal, manifest, history, outputs, and objects that exist nowhere else.
//!
//! A [`Store`] holds `ledger.jsonl` (everything, written anew now and then), `journal-N.jsonl` (what happened since),
//! `history.jsonl`, `lock.json` and `key`. Losing it loses no object of a cloud. No secret is in it in clear.

mod book;
mod error;
mod journal;
mod lease;
pub(crate) mod lines;
mod log;
mod payload;
mod record;
mod seal;
mod state;
mod store;
#[cfg(test)]
mod tests;
mod virtual_objects;

pub use book::{Access, Ledger, Options};
pub use error::LedgerError;
pub use lease::{Holder, LockInfo};
pub use record::{REVISION, RunRecord, VERSION};
pub use seal::{KEY_VARIABLE, Sealer};
pub use store::{Condition, LocalStore, Store, StoreError, StoreFuture, Stored, Tag};
pub use virtual_objects::VirtualObjects;
