//! What takes the place of a cloud while a configuration is tested: values that are made up.

use std::collections::BTreeMap;

use ecow::EcoString;

use super::Scope;
use crate::base::{Address, ModulePath};
use crate::schema::Schema;
use crate::value::Value;

/// Made-up values that the planner has to know of. What is made up only when an object is made is the cloud's.
pub trait StandIns: Send + Sync {
    /// A new object with the computed values that are known already when it is planned; none where only making it
    /// tells them.
    fn planned(
        &self,
        address: &Address,
        scope: &Scope,
        schema: &Schema,
        planned: &Value,
    ) -> Option<Value>;

    /// The outputs of a module instance that is not looked into; those that are not among them are null.
    fn outputs(&self, module: &ModulePath) -> Option<&BTreeMap<EcoString, Value>>;

    /// Whether an object exists nowhere but here, so that no cloud keeps it from being deleted.
    fn makes_up(&self, address: &Address, scope: &Scope) -> bool;

    /// Whether a module instance is, or is within, one that is not looked into: its resources do not exist.
    fn covers(&self, module: &ModulePath) -> bool;
}
