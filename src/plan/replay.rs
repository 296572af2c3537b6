//! The walk again, while applying: with what the steps before turned out to be.

use std::collections::{BTreeMap, BTreeSet};

use ecow::EcoString;
use indexmap::IndexMap;

use super::diff::{self, DiffInput, marks, write_only};
use super::openings::Openings;
use super::walk::{ConditionKind, InstanceId, Place, Source, Walk, judge};
use super::{
    Action, CheckResult, DataNeed, Provisioner, RememberedOutput, Resolver, RootScope, Step,
    StepId, conform, ignore, names,
};
use crate::base::{Address, Mode};
use crate::config::{self, ProvisionerWhen, Resource};
use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::eval;
use crate::graph::{NodeId, Object, Part};
use crate::schema::{self, Schema};
use crate::value::{Type, Value, convert};

/// Evaluates steps with the results told so far.
pub struct Replay {
    pub(super) walk: Walk,
    /// Ephemeral resources in this run.
    pub(super) openings: Openings,
    /// The block that each step comes from, by the step's number.
    sources: Vec<Option<Source>>,
    /// The root outputs as they were planned.
    planned_outputs: Vec<Option<Value>>,
    /// Root outputs that depend on steps that were not done, or on values that turned out wrong.
    open_outputs: BTreeSet<EcoString>,
    /// Variables, locals and outputs that were found wholly known, so that they need no second look.
    settled: BTreeSet<(InstanceId, NodeId)>,
    /// What the configuration decides of the update that was evaluated last.
    decided: Option<(StepId, Value)>,
}

impl Replay {
    pub(super) fn new(mut walk: Walk, sources: Vec<Option<Source>>) -> Self {
        walk.forget_planning();
        walk.state.allow_effects();
        Self {
            planned_outputs: walk.state.instances[InstanceId::ROOT].outputs.clone(),
            openings: Openings::new(&walk),
            walk,
            sources,
            open_outputs: BTreeSet::new(),
            settled: BTreeSet::new(),
            decided: None,
        }
    }

