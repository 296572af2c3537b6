//! `moved`, `import` and `removed` blocks.

use super::Provisioner;
use crate::base::{Address, ModulePath, ResourceAddress};
use crate::diag::Span;
use crate::syntax::ast::Expr;

/// What a `moved` or `removed` block names, relative to the module that holds the block.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// A module: all instances where the last step has no key.
    Module(ModulePath),
    /// A resource with all of its instances.
    Resource(ResourceAddress),
    /// One instance of a resource, by its key.
    Instance(Address),
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Module(path) => path.fmt(f),
            Self::Resource(address) => address.fmt(f),
            Self::Instance(address) => address.fmt(f),
        }
    }
}

/// A `moved` block.
#[derive(Clone, Debug, PartialEq)]
pub struct Moved {
    /// Where it was.
    pub from: Target,
    /// The `from` argument's value.
    pub from_span: Span,
    /// Where it is now.
    pub to: Target,
    /// The `to` argument's value.
    pub to_span: Span,
    /// The head of the block.
    pub span: Span,
}

/// An `import` block.
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    /// The address: a reference in which keys may be expressions (`each.key`).
    pub to: Expr,
    /// The resource that `to` names, without the instance keys.
    pub resource: ResourceAddress,
    /// What the cloud calls the object.
    pub id: Expr,
    /// `for_each`
    pub for_each: Option<Expr>,
    /// The head of the block.
    pub span: Span,
}

/// A `removed` block.
#[derive(Clone, Debug, PartialEq)]
pub struct Removed {
    /// What is no longer managed; holds no instance keys.
    pub from: Target,
    /// The `from` argument's value.
    pub from_span: Span,
    /// `lifecycle { destroy = … }`: whether the object is deleted or only forgotten.
    pub destroy: bool,
    /// Provisioners that run before it is deleted.
    pub provisioners: Vec<Provisioner>,
    /// The head of the block.
    pub span: Span,
}
