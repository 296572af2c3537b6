//! AWS as a cloud: finds the type's code and the region's clients for each request.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ecow::EcoString;
use tokio::sync::OnceCell;

use super::regional::Regional;
use super::resource::Erased;
use super::settings::{Options, Settings};
use super::{data, ephemeral, registry};
use crate::base::{Id, Mode, Region, StackName, TypeName};
use crate::plan::{Live, Scope};
use crate::provider::{
    ClaimRequest, CreateRequest, DataRequest, DeleteRequest, Error, ErrorClass, FindRequest,
    Future, ListRequest, Poll, PollRequest, ReadRequest, Reader, UpdateRequest, Writer,
};
use crate::value::Value;

/// AWS, at whatever endpoint the provider configurations name.
#[derive(Default)]
pub struct Aws {
    options: Options,
    providers: Mutex<BTreeMap<EcoString, Arc<Provider>>>,
}

struct Provider {
    settings: Settings,
    account: Arc<OnceCell<String>>,
    reading: Mutex<BTreeMap<Region, Arc<Regional>>>,
    writing: Mutex<BTreeMap<Region, Arc<Regional>>>,
}

/// What a call is for: whether the SDK may repeat it.
#[derive(Clone, Copy)]
enum Purpose {
    Reading,
    Writing,
}

/// How the clients for a region are made.
type Make = fn(&Settings, &Region, Arc<OnceCell<String>>) -> Regional;

impl Aws {
    /// AWS without any provider configuration yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same, with other options than usual.
    #[must_use]
    pub fn with(options: Options) -> Self {
        Self { options, ..Self::default() }
    }

    fn lock_providers(&self) -> MutexGuard<'_, BTreeMap<EcoString, Arc<Provider>>> {
        self.providers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn provider(&self, name: &str) -> Result<Arc<Provider>, Error> {
        self.lock_providers().get(name).cloned().ok_or_else(|| {
            let message = format!("the provider configuration `{name}` was never given");
            Error::new(ErrorClass::Other, "find the provider", message)
        })
    }

    fn regional(&self, scope: &Scope, purpose: Purpose) -> Result<Arc<Regional>, Error> {
        let provider = self.provider(&scope.provider)?;
        let region = scope.region.as_ref().unwrap_or(&provider.settings.region);
        let (regions, make): (_, Make) = match purpose {
            Purpose::Reading => (&provider.reading, Regional::for_reading),
            Purpose::Writing => (&provider.writing, Regional::for_writing),
        };
        let mut regions = regions.lock().unwrap_or_else(PoisonError::into_inner);
        let regional = regions.entry(region.clone()).or_insert_with(|| {
            Arc::new(make(&provider.settings, region, provider.account.clone()))
        });
        Ok(regional.clone())
    }
}

/// Whether a provider configuration is one of AWS; the others' are none of this cloud's business.
fn is_aws(provider: &str) -> bool {
    provider == "aws" || provider.starts_with("aws.")
}

fn resource(type_name: &TypeName) -> Result<&'static dyn Erased, Error> {
    registry::resource(type_name).ok_or_else(|| {
        let message = format!("{type_name} is not implemented on AWS yet");
        Error::new(ErrorClass::Unsupported, "find the type", message)
    })
}

/// Sends a request to its type's code with its region's clients.
macro_rules! call {
    ($self:ident, $purpose:ident, $request:ident, $method:ident) => {
        Box::pin(async move {
            let aws = $self.regional(&$request.scope, Purpose::$purpose)?;
            let answer = resource(&$request.type_name)?.$method(&aws, $request).await;
            answer.map_err(|error| aws.explain(error))
        })
    };
}

impl Reader for Aws {
    fn supports(&self, type_name: &TypeName, mode: Mode) -> bool {
        match mode {
            Mode::Managed => registry::resource(type_name).is_some(),
            Mode::Data => data::source(type_name).is_some(),
            Mode::Ephemeral => ephemeral::source(type_name).is_some(),
        }
    }

