//! The graph of a configuration: an edge for each reference, `depends_on`, provider and module call.

use ecow::EcoString;

use super::{Dag, NodeId, Object, Part, cycle, needs};
use crate::base::Mode;
use crate::config::{ModuleId, ResourceKey, Tree};
use crate::diag::Diagnostics;
use crate::eval::{self, Reference};
use crate::syntax::ast::Expr;

/// What a configuration consists of and what depends on what.
#[derive(Clone, Debug)]
pub struct ConfigGraph {
    dag: Dag<Object>,
    modules: Vec<Nodes>,
}

/// The nodes of one module, by kind and position.
#[derive(Clone, Debug)]
pub(super) struct Nodes {
    pub expand: NodeId,
    variables: Vec<NodeId>,
    pub validations: Vec<Option<NodeId>>,
    locals: Vec<NodeId>,
    pub providers: Vec<NodeId>,
    pub resources: Vec<NodeId>,
    outputs: Vec<NodeId>,
    checks: Vec<NodeId>,
    pub close: NodeId,
}

impl ConfigGraph {
    /// The graph of all modules.
    #[must_use]
    pub fn new(tree: &Tree) -> Self {
        let mut dag = Dag::default();
        let modules = tree.iter().map(|(id, _)| Nodes::new(&mut dag, tree, id)).collect();
        let mut graph = Self { dag, modules };
        for node in graph.dag.ids() {
            let needs = needs::of(&graph, tree, *graph.dag.weight(node));
            graph.dag.depend(node, needs.into_iter().map(|need| need.node));
        }
        graph
    }

    /// The nodes and edges.
    #[must_use]
    pub fn dag(&self) -> &Dag<Object> {
        &self.dag
    }

    /// Every object after those that it depends on.
    ///
    /// # Errors
    /// One diagnostic per cycle.
    pub fn order(&self, tree: &Tree) -> Result<Vec<NodeId>, Diagnostics> {
        self.dag
            .order()
            .map_err(|cycles| cycles.iter().map(|one| cycle::explain(self, tree, one)).collect())
    }

    /// The nodes of a module.
    pub(super) fn nodes(&self, module: ModuleId) -> &Nodes {
        &self.modules[module.0 as usize]
    }

    /// The node of an object.
    #[must_use]
    pub fn node(&self, object: Object) -> Option<NodeId> {
        let nodes = self.modules.get(object.module.0 as usize)?;
        match object.part {
            Part::Expand => Some(nodes.expand),
            Part::Close => Some(nodes.close),
            Part::Variable(index) => nodes.variables.get(index).copied(),
            Part::Validation(index) => nodes.validations.get(index).copied().flatten(),
            Part::Local(index) => nodes.locals.get(index).copied(),
            Part::Provider(index) => nodes.providers.get(index).copied(),
            Part::Resource(index) => nodes.resources.get(index).copied(),
            Part::Output(index) => nodes.outputs.get(index).copied(),
            Part::Check(index) => nodes.checks.get(index).copied(),
        }
    }

    /// The objects that a reference in `module` names; none for what is no object, and for what is not declared.
    #[must_use]
    pub fn targets(&self, tree: &Tree, module: ModuleId, reference: &Reference<'_>) -> Vec<NodeId> {
        let here = &tree[module];
        let nodes = &self.modules[module.0 as usize];
        let named = |at: usize| reference.attr(at).map(|ident| &ident.name);
        match reference.root.as_str() {
            "var" => {
                let index = named(0).and_then(|name| here.variables.get_index_of(name));
                index.map_or_else(Vec::new, |index| {
                    let validation = nodes.validations[index];
                    std::iter::once(nodes.variables[index]).chain(validation).collect()
                })
            }
            "local" => {
                let index = named(0).and_then(|name| here.locals.get_index_of(name));
                index.map(|index| nodes.locals[index]).into_iter().collect()
            }
            "module" => self.module_targets(tree, module, reference),
            "each" | "count" | "self" | "path" | "terraform" | "phase" | "stack" => Vec::new(),
            _ => {
                let index =
                    resource_key(reference).and_then(|(key, _)| here.resources.get_index_of(&key));
                index.map(|index| nodes.resources[index]).into_iter().collect()
            }
        }
    }

