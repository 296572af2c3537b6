//! Files to modules, blocks, phases and migrations. Nothing is evaluated here: what is computed stays an expression.
//!
//! [`load`] reads a root module with everything that it calls, for every phase; [`Config::select`] is what holds in
//! one of them.

mod codes;
mod constant;
mod content;
mod decode;
mod json;
mod ladder;
mod load;
mod lock;
mod manifest;
mod model;
mod name;
mod override_files;
pub mod package;
mod providers;
mod reference;
mod removed;
mod source;
mod suite;
mod traversal;
mod version;

#[cfg(test)]
mod tests;

pub(crate) use constant::{
    check as check_constant, text as constant_text, truth as constant_truth,
};
pub(crate) use content::{fits_labels, missing_argument, unsupported_argument, unsupported_block};
pub(crate) use json::{
    check_known as check_json, expand as expand_json, is_expression as is_json_expression,
};
pub use load::{Missing, Survey, Wanted, load, load_in, survey};
pub use lock::{FILE as LOCK_FILE, Lock, Locked, Wish};
pub use manifest::{Installed, InstalledPackage, Lookup, MODULES, Manifest};
pub use model::{
    Call, Check, Condition, Config, Declarations, During, Gate, IgnoreChanges, Import, Ladder,
    Ledger, Lifecycle, Local, Migration, MigrationStep, Mock, MockProvider, Module, ModuleId,
    Moved, OnFailure, Output, Override, OverrideKind, Passed, Phase, ProviderConfig,
    ProviderConfigs, ProviderRef, Provisioner, ProvisionerWhen, Removed, RequiredProvider,
    Resource, ResourceKey, RunCommand, RunModule, RunOptions, Selected, Shift, Soak, Stack, Target,
    TestFile, TestProvider, TestRun, Tree, TypeConstraint, Variable, VersionConstraint,
};
pub use package::ModuleSource;
pub use source::is_native;
pub use suite::{load_tests, place as place_of_run, survey_tests};
pub use version::{Constraint, LANGUAGE, Version};
