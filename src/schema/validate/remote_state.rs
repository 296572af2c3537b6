//! What `terraform_remote_state` asks of its arguments: they are open to any type in its schema.

use super::report::Report;
use crate::diag::Diagnostic;
use crate::value::{AttrPath, Type, Value};

/// The one data source that this is about.
pub(super) const TYPE: &str = "terraform_remote_state";

/// What `config` of the backend "local" may hold, all of it texts.
const SETTINGS: [&str; 2] = ["path", "workspace_dir"];

/// Reports a backend that is not read, settings that it does not have, and defaults that are no object.
pub(super) fn check(config: &Value, report: &mut Report<'_>) {
    let backend = config.attribute("backend").and_then(Value::as_str);
    if let Some(backend) = backend.filter(|backend| *backend != "local") {
        let detail =
            format!("States of the backend {backend:?} are not read: only those of \"local\" are.");
        refuse("backend", "Invalid backend configuration", detail, report);
    }
    if let (Some("local"), Some(problem)) =
        (backend, config.attribute("config").and_then(wrong_settings))
    {
        refuse("config", "Invalid backend configuration", problem, report);
    }
    if config.attribute("defaults").is_some_and(|value| is_set(value) && !has_names(value)) {
        let detail = "Defaults must be given in an object value.".to_owned();
        refuse("defaults", "Invalid default values", detail, report);
    }
}

fn refuse(name: &str, summary: &str, detail: String, report: &mut Report<'_>) {
    report.push(&AttrPath::attribute(name), Diagnostic::error(412, summary, detail));
}

fn wrong_settings(settings: &Value) -> Option<String> {
    if !is_set(settings) {
        return None;
    }
    if !has_names(settings) {
        return Some("The configuration must be an object value.".to_owned());
    }
    settings.as_entries()?.iter().find_map(|(name, value)| {
        if !SETTINGS.contains(&name.as_str()) {
            return Some(format!("The backend \"local\" has no setting {name:?}."));
        }
        let fits = crate::value::convert(value, &Type::String).is_ok();
        (!fits).then(|| format!("The setting {name:?} must be a string."))
    })
}

fn is_set(value: &Value) -> bool {
    value.is_known() && !value.is_null()
}

/// Whether it is an object or a map.
fn has_names(value: &Value) -> bool {
    value.as_entries().is_some()
}