    /// What the names of the root module came to so far.
    #[must_use]
    pub fn scope(&self) -> RootScope<'_> {
        RootScope::new(&self.walk.state)
    }

    pub(super) fn source(&self, step: &Step) -> Option<Source> {
        self.sources.get(step.id.0 as usize).copied().flatten()
    }

    /// What the configuration asks of the object of a step, with everything known that is known by now.
    fn evaluate(&mut self, step: &Step, source: Source) -> Result<Value, Diagnostics> {
        let config = self.walk.state.config.clone();
        let registry = self.walk.state.registry.clone();
        let (_, resource) =
            config.tree[source.module].resources.get_index(source.index).ok_or_else(missing)?;
        let schema = self.walk.state.schema_in(&registry, &resource.key).ok_or_else(missing)?;
        let others = self.walk.take_new_problems();
        self.refresh(source);
        let found = std::mem::replace(&mut self.walk.problems, others);
        if found.has_errors() {
            return Err(found);
        }
        self.walk.problems.extend(found);
        let repetition = self.walk.repetition_of(source, resource, step.address.key.as_ref())?;
        let place = self.walk.place_of(source.at, source.index, &repetition);
        let verdict = judge(&place, ConditionKind::Precondition, &resource.lifecycle.preconditions);
        let place = self.walk.place_of(source.at, source.index, &repetition);
        let (value, mut problems) = place.decode_resource(resource, schema);
        problems.extend(verdict.problems);
        if problems.has_errors() {
            return Err(about(&step.address, problems));
        }
        if resource.key.mode != Mode::Managed {
            return Ok(value);
        }
        let prior = step.prior.as_ref().filter(|_| step.action != Action::Create);
        let config = match prior {
            Some(prior) => ignore::apply(&resource.lifecycle.ignore_changes, &value, prior, schema),
            None => value,
        };
        let value = self.planned(step, prior, schema, &config);
        let expected = step.planned.clone().unwrap_or_else(|| value.clone());
        let lasting = write_only::veil(&value, &schema.block);
        conform::check(&step.address, &expected, &lasting, resource.span)?;
        let value = self.complete(step, schema, &value);
        if let Some(configured) = diff::configured(schema, &config) {
            self.walk.configured.insert(step.address.clone(), configured);
        }
        if step.action == Action::Update {
            self.decided = Some((step.id, decided(schema, &config, &value)));
        }
        Ok(value)
    }

    fn planned(
        &self,
        step: &Step,
        prior: Option<&Value>,
        schema: &Schema,
        config: &Value,
    ) -> Value {
        let tags = self.walk.tags_of_scope(&step.scope);
        let region = step.scope.region.as_ref();
        let accepted =
            prior.map(|prior| self.walk.scheduled_values(schema, prior)).unwrap_or_default();
        let remembered = &self.walk.input.remembered;
        let before = step.moved_from.as_ref().unwrap_or(&step.address);
        let difference = diff::diff(&DiffInput {
            accepted: &accepted,
            schema,
            prior,
            config,
            tags: &tags,
            region: region.map(crate::base::Region::as_str),
            // The prior value has nothing in it but what is the stack's own.
            seen: prior,
            sent: remembered.write_only.get(before),
            configured: remembered.configured.get(before),
        });
        let planned = match prior {
            Some(_) => difference.planned,
            None => {
                self.walk.with_stand_ins(&step.address, &step.scope, schema, difference.planned)
            }
        };
        marks::remark(&planned, config)
    }

    /// The wholly known value to make: null where the cloud decides, as it was where nothing was decided anew.
    fn complete(&self, step: &Step, schema: &Schema, value: &Value) -> Value {
        let prior = step.prior.as_ref().filter(|_| step.action != Action::Create);
        let value = conform::fill(value, prior);
        match step.action {
            Action::Create => names::generate(
                schema,
                &value,
                &step.address,
                step.generation,
                self.walk.input.seed,
            ),
            _ => value,
        }
    }

    /// Evaluates anew what a resource refers to and what was not wholly known so far.
    pub(super) fn refresh(&mut self, source: Source) {
        let object = Object { module: source.module, part: Part::Resource(source.index) };
        if let Some(node) = self.walk.graph.node(object) {
            self.refresh_below(source.at, node);
        }
    }

    fn refresh_below(&mut self, at: InstanceId, node: NodeId) {
        let graph = self.walk.graph.clone();
        let mut stack: Vec<(InstanceId, NodeId, bool)> = vec![(at, node, false)];
        let mut seen = BTreeSet::new();
        while let Some((here, next, open)) = stack.pop() {
            if open {
                if (here, next) != (at, node) {
                    self.walk.evaluate_again(here, *graph.dag().weight(next));
                }
                continue;
            }
            if !seen.insert((here, next)) {
                continue;
            }
            stack.push((here, next, true));
            for need in graph.dag().dependencies(next) {
                let object = *graph.dag().weight(need);
                let has_value = matches!(
                    object.part,
                    Part::Variable(_) | Part::Validation(_) | Part::Local(_) | Part::Output(_)
                );
                if !has_value {
                    continue;
                }
                for instance in self.walk.related(here, object.module) {
                    if !self.is_settled(instance, need, object) {
                        stack.push((instance, need, false));
                    }
                }
            }
        }
    }

    /// Whether an object's value cannot change any more. A large one is gone through once, not once per step.
    fn is_settled(&mut self, at: InstanceId, node: NodeId, object: Object) -> bool {
        if self.openings.is_volatile(node) {
            return false;
        }
        if self.settled.contains(&(at, node)) {
            return true;
        }
        let settled = self.walk.is_final(at, object);
        if settled {
            self.settled.insert((at, node));
        }
        settled
    }

    fn provisioner(
        &self,
        step: &Step,
        source: Source,
        resource: &Resource,
        provisioner: &config::Provisioner,
        this: &Value,
    ) -> (Provisioner, Diagnostics) {
        let mut problems = Diagnostics::none();
        let key = step.address.key.as_ref();
        let repetition = self.walk.repetition_of(source, resource, key).unwrap_or_default();
        let place = Place {
            this: Some(this),
            own: None,
            ..self.walk.place_of(source.at, source.index, &repetition)
        };
        let config = match schema::provisioner(&provisioner.kind) {
            Some(block) => {
                let (config, _, found) =
                    eval::decode::decode_body(&provisioner.body, block, &place);
                problems.extend(found);
                config
            }
            None => Value::null(Type::Dynamic),
        };
        let run = Provisioner {
            kind: provisioner.kind.clone(),
            on_failure: provisioner.on_failure,
            config,
            span: provisioner.span,
        };
        (run, problems)
    }

    /// Results of conditions and checks, those that were unknown when planning among them.
    #[must_use]
    pub fn checks(&self) -> Vec<CheckResult> {
        self.walk.checks.results()
    }

    /// Notes that an object depends on steps that were not done.
    fn leave_open(&mut self, object: Object) {
        if let (config::ModuleId::ROOT, Part::Output(index)) = (object.module, object.part) {
            let outputs = &self.walk.state.config.tree.root().outputs;
            self.open_outputs.extend(outputs.get_index(index).map(|(name, _)| name.clone()));
        }
    }

    /// Whether what the configuration runs before a delete is run: not where the new object is there already, and not for
    /// one whose creation did not finish.
    fn runs_at_destroy(&self, step: &Step) -> bool {
        let is_behind_new = step.replaces.is_some_and(|create| step.after.contains(&create));
        !step.deposed && !is_behind_new && !self.walk.is_tainted(&step.address)
    }

    /// The root outputs as they are now, for the ledger.
    #[must_use]
    pub fn outputs(&self) -> IndexMap<EcoString, RememberedOutput> {
        let declared = &self.walk.state.config.tree.root().outputs;
        let values = &self.walk.state.instances[InstanceId::ROOT].outputs;
        let known = declared.iter().zip(values).filter(|((_, output), _)| !output.ephemeral);
        known
            .filter_map(|((name, output), value)| {
                let mut value = value;
                if self.open_outputs.contains(name) {
                    value = &self.planned_outputs[declared.get_index_of(name)?];
                    if !value.as_ref().is_some_and(Value::is_wholly_known) {
                        let before = self.walk.input.remembered.outputs.get(name)?;
                        return Some((name.clone(), before.clone()));
                    }
                }
                // A null output is as good as none.
                let value = value.clone().filter(|value| !value.is_null())?;
                let ty = value.ty();
                let sensitive = output.sensitive;
                Some((name.clone(), RememberedOutput { value, ty, sensitive }))
            })
            .collect()
    }

    /// Values of data sources, those read while applying among them.
    #[must_use]
    pub fn data(&self) -> &BTreeMap<Address, Value> {
        &self.walk.data
    }
}

