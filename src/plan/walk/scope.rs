//! What names mean within one instance of a module: the evaluator's view of the walk.

use ecow::EcoString;

use super::instance::{Calls, Group, Instance, InstanceId, Repetition, Shape};
use super::{State, references};
use crate::base::Key;
use crate::diag::{Diagnostic, Diagnostics};
use crate::eval::{Found, Outside, Reference, Scope};
use crate::graph::resource_key;
use crate::value::{Type, Value};

/// A place at which expressions are evaluated.
pub(in crate::plan) struct Place<'a> {
    /// Everything evaluated so far.
    pub state: &'a State,
    /// The module instance.
    pub at: InstanceId,
    /// `each` and `count`.
    pub repetition: &'a Repetition,
    /// `self`, where there is one.
    pub this: Option<&'a Value>,
    /// The resource block whose own expressions these are, which must not refer to itself.
    pub own: Option<usize>,
    /// The check whose block this is: only there its data source is known.
    pub check: Option<&'a EcoString>,
    /// What functions may reach.
    pub outside: &'a Outside,
}

impl Place<'_> {
    fn instance(&self) -> &Instance {
        &self.state.instances[self.at]
    }

    fn found(value: Value, used: usize) -> Result<Found, Box<Diagnostic>> {
        Ok(Found { value, used })
    }

    fn each(&self, name: &str, reference: &Reference<'_>) -> Result<Found, Box<Diagnostic>> {
        match (self.repetition, name) {
            (Repetition::Each { key, .. }, "key") => Self::found(key.clone(), 1),
            (Repetition::Each { value, .. }, "value") => Self::found(value.clone(), 1),
            (Repetition::Each { .. }, _) => Err(references::no_such_attribute(reference)),
            _ => Err(references::no_each(reference)),
        }
    }

    fn resource(&self, reference: &Reference<'_>) -> Result<Found, Box<Diagnostic>> {
        let module = self.instance().module;
        let declared = &self.state.config.tree[module];
        let undeclared = || references::undeclared_resource(reference, declared);
        let (key, used) = resource_key(reference).ok_or_else(undeclared)?;
        let index = declared.resources.get_index_of(&key).ok_or_else(undeclared)?;
        match &self.instance().resources[index] {
            Some(group) => Ok(pick(group, reference, used)),
            None => Self::found(Value::unknown(Type::Dynamic), used),
        }
    }

    fn module(&self, reference: &Reference<'_>) -> Result<Found, Box<Diagnostic>> {
        let declared = &self.state.config.tree[self.instance().module];
        let name = reference.attr(0).ok_or_else(|| references::malformed(reference))?;
        let Some(index) = declared.children.get_index_of(&name.name) else {
            return Err(references::undeclared_module(reference, name, declared));
        };
        let Some(calls) = &self.instance().calls[index] else {
            return Self::found(Value::unknown(Type::Dynamic), 1);
        };
        if calls.shape == Shape::Unknown {
            return Self::found(Value::unknown(Type::Dynamic), 1);
        }
        let (member, used) = match calls.shape {
            Shape::Single => (calls.members.first().copied(), 1),
            _ => (key_at(reference, 1).and_then(|key| calls.get(Some(&key))), 2),
        };
        let Some(member) = member else { return Self::found(self.state.call_value(calls), 1) };
        let output = reference.attr(used).map(|ident| &ident.name);
        match output.and_then(|name| self.state.output(member, name)) {
            Some(value) => Self::found(value, used + 1),
            None => Self::found(self.state.module_value(member), used),
        }
    }
}

/// The instance that the reference names, or all of them.
fn pick(group: &Group, reference: &Reference<'_>, used: usize) -> Found {
    if matches!(group.shape, Shape::Count(_) | Shape::Each(_))
        && let Some(key) = key_at(reference, used)
        && let Some(value) = group.get(Some(&key))
    {
        return Found { value: value.clone(), used: used + 1 };
    }
    Found { value: group.whole(), used }
}

