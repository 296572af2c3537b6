//! The simulated AWS as a cloud.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ecow::EcoString;
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use super::change::tagged;
use super::compute::Computation;
use super::kept::Kept;
use super::mirror::Mirrors;
use super::object::{Object, without_secrets};
use super::store::Store;
use super::world::furnish;
use super::{data, ephemeral};
use crate::base::{Id, Mode, Region, StackName, TypeName};
use crate::plan::{Live, Scope, Status};
use crate::provider::{
    ClaimRequest, CreateRequest, DataRequest, DeleteRequest, Error, ErrorClass, FindRequest,
    Future, Goal, ListRequest, Poll, PollRequest, ReadRequest, Reader, UpdateRequest, Writer, tags,
};
use crate::schema::{Call, Idempotency, Registry, Schema, rates};
use crate::value::{Value, texts_at};
use crate::world::Disk;

/// What goes wrong, and when.
#[derive(Clone, Debug)]
pub struct Fault {
    /// The call: `ec2:CreateVpc`, `poll:aws_instance` for the progress of objects of a type, or `*` for any other.
    pub call: String,
    /// How many such calls pass before.
    pub after: u32,
    /// How the call fails.
    pub class: ErrorClass,
    /// Whether it is carried out all the same, and only its answer is lost.
    pub done: bool,
    /// Whether every such call fails from then on, not only one.
    pub lasting: bool,
}

/// How the simulated cloud behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// What everything random comes from.
    pub seed: u64,
    /// The time at which it begins.
    pub start: Timestamp,
    /// How long after a create reads do not see the object yet, in seconds.
    pub consistency: f64,
    /// How long operations take, as a multiple of what AWS usually takes; 0 for no time at all.
    pub pace: f64,
    /// Whether calls are throttled as AWS throttles them.
    pub throttles: bool,
    /// What goes wrong.
    pub faults: Vec<Fault>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 0,
            start: Timestamp::UNIX_EPOCH,
            consistency: 0.0,
            pace: 1.0,
            throttles: true,
            faults: Vec::new(),
        }
    }
}

/// A simulated AWS.
pub struct Sim {
    pub(super) registry: Arc<Registry>,
    pub(super) options: Options,
    began: Mutex<Option<Instant>>,
    state: Mutex<State>,
}

pub(super) struct State {
    pub(super) store: Store,
    /// Where it is kept between runs.
    kept: Option<Kept>,
    regions: BTreeMap<EcoString, Region>,
    buckets: BTreeMap<String, (f64, f64)>,
    faults: Vec<Fault>,
    /// How often each call was made, by operation.
    calls: BTreeMap<String, u64>,
}

impl State {
    /// Keeps what changed.
    pub(super) fn save(&mut self, now: f64) -> Result<(), Error> {
        let Some(kept) = &mut self.kept else {
            self.store.forget_changes();
            return Ok(());
        };
        kept.save(&mut self.store, now).map_err(|error| {
            let message =
                format!("the simulated cloud cannot be kept in {}: {error}", kept.place());
            Error::new(ErrorClass::Other, "keep the simulated cloud", message)
        })
    }
}

impl Drop for State {
    fn drop(&mut self) {
        if let Some(kept) = &mut self.kept {
            kept.close(&self.store);
        }
    }
}

impl Sim {
    /// An empty cloud that is kept nowhere.
    #[must_use]
    pub fn new(registry: Arc<Registry>, options: Options) -> Self {
        Self::with_store(registry, options, None, Store::default())
    }

    /// The cloud that is kept on a disk.
    ///
    /// # Errors
    /// When its file cannot be read.
    pub fn open(
        registry: Arc<Registry>,
        options: Options,
        disk: Arc<dyn Disk>,
    ) -> io::Result<Self> {
        let (store, kept) = Kept::open(disk, registry.clone())?;
        Ok(Self::with_store(registry, options, Some(kept), store))
    }

    fn with_store(
        registry: Arc<Registry>,
        options: Options,
        kept: Option<Kept>,
        store: Store,
    ) -> Self {
        let state = State {
            store,
            kept,
            regions: BTreeMap::new(),
            buckets: BTreeMap::new(),
            faults: options.faults.clone(),
            calls: BTreeMap::new(),
        };
        Self { registry, options, began: Mutex::default(), state: Mutex::new(state) }
    }

