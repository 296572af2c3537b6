//! Objects in the tree of their modules, as `planned_values` and states have them.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use super::values::{plain, sensitive_mask};
use crate::base::{Address, Key, Mode, ModulePath};
use crate::value::Value;

/// An object of a module tree.
pub struct Object<'a> {
    /// Where it is declared.
    pub address: &'a Address,
    /// The provider configuration that serves it.
    pub provider: &'a str,
    /// Its value.
    pub value: &'a Value,
    /// Set where a replacement left it behind.
    pub deposed: Option<String>,
    /// Whether its creation did not finish.
    pub tainted: bool,
}

/// What names an object in every format: address, module, mode, type, name, key and provider.
#[must_use]
pub fn identity(address: &Address, provider: &str) -> Map<String, Json> {
    let resource = &address.resource;
    let mut entry = Map::new();
    entry.insert("address".into(), address.to_string().into());
    if !resource.module.is_root() {
        entry.insert("module_address".into(), resource.module.to_string().into());
    }
    let mode = match resource.mode {
        Mode::Managed => "managed",
        Mode::Data => "data",
        Mode::Ephemeral => "ephemeral",
    };
    entry.insert("mode".into(), mode.into());
    entry.insert("type".into(), resource.type_name.as_str().into());
    entry.insert("name".into(), resource.name.as_str().into());
    if let Some(key) = &address.key {
        entry.insert("index".into(), self::key(key));
    }
    entry.insert("provider_name".into(), provider_name(provider, address).into());
    entry
}

/// An instance key as a number or a string.
#[must_use]
pub fn key(key: &Key) -> Json {
    match key {
        Key::Int(index) => (*index).into(),
        Key::Str(text) => text.as_str().into(),
    }
}

/// The provider's address as Terraform has it.
fn provider_name(provider: &str, address: &Address) -> String {
    let implied = address.type_name().as_str().split('_').next().unwrap_or_default();
    let last = provider.rsplit("module.").next().unwrap_or_default();
    let local = last.split(['.', '[']).find(|part| !part.is_empty()).unwrap_or(implied);
    let local = if local.is_empty() { implied } else { local };
    if implied == "terraform" {
        "terraform.io/builtin/terraform".into()
    } else {
        format!("registry.terraform.io/hashicorp/{local}")
    }
}

/// The root module with its resources and, further in, those of its modules.
#[must_use]
pub fn tree(objects: &[Object<'_>]) -> Json {
    let mut modules: BTreeMap<ModulePath, Vec<Json>> = BTreeMap::new();
    for object in objects {
        let path = &object.address.resource.module;
        let mut at = path.clone();
        while let Some(parent) = at.parent() {
            modules.entry(parent.clone()).or_default();
            at = parent;
        }
        modules.entry(path.clone()).or_default().push(resource(object));
    }
    module(&ModulePath::root(), &modules)
}

fn module(path: &ModulePath, modules: &BTreeMap<ModulePath, Vec<Json>>) -> Json {
    let mut entry = Map::new();
    if !path.is_root() {
        entry.insert("address".into(), path.to_string().into());
    }
    if let Some(resources) = modules.get(path).filter(|resources| !resources.is_empty()) {
        entry.insert("resources".into(), resources.clone().into());
    }
    let depth = path.steps().len();
    // Paths below a module follow it directly in the order of the map.
    let children: Vec<Json> = modules
        .range(path.clone()..)
        .skip_while(|(other, _)| *other == path)
        .take_while(|(other, _)| other.steps().starts_with(path.steps()))
        .filter(|(other, _)| other.steps().len() == depth + 1)
        .map(|(child, _)| module(child, modules))
        .collect();
    if !children.is_empty() {
        entry.insert("child_modules".into(), children.into());
    }
    entry.into()
}

fn resource(object: &Object<'_>) -> Json {
    let mut entry = identity(object.address, object.provider);
    entry.remove("module_address");
    entry.insert("schema_version".into(), 0.into());
    entry.insert("values".into(), plain(object.value).unwrap_or(Json::Null));
    entry.insert("sensitive_values".into(), sensitive_mask(object.value));
    if let Some(deposed) = &object.deposed {
        entry.insert("deposed_key".into(), deposed.as_str().into());
    }
    if object.tainted {
        entry.insert("tainted".into(), true.into());
    }
    entry.into()
}

/// An output as states have it.
#[must_use]
pub fn output(value: &Value, sensitive: bool) -> Json {
    json!({
        "sensitive": sensitive,
        "type": super::values::type_of(&value.ty()),
        "value": plain(value).unwrap_or(Json::Null),
    })
}
