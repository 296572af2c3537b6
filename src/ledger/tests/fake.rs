//! A small cloud in memory in which anything can go wrong at any call.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ecow::EcoString;
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::base::{Digest, Id, Mode, Region, StackName, TypeName};
use crate::engine::{Facts, Home, Operation, Rest, Types};
use crate::plan::{Live, Scope, Status};
use crate::provider::{
    ClaimRequest, CreateRequest, DataRequest, DeleteRequest, Error, ErrorClass, FindRequest,
    Future, Goal, ListRequest, Poll, PollRequest, ReadRequest, Reader, UpdateRequest, Writer,
};
use crate::schema::Idempotency;
use crate::value::Value;

/// What goes wrong at a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is not done, and the answer does not say so.
    LostBefore,
    /// It is done, and the answer does not say so.
    LostAfter,
    /// It is refused for its frequency.
    Throttled,
    /// The process dies before the call is done.
    CrashBefore,
    /// The process dies after the call is done.
    CrashAfter,
}

#[derive(Clone)]
pub struct Object {
    pub live: Live,
    token: EcoString,
    made: Instant,
    ready: Instant,
}

#[derive(Default)]
struct World {
    objects: Vec<Object>,
    made: u32,
    calls: usize,
    fault: Option<(usize, Fault)>,
}

/// The cloud. Clones are the same.
#[derive(Clone)]
pub struct Fake {
    world: Arc<Mutex<World>>,
    /// How long it takes until what was made is seen.
    pub lag: Duration,
    pub crashed: Arc<Notify>,
}

impl Fake {
    pub fn new(lag: Duration) -> Self {
        Self { world: Arc::default(), lag, crashed: Arc::default() }
    }

    /// Lets call `at` go wrong, counted from now.
    pub fn fail(&self, at: usize, fault: Fault) {
        let mut world = self.world();
        world.calls = 0;
        world.fault = Some((at, fault));
    }

    pub fn heal(&self) {
        self.world().fault = None;
    }

    pub fn calls(&self) -> usize {
        self.world().calls
    }

    /// Puts an object there that nobody made.
    pub fn put(&self, live: Live) {
        let (made, token) = (Instant::now(), EcoString::new());
        self.world().objects.push(Object { live, token, made, ready: made });
    }

    pub fn objects(&self) -> Vec<Live> {
        self.world().objects.iter().map(|object| object.live.clone()).collect()
    }

    fn world(&self) -> std::sync::MutexGuard<'_, World> {
        self.world.lock().expect("not poisoned")
    }

    /// Does the call, with whatever goes wrong at it.
    fn call<'a, T: Send + 'a>(
        &'a self,
        name: &'static str,
        work: impl FnOnce(&mut World) -> Result<T, Error> + Send + 'a,
    ) -> Future<'a, T> {
        Box::pin(async move {
            let fault = {
                let mut world = self.world();
                world.calls += 1;
                world.fault.filter(|(at, _)| *at == world.calls - 1).map(|(_, fault)| fault)
            };
            let lost = || Error::new(ErrorClass::Ambiguous, name, "the connection broke");
            // A call takes a moment, so that others happen at the same time.
            tokio::time::sleep(Duration::from_millis(20)).await;
            match fault {
                Some(Fault::LostBefore) => return Err(lost()),
                Some(Fault::Throttled) => {
                    return Err(Error::new(ErrorClass::Throttled, name, "slow down"));
                }
                Some(Fault::CrashBefore) => {
                    self.crashed.notify_one();
                    std::future::pending::<()>().await;
                }
                _ => {}
            }
            let result = work(&mut self.world());
            match fault {
                Some(Fault::LostAfter) => Err(lost()),
                Some(Fault::CrashAfter) => {
                    self.crashed.notify_one();
                    std::future::pending().await
                }
                _ => result,
            }
        })
    }

    fn is_visible(&self, object: &Object) -> bool {
        object.made.elapsed() >= self.lag
    }
}

fn name(value: &Value) -> Option<&str> {
    value.attribute("name").and_then(Value::as_str)
}

