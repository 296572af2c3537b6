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
pub(super) fn arrange(walk: &mut Walk) -> (Vec<Step>, Vec<Option<Source>>) {
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
    after: Vec<Vec<usize>>,
    /// Per draft that deletes or is a half of a replacement: the drafts whose configuration depends on it; a delete
    /// without a new half stands under itself.
    dependents: BTreeMap<usize, Vec<usize>>,
    /// Whether a draft does nothing and waits for nothing.
    settled: Vec<bool>,
}

impl<'a> Edges<'a> {
    fn new(drafts: &'a [Draft]) -> Self {
        Self {
            drafts,
            after: vec![Vec::new(); drafts.len()],
            dependents: BTreeMap::new(),
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

    /// A draft comes after another one.
    fn wait(&mut self, at: usize, other: usize) {
        let after = &mut self.after[at];
        if let Err(place) = after.binary_search(&other) {
            after.insert(place, other);
        }
    }

    /// Whether a draft makes, keeps or reads its address; for what is only deleted, whether it is the delete.
    fn is_maker(&self, at: usize) -> bool {
        let step = &self.drafts[at].step;
        !step.deposed && (step.action != Action::Delete || step.replaces.is_none())
    }

    /// The drafts that make what is depended on.
    fn makers(&self, walk: &Walk, member: &Member, found: &mut BTreeSet<usize>) {
        let is_maker = |(_, at): &&(Address, usize)| self.is_maker(*at);
        match member {
            Member::One(address) => {
                let drafts = walk.drafts_of(address).rev();
                found.extend(drafts.map(|(_, at)| *at).find(|at| self.is_maker(*at)));
            }
            Member::All(block) => {
                let drafts = walk.drafts_from(&block.instance(None));
                let drafts = drafts.take_while(|(address, _)| *address.resource == *block);
                let mut last: Option<&(Address, usize)> = None;
                for draft in drafts.filter(is_maker) {
                    found.extend(last.filter(|last| last.0 != draft.0).map(|(_, at)| *at));
                    last = Some(draft);
                }
                found.extend(last.map(|(_, at)| *at));
            }
        }
    }

    /// Steps that make come after the steps that make what they refer to. Drafts are in the order of the walk, so that
    /// what a draft needs has been seen before it.
    fn by_configuration(&mut self, walk: &Walk) {
        let mut flow = Flow::new(walk);
        for (at, draft) in self.drafts.iter().enumerate() {
            let Some(source) = draft.source else { continue };
            let needed = flow.needs(source, &draft.step.address);
            let mut found: BTreeSet<usize> = BTreeSet::new();
            for member in needed.iter() {
                self.makers(walk, member, &mut found);
            }
            found.remove(&at);
            for need in &found {
                if self.action(*need) == Action::Delete || self.other_half(*need).is_some() {
                    self.dependents.entry(*need).or_default().push(at);
                }
            }
            if draft.step.action != Action::Delete {
                found.retain(|need| !self.settled[*need]);
                self.settled[at] = draft.step.action == Action::NoOp && found.is_empty();
                self.after[at] = found.into_iter().collect();
            }
        }
    }

    /// The two halves of a replacement.
    fn between_halves(&mut self) {
        for (at, draft) in self.drafts.iter().enumerate() {
            let Some(other) = self.other_half(at) else { continue };
            let first = draft.create_first;
            if (draft.step.action == Action::Create) != first {
                self.wait(at, other);
            }
        }
    }

    /// Deletes come after the deletes of what depends on them, and, where the new object is made first, after all that
    /// moves over to it.
    fn of_deletes(&mut self) {
        let dependents = std::mem::take(&mut self.dependents);
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
                    self.wait(at, delete);
                }
                let makes = !matches!(self.action(dependent), Action::Delete);
                if makes && self.drafts[at].create_first && made.is_some() {
                    self.wait(at, dependent);
                }
            }
        }
    }

    /// Adds dependencies that live values tell, except those that would close a circle.
    fn add_where_possible(&mut self, soft: Vec<(usize, usize)>) {
        if soft.is_empty() {
            return;
        }
        let hard = self.after.clone();
        for (from, to) in &soft {
            if from != to {
                self.wait(*from, *to);
            }
        }
        let Err(cycles) = self.dag().order() else { return };
        let in_cycle: BTreeSet<usize> =
            cycles.into_iter().flatten().map(crate::graph::NodeId::index).collect();
        for (from, to) in soft {
            let circular = in_cycle.contains(&from) && in_cycle.contains(&to);
            if circular && hard[from].binary_search(&to).is_err() {
                self.after[from].retain(|need| *need != to);
            }
        }
    }

    fn dag(&self) -> Dag<usize> {
        dag(&self.after)
    }
}

fn dag(after: &[Vec<usize>]) -> Dag<usize> {
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
fn into_steps(mut drafts: Vec<Draft>, after: &[Vec<usize>]) -> (Vec<Step>, Vec<Option<Source>>) {
    let order = match dag(after).order() {
        Ok(order) => order.into_iter().map(NodeId::index).collect(),
        Err(_) => (0..drafts.len()).collect::<Vec<usize>>(),
    };
    let mut number = vec![StepId(0); drafts.len()];
    for (place, at) in order.into_iter().enumerate() {
        number[at] = step_id(place);
    }
    for (at, Draft { step, .. }) in drafts.iter_mut().enumerate() {
        step.id = number[at];
        step.replaces = step.replaces.map(|half| number[half.0 as usize]);
        step.after = after[at].iter().map(|need| number[*need]).collect();
        step.after.sort_unstable();
    }
    // Steps are large, and there may be very many: each is moved to its place, and none is copied.
    for at in 0..drafts.len() {
        while drafts[at].step.id != step_id(at) {
            let place = drafts[at].step.id.0 as usize;
            drafts.swap(at, place);
        }
    }
    let sources = drafts.iter().map(|draft| draft.source).collect();
    (drafts.into_iter().map(|draft| draft.step).collect(), sources)
}

fn node(at: usize) -> NodeId {
    NodeId(u32::try_from(at).expect("steps fit into memory"))
}

fn step_id(at: usize) -> StepId {
    StepId(u32::try_from(at).expect("steps fit into memory"))
}
