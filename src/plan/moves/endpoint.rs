//! One end of a move, and what lies under it.

use std::collections::BTreeMap;
use std::fmt;

use ecow::EcoString;

use crate::base::{Address, ModulePath, ModuleStep, ResourceAddress};
use crate::config::Target;

/// What moves, as an absolute address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Endpoint {
    /// Every instance of a module call.
    Call(ModulePath),
    /// One instance of a module.
    Module(ModulePath),
    /// Every instance of a resource.
    Resource(ResourceAddress),
    /// One instance of a resource.
    Instance(Address),
}

impl Endpoint {
    /// Both ends within a module instance. A missing key means all instances only where neither end has one.
    pub fn pair(module: &ModulePath, from: &Target, to: &Target) -> (Self, Self) {
        let keyed = has_key(from) || has_key(to);
        (Self::new(module, from, keyed), Self::new(module, to, keyed))
    }

    pub fn new(module: &ModulePath, target: &Target, keyed: bool) -> Self {
        let within = |resource: &ResourceAddress| ResourceAddress {
            module: join(module, &resource.module),
            ..resource.clone()
        };
        match target {
            Target::Module(path) if keyed => Self::Module(join(module, path)),
            Target::Module(path) => Self::Call(join(module, path)),
            Target::Resource(resource) if keyed => Self::Instance(within(resource).instance(None)),
            Target::Resource(resource) => Self::Resource(within(resource)),
            Target::Instance(address) => {
                Self::Instance(within(&address.resource).instance(address.key.clone()))
            }
        }
    }

    /// The objects that lie under it, in order.
    pub fn members(&self, places: &BTreeMap<Address, Address>) -> Vec<Address> {
        match self {
            Self::Instance(address) => {
                places.contains_key(address).then(|| address.clone()).into_iter().collect()
            }
            Self::Resource(resource) => places
                .range(resource.instance(None)..)
                .map(|(address, _)| address)
                .take_while(|address| *address.resource == *resource)
                .cloned()
                .collect(),
            Self::Call(_) | Self::Module(_) => places
                .keys()
                .filter(|address| self.holds(&address.resource.module))
                .cloned()
                .collect(),
        }
    }

    /// Whether a module instance lies under it.
    fn holds(&self, module: &ModulePath) -> bool {
        match self {
            Self::Module(path) => module.steps().starts_with(path.steps()),
            Self::Call(path) => {
                let (Some((last, init)), steps) = (path.steps().split_last(), module.steps())
                else {
                    return false;
                };
                steps.starts_with(init)
                    && steps.get(init.len()).is_some_and(|step| step.name == last.name)
            }
            Self::Resource(_) | Self::Instance(_) => false,
        }
    }

    /// The address that `address`, which lies under `from`, has under this end.
    pub fn replace(&self, from: &Self, address: &Address) -> Option<Address> {
        match (from, self) {
            (Self::Instance(_), Self::Instance(to)) => Some(to.clone()),
            (Self::Resource(_), Self::Resource(to)) => Some(to.instance(address.key.clone())),
            (Self::Module(old), Self::Module(new)) => {
                let rest = address.resource.module.steps().get(old.steps().len()..)?;
                Some(rebase(address, new.steps().iter().chain(rest).cloned().collect()))
            }
            (Self::Call(old), Self::Call(new)) => {
                let depth = old.steps().len();
                let steps = address.resource.module.steps();
                let key = steps.get(depth - 1)?.key.clone();
                let mut path = new.steps().to_vec();
                path.last_mut()?.key = key;
                path.extend_from_slice(steps.get(depth..)?);
                Some(rebase(address, path))
            }
            _ => None,
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(path) | Self::Module(path) => path.fmt(f),
            Self::Resource(address) => address.fmt(f),
            Self::Instance(address) => address.fmt(f),
        }
    }
}

fn has_key(target: &Target) -> bool {
    match target {
        Target::Module(path) => path.steps().last().is_some_and(|step| step.key.is_some()),
        Target::Resource(_) => false,
        Target::Instance(address) => address.key.is_some(),
    }
}

fn rebase(address: &Address, steps: Vec<ModuleStep>) -> Address {
    let module = ModulePath::new(steps);
    ResourceAddress { module, ..(*address.resource).clone() }.instance(address.key.clone())
}

/// The path `below` within the module instance `module`.
pub(super) fn join(module: &ModulePath, below: &ModulePath) -> ModulePath {
    if module.is_root() {
        return below.clone();
    }
    ModulePath::new(module.steps().iter().chain(below.steps()).cloned().collect())
}

/// The instance of the module with these call names that a path goes through.
pub(super) fn instances_of(path: &ModulePath, names: &[EcoString]) -> Option<ModulePath> {
    let steps = path.steps().get(..names.len())?;
    let same = steps.iter().zip(names).all(|(step, name)| step.name == *name);
    same.then(|| ModulePath::new(steps.to_vec()))
}

/// Whether `inner` is `outer` or lies under it.
pub(super) fn under(inner: &Endpoint, outer: &Endpoint) -> bool {
    if inner == outer {
        return true;
    }
    match (inner, outer) {
        (Endpoint::Instance(inner), Endpoint::Resource(outer)) => *inner.resource == *outer,
        (Endpoint::Instance(inner), _) => outer.holds(&inner.resource.module),
        (Endpoint::Resource(inner), _) => outer.holds(&inner.module),
        (Endpoint::Module(inner) | Endpoint::Call(inner), _) => outer.holds(inner),
    }
}
