//! A cloud in front of another: what is mocked never reaches the one behind.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::fill::Misfit;
use super::lookup::Mocks;
use super::objects::Objects;
use crate::base::{Id, Mode, Region, StackName, TypeName};
use crate::plan::{Live, Scope};
use crate::provider::{
    ClaimRequest, CreateRequest, DataRequest, DeleteRequest, Error, ErrorClass, FindRequest,
    Future, ListRequest, Poll, PollRequest, ReadRequest, Reader, UpdateRequest, Writer,
};
use crate::schema::{self, Registry};
use crate::value::Value;

/// Where mocked providers say they work, where nothing else is said.
const REGION: &str = "us-east-1";

/// A cloud some of which is made up.
pub struct MockCloud {
    /// What is made up.
    pub mocks: Arc<Mocks>,
    /// What was made so.
    pub objects: Objects,
    /// Every type.
    pub registry: Arc<Registry>,
    /// The cloud behind.
    pub behind: Arc<dyn Writer>,
}

fn now<'a, T: Send + 'a>(answer: Result<T, Error>) -> Future<'a, T> {
    Box::pin(std::future::ready(answer))
}

fn misfit(misfit: &Misfit) -> Error {
    let message =
        format!("the mocked value of \"{}\" does not fit: {}", misfit.attribute, misfit.why);
    Error::new(ErrorClass::Invalid, "make it up", message)
}

impl MockCloud {
    fn schema(&self, mode: Mode, type_name: &TypeName) -> Option<&schema::Schema> {
        let kind = match mode {
            Mode::Managed => schema::Kind::Resource,
            Mode::Data => schema::Kind::Data,
            Mode::Ephemeral => schema::Kind::Ephemeral,
        };
        self.registry.find(kind, type_name.as_str())
    }

    /// Makes an object up; none where the cloud behind is to make it.
    fn make(&self, request: &CreateRequest) -> Option<Result<Id, Error>> {
        let CreateRequest { type_name, scope, desired, owner, .. } = request;
        let said = self.mocks.find(&owner.address, &scope.provider)?;
        let schema = self.schema(Mode::Managed, type_name)?;
        let value = self.mocks.complete((&owner.address, owner.generation), said, schema, desired);
        Some(match value {
            Ok(value) => {
                let (value, _) = value.unmark_deep();
                Ok(self.objects.add(type_name, scope, value, owner.clone()))
            }
            Err(error) => Err(misfit(&error)),
        })
    }

    fn data(&self, request: &DataRequest) -> Option<Result<Value, Error>> {
        let said = self.mocks.find(&request.address, &request.scope.provider)?;
        let mode = request.address.resource.mode;
        let schema = self.schema(mode, request.address.type_name())?;
        let value = self.mocks.complete((&request.address, 1), said, schema, &request.config);
        Some(value.map_err(|error| misfit(&error)))
    }
}

impl Reader for MockCloud {
    fn supports(&self, type_name: &TypeName, mode: Mode) -> bool {
        self.behind.supports(type_name, mode)
            || (!self.mocks.is_empty() && self.schema(mode, type_name).is_some())
    }

    fn configure<'a>(&'a self, provider: &'a str, config: &'a Value) -> Future<'a, Option<Region>> {
        if !self.mocks.has_provider(provider) {
            return self.behind.configure(provider, config);
        }
        let given = config.attribute("region").and_then(Value::as_str);
        now(Ok(Some(Region::new(given.unwrap_or(REGION)))))
    }

    fn list<'a>(&'a self, request: &'a ListRequest) -> Future<'a, Vec<Live>> {
        let mut found = self.objects.of(&request.type_name, &request.scope);
        let mocked = self.mocks.has_provider(&request.scope.provider);
        if mocked || !self.behind.supports(&request.type_name, Mode::Managed) {
            return now(Ok(found));
        }
        Box::pin(async move {
            found.extend(self.behind.list(request).await?);
            Ok(found)
        })
    }

    fn read<'a>(&'a self, request: &'a ReadRequest) -> Future<'a, Option<Live>> {
        let own = self.objects.get(&request.type_name, &request.id);
        if own.is_some() || self.mocks.has_provider(&request.scope.provider) {
            return now(Ok(own));
        }
        self.behind.read(request)
    }

    fn read_data<'a>(&'a self, request: &'a DataRequest) -> Future<'a, Value> {
        match self.data(request) {
            Some(answer) => now(answer),
            None => self.behind.read_data(request),
        }
    }

    fn hint_types<'a>(
        &'a self,
        scope: &'a Scope,
        stack: &'a StackName,
    ) -> Future<'a, Vec<TypeName>> {
        let mut own = self.objects.types_in(scope);
        if self.mocks.has_provider(&scope.provider) {
            return now(Ok(own));
        }
        Box::pin(async move {
            own.extend(self.behind.hint_types(scope, stack).await?);
            Ok(own)
        })
    }

    fn refresh(&self) {
        self.behind.refresh();
    }
}

impl Writer for MockCloud {
    fn create<'a>(&'a self, request: &'a CreateRequest) -> Future<'a, Id> {
        match self.make(request) {
            Some(answer) => now(answer),
            None => self.behind.create(request),
        }
    }

    fn find<'a>(&'a self, request: &'a FindRequest) -> Future<'a, Vec<Live>> {
        // What is made up is made up anew: nothing of it can stand in its own way.
        match self.mocks.find(&request.owner.address, &request.scope.provider) {
            Some(_) => now(Ok(Vec::new())),
            None => self.behind.find(request),
        }
    }

    fn update<'a>(&'a self, request: &'a UpdateRequest) -> Future<'a, Option<Id>> {
        if !self.objects.has(&request.type_name, &request.id) {
            return self.behind.update(request);
        }
        let (value, _) = request.planned.clone().unmark_deep();
        self.objects.change(&request.type_name, &request.id, |live| live.value = value);
        now(Ok(None))
    }

    fn delete<'a>(&'a self, request: &'a DeleteRequest) -> Future<'a, ()> {
        if self.objects.has(&request.type_name, &request.id) {
            self.objects.remove(&request.type_name, &request.id);
            return now(Ok(()));
        }
        if self.mocks.has_provider(&request.scope.provider) {
            return now(Ok(()));
        }
        self.behind.delete(request)
    }

    fn claim<'a>(&'a self, request: &'a ClaimRequest) -> Future<'a, ()> {
        if !self.objects.has(&request.type_name, &request.id) {
            return self.behind.claim(request);
        }
        let owner = request.owner.clone();
        self.objects.change(&request.type_name, &request.id, |live| live.owner = owner);
        now(Ok(()))
    }

    fn poll<'a>(&'a self, request: &'a PollRequest) -> Future<'a, BTreeMap<Id, Poll>> {
        let is_own = |id: &Id| self.objects.has(&request.type_name, id);
        let mocked = self.mocks.has_provider(&request.scope.provider);
        let (own, others): (Vec<Id>, Vec<Id>) =
            request.ids.iter().cloned().partition(|id| mocked || is_own(id));
        let gone = |id: &Id| if is_own(id) { Poll::Ready } else { Poll::Gone };
        let mut polls: BTreeMap<Id, Poll> =
            own.into_iter().map(|id| (id.clone(), gone(&id))).collect();
        if others.is_empty() {
            return now(Ok(polls));
        }
        Box::pin(async move {
            let rest = PollRequest { ids: others, ..request.clone() };
            polls.extend(self.behind.poll(&rest).await?);
            Ok(polls)
        })
    }

    fn reader(&self) -> &dyn Reader {
        self
    }
}
