//! One cloud made of several: each type goes to the first part that supports it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::{Id, Mode, Region, StackName, TypeName};
use crate::plan::{Live, Scope};
use crate::value::Value;

use super::{
    ClaimRequest, CreateRequest, DataRequest, DeleteRequest, Error, ErrorClass, FindRequest,
    Future, ListRequest, Poll, PollRequest, ReadRequest, Reader, UpdateRequest, Writer,
};

/// Several clouds as one: AWS (or its simulation) beside the ledger's virtual objects.
#[derive(Clone, Default)]
pub struct Router {
    parts: Vec<Arc<dyn Writer>>,
}

impl Router {
    /// A cloud of the parts; the first that supports a type serves it.
    #[must_use]
    pub fn new(parts: Vec<Arc<dyn Writer>>) -> Self {
        Self { parts }
    }

    fn part(&self, type_name: &TypeName, mode: Mode) -> Result<&dyn Writer, Error> {
        self.parts.iter().map(AsRef::as_ref).find(|part| part.supports(type_name, mode)).ok_or_else(
            || {
                let message = format!("{type_name} is not implemented");
                Error::new(ErrorClass::Unsupported, "find the type", message)
            },
        )
    }
}

/// Sends a request to the part that serves its type.
macro_rules! route {
    ($self:ident, $request:ident, $method:ident) => {
        match $self.part(&$request.type_name, Mode::Managed) {
            Ok(part) => part.$method($request),
            Err(error) => Box::pin(std::future::ready(Err(error))),
        }
    };
}

impl Reader for Router {
    fn supports(&self, type_name: &TypeName, mode: Mode) -> bool {
        self.parts.iter().any(|part| part.supports(type_name, mode))
    }

    fn configure<'a>(&'a self, provider: &'a str, config: &'a Value) -> Future<'a, Option<Region>> {
        Box::pin(async move {
            let answers = self.parts.iter().map(|part| part.configure(provider, config));
            let regions = futures_util::future::try_join_all(answers).await?;
            Ok(regions.into_iter().flatten().next())
        })
    }

    fn list<'a>(&'a self, request: &'a ListRequest) -> Future<'a, Vec<Live>> {
        route!(self, request, list)
    }

    fn read<'a>(&'a self, request: &'a ReadRequest) -> Future<'a, Option<Live>> {
        route!(self, request, read)
    }

    fn read_data<'a>(&'a self, request: &'a DataRequest) -> Future<'a, Value> {
        match self.part(request.address.type_name(), request.address.resource.mode) {
            Ok(part) => part.read_data(request),
            Err(error) => Box::pin(std::future::ready(Err(error))),
        }
    }

    fn hint_types<'a>(
        &'a self,
        scope: &'a Scope,
        stack: &'a StackName,
    ) -> Future<'a, Vec<TypeName>> {
        Box::pin(async move {
            let hints = self.parts.iter().map(|part| part.hint_types(scope, stack));
            Ok(futures_util::future::try_join_all(hints).await?.concat())
        })
    }

    fn refresh(&self) {
        self.parts.iter().for_each(|part| part.refresh());
    }
}

impl Writer for Router {
    fn create<'a>(&'a self, request: &'a CreateRequest) -> Future<'a, Id> {
        route!(self, request, create)
    }

    fn find<'a>(&'a self, request: &'a FindRequest) -> Future<'a, Vec<Live>> {
        route!(self, request, find)
    }

    fn update<'a>(&'a self, request: &'a UpdateRequest) -> Future<'a, Option<Id>> {
        route!(self, request, update)
    }

    fn delete<'a>(&'a self, request: &'a DeleteRequest) -> Future<'a, ()> {
        route!(self, request, delete)
    }

    fn claim<'a>(&'a self, request: &'a ClaimRequest) -> Future<'a, ()> {
        route!(self, request, claim)
    }

    fn poll<'a>(&'a self, request: &'a PollRequest) -> Future<'a, BTreeMap<Id, Poll>> {
        route!(self, request, poll)
    }

    fn reader(&self) -> &dyn Reader {
        self
    }
}
