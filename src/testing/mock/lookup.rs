//! What is said in place of a cloud in one run, and for which object what of it counts.

use std::collections::BTreeMap;

use ecow::EcoString;

use super::fill::{self, Misfit, Source};
use super::read::RunMocks;
use crate::base::{Address, Mode, ModulePath, ResourceAddress, TypeName};
use crate::config::{During, Target};
use crate::diag::Span;
use crate::plan::{Scope, StandIns};
use crate::schema::Schema;
use crate::value::Value;

/// An object or data source whose values are given.
#[derive(Clone)]
pub struct Given {
    /// Whose.
    pub target: Target,
    /// The values; none where everything is made up.
    pub values: Option<Value>,
    /// When they are known.
    pub during: During,
    /// Where the target is written.
    pub span: Span,
}

/// A module whose outputs are given.
#[derive(Clone)]
pub struct Outputs {
    /// Which; without keys all instances.
    pub path: ModulePath,
    /// The outputs.
    pub values: BTreeMap<EcoString, Value>,
    /// Where the target is written.
    pub span: Span,
}

/// A provider configuration that reaches nothing.
#[derive(Clone, Default)]
pub struct MockedProvider {
    /// When values are known that nothing more is said of.
    pub during: During,
    /// Values by kind and type, when they are known, and where that is written.
    pub defaults: BTreeMap<(Mode, TypeName), (Option<Value>, During, Span)>,
    /// Single objects.
    pub overrides: Vec<Given>,
}

/// What is said in place of a cloud in one run.
#[derive(Clone, Default)]
pub struct Mocks {
    /// Mocked providers, by their names in scopes: `aws`, `aws.west`.
    pub providers: BTreeMap<EcoString, MockedProvider>,
    /// Overrides, the run's own first.
    pub overrides: RunMocks,
    /// What everything that is made up comes from.
    pub seed: u64,
}

/// What is said of one object.
#[derive(Clone, Copy)]
pub struct Said<'a> {
    /// Its values; none where everything is made up.
    pub values: Option<&'a Value>,
    /// When they are known.
    pub during: During,
}

impl Mocks {
    /// Whether nothing is said at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.providers.is_empty()
            && self.overrides.objects.is_empty()
            && self.overrides.modules.is_empty()
    }

    /// Whether nothing of a provider configuration reaches a cloud.
    #[must_use]
    pub fn has_provider(&self, name: &str) -> bool {
        self.providers.contains_key(name)
    }

    /// What is said of an object or data source; none where the cloud is to be asked.
    #[must_use]
    pub fn find(&self, address: &Address, provider: &str) -> Option<Said<'_>> {
        let mocked = self.providers.get(provider);
        let own = mocked.map(|provider| provider.overrides.as_slice()).unwrap_or_default();
        let found = meant(&self.overrides.objects, address).or_else(|| meant(own, address));
        if let Some(given) = found {
            return Some(Said { values: given.values.as_ref(), during: given.during });
        }
        let mocked = mocked?;
        let key = (address.resource.mode, address.type_name().clone());
        Some(match mocked.defaults.get(&key) {
            Some((values, during, _)) => Said { values: values.as_ref(), during: *during },
            None => Said { values: None, during: mocked.during },
        })
    }

    /// An object or data source with everything that a cloud would compute. Another generation of an object has other
    /// made-up values.
    ///
    /// # Errors
    /// Where a given value does not fit its attribute.
    pub fn complete(
        &self,
        (address, generation): (&Address, u32),
        said: Said<'_>,
        schema: &Schema,
        value: &Value,
    ) -> Result<Value, Misfit> {
        let subject = format!("{address} {generation}");
        let source = Source { seed: self.seed, subject: &subject };
        fill::fill(&schema.block, value, said.values, &source)
    }

    fn module(&self, path: &ModulePath) -> Option<&Outputs> {
        self.overrides.modules.iter().find(|one| is_meant(&one.path, path))
    }
}

/// The override that is meant for an object: one of the very instance before one of all instances.
fn meant<'a>(overrides: &'a [Given], address: &Address) -> Option<&'a Given> {
    let exact = overrides.iter().find(|one| match &one.target {
        Target::Instance(target) => {
            target.key == address.key && is_same(&target.resource, &address.resource)
        }
        _ => false,
    });
    exact.or_else(|| {
        overrides.iter().find(|one| match &one.target {
            Target::Resource(target) => is_same(target, &address.resource),
            _ => false,
        })
    })
}

fn is_same(target: &ResourceAddress, resource: &ResourceAddress) -> bool {
    target.mode == resource.mode
        && target.type_name == resource.type_name
        && target.name == resource.name
        && is_meant(&target.module, &resource.module)
}

/// Whether a target means a module instance: a step without a key means every instance.
fn is_meant(target: &ModulePath, path: &ModulePath) -> bool {
    target.steps().len() == path.steps().len() && begins(target, path)
}

fn begins(target: &ModulePath, path: &ModulePath) -> bool {
    let mut steps = target.steps().iter().zip(path.steps());
    target.steps().len() <= path.steps().len()
        && steps.all(|(target, step)| {
            target.name == step.name && (target.key.is_none() || target.key == step.key)
        })
}

impl StandIns for Mocks {
    fn makes_up(&self, address: &Address, scope: &Scope) -> bool {
        self.find(address, &scope.provider).is_some()
    }

    fn planned(
        &self,
        address: &Address,
        scope: &Scope,
        schema: &Schema,
        planned: &Value,
    ) -> Option<Value> {
        let said = self.find(address, &scope.provider)?;
        if said.during != During::Plan {
            return None;
        }
        self.complete((address, 1), said, schema, planned).ok()
    }

    fn outputs(&self, module: &ModulePath) -> Option<&BTreeMap<EcoString, Value>> {
        self.module(module).map(|one| &one.values)
    }

    fn covers(&self, module: &ModulePath) -> bool {
        self.overrides.modules.iter().any(|one| begins(&one.path, module))
    }
}
