//! The walk over a configuration: every object in the order of its dependencies, as far as answers of the cloud allow.
//!
//! [`Walk`] goes through the nodes of the graph. A node that needs something of the cloud waits while others go on; when
//! none can go on, what they need is asked for all at once. A node that depends on one with errors is left out, so
//! that one mistake is told once and all others are told as well.

mod again;
mod conditions;
mod config_body;
mod constant;
mod data;
mod decide;
mod expand;
mod imports;
mod in_use;
mod instance;
mod lifecycle;
mod live;
mod orphans;
mod protection;
mod providers;
mod references;
mod refusals;
mod related;
mod resource;
mod scope;
mod state;
mod stood_in;
mod traversal;
mod values;
mod variables;
mod verdicts;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::sync::Arc;

use ecow::EcoString;

use self::imports::Imports;
use self::providers::Provider;
use super::moves::Moves;
use super::targets::Selection;
use super::{Answers, Input, LiveWorld, Needs};
use crate::base::{Address, ModulePath, ResourceAddress, TypeName};
use crate::config::{ModuleId, Tree};
use crate::diag::Diagnostics;
use crate::graph::{ConfigGraph, NodeId, Object, Part};
use crate::value::{Entries, Value};

pub(super) use self::conditions::{Kind as ConditionKind, Verdict, judge};
pub(super) use self::constant::evaluate_constant;
pub(super) use self::decide::{Draft, Source};
pub(super) use self::instance::{Group, InstanceId, Shape};
pub(super) use self::providers::scope_of;
pub(super) use self::references::check as check_reference;
pub(super) use self::scope::Place;
pub(super) use self::state::State;
pub(super) use self::values::without_keys;
pub(super) use self::verdicts::Verdicts;

/// An instance of an ephemeral resource: where its block is, and what serves it.
#[derive(Clone)]
pub(super) struct Ephemeral {
    pub source: Source,
    pub provider: Provider,
}

/// What became of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ran {
    /// It is done.
    Done,
    /// It needs an answer of the cloud first.
    Waits,
    /// It has errors: what depends on it is left out.
    Failed,
}

impl Ran {
    /// Both together: failing is stronger than waiting.
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Failed, _) | (_, Self::Failed) => Self::Failed,
            (Self::Waits, _) | (_, Self::Waits) => Self::Waits,
            _ => Self::Done,
        }
    }

    fn of(well: bool) -> Self {
        if well { Self::Done } else { Self::Failed }
    }
}

/// A walk under way.
pub(super) struct Walk {
    pub input: Input,
    pub state: State,
    pub graph: Arc<ConfigGraph>,
    pub problems: Diagnostics,
    /// What the validation before warned of.
    pub validation_warnings: Diagnostics,
    /// Whether what is live could not be seen: what is planned without it would mislead.
    pub is_blind: bool,
    pub checks: Verdicts,
    /// Checks whose own data source could not be read, with what was said of that.
    unread: BTreeMap<(InstanceId, EcoString), Vec<String>>,
    pub needs: Needs,
    pub world: LiveWorld,
    pub moves: Moves,
    /// Live addresses that the configuration declares.
    pub declared: BTreeSet<Address>,
    /// What is planned, in the order in which it was decided.
    pub drafts: Vec<Draft>,
    /// Values of data sources that were read.
    pub data: BTreeMap<Address, Value>,
    /// Instances of ephemeral resources.
    pub ephemerals: BTreeMap<Address, Ephemeral>,
    pub imports: Imports,
    /// What the configuration says of attributes that something else may move, by object.
    pub configured: BTreeMap<Address, BTreeMap<EcoString, Value>>,
    pub selection: Selection,
    /// Values of `for_each` by key, where not all of them were known when planning.
    each_values: BTreeMap<(InstanceId, usize), Entries>,
    /// Blocks of which an object is to change, or to be read while applying.
    changing: BTreeSet<NodeId>,
    /// Positions of drafts by their addresses.
    by_address: BTreeSet<(Address, usize)>,
    now_by_before: BTreeMap<Address, Address>,
    create_first: BTreeSet<(ModuleId, usize)>,
    plain_providers: BTreeMap<(InstanceId, EcoString), Provider>,
    implied: BTreeMap<EcoString, Provider>,
    answers: BTreeMap<Address, Result<Value, Diagnostics>>,
    asked: BTreeSet<(TypeName, super::Scope)>,
    found: BTreeSet<(TypeName, super::Scope)>,
    listed: bool,
    waiting: Vec<u32>,
    ready: BinaryHeap<Reverse<NodeId>>,
    parked: Vec<NodeId>,
    failed: Vec<bool>,
    orphans_done: bool,
    /// Live objects, where only questions are answered.
    pub consulted: BTreeMap<ResourceAddress, Group>,
}

