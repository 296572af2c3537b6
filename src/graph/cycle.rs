//! The error for objects that need each other: who needs whom, and where that is written.

use std::collections::{BTreeMap, VecDeque};

use super::{ConfigGraph, NodeId, Object, Part, needs};
use crate::config::Tree;
use crate::diag::Diagnostic;
use crate::eval;

/// Of a longer way round, so many references are shown.
const MOST_SHOWN: usize = 10;

/// Names all of a group of nodes that depend on each other, and shows the references of one way round.
pub fn explain(graph: &ConfigGraph, tree: &Tree, group: &[NodeId]) -> Diagnostic {
    if let [node] = group
        && let Some(problem) = self_referencing_local(tree, *graph.dag().weight(*node))
    {
        return problem;
    }
    let display = |node: NodeId| graph.dag().weight(node).display(tree).to_string();
    let is_named = |node: &&NodeId| !matches!(graph.dag().weight(**node).part, Part::Validation(_));
    let mut names: Vec<String> = group.iter().filter(is_named).copied().map(display).collect();
    names.sort();
    let mut problem = Diagnostic::error(501, format!("Cycle: {}", names.join(", ")), "")
        .help("Each of these needs the next one's value; take one of the references out.");
    let way = way_round(graph, group);
    let steps = way.iter().zip(way.iter().cycle().skip(1));
    let written = steps.filter_map(|(from, to)| {
        let needs = needs::of(graph, tree, *graph.dag().weight(*from));
        let at = needs.into_iter().find_map(|need| need.at.filter(|_| need.node == *to))?;
        Some((at, format!("{} needs {}", display(*from), display(*to))))
    });
    for (at, text) in written.take(MOST_SHOWN) {
        problem = problem.label(at, text);
    }
    problem
}

/// A shortest way from the first of a group back to it, each node before one that it depends on.
fn way_round(graph: &ConfigGraph, group: &[NodeId]) -> Vec<NodeId> {
    let Some(&start) = group.first() else { return Vec::new() };
    let mut came_from = BTreeMap::new();
    let mut open = VecDeque::from([start]);
    while let Some(from) = open.pop_front() {
        for to in graph.dag().dependencies(from) {
            if to == start {
                let back = |node: &NodeId| came_from.get(node).copied();
                let mut way: Vec<NodeId> = std::iter::successors(Some(from), back).collect();
                way.reverse();
                return way;
            }
            if group.binary_search(&to).is_ok() && !came_from.contains_key(&to) {
                came_from.insert(to, from);
                open.push_back(to);
            }
        }
    }
    Vec::new()
}

/// The error for a local value that refers to itself, at the reference.
fn self_referencing_local(tree: &Tree, object: Object) -> Option<Diagnostic> {
    let Part::Local(index) = object.part else { return None };
    let (name, local) = tree[object.module].locals.get_index(index)?;
    let is_own = |reference: &eval::Reference<'_>| {
        reference.root == "local" && reference.attr(0).is_some_and(|ident| ident.name == *name)
    };
    let own = eval::references(&local.expr).into_iter().find(is_own)?;
    let detail =
        format!("Local value local.{name} cannot use its own result as part of its expression.");
    Some(Diagnostic::error(501, "Self-referencing local value", detail).at(own.span))
}
