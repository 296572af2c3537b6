//! The lock: a lease with an owner, a heartbeat, an expiry and a fencing number; never a bare lock.
//!
//! It is one small file that is replaced only while it is unchanged, so that of two who want it one gets it. It
//! stays when it is given back, so that the fencing number only ever grows.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;

use super::error::LedgerError;
use super::store::{Condition, Store, StoreError, Stored, Tag};
use crate::world::{Clock, Entropy, Privacy};

const FILE: &str = "lock.json";
/// After that without a heartbeat the lock is anybody's.
const EXPIRY: SignedDuration = SignedDuration::from_mins(1);
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How often a lock that is waited for is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// Who wants the lock.
#[derive(Clone)]
pub struct Holder {
    /// The user.
    pub user: String,
    /// The machine.
    pub host: String,
    /// The process.
    pub process: u32,
    /// What they run: `apply`.
    pub command: String,
    /// Whether a process of this machine is alive.
    pub is_alive: Arc<dyn Fn(u32) -> bool + Send + Sync>,
}

/// The lock as its file has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockInfo {
    version: u32,
    /// What `force-unlock` takes.
    pub id: String,
    /// The user who holds it.
    pub user: String,
    /// The machine that they work on.
    pub host: String,
    /// Their process.
    pub process: u32,
    /// What they run.
    pub command: String,
    /// Since when.
    pub since: Timestamp,
    /// When the holder last said that it is alive.
    pub heartbeat: Timestamp,
    /// When the lock is anybody's unless the holder is heard of again.
    pub expires: Timestamp,
    /// Grows with every holder.
    pub fence: u64,
    /// Whether the holder gave it back.
    pub released: bool,
}

impl LockInfo {
    fn error(&self) -> LedgerError {
        LedgerError::Locked {
            holder: format!("{}@{}, process {}", self.user, self.host, self.process),
            command: self.command.clone(),
            since: self.since.to_string(),
            id: self.id.clone(),
        }
    }

    /// Whether nobody holds it: given back, or left behind.
    fn is_free(&self, holder: &Holder, now: Timestamp) -> bool {
        let is_alive = |process| process == holder.process || (holder.is_alive)(process);
        self.released || self.is_left(&holder.host, &is_alive, now)
    }

    /// Whether its holder ended without giving it back, as seen from `host`: the next run takes it over.
    #[must_use]
    pub fn is_left(&self, host: &str, is_alive: &dyn Fn(u32) -> bool, now: Timestamp) -> bool {
        self.expires <= now || (self.host == host && !is_alive(self.process))
    }
}

/// The lock, held. [`Lease::release`] gives it back; so does dropping it, where the store can do that at once, so that
/// a command that fails anywhere leaves no lock.
pub(super) struct Lease {
    keeper: Arc<Keeper>,
    heart: JoinHandle<()>,
    /// Grows with every holder.
    pub fence: u64,
    /// The lock that was taken over from a holder who is gone.
    pub taken_from: Option<LockInfo>,
}

struct Keeper {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    held: tokio::sync::Mutex<(LockInfo, Tag)>,
    lost: AtomicBool,
}

