//! Stands before the simulated cloud, counts its calls, and lets one of them go wrong.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Notify;

use crate::base::{Id, Mode, Region, StackName, TypeName};
use crate::plan::{Live, Scope};
use crate::provider::{
    ClaimRequest, CreateRequest, DataRequest, DeleteRequest, Error, ErrorClass, FindRequest,
    Future, ListRequest, Poll, PollRequest, ReadRequest, Reader, UpdateRequest, Writer,
};
use crate::sim::Sim;
use crate::value::Value;

/// What goes wrong at a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Harm {
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

/// The cloud with what goes wrong. Clones are the same.
#[derive(Clone)]
pub struct Front {
    sim: Arc<Sim>,
    /// How many calls were made, and what goes wrong at which.
    state: Arc<Mutex<(usize, BTreeMap<usize, Harm>)>>,
    /// Told when the process is to die.
    pub crashed: Arc<Notify>,
}

impl Front {
    pub fn new(sim: Arc<Sim>) -> Self {
        Self { sim, state: Arc::default(), crashed: Arc::default() }
    }

    /// Lets calls go wrong, counted from now.
    pub fn harm(&self, harms: impl IntoIterator<Item = (usize, Harm)>) {
        *self.state.lock().expect("not poisoned") = (0, harms.into_iter().collect());
    }

    pub fn calls(&self) -> usize {
        self.state.lock().expect("not poisoned").0
    }

    fn call<'a, T: Send + 'a>(
        &'a self,
        name: &'static str,
        work: impl FnOnce(&'a Sim) -> Future<'a, T> + Send + 'a,
    ) -> Future<'a, T> {
        Box::pin(async move {
            let harm = {
                let mut state = self.state.lock().expect("not poisoned");
                let at = state.0;
                state.0 += 1;
                state.1.remove(&at)
            };
            // A call takes a moment, so that others happen at the same time.
            tokio::time::sleep(Duration::from_millis(20)).await;
            let lost = || Error::new(ErrorClass::Ambiguous, name, "the connection broke");
            match harm {
                None => work(&self.sim).await,
                Some(Harm::LostBefore) => Err(lost()),
                Some(Harm::Throttled) => Err(Error::new(ErrorClass::Throttled, name, "slow down")),
                Some(Harm::CrashBefore) => self.crash().await,
                Some(Harm::LostAfter) => work(&self.sim).await.and(Err(lost())),
                Some(Harm::CrashAfter) => {
                    let _ = work(&self.sim).await;
                    self.crash().await
                }
            }
        })
    }

    async fn crash<T>(&self) -> T {
        self.crashed.notify_one();
        std::future::pending().await
    }
}

impl Reader for Front {
    fn supports(&self, type_name: &TypeName, mode: Mode) -> bool {
        self.sim.supports(type_name, mode)
    }

    fn configure<'a>(&'a self, provider: &'a str, config: &'a Value) -> Future<'a, Option<Region>> {
        self.sim.configure(provider, config)
    }

    fn list<'a>(&'a self, request: &'a ListRequest) -> Future<'a, Vec<Live>> {
        self.call("list", move |sim| sim.list(request))
    }

    fn read<'a>(&'a self, request: &'a ReadRequest) -> Future<'a, Option<Live>> {
        self.call("read", move |sim| sim.read(request))
    }

    fn read_data<'a>(&'a self, request: &'a DataRequest) -> Future<'a, Value> {
        self.call("read_data", move |sim| sim.read_data(request))
    }

    fn hint_types<'a>(
        &'a self,
        scope: &'a Scope,
        stack: &'a StackName,
    ) -> Future<'a, Vec<TypeName>> {
        self.call("hint_types", move |sim| sim.hint_types(scope, stack))
    }

    fn refresh(&self) {
        self.sim.refresh();
    }
}

impl Writer for Front {
    fn create<'a>(&'a self, request: &'a CreateRequest) -> Future<'a, Id> {
        self.call("create", move |sim| sim.create(request))
    }

    fn find<'a>(&'a self, request: &'a FindRequest) -> Future<'a, Vec<Live>> {
        self.call("find", move |sim| sim.find(request))
    }

    fn update<'a>(&'a self, request: &'a UpdateRequest) -> Future<'a, Option<Id>> {
        self.call("update", move |sim| sim.update(request))
    }

    fn delete<'a>(&'a self, request: &'a DeleteRequest) -> Future<'a, ()> {
        self.call("delete", move |sim| sim.delete(request))
    }

    fn claim<'a>(&'a self, request: &'a ClaimRequest) -> Future<'a, ()> {
        self.call("claim", move |sim| sim.claim(request))
    }

    fn poll<'a>(&'a self, request: &'a PollRequest) -> Future<'a, BTreeMap<Id, Poll>> {
        self.call("poll", move |sim| sim.poll(request))
    }

    fn reader(&self) -> &dyn Reader {
        self
    }
}
