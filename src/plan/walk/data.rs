//! Data sources and ephemeral resources: read while planning where that is possible, else while applying.

use std::collections::BTreeSet;

use super::decide::{Source, blank, marked};
use super::instance::{Group, InstanceId, Shape};
use super::providers::scope_of;
use super::resource::Subject;
use super::state::find_schema;
use super::{ConditionKind, Ephemeral, Place, Ran, Walk, judge};
use crate::base::Mode;
use crate::diag::{Diagnostics, Severity};
use crate::graph::{NodeId, Object, Part};
use crate::plan::diff::marks;
use crate::plan::{Action, DataNeed, Reason, Step, conform, unknowns};
use crate::schema::{Block, Schema};
use crate::value::{Marks, Type, Value};

/// What became of one data source.
enum Answer {
    Value(Value),
    Waits,
    Failed(Diagnostics),
}

impl Walk {
    pub(super) fn read_group(
        &mut self,
        at: InstanceId,
        index: usize,
        subjects: Vec<Subject<'_>>,
        shape: Shape,
    ) -> Ran {
        let mut ran = Ran::Done;
        let mut values = Vec::with_capacity(subjects.len());
        let mut noted = Diagnostics::none();
        let (drafts, checks) = (self.drafts.len(), self.checks.clone());
        for subject in &subjects {
            match self.read_subject(subject, &mut noted) {
                Answer::Value(value) => values.push(value),
                Answer::Waits => ran = ran.or(Ran::Waits),
                Answer::Failed(problems) => {
                    ran = Ran::Failed;
                    noted.extend(problems);
                    values.push(Value::unknown(Type::Dynamic));
                }
            }
        }
        if ran == Ran::Waits {
            self.checks = checks;
            self.undo_drafts(drafts);
            return ran;
        }
        let nested = subjects.first().is_some_and(|subject| subject.resource.check.is_some());
        if nested && ran == Ran::Failed {
            // A data source within a check only warns.
            ran = Ran::Done;
            noted.iter_mut().for_each(|problem| problem.severity = Severity::Warning);
        }
        self.problems.extend(noted);
        self.state.instances[at].resources[index] = Some(Group::new(shape, values));
        ran
    }

    fn read_subject(&mut self, subject: &Subject<'_>, noted: &mut Diagnostics) -> Answer {
        let resource = subject.resource;
        if resource.key.mode == Mode::Ephemeral {
            let module = self.state.instances[subject.at].module;
            let source = Source { module, at: subject.at, index: subject.index };
            let ephemeral = Ephemeral { source, provider: subject.provider.clone() };
            self.ephemerals.insert(subject.address.clone(), ephemeral);
        }
        let registry = self.state.registry.clone();
        let Some(schema) = find_schema(&registry, &resource.key) else {
            return Answer::Failed(self.unknown_type(resource).into());
        };
        let place = self.place_of(subject.at, subject.index, &subject.repetition);
        let lifecycle = &resource.lifecycle;
        let verdict = judge(&place, ConditionKind::Precondition, &lifecycle.preconditions);
        if let Err(problems) = self.note(subject, &lifecycle.preconditions, verdict) {
            return Answer::Failed(problems);
        }
        let place = self.place_of(subject.at, subject.index, &subject.repetition);
        let (config, problems) = place.decode_resource(resource, schema);
        if problems.has_errors() {
            return Answer::Failed(problems);
        }
        let value = match self.deferral(subject, &config) {
            Some(reason) => self.read_later(subject, schema, &config, reason),
            None => match self.read_now(subject, schema, &config) {
                Answer::Value(value) => {
                    self.note_read(subject.at, resource);
                    self.read_again(subject, &config, &value);
                    value
                }
                Answer::Failed(problems) => {
                    let found = self.note_unread(subject.at, resource, &subject.address, &problems);
                    let Some(warnings) = found else { return Answer::Failed(problems) };
                    noted.extend(warnings);
                    self.read_in_vain(subject, schema, &config)
                }
                Answer::Waits => return Answer::Waits,
            },
        };
        noted.extend(problems);
        let value = match resource.key.mode {
            Mode::Ephemeral => value.with_marks(Marks::EPHEMERAL),
            _ => value,
        };
        let place = Place {
            this: Some(&value),
            own: None,
            ..self.place_of(subject.at, subject.index, &subject.repetition)
        };
        let verdict = judge(&place, ConditionKind::Postcondition, &lifecycle.postconditions);
        match self.note(subject, &lifecycle.postconditions, verdict) {
            Ok(()) => Answer::Value(value),
            Err(problems) => Answer::Failed(problems),
        }
    }

    /// Why a data source cannot be read now, if it cannot.
    fn deferral(&self, subject: &Subject<'_>, config: &Value) -> Option<Reason> {
        if !config.is_wholly_known() {
            return Some(Reason::ReadBecauseConfigUnknown);
        }
        self.depends_on_changes(subject).then_some(Reason::ReadBecauseDependencyPending)
    }

