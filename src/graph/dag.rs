//! Nodes that depend on nodes: order, cycles, reduction. The only place that names petgraph.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use petgraph::Direction;
use petgraph::algo::kosaraju_scc;
use petgraph::algo::tred::{dag_to_toposorted_adjacency_list, dag_transitive_reduction_closure};
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::IntoNeighbors;

/// A node of a [`Dag`], by the order in which it was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

impl NodeId {
    /// The position in arrays that run along with the nodes.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// Things and what each of them depends on. Should be free of cycles; [`Dag::order`] tells.
#[derive(Clone, Debug)]
pub struct Dag<N> {
    graph: DiGraph<N, (), u32>,
}

impl<N> Default for Dag<N> {
    fn default() -> Self {
        Self { graph: DiGraph::default() }
    }
}

fn node(id: NodeId) -> NodeIndex<u32> {
    NodeIndex::new(id.0 as usize)
}

fn id(index: NodeIndex<u32>) -> NodeId {
    NodeId(u32::try_from(index.index()).expect("the graph counts its nodes in 32 bits"))
}

impl<N> Dag<N> {
    /// Adds a node. Nodes that do not depend on each other keep the order in which they were added.
    pub fn add(&mut self, weight: N) -> NodeId {
        id(self.graph.add_node(weight))
    }

    /// States that `from` depends on each of `to`; repetitions do no harm.
    pub fn depend(&mut self, from: NodeId, to: impl IntoIterator<Item = NodeId>) {
        let mut targets: Vec<NodeId> = to.into_iter().collect();
        targets.sort_unstable();
        targets.dedup();
        for target in targets {
            self.graph.add_edge(node(from), node(target), ());
        }
    }

    /// How many nodes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.graph.node_count()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What a node is.
    #[must_use]
    pub fn weight(&self, id: NodeId) -> &N {
        &self.graph[node(id)]
    }

    /// All nodes as they were added.
    pub fn ids(&self) -> impl Iterator<Item = NodeId> + use<N> {
        self.graph.node_indices().map(id)
    }

    /// What a node depends on, directly.
    pub fn dependencies(&self, of: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.graph.neighbors_directed(node(of), Direction::Outgoing).map(id)
    }

    /// What depends on a node, directly.
    pub fn dependents(&self, of: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.graph.neighbors_directed(node(of), Direction::Incoming).map(id)
    }

    /// An order in which every node comes after what it depends on; the earlier added first where there is a choice.
    /// Linear in nodes and edges, but for the logarithm of the choice.
    ///
    /// # Errors
    /// The cycles, each in the order in which its nodes were added.
    pub fn order(&self) -> Result<Vec<NodeId>, Vec<Vec<NodeId>>> {
        let mut waiting: Vec<usize> = self.ids().map(|id| self.dependencies(id).count()).collect();
        let free = self.ids().filter(|id| waiting[id.index()] == 0);
        let mut ready: BinaryHeap<Reverse<NodeId>> = free.map(Reverse).collect();
        let mut order = Vec::with_capacity(self.len());
        while let Some(Reverse(next)) = ready.pop() {
            order.push(next);
            for dependent in self.dependents(next) {
                let left = &mut waiting[dependent.index()];
                *left -= 1;
                if *left == 0 {
                    ready.push(Reverse(dependent));
                }
            }
        }
        if order.len() == self.len() { Ok(order) } else { Err(self.cycles()) }
    }

    /// Groups of nodes that depend on each other, and nodes that depend on themselves.
    fn cycles(&self) -> Vec<Vec<NodeId>> {
        let mut cycles: Vec<Vec<NodeId>> = kosaraju_scc(&self.graph)
            .into_iter()
            .filter(|group| {
                group.len() > 1 || group.iter().any(|only| self.graph.contains_edge(*only, *only))
            })
            .map(|group| {
                let mut group: Vec<NodeId> = group.into_iter().map(id).collect();
                group.sort_unstable();
                group
            })
            .collect();
        cycles.sort();
        cycles
    }

