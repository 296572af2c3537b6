//! Ephemeral resources while applying: opened again before the steps that use them, since nothing keeps their values.

use std::collections::{BTreeMap, BTreeSet};

use super::diff::marks;
use super::walk::{ConditionKind, InstanceId, Walk, judge, scope_of};
use super::{Action, DataNeed, Replay, Step};
use crate::base::{Address, Mode};
use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::graph::{NodeId, Object, Part};
use crate::value::{Marks, Value, convert};

/// What is known of ephemeral resources in a run.
#[derive(Default)]
pub(super) struct Openings {
    /// Those whose value is of this run.
    opened: BTreeSet<Address>,
    /// The configurations with which the others were asked for.
    asked: BTreeMap<Address, Value>,
    /// Variables, locals and outputs that follow from an ephemeral resource: evaluated anew each time.
    volatile: BTreeSet<NodeId>,
}

impl Openings {
    pub fn new(walk: &Walk) -> Self {
        let mut volatile = BTreeSet::new();
        let dag = walk.graph.dag();
        let mut open: Vec<NodeId> =
            dag.ids().filter(|node| is_ephemeral(walk, *dag.weight(*node))).collect();
        while let Some(node) = open.pop() {
            for dependent in dag.dependents(node) {
                if passes(walk, *dag.weight(dependent)) && volatile.insert(dependent) {
                    open.push(dependent);
                }
            }
        }
        Self { volatile, ..Self::default() }
    }

    /// Whether a value may be another one each time it is looked at.
    pub fn is_volatile(&self, node: NodeId) -> bool {
        self.volatile.contains(&node)
    }
}

fn is_ephemeral(walk: &Walk, object: Object) -> bool {
    let Part::Resource(index) = object.part else { return false };
    let declared = &walk.state.config.tree[object.module].resources;
    declared.get_index(index).is_some_and(|(key, _)| key.mode == Mode::Ephemeral)
}

/// Whether ephemeral values go on through an object.
fn passes(walk: &Walk, object: Object) -> bool {
    matches!(object.part, Part::Variable(_) | Part::Local(_) | Part::Output(_))
        || is_ephemeral(walk, object)
}

impl Replay {
    /// See [`super::Resolver::openings`].
    pub(super) fn needed_openings(&mut self, step: &Step) -> Result<Vec<DataNeed>, Diagnostics> {
        let evaluates = matches!(step.action, Action::Create | Action::Update | Action::Read);
        if self.walk.ephemerals.is_empty() || !evaluates {
            return Ok(Vec::new());
        }
        let Some(source) = self.source(step) else { return Ok(Vec::new()) };
        let object = Object { module: source.module, part: Part::Resource(source.index) };
        let closed = self.closed_below(source.at, object);
        let mut needs = Vec::new();
        for address in closed {
            let own = self.walk.ephemerals[&address].source;
            let object = Object { module: own.module, part: Part::Resource(own.index) };
            // What it follows from itself comes first.
            if self.closed_below(own.at, object).is_empty() {
                needs.push(self.opening(&address)?);
            }
        }
        Ok(needs)
    }

    /// Ephemeral resources from which an object of a module instance follows and that are not open.
    fn closed_below(&self, at: InstanceId, object: Object) -> BTreeSet<Address> {
        let mut closed = BTreeSet::new();
        let Some(node) = self.walk.graph.node(object) else { return closed };
        let dag = self.walk.graph.dag();
        let mut seen = BTreeSet::new();
        let mut open = vec![(at, node)];
        while let Some((here, node)) = open.pop() {
            for need in dag.dependencies(node) {
                let object = *dag.weight(need);
                if !passes(&self.walk, object) {
                    continue;
                }
                for instance in self.walk.related(here, object.module) {
                    if seen.insert((instance, need)) {
                        open.push((instance, need));
                        closed.extend(self.closed_at(instance, object));
                    }
                }
            }
        }
        closed
    }

    fn closed_at(&self, at: InstanceId, object: Object) -> impl Iterator<Item = Address> + '_ {
        let here = self.walk.ephemerals.iter().filter(move |(_, one)| {
            one.source.at == at && object.part == Part::Resource(one.source.index)
        });
        here.map(|(address, _)| address.clone())
            .filter(|address| !self.openings.opened.contains(address))
    }

    /// What it takes to open one.
    fn opening(&mut self, address: &Address) -> Result<DataNeed, Diagnostics> {
        let one = self.walk.ephemerals[address].clone();
        let (config, registry) = (self.walk.state.config.clone(), self.walk.state.registry.clone());
        let declared = config.tree[one.source.module].resources.get_index(one.source.index);
        let (_, resource) = declared.ok_or_else(super::replay::missing)?;
        let schema = self.walk.state.schema_in(&registry, &resource.key);
        let schema = schema.ok_or_else(super::replay::missing)?;
        self.refresh(one.source);
        let repetition = self.walk.repetition_of(one.source, resource, address.key.as_ref())?;
        let place = self.walk.place_of(one.source.at, one.source.index, &repetition);
        let conditions = &resource.lifecycle.preconditions;
        let verdict = judge(&place, ConditionKind::Precondition, conditions);
        let place = self.walk.place_of(one.source.at, one.source.index, &repetition);
        let (value, mut problems) = place.decode_resource(resource, schema);
        problems.extend(verdict.problems);
        if problems.has_errors() {
            return Err(problems);
        }
        if !value.is_wholly_known() {
            return Err(still_unknown(address, resource.span).into());
        }
        self.openings.asked.insert(address.clone(), value.clone());
        let scope = scope_of(&one.provider, &value);
        Ok(DataNeed { address: address.clone(), scope, config: marks::strip(&value) })
    }

    /// See [`super::Resolver::opened`].
    pub(super) fn take_opened(&mut self, address: &Address, value: &Value) -> Diagnostics {
        let Some(one) = self.walk.ephemerals.get(address).cloned() else {
            return Diagnostics::none();
        };
        let config = self.walk.state.config.clone();
        let declared = config.tree[one.source.module].resources.get_index(one.source.index);
        let Some((_, resource)) = declared else { return Diagnostics::none() };
        let value = match self.walk.state.schema(&resource.key) {
            Some(schema) => {
                let typed = convert(value, schema.implied_type()).unwrap_or_else(|_| value.clone());
                let asked = self.openings.asked.remove(address).unwrap_or_else(|| typed.clone());
                marks::mark_schema(&marks::remark(&typed, &asked), &schema.block)
            }
            None => value.clone(),
        };
        let value = value.with_marks(Marks::EPHEMERAL);
        let instance = &mut self.walk.state.instances[one.source.at];
        if let Some(group) = &mut instance.resources[one.source.index] {
            group.set(address.key.as_ref(), value.clone());
        }
        self.openings.opened.insert(address.clone());
        self.walk.judge_after(one.source, resource, address, &value)
    }
}

fn still_unknown(address: &Address, at: Span) -> Diagnostic {
    let detail = format!(
        "{address} cannot be opened: its configuration depends on something that is not known although everything \
         that comes before it is done."
    );
    Diagnostic::error(571, "Provider produced inconsistent final plan", detail).at(at).of(address)
}