    /// How often each call was made.
    #[must_use]
    pub fn calls(&self) -> BTreeMap<String, u64> {
        self.lock().calls.clone()
    }

    /// Every object that is there and was not there by default: type, id and owner's stack.
    #[must_use]
    pub fn objects(&self) -> Vec<(TypeName, Id, Option<StackName>)> {
        let now = self.now();
        let mut state = self.lock();
        state.store.settle(now);
        let made = state.store.all().filter(|object| !object.is_default);
        made.map(|o| {
            (o.type_name.clone(), o.id.clone(), o.owner.as_ref().map(|owner| owner.stack.clone()))
        })
        .collect()
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Seconds since the cloud began, on the runtime's clock.
    pub(super) fn now(&self) -> f64 {
        let mut began = self.began.lock().unwrap_or_else(PoisonError::into_inner);
        let began = *began.get_or_insert_with(Instant::now);
        self.lock().store.elapsed + began.elapsed().as_secs_f64()
    }

    fn timestamp(&self, now: f64) -> String {
        let passed = SignedDuration::from_secs_f64(now.trunc());
        self.options.start.checked_add(passed).unwrap_or(self.options.start).to_string()
    }

    pub(super) fn schema(&self, type_name: &TypeName) -> Result<&Schema, Error> {
        self.registry.resource(type_name.as_str()).ok_or_else(|| {
            let message = format!("{type_name} has no schema");
            Error::new(ErrorClass::Unsupported, "find the type", message)
        })
    }

    /// Counts a call, throttles it, and lets it fail where that was asked for.
    pub(super) fn admit(
        &self,
        state: &mut State,
        schema: &Schema,
        call: Call,
        now: f64,
    ) -> Result<Option<Fault>, Error> {
        let api = &schema.terrace.api;
        let name = match call {
            Call::Read => &api.list,
            Call::Create => &api.create,
            Call::Update => api.update.first().unwrap_or(&api.create),
            Call::Delete => &api.delete,
        };
        let name = format!("{}:{name}", api.service);
        *state.calls.entry(name.clone()).or_default() += 1;
        if self.options.throttles {
            let class = api.class_of(call);
            if let Some(rate) = rates().get(&class) {
                let (tokens, then) =
                    state.buckets.get(&class).copied().unwrap_or((rate.burst, now));
                let tokens = ((now - then).mul_add(rate.refill, tokens)).min(rate.burst);
                if tokens < 1.0 {
                    state.buckets.insert(class, (tokens, now));
                    let error = Error::new(ErrorClass::Throttled, name, "Rate exceeded");
                    return Err(error.with_code("RequestLimitExceeded"));
                }
                state.buckets.insert(class, (tokens - 1.0, now));
            }
        }
        let hit = state.faults.iter_mut().find(|fault| fault.call == "*" || fault.call == name);
        let Some(fault) = hit else { return Ok(None) };
        if fault.after > 0 {
            fault.after -= 1;
            return Ok(None);
        }
        let fault = fault.clone();
        if !fault.lasting {
            state.faults.retain(|other| other.call != fault.call);
        }
        if fault.done {
            Ok(Some(fault))
        } else {
            Err(Error::new(fault.class, name, "a fault that was asked for"))
        }
    }

    pub(super) fn region(&self, state: &mut State, scope: &Scope) -> Region {
        let own = state.regions.get(&scope.provider).cloned();
        let region = scope.region.clone().or(own).unwrap_or_else(|| Region::new("us-east-1"));
        furnish(&mut state.store, &self.registry, &region);
        region
    }

    /// Computes what AWS computes of a value.
    pub(super) fn computed(
        &self,
        state: &mut State,
        (schema, region): (&Schema, &Region),
        value: &Value,
        prior: Option<&Value>,
        now: f64,
    ) -> Value {
        state.store.draws += 1;
        let seed = self.options.seed ^ state.store.draws.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut computation = Computation::new(&state.store, schema, region, value, prior);
        computation.rng = Rng::with_seed(seed);
        computation.now = self.timestamp(now);
        computation.run()
    }

    fn find_existing<'a>(
        state: &'a State,
        schema: &Schema,
        request: &FindRequest,
    ) -> Vec<&'a Object> {
        let same_unique = |object: &Object| {
            schema.terrace.unique.iter().any(|unique| {
                let texts = |value: &Value, path: &str| texts_at(value, path);
                let set = unique.attrs.iter().any(|path| !texts(&request.desired, path).is_empty());
                set && unique
                    .attrs
                    .iter()
                    .all(|path| texts(&object.value, path) == texts(&request.desired, path))
            })
        };
        let all = state
            .store
            .of_type(request.type_name.as_str())
            .filter(|object| object.gone_at.is_none());
        let ours = |object: &Object| {
            object.owner.as_ref().is_some_and(|owner| tags::says(owner, &request.owner))
        };
        let same_token = |object: &Object| {
            let by_token = schema.terrace.idempotency == Idempotency::CallerReference;
            by_token && object.token == request.token
        };
        all.filter(|object| ours(object) || same_token(object) || same_unique(object)).collect()
    }
}