    /// Whether something changes that has to be done before the data source is read: a managed resource that it refers
    /// to itself, what `depends_on` names, of the block or of a module call around it, and where it has conditions
    /// everything that it needs.
    fn depends_on_changes(&self, subject: &Subject<'_>) -> bool {
        let tree = &self.state.config.tree;
        let module = self.state.instances[subject.at].module;
        let dag = self.graph.dag();
        let own = self.graph.node(Object { module, part: Part::Resource(subject.index) });
        let resource = subject.resource;
        let lifecycle = &resource.lifecycle;
        let judged = !lifecycle.preconditions.is_empty() || !lifecycle.postconditions.is_empty();
        if judged && resource.check.is_none() {
            let needs = own.map(|node| dag.needs([node])).unwrap_or_default();
            if needs.iter().any(|node| Some(*node) != own && self.changing.contains(node)) {
                return true;
            }
        }
        let referred = own.into_iter().flat_map(|node| dag.dependencies(node));
        if referred.into_iter().any(|node| self.changes_managed(node)) {
            return true;
        }
        let mut named: Vec<NodeId> = Vec::new();
        for entry in &resource.depends_on {
            named.extend(self.graph.depends_on_targets(tree, module, entry));
        }
        let mut at = Some(module);
        while let Some(module) = at {
            let declared = &tree[module];
            at = declared.parent;
            let call = declared.path.last().zip(at).and_then(|(name, p)| tree[p].calls.get(name));
            if let (Some(call), Some(parent)) = (call, at) {
                for entry in &call.depends_on {
                    named.extend(self.graph.depends_on_targets(tree, parent, entry));
                }
            }
        }
        // A resource stands for itself; anything else for all that it is made of.
        let (resources, others): (Vec<NodeId>, Vec<NodeId>) =
            named.into_iter().partition(|node| matches!(dag.weight(*node).part, Part::Resource(_)));
        let made_of = if others.is_empty() { BTreeSet::new() } else { dag.needs(others) };
        resources.iter().chain(&made_of).any(|node| self.changing.contains(node))
    }

    /// Whether a node is a managed resource that changes.
    fn changes_managed(&self, node: NodeId) -> bool {
        let object = self.graph.dag().weight(node);
        let Part::Resource(index) = object.part else { return false };
        let block = self.state.config.tree[object.module].resources.get_index(index);
        block.is_some_and(|(key, _)| key.mode == Mode::Managed) && self.changing.contains(&node)
    }

    fn read_now(&mut self, subject: &Subject<'_>, schema: &Schema, config: &Value) -> Answer {
        match self.answers.get(&subject.address) {
            Some(Ok(value)) => {
                let value = marked(value, config, schema);
                if subject.resource.key.mode == Mode::Data {
                    self.data.insert(subject.address.clone(), value.clone());
                }
                Answer::Value(value)
            }
            Some(Err(problems)) => {
                let problems = problems.clone().into_iter().map(|mut problem| {
                    problem.subject.get_or_insert(subject.resource.span);
                    problem
                });
                Answer::Failed(problems.collect())
            }
            None => {
                self.needs.data.push(DataNeed {
                    address: subject.address.clone(),
                    scope: scope_of(&subject.provider, config),
                    config: marks::strip(config),
                });
                Answer::Waits
            }
        }
    }

    fn read_later(
        &mut self,
        subject: &Subject<'_>,
        schema: &Schema,
        config: &Value,
        reason: Reason,
    ) -> Value {
        let planned = marked(&with_computed(&schema.block, config), config, schema);
        if subject.resource.key.mode == Mode::Ephemeral {
            return planned;
        }
        let step = Step {
            reason,
            unknown: unknowns::origins(&planned, subject.resource),
            planned: Some(planned.clone()),
            ..blank(&subject.address, scope_of(&subject.provider, config), Action::Read)
        };
        self.draft(subject, step);
        planned
    }

    /// What is there of the data source of a check that could not be read: what reading fills in is open.
    fn read_in_vain(&mut self, subject: &Subject<'_>, schema: &Schema, config: &Value) -> Value {
        let planned = self.read_later(subject, schema, config, Reason::ReadBecauseCheckNested);
        self.data.insert(subject.address.clone(), conform::fill(&planned, None));
        planned
    }

    /// A data source within a check is read once more while applying, whatever it said when planning.
    fn read_again(&mut self, subject: &Subject<'_>, config: &Value, value: &Value) {
        if subject.resource.check.is_none() {
            return;
        }
        let step = Step {
            reason: Reason::ReadBecauseCheckNested,
            planned: Some(value.clone()),
            ..blank(&subject.address, scope_of(&subject.provider, config), Action::Read)
        };
        self.draft(subject, step);
    }

    fn undo_drafts(&mut self, to: usize) {
        for (at, draft) in self.drafts.drain(to..).enumerate() {
            self.by_address.remove(&(draft.step.address, to + at));
        }
    }
}

/// The configuration with what reading will fill in as unknown.
fn with_computed(block: &Block, config: &Value) -> Value {
    let Some(entries) = config.as_entries() else { return config.clone() };
    let mut entries = entries.clone();
    for (name, attribute) in &block.attributes {
        let unset = entries.get(name).is_none_or(Value::is_null);
        if unset && attribute.presence.is_computed() {
            entries.insert(name.clone(), Value::unknown(attribute.ty.clone()));
        }
    }
    Value::object(entries).with_marks(config.marks())
}
