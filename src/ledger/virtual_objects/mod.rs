//! Objects that exist nowhere but in the ledger: `terraform_data`, `random_*`, `time_*`, and a test provider's; and
//! `local_file`, which is beside it.
//!
//! They are a cloud like any other to the engine. What a type makes is a pure function of its arguments, the clock
//! and randomness; keeping it is the ledger's.

mod conformance;
mod file;
mod import;
mod make;
mod random;
mod remote_state;
mod time;
mod words;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ecow::EcoString;
use tokio::time::Instant;

use self::make::{Attributes, Made, Tools};
use super::book::{Inner, Ledger};
use super::error::LedgerError;
use super::payload::{Payload, Secrecy};
use super::record::{ObjectRecord, Record};
use crate::base::{Id, Mode, Region, StackName, TypeName};
use crate::plan::{Live, Owner, Scope, Status};
use crate::provider::{
    ClaimRequest, CreateRequest, DataRequest, DeleteRequest, Error, ErrorClass, FindRequest,
    Future, Goal, ListRequest, Poll, PollRequest, ReadRequest, Reader, UpdateRequest, Writer,
};
use crate::schema::Registry;
use crate::value::Value;
use crate::world::Files;

/// Lines that wait are made durable from that many bytes on.
const FLUSH_FROM: usize = 256 * 1024;
/// While that is done for others, nobody waits for it until that many bytes wait.
const WAIT_FROM: usize = 8 * FLUSH_FROM;

/// The ledger's own objects as a cloud.
#[derive(Clone)]
pub struct VirtualObjects {
    ledger: Ledger,
    registry: Arc<Registry>,
    /// Objects that are ready, or gone, only at that time.
    until: Arc<Mutex<BTreeMap<(TypeName, Id), Instant>>>,
    /// The last number that an id which several objects would have was made distinct by.
    numbers: Arc<Mutex<BTreeMap<(TypeName, Id), u64>>>,
    /// Where states of others are read; none are where there are no files.
    files: Option<Arc<dyn Files>>,
}

impl VirtualObjects {
    /// The objects of an open ledger, of the types that the registry describes.
    #[must_use]
    pub fn new(ledger: Ledger, registry: Arc<Registry>) -> Self {
        Self { ledger, registry, until: Arc::default(), numbers: Arc::default(), files: None }
    }

    /// Reads states of others (`terraform_remote_state`) from `files`.
    #[must_use]
    pub fn with_files(self, files: Arc<dyn Files>) -> Self {
        Self { files: Some(files), ..self }
    }

    fn inner(&self) -> &Inner {
        &self.ledger.0
    }

    fn tools(&self) -> Tools<'_> {
        let options = &self.inner().options;
        Tools { clock: &*options.clock, entropy: &*options.entropy }
    }

    /// Makes what is asked for. What takes a processor's time, such as hashing a password, must not hold up the rest.
    async fn make(&self, request: &CreateRequest) -> Result<Made, Error> {
        if let Some(files) = self.files_of(&request.type_name) {
            let made = file::make(files, Attributes::of(&request.desired));
            return made.map_err(|reason| invalid("make a local_file", reason));
        }
        if !make::is_slow(&request.type_name) {
            return make::make(&self.tools(), &request.type_name, &request.desired);
        }
        let (this, type_name, desired) =
            (self.clone(), request.type_name.clone(), request.desired.clone());
        aside("make", move || make::make(&this.tools(), &type_name, &desired)).await
    }

    /// The files, for the one type whose objects are files.
    fn files_of(&self, type_name: &TypeName) -> Option<&dyn Files> {
        self.files.as_deref().filter(|_| type_name == file::TYPE)
    }

    /// Whether what the ledger remembers is there.
    fn is_there(&self, live: &Live) -> bool {
        self.files_of(&live.type_name).is_none_or(|files| file::is_there(files, &live.value))
    }

    fn live(&self, record: &ObjectRecord) -> Result<Live, Error> {
        let context = context(&record.type_name, &record.id);
        let value =
            record.value.open(&self.inner().options.sealer, &context).map_err(unreadable)?;
        let owner = record.address.clone().map(|address| Owner {
            stack: self.inner().options.stack.clone(),
            address,
            generation: record.generation,
            nonce: None,
        });
        Ok(Live {
            type_name: record.type_name.clone(),
            scope: record.scope.clone(),
            id: record.id.clone(),
            value,
            owner,
            status: Status::Ready,
        })
    }

    fn record(&self, type_name: &TypeName, id: &Id) -> Option<ObjectRecord> {
        let state = self.inner().state();
        Some(ObjectRecord::clone(state.objects.get(type_name)?.get(id)?))
    }

    /// An id that no other object of the type has: ids of the kind `none` or a time are made distinct.
    fn free_id(&self, type_name: &TypeName, wanted: &Id) -> Id {
        let state = self.inner().state();
        let Some(of_type) = state.objects.get(type_name) else { return wanted.clone() };
        if !of_type.contains_key(wanted) {
            return wanted.clone();
        }
        let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        let number = numbers.entry((type_name.clone(), wanted.clone())).or_insert(1);
        loop {
            *number += 1;
            let id = Id::new(format!("{wanted}~{number}"));
            if !of_type.contains_key(&id) {
                return id;
            }
        }
    }

    fn write(&self, mut record: ObjectRecord, value: &Value) -> Result<(), Error> {
        let value = make::mark(&self.registry, &record.type_name, value.clone());
        let context = context(&record.type_name, &record.id);
        let sealer = &self.inner().options.sealer;
        record.value =
            Payload::new(&value, Secrecy::AsMarked, sealer, &context).map_err(unreadable)?;
        self.inner().write(Record::Object(Box::new(record)));
        Ok(())
    }

    /// Keeps what waits small. That a step is durable by itself is not needed: whatever follows it is so later.
    async fn flush(&self) -> Result<(), Error> {
        let (waiting, flushing) = (self.inner().pending(), self.inner().is_flushing());
        if waiting < FLUSH_FROM || flushing && waiting < WAIT_FROM {
            return Ok(());
        }
        self.inner().flush().await.map_err(unreadable)
    }

    fn hold(&self, type_name: &TypeName, id: &Id, time: Duration) {
        if time > Duration::ZERO {
            let mut until = self.until.lock().unwrap_or_else(PoisonError::into_inner);
            until.insert((type_name.clone(), id.clone()), Instant::now() + time);
        }
    }

    /// How long it takes until the object is what is waited for.
    fn remaining(&self, type_name: &TypeName, id: &Id) -> Option<Duration> {
        let key = (type_name.clone(), id.clone());
        let mut until = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        let at = *until.get(&key)?;
        let left = at.saturating_duration_since(Instant::now());
        if left.is_zero() {
            until.remove(&key);
            return None;
        }
        Some(left)
    }
}