    fn module_targets(&self, tree: &Tree, at: ModuleId, reference: &Reference<'_>) -> Vec<NodeId> {
        let child = reference.attr(0).and_then(|call| tree[at].children.get(&call.name));
        let Some(child) = child else { return Vec::new() };
        let nodes = &self.modules[child.0 as usize];
        let output = match reference.key(1) {
            Some(_) => reference.attr(2),
            None => reference.attr(1),
        };
        match output {
            Some(output) => {
                let index = tree[*child].outputs.get_index_of(&output.name);
                let output = index.map(|index| nodes.outputs[index]);
                std::iter::once(nodes.expand).chain(output).collect()
            }
            None => std::iter::once(nodes.expand).chain(nodes.outputs.iter().copied()).collect(),
        }
    }

    /// What a `depends_on` entry stands for: as a reference, but the whole of a module.
    #[must_use]
    pub fn depends_on_targets(&self, tree: &Tree, at: ModuleId, entry: &Expr) -> Vec<NodeId> {
        let mut found = Vec::new();
        for reference in eval::references(entry) {
            let module = (reference.root == "module").then(|| reference.attr(0)).flatten();
            let child = module.and_then(|call| tree[at].children.get(&call.name));
            match child {
                Some(child) => found.push(self.modules[child.0 as usize].close),
                None => found.extend(self.targets(tree, at, &reference)),
            }
        }
        found
    }
}

impl Nodes {
    /// Adds the nodes in the order in which a walk should come to them where it has the choice.
    fn new(dag: &mut Dag<Object>, tree: &Tree, module: ModuleId) -> Self {
        let here = &tree[module];
        let mut add = |part| dag.add(Object { module, part });
        Self {
            expand: add(Part::Expand),
            variables: (0..here.variables.len()).map(|at| add(Part::Variable(at))).collect(),
            validations: here
                .variables
                .values()
                .enumerate()
                .map(|(at, v)| (!v.validations.is_empty()).then(|| add(Part::Validation(at))))
                .collect(),
            locals: (0..here.locals.len()).map(|at| add(Part::Local(at))).collect(),
            providers: (0..here.providers.len()).map(|at| add(Part::Provider(at))).collect(),
            resources: (0..here.resources.len()).map(|at| add(Part::Resource(at))).collect(),
            outputs: (0..here.outputs.len()).map(|at| add(Part::Output(at))).collect(),
            checks: (0..here.checks.len()).map(|at| add(Part::Check(at))).collect(),
            close: add(Part::Close),
        }
    }

    /// All but the last.
    pub fn everything(&self) -> impl Iterator<Item = NodeId> + '_ {
        let validations = self.validations.iter().flatten();
        [
            &self.variables,
            &self.locals,
            &self.providers,
            &self.resources,
            &self.outputs,
            &self.checks,
        ]
        .into_iter()
        .flatten()
        .chain(validations)
        .copied()
        .chain(std::iter::once(self.expand))
    }
}

/// The resource that a reference names within its module, and how many steps that takes.
#[must_use]
pub fn resource_key(reference: &Reference<'_>) -> Option<(ResourceKey, usize)> {
    let named = |at: usize| reference.attr(at).map(|ident| ident.name.clone());
    let (mode, type_name, at): (Mode, EcoString, usize) = match reference.root.as_str() {
        "data" => (Mode::Data, named(0)?, 1),
        "ephemeral" => (Mode::Ephemeral, named(0)?, 1),
        "resource" => (Mode::Managed, named(0)?, 1),
        _ => (Mode::Managed, reference.root.clone(), 0),
    };
    Some((ResourceKey { mode, type_name: type_name.into(), name: named(at)? }, at + 1))
}