/// Answers at once.
fn ready<'a, T: Send + 'a>(answer: Result<T, Error>) -> Future<'a, T> {
    Box::pin(std::future::ready(answer))
}

impl Reader for Sim {
    fn supports(&self, type_name: &TypeName, mode: Mode) -> bool {
        match mode {
            Mode::Managed => {
                type_name.as_str().starts_with("aws_")
                    && self.registry.resource(type_name.as_str()).is_some()
            }
            Mode::Data => {
                type_name.as_str().starts_with("aws_") && data::supports(type_name, &self.registry)
            }
            Mode::Ephemeral => ephemeral::supports(type_name),
        }
    }

    fn configure<'a>(&'a self, provider: &'a str, config: &'a Value) -> Future<'a, Option<Region>> {
        if provider != "aws" && !provider.starts_with("aws.") {
            return ready(Ok(None));
        }
        let given =
            config.attribute("region").and_then(Value::as_str).filter(|region| !region.is_empty());
        let region = Region::new(given.unwrap_or("us-east-1"));
        self.lock().regions.insert(provider.into(), region.clone());
        ready(Ok(Some(region)))
    }

    fn list<'a>(&'a self, request: &'a ListRequest) -> Future<'a, Vec<Live>> {
        let listed = || {
            let schema = self.schema(&request.type_name)?;
            let now = self.now();
            let mut state = self.lock();
            state.store.settle(now);
            let region = self.region(&mut state, &request.scope);
            self.admit(&mut state, schema, Call::Read, now)?;
            let is_tagged = schema.terrace.owner.is_tags();
            let wanted = |object: &&Object| {
                let ours = object.owner.as_ref().is_some_and(|owner| owner.stack == request.stack);
                let near =
                    object.region == region || !schema.block.attributes.contains_key("region");
                near && !object.is_default
                    && (ours || !is_tagged || request.known.contains(&object.id))
            };
            let mirrors = Mirrors::of(&state.store, &self.registry, schema, now);
            let objects = state.store.of_type(request.type_name.as_str()).filter(wanted);
            Ok(objects.filter_map(|object| shown(object, &mirrors, &request.scope, now)).collect())
        };
        ready(listed())
    }

    fn read<'a>(&'a self, request: &'a ReadRequest) -> Future<'a, Option<Live>> {
        let found = || {
            let schema = self.schema(&request.type_name)?;
            let now = self.now();
            let mut state = self.lock();
            state.store.settle(now);
            self.admit(&mut state, schema, Call::Read, now)?;
            let object = state.store.object(&request.type_name, &request.id);
            let mirrors = Mirrors::of(&state.store, &self.registry, schema, now);
            Ok(object.and_then(|object| shown(object, &mirrors, &request.scope, now)))
        };
        ready(found())
    }

    fn read_data<'a>(&'a self, request: &'a DataRequest) -> Future<'a, Value> {
        let mut state = self.lock();
        let region = self.region(&mut state, &request.scope);
        let answer = match request.address.resource.mode {
            Mode::Ephemeral => ephemeral::open,
            _ => data::read,
        };
        let type_name = request.address.type_name();
        ready(answer(&state.store, &self.registry, &region, type_name, &request.config))
    }

    fn hint_types<'a>(
        &'a self,
        _scope: &'a Scope,
        stack: &'a StackName,
    ) -> Future<'a, Vec<TypeName>> {
        let state = self.lock();
        let call = "tagging:GetResources";
        if let Some(fault) = state.faults.iter().find(|fault| fault.call == call) {
            return ready(Err(Error::new(fault.class, call, "a fault that was asked for")));
        }
        let owned = state
            .store
            .all()
            .filter(|o| o.owner.as_ref().is_some_and(|owner| owner.stack == *stack));
        let mut types: Vec<_> = owned.map(|object| object.type_name.clone()).collect();
        types.sort();
        types.dedup();
        ready(Ok(types))
    }

    fn refresh(&self) {}
}