    /// The nodes from which `start` can be reached (what depends on it, however far), or with `Outgoing` meaning, see
    /// [`Dag::needs`], what it needs; `start` among them.
    #[must_use]
    pub fn affected(&self, start: impl IntoIterator<Item = NodeId>) -> BTreeSet<NodeId> {
        self.reach(start, Direction::Incoming)
    }

    /// Everything that `start` depends on, however far; `start` among them.
    #[must_use]
    pub fn needs(&self, start: impl IntoIterator<Item = NodeId>) -> BTreeSet<NodeId> {
        self.reach(start, Direction::Outgoing)
    }

    fn reach(&self, start: impl IntoIterator<Item = NodeId>, along: Direction) -> BTreeSet<NodeId> {
        let mut seen = vec![false; self.len()];
        let mut stack: Vec<NodeId> = start.into_iter().collect();
        let mut found = BTreeSet::new();
        while let Some(next) = stack.pop() {
            if std::mem::replace(&mut seen[next.index()], true) {
                continue;
            }
            found.insert(next);
            stack.extend(self.graph.neighbors_directed(node(next), along).map(id));
        }
        found
    }

    /// The dependencies that remain when those that follow from others are left out, for showing: `(from, to)`.
    /// Empty where the graph has cycles. Not linear: only for people to look at.
    #[must_use]
    pub fn reduced(&self) -> Vec<(NodeId, NodeId)> {
        let Ok(order) = self.order() else { return Vec::new() };
        let sorted: Vec<NodeIndex<u32>> = order.iter().rev().copied().map(node).collect();
        let (list, _) = dag_to_toposorted_adjacency_list::<_, u32>(&self.graph, &sorted);
        let (reduced, _) = dag_transitive_reduction_closure(&list);
        let mut edges = Vec::new();
        for (at, from) in sorted.iter().enumerate() {
            let at = u32::try_from(at).expect("the graph counts its nodes in 32 bits");
            edges.extend((&reduced).neighbors(at).map(|to| (id(*from), id(sorted[to as usize]))));
        }
        edges.sort_unstable();
        edges
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dag(nodes: u32, edges: &[(u32, u32)]) -> Dag<u32> {
        let mut dag = Dag::default();
        (0..nodes).for_each(|n| {
            dag.add(n);
        });
        for (from, to) in edges {
            dag.depend(NodeId(*from), [NodeId(*to)]);
        }
        dag
    }

    #[test]
    fn order_keeps_what_was_added_first() {
        let order = dag(4, &[(0, 2), (1, 0)]).order().expect("no cycle");
        assert_eq!(order, [NodeId(2), NodeId(0), NodeId(1), NodeId(3)]);
    }

    #[test]
    fn cycles_are_named_whole() {
        let cycles = dag(6, &[(0, 1), (1, 0), (2, 3), (4, 4)]).order().expect_err("two cycles");
        assert_eq!(cycles, [vec![NodeId(0), NodeId(1)], vec![NodeId(4)]]);
    }

    #[test]
    fn reduction_leaves_out_what_follows() {
        let edges = dag(3, &[(0, 1), (1, 2), (0, 2)]).reduced();
        assert_eq!(edges, [(NodeId(0), NodeId(1)), (NodeId(1), NodeId(2))]);
    }

    #[test]
    fn a_long_chain_is_no_problem() {
        let mut dag = Dag::default();
        let mut last = dag.add(0);
        for n in 1..100_000 {
            let next = dag.add(n);
            dag.depend(last, [next]);
            last = next;
        }
        assert_eq!(dag.order().expect("no cycle").len(), 100_000);
        assert_eq!(dag.needs([NodeId(0)]).len(), 100_000);
        assert_eq!(dag.affected([NodeId(5)]).len(), 6);
    }
}
