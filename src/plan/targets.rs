//! `-target` and `-exclude`: which objects a plan is about.

use std::collections::BTreeSet;

use super::input::Options;
use crate::base::{Address, AddressError, ModulePath};
use crate::config::{Target, Tree};
use crate::graph::{ConfigGraph, NodeId, Part};

/// The objects that a plan is about.
#[derive(Clone, Debug, Default)]
pub(super) struct Selection {
    targets: Vec<Target>,
    excludes: Vec<Target>,
    /// Nodes that are walked; all where none.
    nodes: Option<BTreeSet<NodeId>>,
    /// Nodes that are targets, and those that need one: what goes when the targets go.
    users: BTreeSet<NodeId>,
    limited: bool,
}

impl Selection {
    pub fn new(options: &Options, tree: &Tree, graph: &ConfigGraph) -> Self {
        let mut selection = Self {
            targets: options.targets.clone(),
            excludes: options.excludes.clone(),
            nodes: None,
            users: BTreeSet::new(),
            limited: !options.targets.is_empty() || !options.excludes.is_empty(),
        };
        if selection.limited {
            let nodes = selection.walk(tree, graph);
            selection.nodes = Some(nodes);
        }
        selection
    }

    /// Whether only a part is planned.
    pub const fn is_limited(&self) -> bool {
        self.limited
    }

    fn walk(&mut self, tree: &Tree, graph: &ConfigGraph) -> BTreeSet<NodeId> {
        let dag = graph.dag();
        let named = |targets: &[Target], whole: bool| -> Vec<NodeId> {
            dag.ids()
                .filter(|id| targets.iter().any(|t| names(t, tree, graph, *id, whole)))
                .collect()
        };
        let mut nodes = if self.targets.is_empty() {
            dag.ids().collect()
        } else {
            let targets = named(&self.targets, false);
            let mut nodes = dag.needs(targets.iter().copied());
            // Outputs of resources all of which are planned are planned too, with what lies in between.
            let is_resource = |id: &NodeId| matches!(dag.weight(*id).part, Part::Resource(_));
            for id in dag.ids().filter(|id| matches!(dag.weight(*id).part, Part::Output(_))) {
                let needs = dag.needs([id]);
                let mut resources = needs.iter().filter(|need| is_resource(need)).peekable();
                if resources.peek().is_some() && resources.all(|need| nodes.contains(need)) {
                    nodes.extend(needs);
                }
            }
            self.users = dag.affected(targets);
            nodes
        };
        if !self.excludes.is_empty() {
            let out = dag.affected(named(&self.excludes, true));
            nodes.retain(|id| {
                !out.contains(id) || matches!(dag.weight(*id).part, Part::Close | Part::Expand)
            });
        }
        nodes
    }

    /// Whether a node of the configuration is walked.
    pub fn holds(&self, node: NodeId) -> bool {
        self.nodes.as_ref().is_none_or(|nodes| nodes.contains(&node))
    }

    /// Whether an instance is planned: a block of which only some instances are targets leaves the others out.
    pub fn holds_instance(&self, address: &Address) -> bool {
        if self.excludes.iter().any(|target| covers(target, address)) {
            return false;
        }
        let related = || self.targets.iter().filter(|target| same_block(target, address));
        related().next().is_none() || related().any(|target| covers(target, address))
    }

    /// Whether a live object that nothing declares is planned.
    pub fn holds_orphan(&self, address: &Address) -> bool {
        let excluded = self.excludes.iter().any(|target| covers(target, address));
        let wanted =
            self.targets.is_empty() || self.targets.iter().any(|target| covers(target, address));
        wanted && !excluded
    }

    /// Whether an object goes when only the targets are destroyed: it is one, or its block needs one.
    pub fn holds_destroyed(&self, address: &Address, node: Option<NodeId>) -> bool {
        if self.targets.iter().any(|target| same_block(target, address)) {
            return self.holds_orphan(address);
        }
        let excluded = self.excludes.iter().any(|target| covers(target, address));
        let is_user = node.is_some_and(|node| self.users.contains(&node));
        !excluded && (is_user || self.holds_orphan(address))
    }