fn kind(type_name: &TypeName) -> Idempotency {
    match type_name.as_str() {
        "fake_token" => Idempotency::Token,
        "fake_nonce" => Idempotency::Nonce,
        "fake_child" => Idempotency::Value,
        _ => Idempotency::Name,
    }
}

/// The value as the create call takes it: a `size` is set only by an update.
fn created(desired: &Value, type_name: &TypeName) -> Value {
    let mut entries = desired.as_entries().cloned().expect("an object");
    if type_name == "fake_name" {
        entries.insert("size".into(), Value::number(0));
    }
    Value::object(entries)
}

impl Reader for Fake {
    fn supports(&self, _: &TypeName, _: Mode) -> bool {
        true
    }

    fn configure<'a>(&'a self, _: &'a str, _: &'a Value) -> Future<'a, Option<Region>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    fn list<'a>(&'a self, request: &'a ListRequest) -> Future<'a, Vec<Live>> {
        self.call("list", move |world| {
            let of_type = world.objects.iter().filter(|o| o.live.type_name == request.type_name);
            Ok(of_type.filter(|o| self.is_visible(o)).map(|o| o.live.clone()).collect())
        })
    }

    fn read<'a>(&'a self, request: &'a ReadRequest) -> Future<'a, Option<Live>> {
        self.call("read", move |world| {
            let found = world.objects.iter().find(|object| object.live.id == request.id);
            Ok(found.filter(|o| self.is_visible(o)).map(|object| object.live.clone()))
        })
    }

    fn read_data<'a>(&'a self, request: &'a DataRequest) -> Future<'a, Value> {
        self.call("read_data", move |_| Ok(request.config.clone()))
    }

    fn hint_types<'a>(&'a self, _: &'a Scope, _: &'a StackName) -> Future<'a, Vec<TypeName>> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }

    fn refresh(&self) {}
}

impl Writer for Fake {
    fn create<'a>(&'a self, request: &'a CreateRequest) -> Future<'a, Id> {
        self.call("create", move |world| {
            if name(&request.desired) == Some("forbidden") {
                return Err(Error::new(ErrorClass::Invalid, "create", "it is forbidden"));
            }
            let class = kind(&request.type_name);
            let same = world.objects.iter().find(|object| {
                object.live.type_name == request.type_name
                    && match class {
                        Idempotency::Token => object.token == request.token,
                        Idempotency::Nonce => false,
                        _ => name(&object.live.value) == name(&request.desired),
                    }
            });
            if let Some(object) = same {
                if class == Idempotency::Token {
                    return Ok(object.live.id.clone());
                }
                return Err(Error::new(ErrorClass::AlreadyExists, "create", "it exists"));
            }
            world.made += 1;
            let tagged = !matches!(request.type_name.as_str(), "fake_child" | "fake_late");
            let live = Live {
                type_name: request.type_name.clone(),
                scope: request.scope.clone(),
                id: Id::new(format!("{}-{}", request.type_name, world.made)),
                value: created(&request.desired, &request.type_name),
                owner: tagged.then(|| request.owner.clone()),
                status: Status::Ready,
            };
            let (made, token) = (Instant::now(), request.token.clone());
            let ready = made + Duration::from_secs(20);
            let id = live.id.clone();
            world.objects.push(Object { live, token, made, ready });
            Ok(id)
        })
    }

    fn find<'a>(&'a self, request: &'a FindRequest) -> Future<'a, Vec<Live>> {
        self.call("find", move |world| {
            let matches = |live: &Live| match &request.owner.nonce {
                Some(nonce) => live.owner.as_ref().is_some_and(|o| o.nonce.as_ref() == Some(nonce)),
                None => name(&live.value) == name(&request.desired),
            };
            let of_type = world.objects.iter().filter(|o| o.live.type_name == request.type_name);
            let found = of_type.filter(|o| matches(&o.live) && self.is_visible(o));
            Ok(found.map(|object| object.live.clone()).collect())
        })
    }

