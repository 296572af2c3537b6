//! Test files: `*.tftest.hcl`, and what they say in place of a cloud.

use camino::Utf8PathBuf;
use ecow::EcoString;
use indexmap::IndexMap;

use super::{Condition, Passed, ProviderConfig, Target, VersionConstraint};
use crate::base::{Mode, ModulePath, PhaseName, TypeName};
use crate::config::package::ModuleSource;
use crate::diag::Span;
use crate::syntax::Traversal;
use crate::syntax::ast::{Attribute, Expr};

/// One test file.
#[derive(Clone, Debug)]
pub struct TestFile {
    /// Its path, relative to the root module.
    pub path: Utf8PathBuf,
    /// Whether it is in the folder for tests, rather than beside the configuration.
    pub in_test_folder: bool,
    /// Values of variables, for every run.
    pub variables: IndexMap<EcoString, Attribute>,
    /// `provider` and `mock_provider` blocks, by name and alias.
    pub providers: IndexMap<(EcoString, Option<EcoString>), TestProvider>,
    /// What is made up instead of asked for, in every run.
    pub overrides: Vec<Override>,
    /// Whether runs that do not say otherwise may be carried out beside others.
    pub parallel: bool,
    /// `run` blocks in order.
    pub runs: Vec<TestRun>,
}

impl TestFile {
    /// What the module of a run is installed under.
    #[must_use]
    pub fn module_key(&self, run: &TestRun) -> EcoString {
        let path = self.path.as_str();
        let stem = path.split_once(".tftest.").map_or(path, |(stem, _)| stem);
        format!("test.{}.{}", stem.replace(['/', '\\'], "."), run.name).into()
    }
}

/// A provider configuration of a test file.
#[derive(Clone, Debug)]
pub enum TestProvider {
    /// One that reaches a cloud.
    Real(ProviderConfig),
    /// One that reaches nothing.
    Mock(MockProvider),
}

impl TestProvider {
    /// The head of its block.
    #[must_use]
    pub const fn span(&self) -> Span {
        match self {
            Self::Real(config) => config.span,
            Self::Mock(mock) => mock.span,
        }
    }
}

/// When made-up values are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum During {
    /// When planning.
    Plan,
    /// Only once applied.
    #[default]
    Apply,
}

/// A `mock_provider` block, with what its files of mocks say.
#[derive(Clone, Debug)]
pub struct MockProvider {
    /// The provider's local name.
    pub name: EcoString,
    /// `alias`
    pub alias: Option<EcoString>,
    /// When values are known.
    pub during: During,
    /// `mock_resource` and `mock_data`, by kind and type.
    pub defaults: IndexMap<(Mode, TypeName), Mock>,
    /// `override_resource` and `override_data` within the block.
    pub overrides: Vec<Override>,
    /// The folder of mock files, relative to the root module.
    pub source: Option<(EcoString, Span)>,
    /// The head of the block.
    pub span: Span,
}

/// A `mock_resource` or `mock_data` block.
#[derive(Clone, Debug)]
pub struct Mock {
    /// Values of computed attributes.
    pub defaults: Option<Expr>,
    /// When they are known; none means as the provider says.
    pub during: Option<During>,
    /// The head of the block.
    pub span: Span,
}

/// What an override takes the place of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OverrideKind {
    /// `override_resource`
    Resource,
    /// `override_data`
    Data,
    /// `override_module`
    Module,
}

impl OverrideKind {
    /// The block's name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Resource => "override_resource",
            Self::Data => "override_data",
            Self::Module => "override_module",
        }
    }

    /// The argument that holds the values.
    #[must_use]
    pub const fn argument(self) -> &'static str {
        match self {
            Self::Resource | Self::Data => "values",
            Self::Module => "outputs",
        }
    }
}

/// An `override_resource`, `override_data` or `override_module` block.
#[derive(Clone, Debug)]
pub struct Override {
    /// What it takes the place of.
    pub kind: OverrideKind,
    /// Whose values.
    pub target: Target,
    /// Where the target stands.
    pub target_span: Span,
    /// The values, or outputs.
    pub values: Option<Expr>,
    /// When they are known; none means as the file or provider says.
    pub during: Option<During>,
    /// The head of the block.
    pub span: Span,
}

impl Override {
    /// The module, where that is what it takes the place of.
    #[must_use]
    pub const fn module(&self) -> Option<&ModulePath> {
        match &self.target {
            Target::Module(path) => Some(path),
            Target::Resource(_) | Target::Instance(_) => None,
        }
    }
}

/// How far a run goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RunCommand {
    /// It plans.
    Plan,
    /// It plans and applies.
    #[default]
    Apply,
}

/// A `run` block.
#[derive(Clone, Debug)]
pub struct TestRun {
    /// Its name.
    pub name: EcoString,
    /// How far it goes.
    pub command: RunCommand,
    /// Another module than the one that is tested.
    pub module: Option<RunModule>,
    /// Values of variables.
    pub variables: IndexMap<EcoString, Attribute>,
    /// Which provider configurations of the file the module sees; none means all of them.
    pub providers: Option<Vec<Passed>>,
    /// `assert` blocks.
    pub asserts: Vec<Condition>,
    /// Objects whose conditions are to fail.
    pub expect_failures: Vec<Traversal>,
    /// `plan_options`
    pub options: RunOptions,
    /// What is made up instead of asked for.
    pub overrides: Vec<Override>,
    /// Which state it works on; none means the module's own.
    pub state_key: Option<EcoString>,
    /// Whether it may be carried out beside others; none means as its file says.
    pub parallel: Option<bool>,
    /// The phase of the ladder; none means the one that the state is in.
    pub phase: Option<(PhaseName, Span)>,
    /// The head of the block.
    pub span: Span,
}

/// A `module` block in a run.
#[derive(Clone, Debug)]
pub struct RunModule {
    /// Where the module comes from.
    pub source: ModuleSource,
    /// The `source` argument as it is written.
    pub text: EcoString,
    /// Which versions are accepted, of a registry's module.
    pub version: Option<VersionConstraint>,
    /// Where it is written.
    pub span: Span,
}

/// A `plan_options` block.
#[derive(Clone, Debug, Default)]
pub struct RunOptions {
    /// Only look at what changed.
    pub refresh_only: bool,
    /// `refresh = false`: plan from what is remembered.
    pub skip_refresh: bool,
    /// Objects to replace.
    pub replace: Vec<Target>,
    /// Only these and what they need.
    pub targets: Vec<Target>,
}
