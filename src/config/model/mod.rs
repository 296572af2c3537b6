//! The data model: what a configuration declares, each thing with its place.

mod call;
mod declarations;
mod ladder;
mod refactor;
mod resource;
mod suite;
mod tree;
mod variable;

pub use call::VersionConstraint;
pub use call::{Call, Passed, ProviderConfig, ProviderRef, RequiredProvider};
pub use declarations::{
    Check, Condition, Declarations, Local, Output, ProviderConfigs, ResourceKey,
};
pub use ladder::{Gate, Ladder, Ledger, Migration, MigrationStep, Phase, Shift, Soak, Stack};
pub use refactor::{Import, Moved, Removed, Target};
pub use resource::{IgnoreChanges, Lifecycle, OnFailure, Provisioner, ProvisionerWhen, Resource};
pub use suite::{
    During, Mock, MockProvider, Override, OverrideKind, RunCommand, RunModule, RunOptions,
    TestFile, TestProvider, TestRun,
};
pub use tree::{Config, Module, ModuleId, Selected, Tree};
pub use variable::{TypeConstraint, Variable};