    fn update<'a>(&'a self, request: &'a UpdateRequest) -> Future<'a, Option<Id>> {
        self.call("update", move |world| {
            let object = world.objects.iter_mut().find(|object| object.live.id == request.id);
            let missing = || Error::new(ErrorClass::NotFound, "update", "it is not there");
            object.ok_or_else(missing)?.live.value = request.planned.clone();
            Ok(None)
        })
    }

    fn delete<'a>(&'a self, request: &'a DeleteRequest) -> Future<'a, ()> {
        self.call("delete", move |world| {
            let names = |value: &Value| {
                value.attribute("parent").and_then(Value::as_str).map(str::to_owned)
            };
            let target = world.objects.iter().find(|object| object.live.id == request.id);
            let own = target.and_then(|object| name(&object.live.value)).map(str::to_owned);
            if own.is_some() && world.objects.iter().any(|o| names(&o.live.value) == own) {
                return Err(Error::new(ErrorClass::Dependency, "delete", "it is in use"));
            }
            world.objects.retain(|object| object.live.id != request.id);
            Ok(())
        })
    }

    fn claim<'a>(&'a self, request: &'a ClaimRequest) -> Future<'a, ()> {
        self.call("claim", move |world| {
            let object = world.objects.iter_mut().find(|object| object.live.id == request.id);
            let missing = || Error::new(ErrorClass::NotFound, "claim", "it is not there");
            object.ok_or_else(missing)?.live.owner = request.owner.clone();
            Ok(())
        })
    }

    fn poll<'a>(&'a self, request: &'a PollRequest) -> Future<'a, BTreeMap<Id, Poll>> {
        self.call("poll", move |world| {
            let answer = |id: &Id| {
                let object = world.objects.iter().find(|object| object.live.id == *id);
                match object {
                    None => Poll::Gone,
                    Some(object) if !self.is_visible(object) => Poll::Gone,
                    Some(_) if request.goal == Goal::Deleted => Poll::Pending("deleting".into()),
                    Some(object) if Instant::now() < object.ready => {
                        Poll::Pending("pending".into())
                    }
                    Some(_) => Poll::Ready,
                }
            };
            Ok(request.ids.iter().map(|id| (id.clone(), answer(id))).collect())
        })
    }

    fn reader(&self) -> &dyn Reader {
        self
    }
}

/// What is known of the fake's types.
pub struct FakeTypes;

impl Types for FakeTypes {
    fn facts(&self, type_name: &TypeName) -> Facts {
        let operation = |class: &str| Operation {
            typical: Duration::from_secs(20),
            timeout: Duration::from_mins(10),
            class: class.into(),
        };
        Facts {
            idempotency: kind(type_name),
            home: match type_name.as_str() {
                "fake_child" => Home::Untagged,
                "fake_late" => Home::Tagged { on_create: false },
                _ => Home::Tagged { on_create: true },
            },
            create: operation("fake:create"),
            update: operation("fake:update"),
            delete: operation("fake:delete"),
            read_class: "fake:read".into(),
            patience: None,
        }
    }

    fn remaining(&self, _: &TypeName, desired: &Value, live: &Value) -> Option<Rest> {
        (desired.attribute("size") != live.attribute("size")).then(|| Rest {
            prior: live.clone(),
            planned: desired.clone(),
            changed: Vec::new(),
        })
    }

    fn untold(&self, _: &TypeName, _: &Value, _: &Value) -> BTreeMap<EcoString, Value> {
        BTreeMap::new()
    }

    fn never_told(&self, _: &TypeName, desired: &Value) -> BTreeMap<EcoString, Value> {
        let secret = desired.attribute("secret");
        secret.map(|secret| ("secret".into(), secret.clone())).into_iter().collect()
    }

    fn may_be(&self, _: &TypeName, desired: &Value, live: &Value) -> bool {
        desired.attribute("kind") == live.attribute("kind")
    }

    fn owned(&self, _: &TypeName, _: &Value, live: &Value) -> Value {
        live.clone()
    }

    fn digest(&self, value: &Value) -> Digest {
        Digest::of(crate::value::json::to_json(value, &value.ty()).expect("known"))
    }
}