    fn configure<'a>(&'a self, provider: &'a str, config: &'a Value) -> Future<'a, Option<Region>> {
        Box::pin(async move {
            if !is_aws(provider) {
                return Ok(None);
            }
            let settings = Settings::load(config, &self.options).await?;
            let (region, accounts) = (settings.region.clone(), settings.accounts.clone());
            let configured = Provider {
                settings,
                account: Arc::default(),
                reading: Mutex::default(),
                writing: Mutex::default(),
            };
            self.lock_providers().insert(provider.into(), Arc::new(configured));
            if accounts.is_restricted() {
                let scope = Scope { provider: provider.into(), region: Some(region.clone()) };
                let aws = self.regional(&scope, Purpose::Reading)?;
                accounts.check(aws.account().await.map_err(|error| aws.explain(error))?)?;
            }
            Ok(Some(region))
        })
    }

    fn list<'a>(&'a self, request: &'a ListRequest) -> Future<'a, Vec<Live>> {
        call!(self, Reading, request, list)
    }

    fn read<'a>(&'a self, request: &'a ReadRequest) -> Future<'a, Option<Live>> {
        Box::pin(async move {
            let aws = self.regional(&request.scope, Purpose::Reading)?;
            let answer =
                resource(&request.type_name)?.read(&aws, &request.scope, &request.id).await;
            answer.map_err(|error| aws.explain(error))
        })
    }

    fn read_data<'a>(&'a self, request: &'a DataRequest) -> Future<'a, Value> {
        Box::pin(async move {
            let aws = self.regional(&request.scope, Purpose::Reading)?;
            let type_name = request.address.type_name();
            let (source, what) = match request.address.resource.mode {
                Mode::Ephemeral => (ephemeral::source(type_name), "ephemeral resource"),
                Mode::Managed | Mode::Data => (data::source(type_name), "data source"),
            };
            let source = source.ok_or_else(|| {
                let message = format!("the {what} {type_name} is not implemented on AWS yet");
                Error::new(ErrorClass::Unsupported, "find the type", message)
            })?;
            source.read(&aws, &request.config).await.map_err(|error| aws.explain(error))
        })
    }

    fn hint_types<'a>(
        &'a self,
        scope: &'a Scope,
        stack: &'a StackName,
    ) -> Future<'a, Vec<TypeName>> {
        Box::pin(async move {
            if !is_aws(&scope.provider) {
                return Ok(Vec::new());
            }
            let aws = self.regional(scope, Purpose::Reading)?;
            registry::tagged_types(&aws, stack).await.map_err(|error| aws.explain(error))
        })
    }

    fn refresh(&self) {
        let providers = self.providers.lock().unwrap_or_else(PoisonError::into_inner);
        for provider in providers.values() {
            let regions = provider.reading.lock().unwrap_or_else(PoisonError::into_inner);
            regions.values().for_each(|regional| regional.memo().clear());
        }
    }
}

impl Writer for Aws {
    fn create<'a>(&'a self, request: &'a CreateRequest) -> Future<'a, Id> {
        call!(self, Writing, request, create)
    }

    fn find<'a>(&'a self, request: &'a FindRequest) -> Future<'a, Vec<Live>> {
        call!(self, Reading, request, find)
    }

    fn update<'a>(&'a self, request: &'a UpdateRequest) -> Future<'a, Option<Id>> {
        call!(self, Writing, request, update)
    }

    fn delete<'a>(&'a self, request: &'a DeleteRequest) -> Future<'a, ()> {
        call!(self, Writing, request, delete)
    }

    fn claim<'a>(&'a self, request: &'a ClaimRequest) -> Future<'a, ()> {
        call!(self, Writing, request, claim)
    }

    fn poll<'a>(&'a self, request: &'a PollRequest) -> Future<'a, BTreeMap<Id, Poll>> {
        call!(self, Reading, request, poll)
    }

    fn reader(&self) -> &dyn Reader {
        self
    }
}