impl Lease {
    /// Takes the lock, waiting up to `wait` for it.
    pub(super) async fn take(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        entropy: &dyn Entropy,
        holder: &Holder,
        wait: Duration,
    ) -> Result<Self, LedgerError> {
        let until = tokio::time::Instant::now() + wait;
        loop {
            let error = match attempt(&*store, &*clock, entropy, holder).await? {
                Ok((info, tag, taken_from)) => {
                    let fence = info.fence;
                    let held = tokio::sync::Mutex::new((info, tag));
                    let keeper = Keeper { store, clock, held, lost: AtomicBool::new(false) };
                    let keeper = Arc::new(keeper);
                    let heart = tokio::spawn(beat(keeper.clone()));
                    return Ok(Self { keeper, heart, fence, taken_from });
                }
                Err(error) => error,
            };
            if tokio::time::Instant::now() >= until {
                return Err(error);
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Fails once somebody else has taken the lock over.
    pub(super) fn check(&self) -> Result<(), LedgerError> {
        if self.keeper.lost.load(Ordering::Acquire) {
            return Err(LedgerError::LeaseLost("its holder changed".to_owned()));
        }
        Ok(())
    }

    /// Gives the lock back.
    pub(super) async fn release(self) -> Result<(), LedgerError> {
        self.heart.abort();
        let mut held = self.keeper.held.lock().await;
        held.0.released = true;
        write(&*self.keeper.store, &held.0, Condition::Unchanged(held.1.clone())).await.map(drop)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.heart.abort();
        let Ok(mut held) = self.keeper.held.try_lock() else { return };
        if held.0.released || self.keeper.lost.load(Ordering::Acquire) {
            return;
        }
        held.0.released = true;
        let content = to_bytes(&held.0);
        let condition = Condition::Unchanged(held.1.clone());
        // Whoever cannot give it back leaves it to expire.
        let _ = self.keeper.store.write_at_once(FILE, &content, &condition, Privacy::Shared);
    }
}

type Taken = (LockInfo, Tag, Option<LockInfo>);

/// Takes the lock if it is free. The inner error says who holds it.
async fn attempt(
    store: &dyn Store,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
    holder: &Holder,
) -> Result<Result<Taken, LedgerError>, LedgerError> {
    let now = clock.now();
    let before = read(store).await?;
    if let Some((info, _)) = before.as_ref().filter(|(info, _)| !info.is_free(holder, now)) {
        return Ok(Err(info.error()));
    }
    let mut id = [0; 8];
    entropy.fill(&mut id);
    let info = LockInfo {
        version: 1,
        id: format!("{:016x}", u64::from_be_bytes(id)),
        user: holder.user.clone(),
        host: holder.host.clone(),
        process: holder.process,
        command: holder.command.clone(),
        since: now,
        heartbeat: now,
        expires: now + EXPIRY,
        fence: before.as_ref().map_or(0, |(info, _)| info.fence) + 1,
        released: false,
    };
    let condition = match &before {
        Some((_, tag)) => Condition::Unchanged(tag.clone()),
        None => Condition::Absent,
    };
    match write(store, &info, condition).await {
        Ok(tag) => {
            let taken_from = before.map(|(info, _)| info).filter(|info| !info.released);
            Ok(Ok((info, tag, taken_from)))
        }
        Err(LedgerError::LeaseLost(_)) => match read(store).await? {
            Some((winner, _)) => Ok(Err(winner.error())),
            None => Ok(Err(info.error())),
        },
        Err(error) => Err(error),
    }
}

async fn beat(keeper: Arc<Keeper>) {
    loop {
        tokio::time::sleep(HEARTBEAT).await;
        let mut held = keeper.held.lock().await;
        let now = keeper.clock.now();
        held.0.heartbeat = now;
        held.0.expires = now + EXPIRY;
        match write(&*keeper.store, &held.0, Condition::Unchanged(held.1.clone())).await {
            Ok(tag) => held.1 = tag,
            Err(LedgerError::LeaseLost(_)) => {
                keeper.lost.store(true, Ordering::Release);
                return;
            }
            // A disk that is full for a moment costs a beat, not the lock.
            Err(_) => {}
        }
    }
}

/// Who holds the lock, or held it last.
pub(super) async fn read(store: &dyn Store) -> Result<Option<(LockInfo, Tag)>, LedgerError> {
    let place = || format!("{}/{FILE}", store.place());
    let stored = store.read(FILE).await.map_err(|error| LedgerError::store(place(), error))?;
    let Some(Stored { content, tag }) = stored else { return Ok(None) };
    // A lock file that nobody can read protects nobody: it is taken for free, and replaced.
    let info = serde_json::from_slice(&content).unwrap_or_else(|_| LockInfo {
        version: 1,
        id: String::new(),
        user: "unknown".to_owned(),
        host: "unknown".to_owned(),
        process: 0,
        command: "unknown".to_owned(),
        since: Timestamp::UNIX_EPOCH,
        heartbeat: Timestamp::UNIX_EPOCH,
        expires: Timestamp::UNIX_EPOCH,
        fence: 0,
        released: false,
    });
    Ok(Some((info, tag)))
}

fn to_bytes(info: &LockInfo) -> Vec<u8> {
    serde_json::to_vec_pretty(info).expect("the lock has only plain fields")
}

async fn write(
    store: &dyn Store,
    info: &LockInfo,
    condition: Condition,
) -> Result<Tag, LedgerError> {
    store.write(FILE, to_bytes(info), condition, Privacy::Shared).await.map_err(|error| match error
    {
        StoreError::Changed => LedgerError::LeaseLost("its holder changed".to_owned()),
        error => LedgerError::store(format!("{}/{FILE}", store.place()), error),
    })
}

/// Frees the lock of that id, whoever holds it.
pub(super) async fn force_unlock(store: &dyn Store, id: &str) -> Result<LockInfo, LedgerError> {
    match read(store).await? {
        Some((mut info, tag)) if info.id == id && !info.released => {
            info.released = true;
            write(store, &info, Condition::Unchanged(tag)).await?;
            Ok(info)
        }
        Some((info, _)) if !info.released => Err(LedgerError::NotThatLock(format!(
            "the lock {id} is not held; the lock that is held has the id {}",
            info.id
        ))),
        _ => Err(LedgerError::NotThatLock("nobody holds a lock".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::super::store::LocalStore;
    use super::*;
    use crate::world::MemoryDisk;
    use crate::world::memory::SeededEntropy;

    struct Watch(Mutex<Timestamp>);

    impl Clock for Watch {
        fn now(&self) -> Timestamp {
            *self.0.lock().expect("not poisoned")
        }
    }

    struct Bench {
        store: Arc<dyn Store>,
        watch: Arc<Watch>,
        entropy: SeededEntropy,
    }

    impl Bench {
        fn new() -> Self {
            let store = Arc::new(LocalStore::new(Arc::new(MemoryDisk::default())));
            let watch = Arc::new(Watch(Mutex::new(Timestamp::UNIX_EPOCH)));
            Self { store, watch, entropy: SeededEntropy::new(1) }
        }

        async fn take(&self, process: u32, alive: bool) -> Result<Lease, LedgerError> {
            let holder = Holder {
                user: "anna".to_owned(),
                host: "box".to_owned(),
                process,
                command: "apply".to_owned(),
                is_alive: Arc::new(move |_| alive),
            };
            let (store, watch) = (self.store.clone(), self.watch.clone());
            Lease::take(store, watch, &self.entropy, &holder, Duration::ZERO).await
        }

        fn pass(&self, seconds: i64) {
            let mut now = self.watch.0.lock().expect("not poisoned");
            *now += SignedDuration::from_secs(seconds);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn one_holds_it_and_the_other_is_told_who() {
        let bench = Bench::new();
        let first = bench.take(1, true).await.expect("free");
        let error = bench.take(2, true).await.err().expect("held");
        assert!(error.to_string().contains("anna@box, process 1"), "{error}");
        first.release().await.expect("held");
        let second = bench.take(2, true).await.expect("given back");
        assert_eq!((second.fence, second.taken_from.is_none()), (2, true));
    }

    #[tokio::test(start_paused = true)]
    async fn a_lock_that_is_dropped_is_given_back() {
        let bench = Bench::new();
        drop(bench.take(1, true).await.expect("free"));
        let next = bench.take(2, true).await.expect("given back");
        assert_eq!((next.fence, next.taken_from.is_none()), (2, true));
        // One that was taken over meanwhile stays with who has it.
        bench.pass(61);
        let third = bench.take(3, true).await.expect("expired");
        drop(next);
        let (info, _) = read(&*bench.store).await.expect("readable").expect("there");
        assert_eq!((info.fence, info.released), (third.fence, false));
    }

    #[tokio::test(start_paused = true)]
    async fn the_lock_of_a_dead_process_is_taken_over() {
        let bench = Bench::new();
        let _dead = bench.take(1, true).await.expect("free");
        let next = bench.take(2, false).await.expect("its process is gone");
        assert_eq!(next.taken_from.as_ref().map(|info| info.process), Some(1));
    }

    #[tokio::test(start_paused = true)]
    async fn an_expired_lock_is_taken_over_and_its_holder_stops() {
        let bench = Bench::new();
        let slow = bench.take(1, true).await.expect("free");
        bench.pass(61);
        let _next = bench.take(2, true).await.expect("expired");
        slow.check().expect("it does not know yet");
        tokio::time::sleep(HEARTBEAT + Duration::from_secs(1)).await;
        slow.check().expect_err("it was taken over");
    }

    #[tokio::test(start_paused = true)]
    async fn a_heartbeat_keeps_it() {
        let bench = Bench::new();
        let _first = bench.take(1, true).await.expect("free");
        for _ in 0..6 {
            bench.pass(20);
            tokio::time::sleep(HEARTBEAT + Duration::from_secs(1)).await;
        }
        assert!(bench.take(2, true).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn only_the_right_id_unlocks() {
        let bench = Bench::new();
        let _first = bench.take(1, true).await.expect("free");
        let (info, _) = read(&*bench.store).await.expect("readable").expect("there");
        force_unlock(&*bench.store, "other").await.expect_err("another id");
        force_unlock(&*bench.store, &info.id).await.expect("that id");
        force_unlock(&*bench.store, &info.id).await.expect_err("no lock any more");
        bench.take(2, true).await.expect("free");
    }
}