/// An object as AWS tells it: with what others say of it, and without the secrets that it never tells.
fn shown(object: &Object, mirrors: &Mirrors<'_>, scope: &Scope, now: f64) -> Option<Live> {
    let live = object.live(scope, now)?;
    Some(Live { value: without_secrets(mirrors.schema, &mirrors.shown(object)), ..live })
}

impl Writer for Sim {
    fn create<'a>(&'a self, request: &'a CreateRequest) -> Future<'a, Id> {
        ready(self.create_now(request))
    }

    fn find<'a>(&'a self, request: &'a FindRequest) -> Future<'a, Vec<Live>> {
        let found = || {
            let schema = self.schema(&request.type_name)?;
            let now = self.now();
            let mut state = self.lock();
            state.store.settle(now);
            let mirrors = Mirrors::of(&state.store, &self.registry, schema, now);
            let objects = Self::find_existing(&state, schema, request);
            Ok(objects
                .into_iter()
                .filter_map(|object| shown(object, &mirrors, &request.scope, now))
                .collect())
        };
        ready(found())
    }

    fn update<'a>(&'a self, request: &'a UpdateRequest) -> Future<'a, Option<Id>> {
        ready(self.update_now(request))
    }

    fn delete<'a>(&'a self, request: &'a DeleteRequest) -> Future<'a, ()> {
        ready(self.delete_now(request))
    }

    fn claim<'a>(&'a self, request: &'a ClaimRequest) -> Future<'a, ()> {
        let claimed = || {
            let is_tagged = self.schema(&request.type_name)?.terrace.owner.is_tags();
            let now = self.now();
            let mut state = self.lock();
            if let Some(object) = state.store.object_mut(&request.type_name, &request.id) {
                object.owner = request.owner.as_ref().filter(|_| is_tagged).and_then(tagged);
            }
            state.save(now)
        };
        ready(claimed())
    }

    fn poll<'a>(&'a self, request: &'a PollRequest) -> Future<'a, BTreeMap<Id, Poll>> {
        let now = self.now();
        let mut state = self.lock();
        state.store.settle(now);
        let call = format!("poll:{}", request.type_name);
        if let Some(fault) = state.faults.iter().find(|fault| fault.call == call) {
            let gone = fault.class == ErrorClass::NotFound;
            let progress = || {
                if gone { Poll::Gone } else { Poll::Failed("a fault that was asked for".into()) }
            };
            return ready(Ok(request.ids.iter().map(|id| (id.clone(), progress())).collect()));
        }
        let progress = |id: &Id| match state
            .store
            .object(&request.type_name, id)
            .map(|object| object.status(now))
        {
            None => Poll::Gone,
            Some(Status::Failed(why)) => Poll::Failed(why),
            Some(Status::Ready) if request.goal != Goal::Deleted => Poll::Ready,
            Some(Status::Deleting) => Poll::Pending("deleting".into()),
            Some(Status::Pending) => Poll::Pending("pending".into()),
            Some(Status::Ready) => Poll::Pending("waiting".into()),
        };
        ready(Ok(request.ids.iter().map(|id| (id.clone(), progress(id))).collect()))
    }

    fn reader(&self) -> &dyn Reader {
        self
    }
}
