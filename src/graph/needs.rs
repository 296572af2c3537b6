//! What one object of a configuration depends on, and where the configuration says so.

use super::providers::{ProviderTarget, find_provider};
use super::{ConfigGraph, NodeId, Object, Part};
use crate::config::{Call, Condition, ModuleId, Resource, Tree};
use crate::diag::Span;
use crate::eval::{self, Reference};
use crate::syntax;
use crate::syntax::ast::{Body, Expr, JsonBody, JsonKind, JsonNode};

/// That an object depends on another.
#[derive(Clone, Copy, Debug)]
pub struct Need {
    /// The other.
    pub node: NodeId,
    /// The reference; none where the dependency is not written, as that on a module's `count`.
    pub at: Option<Span>,
}

/// All that an object depends on directly; the same may be there more than once.
pub fn of(graph: &ConfigGraph, tree: &Tree, object: Object) -> Vec<Need> {
    let module = &tree[object.module];
    let nodes = graph.nodes(object.module);
    let own = || Needs::of_part(graph, tree, object.module);
    let mut needs = match object.part {
        Part::Expand => of_expansion(graph, tree, object.module),
        Part::Variable(index) => of_variable(graph, tree, object.module, index),
        Part::Validation(index) => {
            let mut needs = own();
            needs.conditions(&module.variables[index].validations);
            needs.found.retain(|need| !nodes.validations.contains(&Some(need.node)));
            needs.silent(graph.node(Object { part: Part::Variable(index), ..object }));
            needs
        }
        Part::Local(index) => {
            let mut needs = own();
            needs.expr(&module.locals[index].expr);
            needs
        }
        Part::Provider(index) => {
            let mut needs = own();
            needs.exprs(&module.providers[index].for_each);
            needs.body(&module.providers[index].body);
            needs
        }
        Part::Resource(index) => {
            let mut needs = own();
            needs.resource(&module.resources[index]);
            needs.found.retain(|need| need.node != nodes.resources[index]);
            needs
        }
        Part::Output(index) => {
            let mut needs = own();
            let output = &module.outputs[index];
            needs.expr(&output.value);
            needs.conditions(&output.preconditions);
            output.depends_on.iter().for_each(|entry| needs.depends_on(entry));
            needs
        }
        Part::Check(index) => {
            let mut needs = own();
            let check = &module.checks[index];
            needs.conditions(&check.asserts);
            let data = check.data.as_ref().and_then(|key| module.resources.get_index_of(key));
            needs.silent(data.map(|index| nodes.resources[index]));
            needs
        }
        Part::Close => {
            let mut needs = Needs::new(graph, tree, object.module);
            needs.silent(nodes.everything());
            needs.silent(module.children.values().map(|child| graph.nodes(*child).close));
            needs
        }
    };
    std::mem::take(&mut needs.found)
}

/// The call of a module, and the module that it is in; none of the root.
fn call_of(tree: &Tree, id: ModuleId) -> Option<(ModuleId, &Call)> {
    let parent = tree[id].parent?;
    Some((parent, tree[parent].calls.get(tree[id].path.last()?)?))
}

fn of_expansion<'a>(graph: &'a ConfigGraph, tree: &'a Tree, id: ModuleId) -> Needs<'a> {
    let Some(parent) = tree[id].parent else { return Needs::new(graph, tree, id) };
    let mut needs = Needs::of_part(graph, tree, parent);
    if let Some((_, call)) = call_of(tree, id) {
        needs.exprs(&call.count);
        needs.exprs(&call.for_each);
        call.depends_on.iter().for_each(|entry| needs.depends_on(entry));
        let passed = call.providers.iter().flatten();
        needs.exprs(passed.flat_map(|passed| &passed.outside.key));
    }
    needs
}

fn of_variable<'a>(
    graph: &'a ConfigGraph,
    tree: &'a Tree,
    id: ModuleId,
    index: usize,
) -> Needs<'a> {
    let Some((parent, call)) = call_of(tree, id) else { return Needs::of_part(graph, tree, id) };
    let mut needs = Needs::of_part(graph, tree, parent);
    let name = tree[id].variables.get_index(index).map(|(name, _)| name);
    let mut arguments = call.body.attributes.iter();
    if let Some(argument) = arguments.find(|argument| Some(&argument.name.name) == name) {
        needs.expr(&argument.expr);
    }
    if let Some(json) = &call.body.json {
        needs.json(json);
    }
    needs.silent([graph.nodes(id).expand]);
    needs
}

/// Collects what one object depends on.
struct Needs<'a> {
    graph: &'a ConfigGraph,
    tree: &'a Tree,
    /// The module in which references are looked up.
    module: ModuleId,
    found: Vec<Need>,
}

impl<'a> Needs<'a> {
    const fn new(graph: &'a ConfigGraph, tree: &'a Tree, module: ModuleId) -> Self {
        Self { graph, tree, module, found: Vec::new() }
    }

    /// For an object of a module, which the module's own instances come before.
    fn of_part(graph: &'a ConfigGraph, tree: &'a Tree, module: ModuleId) -> Self {
        let mut needs = Self::new(graph, tree, module);
        needs.silent([graph.nodes(module).expand]);
        needs
    }

    fn silent(&mut self, nodes: impl IntoIterator<Item = NodeId>) {
        self.found.extend(nodes.into_iter().map(|node| Need { node, at: None }));
    }

    fn written(&mut self, nodes: Vec<NodeId>, at: Span) {
        self.found.extend(nodes.into_iter().map(|node| Need { node, at: Some(at) }));
    }

    fn references<'r>(&mut self, references: impl IntoIterator<Item = Reference<'r>>) {
        for reference in references {
            let targets = self.graph.targets(self.tree, self.module, &reference);
            self.written(targets, reference.span);
        }
    }

    fn expr(&mut self, expr: &Expr) {
        self.references(eval::references(expr));
    }

    fn exprs<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>) {
        exprs.into_iter().for_each(|expr| self.expr(expr));
    }

    fn depends_on(&mut self, entry: &Expr) {
        let targets = self.graph.depends_on_targets(self.tree, self.module, entry);
        self.written(targets, entry.span);
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
                    self.references(eval::template_references(&template));
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
            self.silent([self.graph.nodes(module).providers[index]]);
        }
    }
}
