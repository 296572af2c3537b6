//! The ledger as a whole: opened under a lock, read into memory, written as a journal, folded up when it is closed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ecow::EcoString;

use super::error::LedgerError;
use super::lease::{self, Holder, Lease, LockInfo};
use super::lines::{Damage, Lines, frame, unframe};
use super::log::Log;
use super::payload::{Payload, Secrecy};
use super::record::{Header, OutputRecord, REVISION, Record, RunRecord, VERSION};
use super::seal::Sealer;
use super::state::{State, to_line};
use super::store::{Condition, Store};
use crate::base::{PhaseName, StackName};
use crate::diag::{Diagnostic, Diagnostics};
use crate::engine::Journal as _;
use crate::plan::{Remembered, RememberedOutput, diff};
use crate::value::json::{type_from_json, type_to_json};
use crate::world::{Clock, Entropy, Privacy};

const WHOLE: &str = "ledger.jsonl";
const HISTORY: &str = "history.jsonl";
const FORMAT: &str = "terrace-ledger";
/// A journal shorter than that is left as it is.
const FOLD_FROM: usize = 64 * 1024;

/// What a ledger is opened with.
#[derive(Clone)]
pub struct Options {
    /// Where its files are.
    pub store: Arc<dyn Store>,
    /// What seals secrets.
    pub sealer: Arc<Sealer>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Whose ledger it is to be.
    pub stack: StackName,
}

/// What the ledger is opened for.
#[derive(Clone)]
pub enum Access {
    /// To look: no lock is taken and nothing may be written.
    Look,
    /// To write: the lock is taken, after waiting for it that long.
    Change(Holder, Duration),
}

/// An open ledger. Clones are the same ledger.
#[derive(Clone)]
pub struct Ledger(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub options: Options,
    state: Mutex<State>,
    log: Log,
    /// What keeps others out; none where the ledger was opened to look, or is closed.
    lease: Mutex<Option<Lease>>,
    fence: u64,
    /// The number of the journal, and how much of it there was when it was opened.
    journal: (u64, usize),
    /// Intents from that number on are this run's own.
    pub first_intent: u64,
}

impl Ledger {
    /// Opens the ledger. Warnings say what was cut off or taken over.
    ///
    /// # Errors
    /// When it is locked, damaged, another stack's, too new, or cannot be read.
    pub async fn open(
        options: Options,
        access: Access,
    ) -> Result<(Self, Diagnostics), LedgerError> {
        let mut notes = Diagnostics::none();
        let lease = match access {
            Access::Look => None,
            Access::Change(holder, wait) => {
                let (store, clock) = (options.store.clone(), options.clock.clone());
                let lease = Lease::take(store, clock, &*options.entropy, &holder, wait).await?;
                notes.extend(lease.taken_from.as_ref().map(taken_over));
                Some(lease)
            }
        };
        match Self::load(options, lease, &mut notes).await {
            Ok(ledger) => Ok((ledger, notes)),
            Err((error, lease)) => {
                if let Some(lease) = lease {
                    lease.release().await?;
                }
                Err(error)
            }
        }
    }

    async fn load(
        options: Options,
        lease: Option<Lease>,
        notes: &mut Diagnostics,
    ) -> Result<Self, (LedgerError, Option<Lease>)> {
        let loaded = match read_all(&*options.store).await {
            Ok(loaded) => loaded,
            Err(error) => return Err((error, lease)),
        };
        if let Some(stack) = loaded.state.stack.as_ref().filter(|stack| **stack != options.stack) {
            return Err((LedgerError::OtherStack(stack.to_string()), lease));
        }
        if loaded.cut_off > 0 {
            notes.push(cut_off(&journal_name(loaded.journal), loaded.cut_off));
        }
        let log = Log::new(options.store.clone(), journal_name(loaded.journal));
        let inner = Inner {
            first_intent: loaded.state.next_intent,
            state: Mutex::new(loaded.state),
            log,
            fence: lease.as_ref().map_or(0, |lease| lease.fence),
            lease: Mutex::new(lease),
            journal: (loaded.journal, loaded.length),
            options,
        };
        // A line that was cut off must not stand in the middle of the file once others follow.
        let inner = if loaded.cut_off > 0 && inner.fence > 0 {
            match inner.fold().await {
                Ok(journal) => Inner { journal: (journal, 0), ..inner },
                Err(error) => return Err((error, inner.lease().take())),
            }
        } else {
            inner
        };
        Ok(Self(Arc::new(inner)))
    }