impl Walk {
    /// A walk that plans, or that only validates.
    pub fn new(input: Input, validating: bool) -> Self {
        let graph = Arc::new(ConfigGraph::new(&input.config.tree));
        let (state, mut problems) = State::new(&input, validating);
        if let Err(cycles) = graph.order(&input.config.tree) {
            problems.extend(cycles);
        }
        let selection = Selection::new(&input.options, &input.config.tree, &graph);
        let create_first = create_first(&input.config.tree, &graph);
        let dag = graph.dag();
        let waiting: Vec<u32> = dag
            .ids()
            .map(|id| u32::try_from(dag.dependencies(id).count()).unwrap_or(u32::MAX))
            .collect();
        let ready = dag.ids().filter(|id| waiting[id.index()] == 0).map(Reverse).collect();
        let mut walk = Self {
            failed: vec![false; dag.len()],
            imports: Imports::default(),
            input,
            state,
            graph,
            problems,
            validation_warnings: Diagnostics::none(),
            is_blind: false,
            checks: Verdicts::default(),
            unread: BTreeMap::new(),
            needs: Needs::default(),
            world: LiveWorld::default(),
            moves: Moves::default(),
            declared: BTreeSet::new(),
            drafts: Vec::new(),
            data: BTreeMap::new(),
            ephemerals: BTreeMap::new(),
            configured: BTreeMap::new(),
            selection,
            each_values: BTreeMap::new(),
            changing: BTreeSet::new(),
            by_address: BTreeSet::new(),
            now_by_before: BTreeMap::new(),
            create_first,
            plain_providers: BTreeMap::new(),
            implied: BTreeMap::new(),
            answers: BTreeMap::new(),
            asked: BTreeSet::new(),
            found: BTreeSet::new(),
            listed: false,
            waiting,
            ready,
            parked: Vec::new(),
            orphans_done: false,
            consulted: BTreeMap::new(),
        };
        if !validating {
            let undeclared = walk.undeclared_values();
            walk.problems.extend(undeclared);
        }
        walk.begin_imports();
        walk
    }

    /// Whether this walk plans.
    pub const fn planning(&self) -> bool {
        !self.state.validating
    }

    /// Goes on as far as possible. Answers what is needed, or none when the walk is done.
    pub fn advance(&mut self) -> Option<Needs> {
        if self.fatal() {
            return None;
        }
        loop {
            while let Some(Reverse(node)) = self.ready.pop() {
                self.visit(node);
            }
            if !self.parked.is_empty() {
                if self.needs.is_empty() {
                    // Nothing is asked and nothing goes on: whatever waits can only be shown to be at fault.
                    for node in std::mem::take(&mut self.parked) {
                        self.finish(node, true);
                    }
                    continue;
                }
                self.list_known_types();
                return Some(std::mem::take(&mut self.needs));
            }
            if self.planning() && !self.listed {
                self.list_known_types();
                if !self.needs.is_empty() {
                    return Some(std::mem::take(&mut self.needs));
                }
            }
            if self.planning() && !self.orphans_done {
                self.evaluate_imports();
                if !self.are_undeclared_imports_read() {
                    return Some(std::mem::take(&mut self.needs));
                }
                self.orphans_done = true;
                self.check_imported_instances();
                self.plan_orphans();
            }
            return None;
        }
    }

    /// Takes the cloud's answers and lets what waited go on.
    pub fn supply(&mut self, answers: Answers) {
        self.is_blind |= answers.problems.has_errors();
        self.problems.extend(answers.problems);
        for (name, region) in answers.providers {
            match region {
                Ok(region) => self.provider_answer(&name, region.as_ref()),
                Err(problems) => {
                    self.problems.extend(problems);
                    self.provider_answer(&name, None);
                }
            }
        }
        self.take_live(answers.live);
        self.answers.extend(answers.data);
        self.take_imports(answers.imports);
        self.ready.extend(self.parked.drain(..).map(Reverse));
    }

