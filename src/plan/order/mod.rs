//! What must be done before what: dependencies between steps, and an order that respects them.
//!
//! Making follows the references of the configuration. Deleting goes the other way; where no configuration tells, the
//! values of live objects do (`refers` in the schemas). An object that others still use is deleted after they let go.

mod aligned;
mod flow;
mod live_refs;

use std::collections::{BTreeMap, BTreeSet};

use self::flow::{Flow, Member};
use super::walk::{Draft, Source, Walk};
use super::{Action, Step, StepId};
use crate::base::Address;
use crate::graph::{Dag, NodeId};

/// The drafts as numbered steps, each after those that it needs, with the blocks that they come from. Takes the drafts
/// out of the walk.
pub(super) fn arrange(walk: &mut Walk) -> Vec<(Step, Option<Source>)> {
    let mut edges = Edges::new(&walk.drafts);
    edges.by_configuration(walk);
    edges.between_halves();
    edges.of_deletes();
    let soft = live_refs::between(walk);
    edges.add_where_possible(soft);
    let after = edges.after;
    into_steps(std::mem::take(&mut walk.drafts), &after)
}

/// Dependencies between drafts, by position.
struct Edges<'a> {
    drafts: &'a [Draft],
    after: Vec<BTreeSet<usize>>,
    /// Per draft that makes or keeps something: the drafts that its configuration depends on.
    needs: Vec<Vec<usize>>,
    /// Whether a draft does nothing and waits for nothing.
    settled: Vec<bool>,
}

impl<'a> Edges<'a> {
    fn new(drafts: &'a [Draft]) -> Self {
        Self {
            drafts,
            after: vec![BTreeSet::new(); drafts.len()],
            needs: vec![Vec::new(); drafts.len()],
            settled: vec![false; drafts.len()],
        }
    }

    fn action(&self, at: usize) -> Action {
        self.drafts[at].step.action
    }

    /// The other half of a replacement.
    fn other_half(&self, at: usize) -> Option<usize> {
        Some(self.drafts[at].step.replaces?.0 as usize)
    }

    /// Steps that make come after the steps that make what they refer to. Drafts are in the order of the walk, so that
    /// what a draft needs has been seen before it.
    fn by_configuration(&mut self, walk: &Walk) {
        let makers = makers(self.drafts);
        let mut flow = Flow::new(walk);
        for (at, draft) in self.drafts.iter().enumerate() {
            let Some(source) = draft.source else { continue };
            let needed = flow.needs(source, &draft.step.address);
            let mut found: BTreeSet<usize> = BTreeSet::new();
            for member in needed.iter() {
                match member {
                    Member::One(address) => found.extend(makers.get(address).copied()),
                    Member::All(block) => found.extend(
                        makers
                            .range(block.instance(None)..)
                            .take_while(|(address, _)| address.resource == *block)
                            .map(|(_, at)| *at),
                    ),
                }
            }
            found.remove(&at);
            if draft.step.action == Action::Delete {
                self.needs[at] = found.into_iter().collect();
                continue;
            }
            let open: Vec<usize> = found.iter().copied().filter(|n| !self.settled[*n]).collect();
            self.settled[at] = draft.step.action == Action::NoOp && open.is_empty();
            self.after[at].extend(open);
            self.needs[at] = found.into_iter().collect();
        }
    }

    /// The two halves of a replacement.
    fn between_halves(&mut self) {
        for (at, draft) in self.drafts.iter().enumerate() {
            let Some(other) = self.other_half(at) else { continue };
            let first = draft.create_first;
            if (draft.step.action == Action::Create) != first {
                self.after[at].insert(other);
            }
        }
    }