    /// Writes everything down, folds the journal up if it has grown, notes the run in the history, and gives the lock
    /// back.
    ///
    /// # Errors
    /// When something cannot be written; the lock is given back all the same.
    pub async fn close(self, run: Option<RunRecord>) -> Result<(), LedgerError> {
        let closed = self.0.close(run).await;
        let released = match self.0.lease().take() {
            Some(lease) => lease.release(),
            None => return closed,
        };
        closed.and(released.await)
    }

    /// The number of this run's lock; 0 where the ledger was opened to look.
    #[must_use]
    pub fn fence(&self) -> u64 {
        self.0.fence
    }

    /// The phase that the stack is in, as the last apply left it.
    #[must_use]
    pub fn phase(&self) -> Option<PhaseName> {
        self.0.state().phase.clone()
    }

    /// Notes the phase that the stack is in now.
    pub fn set_phase(&self, phase: Option<PhaseName>) {
        if self.0.state().phase != phase {
            self.0.write(Record::Phase { phase });
        }
    }

    /// The root outputs of the last apply.
    ///
    /// # Errors
    /// When a sealed one cannot be opened.
    pub fn outputs(&self) -> Result<BTreeMap<EcoString, RememberedOutput>, LedgerError> {
        let state = self.0.state();
        let open = |(name, record): (&EcoString, &OutputRecord)| {
            let value = record.value.open(&self.0.options.sealer, &output_context(name))?;
            let ty = type_from_json(&record.ty).map_err(|error| {
                LedgerError::Sealed(format!("the type of output {name}: {error}"))
            })?;
            Ok((name.clone(), RememberedOutput { value, ty, sensitive: record.sensitive }))
        };
        state.outputs.iter().map(open).collect()
    }

    /// Notes the root outputs, all of them. Sensitive ones are sealed.
    ///
    /// # Errors
    /// When one cannot be sealed or is not wholly known.
    pub fn set_outputs<'a>(
        &self,
        outputs: impl IntoIterator<Item = (&'a EcoString, &'a RememberedOutput)>,
    ) -> Result<(), LedgerError> {
        let record = |(name, output): (&EcoString, &RememberedOutput)| {
            let secrecy = if output.sensitive { Secrecy::Always } else { Secrecy::AsMarked };
            let context = output_context(name);
            let value = Payload::new(&output.value, secrecy, &self.0.options.sealer, &context)?;
            let ty = type_to_json(&output.ty);
            Ok((name.clone(), OutputRecord { sensitive: output.sensitive, ty, value }))
        };
        let outputs: BTreeMap<_, _> =
            outputs.into_iter().map(record).collect::<Result<_, LedgerError>>()?;
        self.0.write(Record::Outputs { outputs });
        Ok(())
    }

    /// How many objects are known, of clouds and of the ledger's own.
    #[must_use]
    pub fn object_count(&self) -> usize {
        self.0.state().object_count()
    }

    /// The addresses of everything that is known, of clouds and of the ledger's own.
    #[must_use]
    pub fn addresses(&self) -> std::collections::BTreeSet<crate::base::Address> {
        let state = self.0.state();
        let entries = state.entries.keys().map(|(address, _)| address.clone());
        let objects = state.objects.values().flat_map(BTreeMap::values);
        entries.chain(objects.filter_map(|record| record.address.clone())).collect()
    }

    /// What the planner has to know of earlier runs.
    ///
    /// # Errors
    /// When a sealed output cannot be opened.
    pub fn remembered(&self) -> Result<Remembered, LedgerError> {
        let mut remembered = Remembered { outputs: self.outputs()?, ..Remembered::default() };
        for entry in self.entries() {
            let sent = entry
                .kept
                .iter()
                .filter_map(|(name, value)| Some((name.to_string(), diff::digest(value)?)));
            let sent: BTreeMap<_, _> = sent.collect();
            if !sent.is_empty() {
                remembered.write_only.insert(entry.address.clone(), sent);
            }
            if let Some(configured) = entry.configured {
                remembered.configured.insert(entry.address.clone(), configured);
            }
            if entry.tainted.is_some() {
                remembered.tainted.insert(entry.address.clone());
            }
            if !entry.after.is_empty() {
                remembered.dependencies.insert(entry.address, entry.after);
            }
        }
        Ok(remembered)
    }

    /// Runs so far, oldest first.
    ///
    /// # Errors
    /// When the history cannot be read.
    pub async fn history(&self) -> Result<Vec<RunRecord>, LedgerError> {
        let store = &*self.0.options.store;
        let content = read(store, HISTORY).await?;
        let lines = unframe(&content).map_err(|damage| corrupt(HISTORY, damage))?;
        lines.records.iter().enumerate().map(|(at, line)| parse(HISTORY, at, line)).collect()
    }

    /// Who holds the lock, or held it last.
    ///
    /// # Errors
    /// When the lock cannot be read.
    pub async fn lock(store: &dyn Store) -> Result<Option<LockInfo>, LedgerError> {
        Ok(lease::read(store).await?.map(|(info, _)| info))
    }

    /// Frees a lock that its holder cannot give back.
    ///
    /// # Errors
    /// When it is not the lock of that id.
    pub async fn force_unlock(store: &dyn Store, id: &str) -> Result<LockInfo, LedgerError> {
        lease::force_unlock(store, id).await
    }

    /// What seals plan files and whatever else must not be readable.
    #[must_use]
    pub fn sealer(&self) -> Arc<Sealer> {
        self.0.options.sealer.clone()
    }
}

