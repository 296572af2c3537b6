//! Which resources a resource depends on, through locals, variables, outputs and modules.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::aligned::aligned;
use crate::base::{Address, ResourceAddress};
use crate::config::ModuleId;
use crate::graph::{NodeId, Object, Part};
use crate::plan::walk::{InstanceId, Source, Walk};

/// Something that is depended on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Member {
    /// One instance.
    One(Address),
    /// All instances of a block.
    All(ResourceAddress),
}

type Members = Arc<BTreeSet<Member>>;

/// Follows dependencies; each object of each module instance once.
pub(super) struct Flow<'a> {
    walk: &'a Walk,
    /// Of what others depend through.
    known: BTreeMap<(InstanceId, NodeId), Members>,
    /// Of the resource that was asked for last: its instances come one after the other.
    last: Option<((InstanceId, NodeId), Members)>,
    /// Which resources that one refers to instance by instance.
    aligned: Option<((ModuleId, usize), BTreeSet<usize>)>,
}

impl<'a> Flow<'a> {
    pub fn new(walk: &'a Walk) -> Self {
        Self { walk, known: BTreeMap::new(), last: None, aligned: None }
    }

    /// What one instance of a resource depends on.
    pub fn needs(&mut self, source: Source, address: &Address) -> Members {
        let object = Object { module: source.module, part: Part::Resource(source.index) };
        let Some(node) = self.walk.graph.node(object) else { return Members::default() };
        let members = self.of(source.at, node);
        let tree = &self.walk.state.config.tree;
        let resources = &tree[source.module].resources;
        if address.key.is_none() {
            return members;
        }
        let block = (source.module, source.index);
        if self.aligned.as_ref().is_none_or(|(of, _)| *of != block) {
            let resource = resources.get_index(source.index);
            let pairs = resource.map(|(_, resource)| aligned(resource, resources));
            self.aligned = Some((block, pairs.unwrap_or_default()));
        }
        let pairs = self.aligned.as_ref().map(|(_, pairs)| pairs).filter(|pairs| !pairs.is_empty());
        let Some(pairs) = pairs else { return members };
        let blocks: BTreeSet<ResourceAddress> = pairs
            .iter()
            .filter_map(|index| resources.get_index(*index))
            .map(|(_, resource)| self.walk.block_address(source.at, resource))
            .collect();
        let narrowed = members.iter().map(|member| match member {
            Member::All(block) if blocks.contains(block) => {
                Member::One(block.instance(address.key.clone()))
            }
            other => other.clone(),
        });
        Arc::new(narrowed.collect())
    }

    /// What an object of a module instance depends on. Goes down without recursion, for chains may be long.
    fn of(&mut self, at: InstanceId, node: NodeId) -> Members {
        if let Some((_, members)) = self.last.as_ref().filter(|(of, _)| *of == (at, node)) {
            return members.clone();
        }
        let top = (at, node);
        let mut stack = vec![(at, node, false)];
        while let Some((at, node, open)) = stack.pop() {
            if self.known.contains_key(&(at, node)) {
                continue;
            }
            let below = self.below(at, node);
            if open {
                let members = self.collect(&below);
                if (at, node) == top {
                    self.last = Some((top, members.clone()));
                    return members;
                }
                self.known.insert((at, node), members);
                continue;
            }
            stack.push((at, node, true));
            for (at, node) in below {
                if self.passes(node) && !self.known.contains_key(&(at, node)) {
                    stack.push((at, node, false));
                }
            }
        }
        self.known.get(&top).cloned().unwrap_or_default()
    }

    /// Whether dependencies go on through a node: not through a managed resource, which has steps of its own.
    fn passes(&self, node: NodeId) -> bool {
        self.resource_at(node).is_none_or(|(_, _, has_steps)| !has_steps)
    }

    fn resource_at(&self, node: NodeId) -> Option<(ModuleId, usize, bool)> {
        let object = self.walk.graph.dag().weight(node);
        let Part::Resource(index) = object.part else { return None };
        let (key, _) = self.walk.state.config.tree[object.module].resources.get_index(index)?;
        Some((object.module, index, key.mode == crate::base::Mode::Managed))
    }

    fn collect(&self, below: &[(InstanceId, NodeId)]) -> Members {
        let mut found = BTreeSet::new();
        let mut only: Option<&Members> = None;
        for (at, node) in below {
            if let Some((module, index, _)) = self.resource_at(*node)
                && let Some((_, resource)) =
                    self.walk.state.config.tree[module].resources.get_index(index)
            {
                found.insert(Member::All(self.walk.block_address(*at, resource)));
            }
            if self.passes(*node)
                && let Some(members) = self.known.get(&(*at, *node))
                && !members.is_empty()
            {
                only = Some(members);
                found.extend(members.iter().cloned());
            }
        }
        match only {
            Some(only) if only.len() == found.len() => only.clone(),
            _ => Arc::new(found),
        }
    }

    /// The objects that one depends on directly, in their module instances.
    fn below(&self, at: InstanceId, node: NodeId) -> Vec<(InstanceId, NodeId)> {
        let dag = self.walk.graph.dag();
        let mut found = Vec::new();
        for need in dag.dependencies(node) {
            let module = dag.weight(need).module;
            found.extend(self.walk.related(at, module).into_iter().map(|at| (at, need)));
        }
        found
    }
}
