//! What the files of one directory, or one phase, declare.

use camino::Utf8PathBuf;
use ecow::EcoString;
use indexmap::IndexMap;

use super::{
    Call, Import, Moved, ProviderConfig, Removed, RequiredProvider, Resource, Variable,
    VersionConstraint,
};
use crate::base::{Mode, TypeName};
use crate::diag::Span;
use crate::syntax::ast::Expr;

/// Names a resource block within its module.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceKey {
    /// The kind of block.
    pub mode: Mode,
    /// The first label.
    pub type_name: TypeName,
    /// The second label.
    pub name: EcoString,
}

impl std::fmt::Display for ResourceKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mode = match self.mode {
            Mode::Managed => "",
            Mode::Data => "data.",
            Mode::Ephemeral => "ephemeral.",
        };
        write!(f, "{mode}{}.{}", self.type_name, self.name)
    }
}

/// Provider configurations by local name and alias.
pub type ProviderConfigs = IndexMap<(EcoString, Option<EcoString>), ProviderConfig>;

/// All blocks of one directory, or of one phase, in the order of the files (by name) and of the text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Declarations {
    /// The directory, as paths are shown to people: relative to the root module's, or absolute.
    pub dir: Utf8PathBuf,
    /// `variable`
    pub variables: IndexMap<EcoString, Variable>,
    /// `locals`
    pub locals: IndexMap<EcoString, Local>,
    /// `output`
    pub outputs: IndexMap<EcoString, Output>,
    /// `resource`, `data` and `ephemeral`; also the `data` blocks within `check` blocks.
    pub resources: IndexMap<ResourceKey, Resource>,
    /// `module`
    pub calls: IndexMap<EcoString, Call>,
    /// `provider`, by local name and alias.
    pub providers: ProviderConfigs,
    /// `terraform { required_providers {} }`, by local name.
    pub required_providers: IndexMap<EcoString, RequiredProvider>,
    /// `terraform { required_version = … }`; each has been checked.
    pub required_versions: Vec<VersionConstraint>,
    /// `moved`
    pub moved: Vec<Moved>,
    /// `import`; only in the root module.
    pub imports: Vec<Import>,
    /// `removed`
    pub removed: Vec<Removed>,
    /// `check`
    pub checks: IndexMap<EcoString, Check>,
}

/// One argument of a `locals` block.
#[derive(Clone, Debug, PartialEq)]
pub struct Local {
    /// Its name.
    pub name: EcoString,
    /// Its value.
    pub expr: Expr,
    /// The whole argument.
    pub span: Span,
}

/// An `output` block.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// Its name.
    pub name: EcoString,
    /// What it says about itself.
    pub description: Option<EcoString>,
    /// Its value. An output without one was reported; it holds `Invalid`.
    pub value: Expr,
    /// Must not be shown.
    pub sensitive: bool,
    /// Must not outlive the run.
    pub ephemeral: bool,
    /// References to what must be done before the value counts.
    pub depends_on: Vec<Expr>,
    /// What must hold before the value is taken.
    pub preconditions: Vec<Condition>,
    /// The head of the block.
    pub span: Span,
}

/// A `validation`, `precondition`, `postcondition` or `assert` block.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// What must hold.
    pub condition: Expr,
    /// What is said when it does not.
    pub error_message: Expr,
    /// The head of the block.
    pub span: Span,
}

/// A `check` block.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// Its name.
    pub name: EcoString,
    /// The data source declared in it, which is also among the module's resources.
    pub data: Option<ResourceKey>,
    /// What should hold.
    pub asserts: Vec<Condition>,
    /// The head of the block.
    pub span: Span,
}