    /// Whether an object may move while only a part is planned: both of its addresses are planned.
    pub fn holds_move(&self, from: &Address, to: &Address) -> bool {
        self.holds_orphan(from) && self.holds_orphan(to)
    }
}

/// Whether a node is a resource that a target names, whatever the keys. `whole` asks that no single instance is meant.
fn names(target: &Target, tree: &Tree, graph: &ConfigGraph, id: NodeId, whole: bool) -> bool {
    let object = graph.dag().weight(id);
    let module = &tree[object.module];
    let inside = |path: &ModulePath| {
        let steps = path.steps();
        module.path.len() >= steps.len()
            && steps.iter().zip(&module.path).all(|(step, name)| step.name == *name)
    };
    match (target, object.part) {
        (Target::Module(path), Part::Resource(_) | Part::Output(_)) => {
            let keyed = path.steps().iter().any(|step| step.key.is_some());
            inside(path) && !(whole && keyed)
        }
        (Target::Resource(resource), Part::Resource(index)) => {
            let Some((key, _)) = module.resources.get_index(index) else { return false };
            let keyed = resource.module.steps().iter().any(|step| step.key.is_some());
            !(whole && keyed)
                && inside(&resource.module)
                && resource.module.steps().len() == module.path.len()
                && (key.mode, &key.type_name, &key.name)
                    == (resource.mode, &resource.type_name, &resource.name)
        }
        (Target::Instance(address), Part::Resource(_)) => {
            !whole && names(&Target::Resource((*address.resource).clone()), tree, graph, id, false)
        }
        _ => false,
    }
}

fn within(path: &ModulePath, of: &ModulePath) -> bool {
    let (inner, outer) = (path.steps(), of.steps());
    inner.len() >= outer.len()
        && outer.iter().zip(inner).all(|(outer, inner)| {
            outer.name == inner.name && (outer.key.is_none() || outer.key == inner.key)
        })
}

fn same_block(target: &Target, address: &Address) -> bool {
    let block = |resource: &crate::base::ResourceAddress| {
        (resource.mode, &resource.type_name, &resource.name)
            == (address.resource.mode, &address.resource.type_name, &address.resource.name)
            && resource.module.steps().len() == address.resource.module.steps().len()
            && resource
                .module
                .steps()
                .iter()
                .zip(address.resource.module.steps())
                .all(|(a, b)| a.name == b.name)
    };
    match target {
        Target::Module(path) => {
            let names = path.steps().iter().zip(address.resource.module.steps());
            path.steps().len() <= address.resource.module.steps().len()
                && names.clone().all(|(a, b)| a.name == b.name)
        }
        Target::Resource(resource) => block(resource),
        Target::Instance(instance) => block(&instance.resource),
    }
}

/// Whether an object is what a target names, or a part of it.
#[must_use]
pub fn covers(target: &Target, address: &Address) -> bool {
    match target {
        Target::Module(path) => within(&address.resource.module, path),
        Target::Resource(resource) => {
            same_block(target, address) && within(&address.resource.module, &resource.module)
        }
        Target::Instance(instance) => {
            same_block(target, address)
                && within(&address.resource.module, &instance.resource.module)
                && instance.key == address.key
        }
    }
}

/// What a `-target` or `-exclude` option names: `module.a`, `module.a["x"]`, `aws_vpc.main`, `aws_vpc.main[0]`.
///
/// # Errors
/// Why the text names nothing.
pub fn parse_target(text: &str) -> Result<Target, AddressError> {
    // A module is what an address needs a resource behind: a resource that no configuration can name stands in.
    let stand_in = format!("{text}.x.x");
    if text.starts_with("module.")
        && let Ok(address) = stand_in.parse::<Address>()
        && address.resource.type_name == "x"
        && address.resource.name == "x"
        && address.resource.mode == crate::base::Mode::Managed
    {
        return Ok(Target::Module(address.resource.module.clone()));
    }
    let address: Address = text.parse()?;
    Ok(match address.key {
        Some(_) => Target::Instance(address),
        None => Target::Resource(std::sync::Arc::unwrap_or_clone(address.resource)),
    })
}