/// The instance key at a step, where it is known and unmarked.
pub(super) fn key_at(reference: &Reference<'_>, step: usize) -> Option<Key> {
    let key = reference.key(step).filter(|key| key.marks().is_none())?;
    if let Some(text) = key.as_str() {
        return Some(Key::Str(text.into()));
    }
    let index = key.as_number()?.to_i64()?;
    Some(Key::Int(u64::try_from(index).ok()?))
}

impl Scope for Place<'_> {
    fn resolve(&self, reference: &Reference<'_>) -> Result<Found, Box<Diagnostic>> {
        let instance = self.instance();
        let declared = &self.state.config.tree[instance.module];
        let first = reference.attr(0).map(|ident| ident.name.as_str());
        let unknown = || Value::unknown(Type::Dynamic);
        match (reference.root.as_str(), first) {
            ("var", Some(name)) => match declared.variables.get_index_of(name) {
                Some(index) => {
                    Self::found(instance.variables[index].clone().unwrap_or_else(unknown), 1)
                }
                None => Err(references::undeclared_variable(reference, name, declared)),
            },
            ("local", Some(name)) => match declared.locals.get_index_of(name) {
                Some(index) => {
                    Self::found(instance.locals[index].clone().unwrap_or_else(unknown), 1)
                }
                None => Err(references::undeclared_local(reference, name, declared)),
            },
            ("module", _) => self.module(reference),
            ("each", Some(name)) => self.each(name, reference),
            ("count", Some("index")) => match self.repetition {
                Repetition::Count(index) => Self::found(index.clone(), 1),
                _ => Err(references::no_count(reference)),
            },
            ("count", Some(_)) => Err(references::no_such_attribute(reference)),
            ("self", _) => match self.this {
                Some(value) => Self::found(value.clone(), 0),
                None => Err(references::no_self(reference)),
            },
            ("path" | "terraform" | "phase" | "stack", Some(name)) => {
                self.state.constant(instance.module, reference.root, name).map_or_else(
                    || Err(references::no_such_attribute(reference)),
                    |v| Self::found(v, 1),
                )
            }
            ("var" | "local" | "each" | "count" | "path" | "terraform" | "phase" | "stack", _) => {
                Err(references::malformed(reference))
            }
            _ => self.resource(reference),
        }
    }

    fn check(&self, reference: &Reference<'_>) -> Diagnostics {
        if !self.state.validating {
            return Diagnostics::none();
        }
        references::check(self, reference)
    }

    fn outside(&self) -> &Outside {
        self.outside
    }
}

impl State {
    /// An output of a module instance; null where it was left out because of an error.
    pub(in crate::plan) fn output(&self, at: InstanceId, name: &str) -> Option<Value> {
        let instance = &self.instances[at];
        let index = self.config.tree[instance.module].outputs.get_index_of(name)?;
        Some(instance.outputs[index].clone().unwrap_or_else(|| Value::unknown(Type::Dynamic)))
    }

    /// All outputs of a module instance as an object.
    pub(in crate::plan) fn module_value(&self, at: InstanceId) -> Value {
        let instance = &self.instances[at];
        let names = self.config.tree[instance.module].outputs.keys().cloned();
        let unknown = || Value::unknown(Type::Dynamic);
        Value::object(
            names.zip(instance.outputs.iter().map(|value| value.clone().unwrap_or_else(unknown))),
        )
    }

    /// All instances of a module call as one value.
    pub(super) fn call_value(&self, calls: &Calls) -> Value {
        let mut values = calls.members.iter().map(|member| self.module_value(*member));
        match &calls.shape {
            Shape::Single => values.next().unwrap_or_else(|| Value::unknown(Type::Dynamic)),
            Shape::Count(_) => Value::tuple(values),
            Shape::Each(keys) => {
                let entries: Vec<(EcoString, Value)> = keys.iter().cloned().zip(values).collect();
                Value::object(entries)
            }
            Shape::Unknown => Value::unknown(Type::Dynamic),
        }
    }
}
