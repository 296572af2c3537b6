//! Resources: how many instances there are, and what becomes of each.

use std::sync::Arc;

use ecow::EcoString;

use super::decide::Wish;
use super::expand::{Expansion, expand};
use super::instance::{Group, InstanceId, Repetition, Shape};
use super::providers::{Provider, scope_of};
use super::state::find_schema;
use super::{ConditionKind, Place, Ran, Walk, judge, without_keys};
use crate::base::{Address, Mode, ResourceAddress};
use crate::config::{Condition, ModuleId, Resource};
use crate::diag::{Diagnostic, Diagnostics};
use crate::plan::diff::write_only;
use crate::plan::{CheckStatus, Checkable, Intent};
use crate::schema::Schema;
use crate::value::{Entries, Type, Value};

/// One instance of a resource while it is planned.
pub(super) struct Subject<'a> {
    pub at: InstanceId,
    pub index: usize,
    pub resource: &'a Resource,
    pub address: Address,
    pub repetition: Repetition,
    pub provider: Provider,
}

impl Walk {
    /// Plans a resource, data source or ephemeral resource in every instance of its module.
    pub(super) fn resource(&mut self, module: ModuleId, index: usize) -> Ran {
        let config = self.state.config.clone();
        let Some((_, resource)) = config.tree[module].resources.get_index(index) else {
            return Ran::Done;
        };
        let mut ran = Ran::Done;
        for id in self.state.instances.of(module).to_vec() {
            if self.state.instances[id].resources[index].is_some() {
                continue;
            }
            if self.is_stood_in(id) {
                self.skip_resource(id, index);
                continue;
            }
            if self.state.consulting {
                let block = self.address_of(id, resource);
                self.state.instances[id].resources[index] = self.consulted.get(&block).cloned();
                continue;
            }
            ran = ran.or(if self.state.validating {
                Ran::of(self.validate_group(id, index, resource))
            } else {
                self.plan_group(id, index, resource)
            });
        }
        ran
    }