/// The configuration with its defaults, and with what is desired of attributes that the planner sets.
fn decided(schema: &Schema, config: &Value, desired: &Value) -> Value {
    let complete = crate::schema::with_defaults(&schema.block, config);
    let Some(entries) = complete.as_entries() else { return complete };
    let mut entries = entries.clone();
    // What something else moved and is left to it is wanted as it is.
    let moved = schema.terrace.live_owned.iter().map(|owned| owned.attr.as_str());
    for name in ["tags_all", "region"].into_iter().chain(moved) {
        if let Some(value) = desired.attribute(name) {
            entries.insert(name.into(), value.clone());
        }
    }
    Value::object(entries).with_marks(complete.marks())
}

impl Resolver for Replay {
    fn openings(&mut self, step: &Step) -> Result<Vec<DataNeed>, Diagnostics> {
        self.needed_openings(step)
    }

    fn opened(&mut self, address: &Address, value: &Value) -> Diagnostics {
        self.take_opened(address, value)
    }

    fn desired(&mut self, step: &Step) -> (Option<Value>, Diagnostics) {
        match (step.action, self.source(step)) {
            (Action::Delete | Action::Forget, _) => (None, Diagnostics::none()),
            (Action::NoOp, _) | (_, None) => (step.planned.clone(), Diagnostics::none()),
            (_, Some(source)) => match self.evaluate(step, source) {
                Ok(value) => (Some(value), Diagnostics::none()),
                Err(problems) => (None, problems),
            },
        }
    }

    fn decided(&self, step: &Step) -> Option<Value> {
        self.decided.as_ref().filter(|(of, _)| *of == step.id).map(|(_, value)| value.clone())
    }

    fn configured(&self, step: &Step) -> Option<BTreeMap<EcoString, Value>> {
        self.walk.configured.get(&step.address).cloned()
    }

