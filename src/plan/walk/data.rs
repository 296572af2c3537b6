//! Data sources and ephemeral resources: read while planning where that is possible, else while applying.

use super::decide::{Source, blank, marked};
use super::instance::{Group, InstanceId, Shape};
use super::providers::scope_of;
use super::resource::Subject;
use super::state::find_schema;
use super::{ConditionKind, Ephemeral, Place, Ran, Walk, judge};
use crate::base::Mode;
use crate::diag::{Diagnostics, Severity};
use crate::graph::{NodeId, Part};
use crate::plan::diff::marks;
use crate::plan::{Action, DataNeed, Reason, Step, unknowns};
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
                    self.read_again(subject, &config, &value);
                    value
                }
                other => return other,
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

    /// Whether something that `depends_on` names, of the block or of a module call around it, changes.
    fn depends_on_changes(&self, subject: &Subject<'_>) -> bool {
        let tree = &self.state.config.tree;
        let mut at = Some(self.state.instances[subject.at].module);
        let mut named: Vec<NodeId> = Vec::new();
        if let Some(module) = at {
            for entry in &subject.resource.depends_on {
                named.extend(self.graph.depends_on_targets(tree, module, entry));
            }
        }
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
        if named.is_empty() {
            return false;
        }
        let needs = self.graph.dag().needs(named);
        self.drafts.iter().any(|draft| {
            let Some(source) = draft.source else { return false };
            if matches!(draft.step.action, Action::NoOp) {
                return false;
            }
            let object =
                crate::graph::Object { module: source.module, part: Part::Resource(source.index) };
            self.graph.node(object).is_some_and(|node| needs.contains(&node))
        })
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
        let reason = if subject.resource.check.is_some() && config.is_wholly_known() {
            Reason::ReadBecauseCheckNested
        } else {
            reason
        };
        let step = Step {
            reason,
            unknown: unknowns::origins(&planned, subject.resource),
            planned: Some(planned.clone()),
            ..blank(&subject.address, scope_of(&subject.provider, config), Action::Read)
        };
        self.draft(subject, step);
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
