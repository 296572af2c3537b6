//! Where tests say something in place of the cloud, or of a whole module.

use super::Walk;
use super::instance::{Group, InstanceId, Shape};
use crate::base::Address;
use crate::plan::{Scope, StandIns};
use crate::schema::Schema;
use crate::value::{Type, Value};

impl Walk {
    /// What stands in for a cloud, where something does and this is more than a check.
    fn stand_ins(&self) -> Option<&dyn StandIns> {
        self.input.stand_ins.as_deref().filter(|_| self.planning())
    }

    /// Whether no cloud has an object, since a test makes it up.
    pub(super) fn is_made_up(&self, address: &Address, scope: &Scope) -> bool {
        let stand_ins = self.input.stand_ins.as_deref();
        stand_ins.is_some_and(|stand_ins| stand_ins.makes_up(address, scope))
    }

    /// Whether a module instance is not looked into.
    pub(in crate::plan) fn is_stood_in(&self, at: InstanceId) -> bool {
        let path = &self.state.instances[at].path;
        self.stand_ins().is_some_and(|stand_ins| stand_ins.covers(path))
    }

    /// Leaves a resource of a module that is not looked into as unknown as nobody will ever see it.
    pub(super) fn skip_resource(&mut self, at: InstanceId, index: usize) {
        let nothing = Group::new(Shape::Single, vec![Value::unknown(Type::Dynamic)]);
        self.state.instances[at].resources[index] = Some(nothing);
    }

    /// An output of a module instance whose outputs are made up.
    pub(super) fn stood_in_output(&self, at: InstanceId, name: &str) -> Option<Value> {
        let outputs = self.stand_ins()?.outputs(&self.state.instances[at].path)?;
        Some(outputs.get(name).cloned().unwrap_or_else(|| Value::null(Type::Dynamic)))
    }

    /// A new object as it is planned, with what is made up and known by now.
    pub(in crate::plan) fn with_stand_ins(
        &self,
        address: &Address,
        scope: &Scope,
        schema: &Schema,
        planned: Value,
    ) -> Value {
        let made_up =
            self.stand_ins().and_then(|one| one.planned(address, scope, schema, &planned));
        made_up.unwrap_or(planned)
    }
}