impl Inner {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lease(&self) -> MutexGuard<'_, Option<Lease>> {
        self.lease.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a record in; it is durable after the next flush.
    pub(super) fn write(&self, record: Record) {
        let line = to_line(&record);
        let mut state = self.state();
        if state.stack.is_none() {
            let stack = Record::Stack { stack: self.options.stack.clone() };
            self.log.push(&frame(&to_line(&stack)));
            state.stack = Some(self.options.stack.clone());
        }
        self.log.push(&frame(&line));
        state.apply(record);
    }

    /// Makes everything durable, unless the lock was lost.
    pub(super) async fn flush(&self) -> Result<(), LedgerError> {
        match &*self.lease() {
            Some(lease) => lease.check()?,
            None if self.log.pending() > 0 => {
                return Err(LedgerError::LeaseLost(
                    "the ledger is not open for writing".to_owned(),
                ));
            }
            None => {}
        }
        self.log.flush().await
    }

    /// Whether something is being made durable just now.
    pub(super) fn is_flushing(&self) -> bool {
        self.log.is_flushing()
    }

    /// How many bytes wait to be made durable.
    pub(super) fn pending(&self) -> usize {
        self.log.pending()
    }

    async fn close(&self, run: Option<RunRecord>) -> Result<(), LedgerError> {
        if self.lease().is_none() {
            return Ok(());
        }
        self.flush().await?;
        let taken = usize::try_from(self.log.taken()).unwrap_or(usize::MAX);
        if taken > 0 && self.journal.1.saturating_add(taken) > FOLD_FROM {
            self.fold().await?;
        }
        if let Some(run) = run {
            let line = serde_json::to_string(&run).expect("a run has only plain fields");
            let line = frame(&line).into_bytes();
            let failed = |error| LedgerError::store(place(&*self.options.store, HISTORY), error);
            self.options.store.append(HISTORY, line).await.map_err(failed)?;
        }
        Ok(())
    }

    /// Writes the whole ledger anew and begins another journal. Answers its number.
    async fn fold(&self) -> Result<u64, LedgerError> {
        let (store, journal) = (&*self.options.store, self.journal.0 + 1);
        let content = {
            let state = self.state();
            let header = Header {
                format: FORMAT.into(),
                version: VERSION,
                revision: REVISION,
                stack: state.stack.clone(),
                journal,
            };
            let header = serde_json::to_string(&header).expect("the header has only plain fields");
            let mut content = frame(&header);
            state.tell(|record| content.push_str(&frame(&to_line(record))));
            content.into_bytes()
        };
        let failed = |name: &str, error| LedgerError::store(place(store, name), error);
        store
            .write(WHOLE, content, Condition::Always, Privacy::Shared)
            .await
            .map_err(|error| failed(WHOLE, error))?;
        self.log.rename(journal_name(journal));
        // From here on nobody reads the old journal: were it left, it would only take room.
        let old = journal_name(self.journal.0);
        store.remove(&old).await.map_err(|error| failed(&old, error))?;
        Ok(journal)
    }
}

