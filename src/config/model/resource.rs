//! `resource`, `data` and `ephemeral` blocks.

use ecow::EcoString;

use super::{Condition, ProviderRef, ResourceKey};
use crate::diag::Span;
use crate::syntax::ast::{Body, Expr};
use crate::value::AttrPath;

/// A `resource`, `data` or `ephemeral` block. What most of them do not have stands elsewhere: there are very many.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// Mode, type and name.
    pub key: ResourceKey,
    /// `count`
    pub count: Option<Box<Expr>>,
    /// `for_each`; never beside `count`.
    pub for_each: Option<Box<Expr>>,
    /// `depends_on`: references.
    pub depends_on: Vec<Expr>,
    /// `provider`; none means the default configuration of the type's provider.
    pub provider: Option<Box<ProviderRef>>,
    /// `lifecycle`
    pub lifecycle: Lifecycle,
    /// `provisioner` blocks in order.
    pub provisioners: Vec<Provisioner>,
    /// `connection` of the resource itself.
    pub connection: Option<Box<Body>>,
    /// Everything else: what the type's schema describes.
    pub body: Body,
    /// The `check` block that a data source stands in.
    pub check: Option<EcoString>,
    /// The head of the block.
    pub span: Span,
    /// The first label, the type.
    pub type_span: Span,
}

impl Resource {
    /// The local name of the provider that serves it: the one it names, or the first word of the type's name.
    #[must_use]
    pub fn provider_name(&self) -> &str {
        match &self.provider {
            Some(provider) => &provider.name,
            None => implied_provider(self.key.type_name.as_str()),
        }
    }
}

/// The local name of the provider that a type's name implies: `aws` of `aws_vpc`.
#[must_use]
pub fn implied_provider(type_name: &str) -> &str {
    type_name.split('_').next().unwrap_or(type_name)
}

/// A `lifecycle` block; the defaults where there is none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lifecycle {
    /// Makes the replacement before the old object is deleted. `None` where nothing is said.
    pub create_before_destroy: Option<bool>,
    /// Refuses to delete the object.
    pub prevent_destroy: bool,
    /// Attributes whose difference does not count.
    pub ignore_changes: IgnoreChanges,
    /// References whose change replaces the object.
    pub replace_triggered_by: Vec<Expr>,
    /// What must hold before the object is planned.
    pub preconditions: Vec<Condition>,
    /// What must hold once the object is there.
    pub postconditions: Vec<Condition>,
}

/// What `ignore_changes` says.
#[derive(Clone, Debug, PartialEq)]
pub enum IgnoreChanges {
    /// `all`
    All,
    /// Attributes with what is below them, each with its place.
    Paths(Vec<(AttrPath, Span)>),
}

impl Default for IgnoreChanges {
    fn default() -> Self {
        Self::Paths(Vec::new())
    }
}

/// A `provisioner` block.
#[derive(Clone, Debug, PartialEq)]
pub struct Provisioner {
    /// `local-exec`, `remote-exec` or `file`.
    pub kind: EcoString,
    /// When it runs.
    pub when: ProvisionerWhen,
    /// What its failure means.
    pub on_failure: OnFailure,
    /// Its own `connection`.
    pub connection: Option<Body>,
    /// Everything else.
    pub body: Body,
    /// The head of the block.
    pub span: Span,
}

/// When a provisioner runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProvisionerWhen {
    /// After the object was created.
    Create,
    /// Before the object is deleted.
    Destroy,
}

/// What a failed provisioner means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFailure {
    /// The apply fails.
    Fail,
    /// It goes on.
    Continue,
}