    fn done(&mut self, step: &Step, value: Option<Value>) -> Diagnostics {
        let (Some(value), Some(source)) = (value, self.source(step)) else {
            return Diagnostics::none();
        };
        let config = self.walk.state.config.clone();
        let Some((_, resource)) = config.tree[source.module].resources.get_index(source.index)
        else {
            return Diagnostics::none();
        };
        let value = match &step.planned {
            // An object is as secret as what was asked for, not as what it was made from.
            Some(planned) if resource.key.mode == Mode::Managed => {
                marks::remark(&marks::strip(&value), planned)
            }
            Some(planned) => marks::remark(&value, planned),
            None => value,
        };
        let value = match self.walk.state.schema(&resource.key) {
            Some(schema) => {
                let typed = convert(&value, schema.implied_type()).unwrap_or(value);
                write_only::unveil(&marks::mark_schema(&typed, &schema.block), &schema.block)
            }
            None => value,
        };
        let address = &step.address;
        if let Some(group) = &mut self.walk.state.instances[source.at].resources[source.index] {
            group.set(address.key.as_ref(), value.clone());
        }
        if resource.key.mode == Mode::Data {
            self.walk.data.insert(address.clone(), value.clone());
            self.walk.note_read(source.at, resource);
        }
        about(address, self.walk.judge_after(source, resource, address, &value))
    }

    fn excuse(&mut self, step: &Step, problems: &Diagnostics) -> Option<Diagnostics> {
        let source = self.source(step)?;
        let config = self.walk.state.config.clone();
        let (_, resource) = config.tree[source.module].resources.get_index(source.index)?;
        let planned = step.planned.clone()?;
        let warnings = self.walk.note_unread(source.at, resource, &step.address, problems)?;
        self.walk.data.insert(step.address.clone(), conform::fill(&planned, None));
        Some(warnings)
    }

    fn provisioners(&mut self, step: &Step, object: &Value) -> (Vec<Provisioner>, Diagnostics) {
        let mut problems = Diagnostics::none();
        let Some(source) = self.source(step) else { return (Vec::new(), problems) };
        let config = self.walk.state.config.clone();
        let resource = config.tree[source.module].resources.get_index(source.index);
        let Some((_, resource)) = resource else { return (Vec::new(), problems) };
        let when = match step.action {
            Action::Create => ProvisionerWhen::Create,
            Action::Delete if self.runs_at_destroy(step) => ProvisionerWhen::Destroy,
            _ => return (Vec::new(), problems),
        };
        let wanted = resource.provisioners.iter().filter(|provisioner| provisioner.when == when);
        let runs = wanted
            .map(|p| problems.take(self.provisioner(step, source, resource, p, object)))
            .collect();
        (runs, problems)
    }

    fn finish(&mut self, undone: &[StepId]) -> Diagnostics {
        let graph = self.walk.graph.clone();
        let unmade = undone.iter().filter_map(|id| {
            let source = self.sources.get(id.0 as usize).copied().flatten()?;
            graph.node(Object { module: source.module, part: Part::Resource(source.index) })
        });
        let mut open = graph.dag().affected(unmade);
        let order = graph.dag().order().unwrap_or_default();
        for node in order {
            let object = *graph.dag().weight(node);
            if !matches!(object.part, Part::Validation(_) | Part::Output(_) | Part::Check(_)) {
                continue;
            }
            if open.contains(&node) {
                self.leave_open(object);
                continue;
            }
            let before = self.walk.problems.len();
            for at in self.walk.state.instances.of(object.module).to_vec() {
                if matches!(object.part, Part::Validation(_)) && self.is_settled(at, node, object) {
                    continue;
                }
                self.refresh_below(at, node);
                self.walk.evaluate_again(at, object);
            }
            let wrong = |problem: &Diagnostic| problem.severity == Severity::Error;
            if self.walk.problems.iter().skip(before).any(wrong) {
                self.leave_open(object);
                open.extend(graph.dag().affected([node]));
            }
        }
        self.walk.take_new_problems()
    }
}

/// The problems as those of an object.
fn about(address: &Address, problems: Diagnostics) -> Diagnostics {
    let mut problems = problems;
    for problem in &mut problems {
        problem.address.get_or_insert_with(|| address.to_string());
    }
    problems
}

pub(super) fn missing() -> Diagnostics {
    let detail = "The block that this step was planned from is not in the configuration.";
    Diagnostic::error(570, "Plan does not fit the configuration", detail).into()
}