struct Loaded {
    state: State,
    journal: u64,
    length: usize,
    cut_off: usize,
}

fn journal_name(number: u64) -> String {
    format!("journal-{number}.jsonl")
}

fn place(store: &dyn Store, name: &str) -> String {
    format!("{}/{name}", store.place())
}

async fn read(store: &dyn Store, name: &str) -> Result<Vec<u8>, LedgerError> {
    let stored = store.read(name).await;
    let stored = stored.map_err(|error| LedgerError::store(place(store, name), error))?;
    Ok(stored.map(|stored| stored.content).unwrap_or_default())
}

/// Reads the whole ledger and the journal that goes on from it. One who only looks may meet another who folds, and
/// then begins again.
async fn read_all(store: &dyn Store) -> Result<Loaded, LedgerError> {
    loop {
        let whole = read(store, WHOLE).await?;
        let (mut state, journal) = parse_whole(store, &whole)?;
        let name = journal_name(journal);
        let content = read(store, &name).await?;
        if read(store, WHOLE).await? != whole {
            continue;
        }
        let file = place(store, &name);
        let Lines { records, cut_off } =
            unframe(&content).map_err(|damage| corrupt(&file, damage))?;
        apply_all(&mut state, &file, &records)?;
        return Ok(Loaded { state, journal, length: content.len(), cut_off });
    }
}

fn parse_whole(store: &dyn Store, whole: &[u8]) -> Result<(State, u64), LedgerError> {
    let mut state = State::default();
    if whole.is_empty() {
        return Ok((state, 0));
    }
    let file = place(store, WHOLE);
    let Lines { records, cut_off } = unframe(whole).map_err(|damage| corrupt(&file, damage))?;
    let Some((header, records)) = records.split_first().filter(|_| cut_off == 0) else {
        let reason = "its end is missing".to_owned();
        return Err(LedgerError::Corrupt { file, line: records.len() + 1, reason });
    };
    let header: Header = parse(&file, 0, header)?;
    if header.version > VERSION {
        return Err(LedgerError::TooNew { file, version: header.version });
    }
    apply_all(&mut state, &file, records)?;
    state.stack = state.stack.or(header.stack);
    Ok((state, header.journal))
}

fn corrupt(file: &str, Damage { line, reason }: Damage) -> LedgerError {
    LedgerError::Corrupt { file: file.to_owned(), line, reason: reason.to_owned() }
}

fn apply_all(state: &mut State, file: &str, records: &[&str]) -> Result<(), LedgerError> {
    for (at, line) in records.iter().enumerate() {
        state.apply(parse(file, at, line)?);
    }
    Ok(())
}

fn parse<T: serde::de::DeserializeOwned>(
    file: &str,
    at: usize,
    line: &str,
) -> Result<T, LedgerError> {
    serde_json::from_str(line).map_err(|error| LedgerError::Corrupt {
        file: file.to_owned(),
        line: at + 1,
        // The parser's own words may quote the line, which may hold anything.
        reason: format!("its content is not understood ({:?})", error.classify()),
    })
}

fn output_context(name: &str) -> String {
    format!("output {name}")
}

fn taken_over(info: &LockInfo) -> Diagnostic {
    Diagnostic::warning(
        912,
        "A lock was taken over",
        format!(
            "{}@{} held it since {} ({}, process {}) and is gone or silent.",
            info.user, info.host, info.since, info.command, info.process
        ),
    )
    .help("Whatever that run left unfinished is settled first.")
}

fn cut_off(file: &str, bytes: usize) -> Diagnostic {
    Diagnostic::warning(
        910,
        "The end of the ledger was cut off",
        format!(
            "The last line of {file} was not written to its end; its {bytes} bytes are left out."
        ),
    )
    .help("Nothing that was acknowledged is lost. The next plan shows whatever is missing.")
}