    /// Deletes come after the deletes of what depends on them, and, where the new object is made first, after all that
    /// moves over to it.
    fn of_deletes(&mut self) {
        let dependents = self.dependents();
        for at in 0..self.drafts.len() {
            if self.action(at) != Action::Delete {
                continue;
            }
            let made = self.other_half(at);
            let key = made.unwrap_or(at);
            for dependent in dependents.get(&key).into_iter().flatten().copied() {
                let delete = match self.action(dependent) {
                    Action::Delete => Some(dependent),
                    _ => self.other_half(dependent).filter(|h| self.action(*h) == Action::Delete),
                };
                if let Some(delete) = delete.filter(|delete| *delete != at) {
                    // A dependent that is replaced new-first is deleted only once it is no longer needed itself.
                    self.after[at].insert(delete);
                }
                let makes = !matches!(self.action(dependent), Action::Delete);
                if makes && self.drafts[at].create_first && made.is_some() {
                    self.after[at].insert(dependent);
                }
            }
        }
    }

    /// What depends on a draft; a delete without a new half stands under itself.
    fn dependents(&self) -> BTreeMap<usize, Vec<usize>> {
        let mut found: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (at, needs) in self.needs.iter().enumerate() {
            for need in needs {
                if matches!(self.action(*need), Action::Delete) || self.other_half(*need).is_some()
                {
                    found.entry(*need).or_default().push(at);
                }
            }
        }
        found
    }

    /// Adds dependencies that live values tell, except those that would close a circle.
    fn add_where_possible(&mut self, soft: Vec<(usize, usize)>) {
        if soft.is_empty() {
            return;
        }
        let hard = self.after.clone();
        for (from, to) in &soft {
            if from != to {
                self.after[*from].insert(*to);
            }
        }
        let Err(cycles) = self.dag().order() else { return };
        let in_cycle: BTreeSet<usize> =
            cycles.into_iter().flatten().map(crate::graph::NodeId::index).collect();
        for (from, to) in soft {
            let circular = in_cycle.contains(&from) && in_cycle.contains(&to);
            if circular && !hard[from].contains(&to) {
                self.after[from].remove(&to);
            }
        }
    }

    fn dag(&self) -> Dag<usize> {
        dag(&self.after)
    }
}

fn dag(after: &[BTreeSet<usize>]) -> Dag<usize> {
    let mut dag = Dag::default();
    (0..after.len()).for_each(|at| {
        dag.add(at);
    });
    for (at, after) in after.iter().enumerate() {
        dag.depend(node(at), after.iter().map(|need| node(*need)).collect::<Vec<_>>());
    }
    dag
}

/// The drafts as steps in order. What is left of a circle, which only an error in this file could make, keeps its place.
fn into_steps(drafts: Vec<Draft>, after: &[BTreeSet<usize>]) -> Vec<(Step, Option<Source>)> {
    let order = match dag(after).order() {
        Ok(order) => order.into_iter().map(NodeId::index).collect(),
        Err(_) => (0..drafts.len()).collect::<Vec<usize>>(),
    };
    let mut number = vec![StepId(0); drafts.len()];
    for (place, at) in order.iter().enumerate() {
        number[*at] = step_id(place);
    }
    let mut drafts: Vec<Option<Draft>> = drafts.into_iter().map(Some).collect();
    let placed = order.into_iter().map(|at| {
        let Draft { mut step, source, .. } = drafts[at].take().expect("the order has each once");
        step.id = number[at];
        step.replaces = step.replaces.map(|half| number[half.0 as usize]);
        step.after = after[at].iter().map(|need| number[*need]).collect();
        step.after.sort_unstable();
        (step, source)
    });
    placed.collect()
}

/// The draft that makes, keeps or reads each address; for what is only deleted, the delete.
fn makers(drafts: &[Draft]) -> BTreeMap<Address, usize> {
    let mut found = BTreeMap::new();
    for (at, draft) in drafts.iter().enumerate().filter(|(_, draft)| !draft.step.deposed) {
        if draft.step.action != Action::Delete || draft.step.replaces.is_none() {
            found.insert(draft.step.address.clone(), at);
        }
    }
    found
}

fn node(at: usize) -> NodeId {
    NodeId(u32::try_from(at).expect("steps fit into memory"))
}

fn step_id(at: usize) -> StepId {
    StepId(u32::try_from(at).expect("steps fit into memory"))
}
