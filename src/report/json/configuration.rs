//! The configuration as it was written, in Terraform's plan format: constants by value, all else by what it refers to.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::expression::{Expressions, body, reference_names};
use crate::base::Mode;
use crate::config::{
    Call, Module, ModuleId, ModuleSource, Output, Provisioner, Resource, Selected, Tree, Variable,
};
use crate::graph::{ProviderTarget, find_provider};
use crate::schema::{Block, Registry};
use crate::syntax::ast::{Body, Expr};

/// The `configuration` of a plan.
#[must_use]
pub fn configuration(selected: &Selected, registry: &Registry) -> Json {
    let writer = Writer { tree: &selected.tree, registry, expressions: Expressions::default() };
    json!({
        "provider_config": writer.providers(),
        "root_module": writer.module(ModuleId::ROOT),
    })
}

struct Writer<'a> {
    tree: &'a Tree,
    registry: &'a Registry,
    expressions: Expressions,
}

impl Writer<'_> {
    fn module(&self, id: ModuleId) -> Json {
        let module = &self.tree[id];
        let mut entry = Map::new();
        let mut put = |name: &str, parts: Map<String, Json>| {
            if !parts.is_empty() {
                entry.insert(name.to_owned(), parts.into());
            }
        };
        put("outputs", module.outputs.values().map(|one| self.output(one)).collect());
        put("module_calls", module.calls.values().map(|one| self.call(module, one)).collect());
        put("variables", module.variables.values().map(|one| self.variable(one)).collect());
        let mut resources: Vec<&Resource> = module.resources.values().collect();
        let is_managed = |one: &Resource| one.key.mode == Mode::Managed;
        resources
            .sort_by_key(|one| (!is_managed(one), one.key.mode, &one.key.type_name, &one.key.name));
        if !resources.is_empty() {
            let resources = resources.into_iter().map(|one| self.resource(id, one));
            entry.insert("resources".into(), resources.collect());
        }
        entry.into()
    }

    fn output(&self, output: &Output) -> (String, Json) {
        let mut entry = Map::new();
        flag(&mut entry, "sensitive", output.sensitive);
        flag(&mut entry, "ephemeral", output.ephemeral);
        entry.insert("expression".into(), self.expressions.of(&output.value));
        text(&mut entry, "description", output.description.as_deref());
        self.depends_on(&mut entry, &output.depends_on);
        (output.name.to_string(), entry.into())
    }

    fn variable(&self, variable: &Variable) -> (String, Json) {
        let mut entry = Map::new();
        if let Some(value) = variable.default.as_ref().and_then(|it| self.expressions.constant(it))
        {
            entry.insert("default".into(), value);
        }
        text(&mut entry, "description", variable.description.as_deref());
        flag(&mut entry, "sensitive", variable.sensitive);
        flag(&mut entry, "ephemeral", variable.ephemeral);
        (variable.name.to_string(), entry.into())
    }

    fn call(&self, module: &Module, call: &Call) -> (String, Json) {
        let source = match &call.source {
            ModuleSource::Local(path) => match path.as_str() {
                path if path.starts_with("..") => path.to_owned(),
                path => format!("./{}", path.trim_start_matches("./")),
            },
            ModuleSource::Package(address) => address.to_string(),
            ModuleSource::Invalid => String::new(),
        };
        let mut entry = Map::new();
        entry.insert("source".into(), source.into());
        let expressions = call.body.attributes.iter();
        let expressions: Map<_, _> = expressions
            .map(|one| (one.name.name.to_string(), self.expressions.of(&one.expr)))
            .collect();
        if !expressions.is_empty() {
            entry.insert("expressions".into(), expressions.into());
        }
        self.repetition(&mut entry, call.count.as_ref(), call.for_each.as_ref());
        if let Some(child) = module.children.get(&call.name) {
            entry.insert("module".into(), self.module(*child));
        }
        text(&mut entry, "version_constraint", call.version.as_ref().map(|v| v.text.as_str()));
        self.depends_on(&mut entry, &call.depends_on);
        (call.name.to_string(), entry.into())
    }

    fn resource(&self, module: ModuleId, resource: &Resource) -> Json {
        let key = &resource.key;
        let schema = match key.mode {
            Mode::Data => self.registry.data(key.type_name.as_str()),
            _ => self.registry.resource(key.type_name.as_str()),
        };
        let mode = match key.mode {
            Mode::Managed => "managed",
            Mode::Data => "data",
            Mode::Ephemeral => "ephemeral",
        };
        let mut entry = Map::new();
        entry.insert("address".into(), key.to_string().into());
        entry.insert("mode".into(), mode.into());
        entry.insert("type".into(), key.type_name.as_str().into());
        entry.insert("name".into(), key.name.as_str().into());
        entry.insert("provider_config_key".into(), self.provider_key(module, resource).into());
        if !resource.provisioners.is_empty() {
            let provisioners = resource.provisioners.iter();
            let provisioners = provisioners.map(|one| self.provisioner(one));
            entry.insert("provisioners".into(), provisioners.collect());
        }
        let expressions = self.body(&resource.body, schema.map(|schema| &schema.block));
        if !expressions.is_empty() {
            entry.insert("expressions".into(), expressions.into());
        }
        entry.insert("schema_version".into(), 0.into());
        self.repetition(&mut entry, resource.count.as_deref(), resource.for_each.as_deref());
        self.depends_on(&mut entry, &resource.depends_on);
        entry.into()
    }

    fn body(&self, written: &Body, schema: Option<&Block>) -> Map<String, Json> {
        body(written, schema, &self.expressions)
    }

    fn provisioner(&self, provisioner: &Provisioner) -> Json {
        let mut entry = Map::new();
        entry.insert("type".into(), provisioner.kind.as_str().into());
        let expressions = self.body(&provisioner.body, None);
        if !expressions.is_empty() {
            entry.insert("expressions".into(), expressions.into());
        }
        entry.into()
    }

    fn repetition(
        &self,
        entry: &mut Map<String, Json>,
        count: Option<&Expr>,
        for_each: Option<&Expr>,
    ) {
        for (name, expr) in [("count_expression", count), ("for_each_expression", for_each)] {
            let told = expr.map(|expr| self.expressions.of(expr));
            if let Some(told) = told.filter(|told| told != &json!({})) {
                entry.insert(name.into(), told);
            }
        }
    }

    fn depends_on(&self, entry: &mut Map<String, Json>, depends_on: &[Expr]) {
        let names: Vec<String> =
            depends_on.iter().filter_map(|expr| reference_names(expr).into_iter().next()).collect();
        if !names.is_empty() {
            entry.insert("depends_on".into(), names.into());
        }
    }

    /// The entry of `provider_config` that serves a resource.
    fn provider_key(&self, module: ModuleId, resource: &Resource) -> String {
        let name = resource.provider_name();
        let alias = resource.provider.as_ref().and_then(|provider| provider.alias.as_deref());
        match find_provider(self.tree, module, name, alias) {
            ProviderTarget::Block { module, index, .. } => {
                let block = self.tree[module].providers.get_index(index);
                block.map_or_else(String::new, |((name, alias), _)| {
                    provider_key(&self.tree[module], name, alias.as_deref())
                })
            }
            ProviderTarget::Implied | ProviderTarget::Missing => name.to_owned(),
        }
    }

    /// Every provider configuration: those that blocks declare, and those that resources imply.
    fn providers(&self) -> Map<String, Json> {
        let mut found = BTreeMap::new();
        for (id, module) in self.tree.iter() {
            for ((name, alias), block) in &module.providers {
                let mut entry = self.provider(module, name);
                if let Some(alias) = alias {
                    entry.insert("alias".into(), alias.as_str().into());
                }
                if !module.path.is_empty() {
                    entry.insert("module_address".into(), address(module).into());
                }
                let schema = self.registry.provider(name);
                let expressions = self.body(&block.body, schema.map(|schema| &schema.block));
                if !expressions.is_empty() {
                    entry.insert("expressions".into(), expressions.into());
                }
                found.insert(provider_key(module, name, alias.as_deref()), entry.into());
            }
            for resource in module.resources.values() {
                let key = self.provider_key(id, resource);
                let implied = || self.provider(self.tree.root(), resource.provider_name()).into();
                found.entry(key).or_insert_with(implied);
            }
        }
        found.into_iter().collect()
    }

    fn provider(&self, module: &Module, name: &str) -> Map<String, Json> {
        let required = module.required_providers.get(name);
        let source = required.and_then(|required| required.source.as_deref());
        let full_name = match (name, source) {
            ("terraform", _) => "terraform.io/builtin/terraform".to_owned(),
            (_, Some(source)) if source.matches('/').count() == 2 => source.to_owned(),
            (_, Some(source)) => format!("registry.terraform.io/{source}"),
            (_, None) => format!("registry.terraform.io/hashicorp/{name}"),
        };
        let mut entry = Map::new();
        entry.insert("name".into(), name.into());
        entry.insert("full_name".into(), full_name.into());
        let version = required.and_then(|required| required.version.as_ref());
        text(&mut entry, "version_constraint", version.map(|version| version.text.as_str()));
        entry
    }
}

/// `aws`, `aws.west`, `module.web:aws`
fn provider_key(module: &Module, name: &str, alias: Option<&str>) -> String {
    let alias = alias.map(|alias| format!(".{alias}")).unwrap_or_default();
    let module =
        if module.path.is_empty() { String::new() } else { format!("{}:", address(module)) };
    format!("{module}{name}{alias}")
}

fn address(module: &Module) -> String {
    let steps: Vec<String> = module.path.iter().map(|name| format!("module.{name}")).collect();
    steps.join(".")
}

fn flag(entry: &mut Map<String, Json>, name: &str, holds: bool) {
    if holds {
        entry.insert(name.into(), true.into());
    }
}

fn text(entry: &mut Map<String, Json>, name: &str, text: Option<&str>) {
    if let Some(text) = text.filter(|text| !text.is_empty()) {
        entry.insert(name.into(), text.into());
    }
}