fn context(type_name: &TypeName, id: &Id) -> String {
    format!("object {type_name} {id}")
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to `map_err`")]
fn unreadable(error: LedgerError) -> Error {
    Error::new(ErrorClass::Other, "ledger", error.to_string()).shown_as(error.diagnose())
}

/// Does what takes a processor's time where it keeps nobody waiting.
async fn aside<T: Send + 'static>(
    what: &'static str,
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(Error::new(ErrorClass::Other, what, error.to_string())))
}

/// An answer that is there already.
fn now<'a, T: Send + 'a>(result: Result<T, Error>) -> Future<'a, T> {
    Box::pin(std::future::ready(result))
}

fn invalid(operation: &str, reason: String) -> Error {
    Error::new(ErrorClass::Invalid, operation, reason)
}

fn missing(type_name: &TypeName, id: &Id) -> Error {
    Error::new(ErrorClass::NotFound, "ledger", format!("there is no {type_name} {id}"))
}

impl Reader for VirtualObjects {
    fn supports(&self, type_name: &TypeName, mode: Mode) -> bool {
        match mode {
            Mode::Managed => {
                self.files_of(type_name).is_some() || make::is_known(&self.registry, type_name)
            }
            Mode::Data => {
                let reads_states = type_name == remote_state::TYPE && self.files.is_some();
                reads_states || conformance::has_data(&self.registry, type_name)
            }
            Mode::Ephemeral => make::opens(type_name),
        }
    }

    fn configure<'a>(&'a self, _: &'a str, _: &'a Value) -> Future<'a, Option<Region>> {
        now(Ok(None))
    }

    fn list<'a>(&'a self, request: &'a ListRequest) -> Future<'a, Vec<Live>> {
        let records: Vec<ObjectRecord> = {
            let state = self.inner().state();
            let of_type = state.objects.get(&request.type_name).into_iter().flatten();
            let here = of_type.filter(|(_, record)| record.scope == request.scope);
            here.map(|(_, record)| ObjectRecord::clone(record)).collect()
        };
        let live: Result<Vec<Live>, Error> =
            records.iter().map(|record| self.live(record)).collect();
        now(live.map(|live| live.into_iter().filter(|live| self.is_there(live)).collect()))
    }

    fn read<'a>(&'a self, request: &'a ReadRequest) -> Future<'a, Option<Live>> {
        if let Some(record) = self.record(&request.type_name, &request.id) {
            return now(self
                .live(&record)
                .map(|live| Some(live).filter(|live| self.is_there(live))));
        }
        let imported = import::value(&self.registry, &request.type_name, request.id.as_str());
        now(Ok(imported.map(|value| Live {
            type_name: request.type_name.clone(),
            scope: request.scope.clone(),
            id: request.id.clone(),
            value,
            owner: None,
            status: Status::Ready,
        })))
    }

    fn read_data<'a>(&'a self, request: &'a DataRequest) -> Future<'a, Value> {
        let type_name = request.address.type_name();
        if request.address.resource.mode == Mode::Ephemeral {
            let (this, config) = (self.clone(), request.config.clone());
            return Box::pin(aside("open", move || make::open(&this.tools(), &config)));
        }
        now(match &self.files {
            Some(files) if type_name == remote_state::TYPE => {
                remote_state::read(&request.config, &**files)
            }
            _ => conformance::data(&self.registry, type_name, &request.config),
        })
    }

    fn hint_types<'a>(&'a self, scope: &'a Scope, _: &'a StackName) -> Future<'a, Vec<TypeName>> {
        let state = self.inner().state();
        let here = state
            .objects
            .iter()
            .filter(|(_, of_type)| of_type.values().any(|record| record.scope == *scope));
        let types = here.map(|(type_name, _)| type_name.clone()).collect();
        drop(state);
        now(Ok(types))
    }

    fn refresh(&self) {}
}