    /// Whether there is no point in going on. What is outside of a circle can be checked all the same.
    fn fatal(&self) -> bool {
        self.planning() && (self.is_blind || self.graph_is_cyclic())
    }

    fn graph_is_cyclic(&self) -> bool {
        self.problems.iter().any(|problem| problem.code.0 == 501)
    }

    fn visit(&mut self, node: NodeId) {
        let graph = self.graph.clone();
        let blocked = graph.dag().dependencies(node).any(|need| self.failed[need.index()]);
        let object = *graph.dag().weight(node);
        if blocked {
            if let Part::Check(index) = object.part {
                self.leave_check_open(object.module, index);
            }
            return self.finish(node, true);
        }
        if !self.selection.holds(node) {
            if let Part::Check(index) = object.part {
                self.declare_check(object.module, index);
            }
            return self.finish(node, false);
        }
        let module = object.module;
        let before = self.problems.len();
        let ran = match object.part {
            Part::Expand => self.expand_module(module),
            Part::Variable(index) => Ran::of(self.variable(module, index)),
            Part::Validation(index) => Ran::of(self.validation(module, index)),
            Part::Local(index) => Ran::of(self.local(module, index)),
            Part::Provider(index) => self.provider(module, index),
            Part::Resource(index) => self.resource(module, index),
            Part::Output(index) => Ran::of(self.output(module, index)),
            Part::Check(index) => {
                self.check(module, index);
                Ran::Done
            }
            Part::Close => Ran::Done,
        };
        match ran {
            Ran::Done => self.finish(node, false),
            Ran::Failed => self.finish(node, true),
            Ran::Waits => {
                debug_assert!(self.problems.len() >= before, "problems are only added");
                self.parked.push(node);
            }
        }
    }

    fn finish(&mut self, node: NodeId, failed: bool) {
        self.failed[node.index()] = failed;
        let graph = self.graph.clone();
        for dependent in graph.dag().dependents(node) {
            let left = &mut self.waiting[dependent.index()];
            *left -= 1;
            if *left == 0 {
                self.ready.push(Reverse(dependent));
            }
        }
    }

    /// The drafts of an address: their positions in order.
    pub fn drafts_of<'a>(
        &'a self,
        address: &Address,
    ) -> impl DoubleEndedIterator<Item = &'a (Address, usize)> + use<'a> {
        self.by_address.range((address.clone(), 0)..=(address.clone(), usize::MAX))
    }

    /// The drafts of an address and of all that come after it in the order of addresses.
    pub fn drafts_from<'a>(
        &'a self,
        address: &Address,
    ) -> impl Iterator<Item = &'a (Address, usize)> + use<'a> {
        self.by_address.range((address.clone(), 0)..)
    }

    /// Every module instance that was made.
    pub fn module_paths(&self) -> BTreeSet<ModulePath> {
        self.state.instances.iter().map(|(_, instance)| instance.path.clone()).collect()
    }

    /// Adds problems with an object.
    fn report_all(&mut self, address: &Address, problems: Diagnostics) {
        let text = address.to_string();
        self.problems.extend(problems.into_iter().map(|mut problem| {
            problem.address.get_or_insert_with(|| text.clone());
            problem
        }));
    }
}

/// Resources whose new object is made before the old one goes: those that ask for it, and all that these depend on.
fn create_first(tree: &Tree, graph: &ConfigGraph) -> BTreeSet<(ModuleId, usize)> {
    let asking = tree.iter().flat_map(|(module, declared)| {
        let resources = declared.resources.values().enumerate();
        resources
            .filter(|(_, resource)| resource.lifecycle.create_before_destroy == Some(true))
            .filter_map(move |(index, _)| {
                graph.node(Object { module, part: Part::Resource(index) })
            })
    });
    let needed = graph.dag().needs(asking);
    let objects = needed.into_iter().map(|node| *graph.dag().weight(node));
    objects
        .filter_map(|object| match object.part {
            Part::Resource(index) => Some((object.module, index)),
            _ => None,
        })
        .collect()
}
