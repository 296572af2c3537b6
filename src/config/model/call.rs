//! `module` and `provider` blocks, and how providers are passed.

use ecow::EcoString;

use crate::config::package::ModuleSource;
use crate::diag::Span;
use crate::syntax::ast::{Body, Expr};

/// A `module` block.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Its name.
    pub name: EcoString,
    /// Where the module comes from.
    pub source: ModuleSource,
    /// The `source` argument's value.
    pub source_span: Span,
    /// `version`; only with a registry address.
    pub version: Option<VersionConstraint>,
    /// `providers`: which configuration the module sees under which name. `None` where it is not written: the module
    /// then sees the default configurations.
    pub providers: Option<Vec<Passed>>,
    /// `count`
    pub count: Option<Expr>,
    /// `for_each`; never beside `count`.
    pub for_each: Option<Expr>,
    /// `depends_on`: references.
    pub depends_on: Vec<Expr>,
    /// The module's variables: arguments only.
    pub body: Body,
    /// The head of the block.
    pub span: Span,
}

/// One entry of a call's `providers`.
#[derive(Clone, Debug, PartialEq)]
pub struct Passed {
    /// What the module calls it.
    pub inside: ProviderRef,
    /// What the caller calls it.
    pub outside: ProviderRef,
}

/// A reference to a provider configuration: `aws`, `aws.west`, `aws.by_region[each.key]`.
#[derive(Clone, Debug, PartialEq)]
pub struct ProviderRef {
    /// The provider's local name.
    pub name: EcoString,
    /// The alias; none for the default configuration.
    pub alias: Option<EcoString>,
    /// Which instance of a configuration with `for_each`.
    pub key: Option<Expr>,
    /// Where it stands.
    pub span: Span,
}

/// A `provider` block.
#[derive(Clone, Debug, PartialEq)]
pub struct ProviderConfig {
    /// The provider's local name.
    pub name: EcoString,
    /// `alias`
    pub alias: Option<EcoString>,
    /// `for_each`: one configuration per key; only with an alias.
    pub for_each: Option<Expr>,
    /// Everything else: what the provider's schema describes.
    pub body: Body,
    /// The head of the block.
    pub span: Span,
}

/// An entry of `required_providers`.
#[derive(Clone, Debug, PartialEq)]
pub struct RequiredProvider {
    /// The local name.
    pub name: EcoString,
    /// `source`, as written: `hashicorp/aws`.
    pub source: Option<EcoString>,
    /// `version`
    pub version: Option<VersionConstraint>,
    /// `configuration_aliases`: configurations that the caller must pass.
    pub aliases: Vec<ProviderRef>,
    /// The whole entry.
    pub span: Span,
}

/// A version constraint that was understood: `>= 1.2, < 2`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionConstraint {
    /// As written.
    pub text: EcoString,
    /// Where it stands.
    pub span: Span,
}
