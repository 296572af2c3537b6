//! The graph of a configuration: an edge for each reference, `depends_on`, provider and module call.

use ecow::EcoString;

use super::providers::{ProviderTarget, find_provider};
use super::{Dag, NodeId, Object, Part};
use crate::base::Mode;
use crate::config::{Condition, ModuleId, Resource, ResourceKey, Tree};
use crate::diag::{Diagnostic, Diagnostics};
use crate::eval::{self, Reference};
use crate::syntax;
use crate::syntax::ast::{Body, Expr, JsonBody, JsonKind, JsonNode};

/// What a configuration consists of and what depends on what.
#[derive(Clone, Debug)]
pub struct ConfigGraph {
    dag: Dag<Object>,
    modules: Vec<Nodes>,
}

/// The nodes of one module, by kind and position.
#[derive(Clone, Debug)]
struct Nodes {
    expand: NodeId,
    variables: Vec<NodeId>,
    validations: Vec<Option<NodeId>>,
    locals: Vec<NodeId>,
    providers: Vec<NodeId>,
    resources: Vec<NodeId>,
    outputs: Vec<NodeId>,
    checks: Vec<NodeId>,
    close: NodeId,
}

impl ConfigGraph {
    /// The graph of all modules.
    #[must_use]
    pub fn new(tree: &Tree) -> Self {
        let mut dag = Dag::default();
        let modules = tree.iter().map(|(id, _)| Nodes::new(&mut dag, tree, id)).collect();
        let mut graph = Self { dag, modules };
        for (id, _) in tree.iter() {
            graph.connect(tree, id);
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
            .map_err(|cycles| cycles.iter().map(|cycle| self.cycle(tree, cycle)).collect())
    }

    fn cycle(&self, tree: &Tree, cycle: &[NodeId]) -> Diagnostic {
        if let [node] = cycle
            && let Some(problem) = self_referencing_local(tree, *self.dag.weight(*node))
        {
            return problem;
        }
        let mut names: Vec<String> = cycle
            .iter()
            .map(|node| self.dag.weight(*node))
            .filter(|object| !matches!(object.part, Part::Validation(_)))
            .map(|object| object.display(tree).to_string())
            .collect();
        names.sort();
        Diagnostic::error(501, format!("Cycle: {}", names.join(", ")), "")
            .help("Each of these needs the next one's value; take one of the references out.")
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

    fn connect(&mut self, tree: &Tree, id: ModuleId) {
        let module = &tree[id];
        let nodes = self.modules[id.0 as usize].clone();
        let close = nodes.everything().collect::<Vec<_>>();
        self.dag.depend(nodes.close, close);
        for child in module.children.values() {
            let child = &self.modules[child.0 as usize];
            let (expand, close) = (child.expand, child.close);
            self.dag.depend(expand, [nodes.expand]);
            self.dag.depend(nodes.close, [close]);
        }
        self.connect_values(tree, id, &nodes);
        for (index, provider) in module.providers.values().enumerate() {
            let mut needs = Needs::new(self, tree, id);
            needs.exprs(&provider.for_each);
            needs.body(&provider.body);
            needs.state(nodes.providers[index]);
        }
        for (index, resource) in module.resources.values().enumerate() {
            let mut needs = Needs::new(self, tree, id);
            needs.resource(resource);
            needs.found.retain(|node| *node != nodes.resources[index]);
            needs.state(nodes.resources[index]);
        }
        for (index, check) in module.checks.values().enumerate() {
            let mut needs = Needs::new(self, tree, id);
            needs.conditions(&check.asserts);
            let data = check.data.as_ref().and_then(|key| module.resources.get_index_of(key));
            needs.found.extend(data.map(|index| nodes.resources[index]));
            needs.state(nodes.checks[index]);
        }
    }

    fn connect_values(&mut self, tree: &Tree, id: ModuleId, nodes: &Nodes) {
        let module = &tree[id];
        let caller = module
            .parent
            .and_then(|parent| Some((parent, tree[parent].calls.get(module.path.last()?)?)));
        if let Some((parent, call)) = caller {
            let mut needs = Needs::new(self, tree, parent);
            needs.exprs(&call.count);
            needs.exprs(&call.for_each);
            for entry in &call.depends_on {
                needs.depends_on(entry);
            }
            for passed in call.providers.iter().flatten() {
                needs.exprs(&passed.outside.key);
            }
            needs.state(nodes.expand);
        }
        for (index, (name, variable)) in module.variables.iter().enumerate() {
            if let Some((parent, call)) = caller {
                let mut needs = Needs::new(self, tree, parent);
                let argument = call.body.attributes.iter().find(|a| a.name.name == *name);
                if let Some(argument) = argument {
                    needs.expr(&argument.expr);
                }
                if let Some(json) = &call.body.json {
                    needs.json(json);
                }
                needs.state(nodes.variables[index]);
            }
            self.dag.depend(nodes.variables[index], [nodes.expand]);
            if let Some(validation) = nodes.validations[index] {
                let mut needs = Needs::new(self, tree, id);
                needs.conditions(&variable.validations);
                let others: Vec<NodeId> = nodes.validations.iter().flatten().copied().collect();
                needs.found.retain(|node| !others.contains(node));
                needs.found.push(nodes.variables[index]);
                needs.state(validation);
            }
        }
        for (index, local) in module.locals.values().enumerate() {
            let mut needs = Needs::new(self, tree, id);
            needs.expr(&local.expr);
            needs.state(nodes.locals[index]);
        }
        for (index, output) in module.outputs.values().enumerate() {
            let mut needs = Needs::new(self, tree, id);
            needs.expr(&output.value);
            needs.conditions(&output.preconditions);
            output.depends_on.iter().for_each(|entry| needs.depends_on(entry));
            needs.state(nodes.outputs[index]);
        }
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

    fn everything(&self) -> impl Iterator<Item = NodeId> + '_ {
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

/// Collects what one object depends on.
struct Needs<'a> {
    graph: &'a mut ConfigGraph,
    tree: &'a Tree,
    module: ModuleId,
    found: Vec<NodeId>,
}

impl<'a> Needs<'a> {
    fn new(graph: &'a mut ConfigGraph, tree: &'a Tree, module: ModuleId) -> Self {
        let expand = graph.modules[module.0 as usize].expand;
        Self { graph, tree, module, found: vec![expand] }
    }

    fn state(self, node: NodeId) {
        self.graph.dag.depend(node, self.found);
    }

    fn expr(&mut self, expr: &Expr) {
        for reference in eval::references(expr) {
            self.found.extend(self.graph.targets(self.tree, self.module, &reference));
        }
    }

    fn exprs<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>) {
        exprs.into_iter().for_each(|expr| self.expr(expr));
    }

    fn depends_on(&mut self, entry: &Expr) {
        self.found.extend(self.graph.depends_on_targets(self.tree, self.module, entry));
    }

    fn conditions(&mut self, conditions: &[Condition]) {
        for condition in conditions {
            self.expr(&condition.condition);
            self.expr(&condition.error_message);
        }
    }

    fn body(&mut self, body: &Body) {
        self.exprs(body.attributes.iter().map(|attribute| &attribute.expr));
        body.blocks.iter().for_each(|block| self.body(&block.body));
        if let Some(json) = &body.json {
            self.json(json);
        }
    }

    /// In JSON every string is a template.
    fn json(&mut self, body: &JsonBody) {
        let mut open: Vec<&JsonNode> = body.objects.iter().collect();
        while let Some(node) = open.pop() {
            match &node.kind {
                JsonKind::String(text) if text.contains("${") || text.contains("%{") => {
                    let (template, _) =
                        syntax::parse_template(text, node.span.file, node.span.start);
                    for reference in eval::template_references(&template) {
                        let targets = self.graph.targets(self.tree, self.module, &reference);
                        self.found.extend(targets);
                    }
                }
                JsonKind::Array(elements) => open.extend(elements),
                JsonKind::Object(entries) => open.extend(entries.iter().map(|(_, node)| node)),
                _ => {}
            }
        }
    }

    fn resource(&mut self, resource: &Resource) {
        self.exprs(resource.count.as_deref());
        self.exprs(resource.for_each.as_deref());
        self.body(&resource.body);
        resource.depends_on.iter().for_each(|entry| self.depends_on(entry));
        let lifecycle = &resource.lifecycle;
        self.conditions(&lifecycle.preconditions);
        self.conditions(&lifecycle.postconditions);
        self.exprs(&lifecycle.replace_triggered_by);
        resource.connection.iter().for_each(|body| self.body(body));
        for provisioner in &resource.provisioners {
            self.body(&provisioner.body);
            provisioner.connection.iter().for_each(|body| self.body(body));
        }
        let provider = resource.provider.as_ref();
        self.exprs(provider.and_then(|provider| provider.key.as_ref()));
        let alias = provider.and_then(|provider| provider.alias.as_deref());
        let target = find_provider(self.tree, self.module, resource.provider_name(), alias);
        if let ProviderTarget::Block { module, index, .. } = target {
            self.found.push(self.graph.modules[module.0 as usize].providers[index]);
        }
    }
}

/// The error for a local value that refers to itself, at the reference.
fn self_referencing_local(tree: &Tree, object: Object) -> Option<Diagnostic> {
    let Part::Local(index) = object.part else { return None };
    let (name, local) = tree[object.module].locals.get_index(index)?;
    let is_own = |reference: &Reference<'_>| {
        reference.root == "local" && reference.attr(0).is_some_and(|ident| ident.name == *name)
    };
    let own = eval::references(&local.expr).into_iter().find(is_own)?;
    let detail =
        format!("Local value local.{name} cannot use its own result as part of its expression.");
    Some(Diagnostic::error(501, "Self-referencing local value", detail).at(own.span))
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