    /// The place of a resource's own expressions.
    pub(in crate::plan) fn place_of<'a>(
        &'a self,
        at: InstanceId,
        index: usize,
        repetition: &'a Repetition,
    ) -> Place<'a> {
        Place { repetition, own: Some(index), ..self.state.place(at) }
    }

    fn plan_group(&mut self, at: InstanceId, index: usize, resource: &Resource) -> Ran {
        let place = self.place_of(at, index, &Repetition::None);
        let (expansion, problems) =
            expand(&place, resource.count.as_deref(), resource.for_each.as_deref());
        let Some(expansion) = expansion else {
            self.problems.extend(problems);
            return Ran::Failed;
        };
        let subjects = match self.subjects(at, index, resource, &expansion) {
            Ok(Some(subjects)) => subjects,
            Ok(None) => return Ran::Waits,
            Err(found) => {
                self.problems.extend(problems);
                self.problems.extend(found);
                return Ran::Failed;
            }
        };
        if !subjects.is_empty() && !self.implemented(resource) {
            self.problems.extend(problems);
            return Ran::Failed;
        }
        let mut values = Vec::with_capacity(subjects.len());
        if resource.key.mode != Mode::Managed {
            return self.read_group(at, index, subjects, expansion.shape);
        }
        if !self.is_live_known(resource, &subjects) || !self.are_imports_read(&subjects) {
            return Ran::Waits;
        }
        self.problems.extend(problems);
        let mut well = true;
        for subject in &subjects {
            match self.plan_subject(subject) {
                Ok(value) => values.push(self.seen(resource, &value)),
                Err(problems) => {
                    well = false;
                    self.report_all(&subject.address, problems);
                    values.push(Value::unknown(Type::Dynamic));
                }
            }
        }
        self.keep_each(at, index, &subjects);
        self.state.instances[at].resources[index] = Some(Group::new(expansion.shape, values));
        Ran::of(well)
    }

    /// Remembers the values of `for_each` for the apply.
    fn keep_each(&mut self, at: InstanceId, index: usize, subjects: &[Subject<'_>]) {
        let values = subjects.iter().filter_map(|subject| match &subject.repetition {
            Repetition::Each { key, value } => {
                Some((EcoString::from(key.as_str()?), value.clone()))
            }
            _ => None,
        });
        let values: Entries = values.collect();
        if !values.is_empty() {
            self.each_values.insert((at, index), values);
        }
    }

    /// Every instance with its provider; none where a provider is not set up yet.
    fn subjects<'a>(
        &mut self,
        at: InstanceId,
        index: usize,
        resource: &'a Resource,
        expansion: &Expansion,
    ) -> Result<Option<Vec<Subject<'a>>>, Diagnostics> {
        let block = Arc::new(self.address_of(at, resource));
        let mut subjects = Vec::new();
        let mut waits = false;
        for (position, key) in expansion.shape.keys().into_iter().enumerate() {
            let repetition = expansion.repetition(position, resource.count.is_some());
            match self.provider_of(at, resource, &repetition)? {
                Some(provider) => subjects.push(Subject {
                    at,
                    index,
                    resource,
                    address: Address { resource: block.clone(), key },
                    repetition,
                    provider,
                }),
                None => waits = true,
            }
        }
        Ok((!waits).then_some(subjects))
    }

    /// The address of a block in a module instance.
    pub(in crate::plan) fn address_of(
        &self,
        at: InstanceId,
        resource: &Resource,
    ) -> ResourceAddress {
        ResourceAddress {
            module: self.state.instances[at].path.clone(),
            mode: resource.key.mode,
            type_name: resource.key.type_name.clone(),
            name: resource.key.name.clone(),
        }
    }

    /// Whether there is a schema of the type and the cloud implements it; reports where not.
    fn implemented(&mut self, resource: &Resource) -> bool {
        if self.state.schema(&resource.key).is_none() {
            let problem = self.unknown_type(resource);
            self.problems.push(problem);
            return false;
        }
        let type_name = &resource.key.type_name;
        if (self.input.supports)(type_name, resource.key.mode) {
            return true;
        }
        let detail = format!(
            "terrace knows what {type_name} is but cannot manage it on this cloud yet. A configuration may declare it, \
             as long as it has no instances."
        );
        self.problems.push(
            Diagnostic::error(516, "Resource type not implemented", detail)
                .at(resource.type_span)
                .within(resource.span),
        );
        false
    }

    pub(super) fn unknown_type(&self, resource: &Resource) -> Diagnostic {
        let type_name = resource.key.type_name.as_str();
        let provider = resource.provider_name();
        let (kind, summary, word, other) = match resource.key.mode {
            Mode::Managed => (
                crate::schema::Kind::Resource,
                "Invalid resource type",
                "resource",
                crate::schema::Kind::Data,
            ),
            Mode::Data => (
                crate::schema::Kind::Data,
                "Invalid data source",
                "data source",
                crate::schema::Kind::Resource,
            ),
            Mode::Ephemeral => (
                crate::schema::Kind::Ephemeral,
                "Invalid ephemeral resource",
                "ephemeral resource",
                crate::schema::Kind::Data,
            ),
        };
        let registry = &self.state.registry;
        let mut problem = Diagnostic::error(
            517,
            summary,
            format!("The provider {provider} does not support {word} type \"{type_name}\"."),
        )
        .at(resource.type_span)
        .within(resource.span);
        if registry.find(other, type_name).is_some() {
            problem.help = Some(match other {
                crate::schema::Kind::Resource => {
                    format!("Did you intend to use the managed resource type \"{type_name}\"?")
                }
                _ => format!("Did you intend to use the data source \"{type_name}\"?"),
            });
        } else if let Some(word) = registry.suggest(kind, type_name) {
            problem = problem.help(format!("Did you mean \"{word}\"?"));
        }
        problem
    }

    /// What expressions see of an object that is planned.
    fn seen(&self, resource: &Resource, planned: &Value) -> Value {
        match self.state.schema(&resource.key) {
            Some(schema) => write_only::unveil(planned, &schema.block),
            None => planned.clone(),
        }
    }

    /// Plans one instance; answers what is planned.
    fn plan_subject(&mut self, subject: &Subject<'_>) -> Result<Value, Diagnostics> {
        let resource = subject.resource;
        let address = &subject.address;
        self.declared.insert(address.clone());
        let registry = self.state.registry.clone();
        let schema = find_schema(&registry, &resource.key)
            .ok_or_else(|| Diagnostics::from(self.unknown_type(resource)))?;
        if self.input.options.intent == Intent::Destroy || !self.selection.holds_instance(address) {
            return Ok(self.as_it_is(address, schema.implied_type()));
        }
        let place = self.place_of(subject.at, subject.index, &subject.repetition);
        let verdict = judge(&place, ConditionKind::Precondition, &resource.lifecycle.preconditions);
        self.note(subject, &resource.lifecycle.preconditions, verdict)?;
        let place = self.place_of(subject.at, subject.index, &subject.repetition);
        let (config, problems) = place.decode_resource(resource, schema);
        if problems.has_errors() {
            return Err(problems);
        }
        self.report_all(address, problems);
        let scope = scope_of(&subject.provider, &config);
        let value = self.decide(subject, Wish { schema, config, scope })?;
        let place = Place {
            this: Some(&value),
            own: None,
            ..self.place_of(subject.at, subject.index, &subject.repetition)
        };
        let verdict =
            judge(&place, ConditionKind::Postcondition, &resource.lifecycle.postconditions);
        self.note(subject, &resource.lifecycle.postconditions, verdict)?;
        Ok(value)
    }

    /// Notes what conditions of an instance came to; their errors end its planning.
    pub(super) fn note(
        &mut self,
        subject: &Subject<'_>,
        conditions: &[Condition],
        verdict: super::Verdict,
    ) -> Result<(), Diagnostics> {
        if conditions.is_empty() {
            return Ok(());
        }
        let address = &subject.address;
        let block = ResourceAddress {
            module: without_keys(&address.resource.module),
            ..(*address.resource).clone()
        };
        let module = address.resource.module.clone();
        let object = Checkable::Resource(block);
        self.checks.record(object, address.to_string(), module, address.key.clone(), &verdict);
        if matches!(verdict.status, CheckStatus::Fail | CheckStatus::Error)
            && verdict.problems.has_errors()
        {
            return Err(verdict.problems);
        }
        self.problems.extend(verdict.problems);
        Ok(())
    }

    fn validate_group(&mut self, at: InstanceId, index: usize, resource: &Resource) -> bool {
        let registry = self.state.registry.clone();
        let place = self.place_of(at, index, &Repetition::None);
        let (expansion, mut problems) =
            expand(&place, resource.count.as_deref(), resource.for_each.as_deref());
        let keyed = resource.count.is_some() || resource.for_each.is_some();
        // While validating, an instance stands for all: its key is unknown. The block is checked whether or not it can be
        // told how often it is repeated.
        let expansion = expansion.filter(|_| !keyed).unwrap_or(Expansion::open());
        let repetition = expansion.repetition(0, resource.count.is_some());
        let value = match find_schema(&registry, &resource.key) {
            Some(schema) => {
                problems.extend(self.validate_block(at, index, resource, schema, &repetition));
                if keyed {
                    Value::unknown(Type::Dynamic)
                } else {
                    Value::unknown(schema.implied_type().clone())
                }
            }
            None if keyed => Value::unknown(Type::Dynamic),
            None => {
                problems.push(self.unknown_type(resource));
                Value::unknown(Type::Dynamic)
            }
        };
        if let Err(found) = self.provider_of(at, resource, &repetition) {
            problems.extend(found);
        }
        let well = !problems.has_errors();
        self.problems.extend(problems);
        let shape = if keyed { Shape::Unknown } else { Shape::Single };
        self.state.instances[at].resources[index] = Some(Group::new(shape, vec![value]));
        well
    }

    fn validate_block(
        &self,
        at: InstanceId,
        index: usize,
        resource: &Resource,
        schema: &Schema,
        repetition: &Repetition,
    ) -> Diagnostics {
        let place = self.place_of(at, index, repetition);
        let (_, mut problems) = place.decode_resource(resource, schema);
        let lifecycle = &resource.lifecycle;
        problems
            .extend(judge(&place, ConditionKind::Precondition, &lifecycle.preconditions).problems);
        let this = Value::unknown(schema.implied_type().clone());
        let place = Place { this: Some(&this), own: None, ..self.place_of(at, index, repetition) };
        problems.extend(
            judge(&place, ConditionKind::Postcondition, &lifecycle.postconditions).problems,
        );
        problems.extend(self.validate_lifecycle(at, resource, schema));
        problems.extend(place.check_provisioners(resource));
        problems
    }

    /// The value of a live object that is not planned anew.
    pub(super) fn as_it_is(&self, address: &Address, ty: &Type) -> Value {
        match self.slot(address) {
            Some(slot) => slot.current.value.clone(),
            None => Value::unknown(ty.clone()),
        }
    }
}
