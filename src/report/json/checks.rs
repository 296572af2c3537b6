//! Results of conditions and `check` blocks.

use serde_json::{Map, Value as Json, json};

use super::modules::key;
use crate::base::{Mode, ModulePath};
use crate::plan::{CheckInstance, CheckResult, Checkable};

/// The `checks` of a plan or state.
#[must_use]
pub fn checks(results: &[CheckResult]) -> Json {
    results
        .iter()
        .map(|result| {
            let instances: Vec<_> = result.instances.iter().map(instance).collect();
            let mut entry = Map::new();
            entry.insert("address".into(), address(&result.object));
            entry.insert("status".into(), json!(result.status));
            if !instances.is_empty() {
                entry.insert("instances".into(), instances.into());
            }
            Json::Object(entry)
        })
        .collect()
}

fn address(object: &Checkable) -> Json {
    let mut entry = Map::new();
    let (kind, module, prefix, name) = match object {
        Checkable::Resource(resource) => {
            let mode = if resource.mode == Mode::Data { "data" } else { "managed" };
            entry.insert("mode".into(), mode.into());
            entry.insert("type".into(), resource.type_name.as_str().into());
            entry.insert("to_display".into(), resource.to_string().into());
            ("resource", &resource.module, "", &resource.name)
        }
        Checkable::Output(module, name) => ("output_value", module, "output.", name),
        Checkable::Check(module, name) => ("check", module, "check.", name),
        Checkable::Variable(module, name) => ("var", module, "var.", name),
    };
    entry.insert("kind".into(), kind.into());
    entry.insert("name".into(), name.as_str().into());
    if !module.is_root() {
        entry.insert("module".into(), module.to_string().into());
    }
    entry.entry("to_display").or_insert_with(|| display(module, prefix, name).into());
    entry.into()
}

fn display(module: &ModulePath, prefix: &str, name: &str) -> String {
    if module.is_root() { format!("{prefix}{name}") } else { format!("{module}.{prefix}{name}") }
}

fn instance(instance: &CheckInstance) -> Json {
    let mut address = Map::new();
    address.insert("to_display".into(), instance.address.as_str().into());
    if !instance.module.is_root() {
        address.insert("module".into(), instance.module.to_string().into());
    }
    if let Some(key) = &instance.key {
        address.insert("instance_key".into(), self::key(key));
    }
    let mut entry = Map::new();
    entry.insert("address".into(), address.into());
    entry.insert("status".into(), json!(instance.status));
    if !instance.messages.is_empty() {
        let problems: Vec<_> =
            instance.messages.iter().map(|message| json!({"message": message})).collect();
        entry.insert("problems".into(), problems.into());
    }
    entry.into()
}
