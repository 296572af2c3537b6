//! Evaluating parts of a configuration a second time, while applying.

use std::collections::{BTreeMap, BTreeSet};

use super::expand::expand;
use super::instance::{InstanceId, Repetition};
use super::values::without_keys;
use super::{ConditionKind, Place, Source, Walk, judge};
use crate::base::{Address, Key, ResourceAddress};
use crate::config::Resource;
use crate::diag::Diagnostics;
use crate::graph::{Object, Part};
use crate::plan::diff::ProviderTags;
use crate::plan::{Checkable, Scope};
use crate::value::Value;

impl Walk {
    /// Whether an object's value is wholly known, so that it cannot change any more.
    pub fn is_final(&self, at: InstanceId, object: Object) -> bool {
        let instance = &self.state.instances[at];
        let value = match object.part {
            Part::Variable(index) => &instance.variables[index],
            Part::Local(index) => &instance.locals[index],
            Part::Output(index) => &instance.outputs[index],
            Part::Validation(index) => return self.is_validated(at, index),
            _ => return true,
        };
        value.as_ref().is_some_and(Value::is_wholly_known)
    }

    /// Evaluates an object of one module instance anew.
    pub fn evaluate_again(&mut self, at: InstanceId, object: Object) {
        match object.part {
            Part::Variable(index) => {
                self.variable_in(at, index);
            }
            Part::Validation(index) => {
                self.validation_in(at, index);
            }
            Part::Local(index) => {
                self.local_in(at, index);
            }
            Part::Output(index) => {
                self.output_in(at, index);
            }
            Part::Check(index) => self.check_instance(object.module, index, at),
            _ => {}
        }
    }

    /// What `each` and `count` mean to an instance, evaluated anew where something in it was unknown.
    pub fn repetition_of(
        &self,
        source: Source,
        resource: &Resource,
        key: Option<&Key>,
    ) -> Result<Repetition, Diagnostics> {
        match (&resource.for_each, key) {
            (_, Some(Key::Int(index))) => {
                Ok(Repetition::Count(Value::number(i64::try_from(*index).unwrap_or(i64::MAX))))
            }
            (Some(_), Some(Key::Str(name))) => {
                let kept = self.each_values.get(&(source.at, source.index));
                if let Some(value) = kept.and_then(|values| values.get(name))
                    && value.is_wholly_known()
                {
                    let key = Value::string(name.clone());
                    return Ok(Repetition::Each { key, value: value.clone() });
                }
                let place = self.place_of(source.at, source.index, &Repetition::None);
                let (expansion, problems) = expand(&place, None, resource.for_each.as_deref());
                let Some(expansion) = expansion else { return Err(problems) };
                let at = expansion.shape.position(key);
                Ok(at.map(|at| expansion.repetition(at, false)).unwrap_or_default())
            }
            _ => Ok(Repetition::None),
        }
    }

    /// The same, as far as it was known when planning.
    pub fn repetition_known(
        &self,
        source: Source,
        resource: &Resource,
        key: Option<&Key>,
    ) -> Option<Repetition> {
        self.repetition_of(source, resource, key).ok()
    }

    /// The tags of the provider configuration of a scope.
    pub fn tags_of_scope(&self, scope: &Scope) -> ProviderTags {
        let blocks = self.state.providers.values().flat_map(|found| &found.members);
        let mut all = blocks.chain(self.implied.values());
        all.find(|provider| provider.name == scope.provider)
            .map(|provider| provider.tags.clone())
            .unwrap_or_default()
    }

    /// Judges postconditions of an object that is there now.
    pub fn judge_after(
        &mut self,
        source: Source,
        resource: &Resource,
        address: &Address,
        value: &Value,
    ) -> Diagnostics {
        let conditions = &resource.lifecycle.postconditions;
        if conditions.is_empty() {
            return Diagnostics::none();
        }
        let repetition =
            self.repetition_known(source, resource, address.key.as_ref()).unwrap_or_default();
        let place = Place {
            this: Some(value),
            own: None,
            ..self.place_of(source.at, source.index, &repetition)
        };
        let verdict = judge(&place, ConditionKind::Postcondition, conditions);
        let object = Checkable::Resource(ResourceAddress {
            module: without_keys(&address.resource.module),
            ..(*address.resource).clone()
        });
        let module = address.resource.module.clone();
        self.checks.forget(&object, &address.to_string());
        self.checks.record(object, address.to_string(), module, address.key.clone(), &verdict);
        verdict.problems
    }

    /// Lets go of what only planning needs.
    pub fn forget_planning(&mut self) {
        self.drafts = Vec::new();
        self.by_address = BTreeSet::new();
        self.declared = BTreeSet::new();
        self.now_by_before = BTreeMap::new();
        self.waiting = Vec::new();
    }

    /// Problems since the last time.
    pub fn take_new_problems(&mut self) -> Diagnostics {
        std::mem::replace(&mut self.problems, Diagnostics::none())
    }
}