impl Writer for VirtualObjects {
    fn create<'a>(&'a self, request: &'a CreateRequest) -> Future<'a, Id> {
        Box::pin(async move {
            let made = self.make(request).await?;
            let id = self.free_id(&request.type_name, &made.id);
            let record = ObjectRecord {
                type_name: request.type_name.clone(),
                scope: request.scope.clone(),
                id: id.clone(),
                address: Some(request.owner.address.clone()),
                generation: request.owner.generation,
                value: Payload::empty(),
            };
            self.write(record, &made.value)?;
            self.hold(&request.type_name, &id, made.ready_in);
            self.flush().await?;
            Ok(id)
        })
    }

    fn find<'a>(&'a self, request: &'a FindRequest) -> Future<'a, Vec<Live>> {
        let records: Vec<ObjectRecord> = {
            let state = self.inner().state();
            let of_type = state.objects.get(&request.type_name).into_iter().flatten();
            let ours = of_type.filter(|(_, record)| {
                record.address.as_ref() == Some(&request.owner.address)
                    && record.generation == request.owner.generation
            });
            ours.map(|(_, record)| ObjectRecord::clone(record)).collect()
        };
        now(records.iter().map(|record| self.live(record)).collect())
    }

    fn update<'a>(&'a self, request: &'a UpdateRequest) -> Future<'a, Option<Id>> {
        let Some(record) = self.record(&request.type_name, &request.id) else {
            return now(Err(missing(&request.type_name, &request.id)));
        };
        let value = make::change(&request.type_name, &request.planned);
        now(self.write(record, &value).map(|()| None))
    }

    fn delete<'a>(&'a self, request: &'a DeleteRequest) -> Future<'a, ()> {
        let (type_name, id) = (&request.type_name, &request.id);
        if let Some(files) = self.files_of(type_name)
            && let Err(reason) = file::remove(files, &request.prior)
        {
            return now(Err(invalid("delete a local_file", reason)));
        }
        let gone_in = make::gone_in(type_name, &request.prior);
        if gone_in > Duration::ZERO {
            self.hold(type_name, id, gone_in);
        } else if self.record(type_name, id).is_some() {
            let (type_name, id) = (type_name.clone(), id.clone());
            self.inner().write(Record::ObjectGone { type_name, id });
        }
        now(Ok(()))
    }

    fn claim<'a>(&'a self, request: &'a ClaimRequest) -> Future<'a, ()> {
        let known = self.record(&request.type_name, &request.id);
        let Some(owner) = &request.owner else {
            if known.is_some() {
                let (type_name, id) = (request.type_name.clone(), request.id.clone());
                self.inner().write(Record::ObjectGone { type_name, id });
            }
            return now(Ok(()));
        };
        if let Some(mut record) = known {
            record.address = Some(owner.address.clone());
            record.generation = owner.generation;
            self.inner().write(Record::Object(Box::new(record)));
            return now(Ok(()));
        }
        let id = &request.id;
        let Some(value) = import::value(&self.registry, &request.type_name, id.as_str()) else {
            return now(Err(missing(&request.type_name, id)));
        };
        let record = ObjectRecord {
            type_name: request.type_name.clone(),
            scope: request.scope.clone(),
            id: id.clone(),
            address: Some(owner.address.clone()),
            generation: owner.generation,
            value: Payload::empty(),
        };
        now(self.write(record, &value))
    }

    fn poll<'a>(&'a self, request: &'a PollRequest) -> Future<'a, BTreeMap<Id, Poll>> {
        let type_name = &request.type_name;
        let answer = |id: &Id| match self.remaining(type_name, id) {
            Some(left) => {
                let text = EcoString::from(format!("{} s left", left.as_secs()));
                Poll::Pending(text)
            }
            None if request.goal == Goal::Deleted => {
                if self.record(type_name, id).is_some() {
                    let (type_name, id) = (type_name.clone(), id.clone());
                    self.inner().write(Record::ObjectGone { type_name, id });
                }
                Poll::Gone
            }
            None => Poll::Ready,
        };
        now(Ok(request.ids.iter().map(|id| (id.clone(), answer(id))).collect()))
    }

    fn reader(&self) -> &dyn Reader {
        self
    }
}
