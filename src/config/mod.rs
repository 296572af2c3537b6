//! Files to modules, blocks, phases and migrations. Nothing is evaluated here: what is computed stays an expression.

mod model;

pub use model::{
    Call, Check, Condition, Config, Declarations, Defaults, Gate, IgnoreChanges, Import, Ladder,
    Ledger, Lifecycle, Local, Migration, MigrationStep, Module, ModuleId, ModuleSource, Moved,
    OnFailure, Output, Passed, Phase, ProviderConfig, ProviderRef, Provisioner, ProvisionerWhen,
    Removed, RequiredProvider, Resource, ResourceKey, Selected, Shift, Soak, Stack, Target, Tree,
    TypeConstraint, Variable, VersionConstraint,
};
