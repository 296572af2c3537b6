//! Rules across attributes that a configuration alone can break.

use super::report::Report;
use crate::diag::Diagnostic;
use crate::schema::{Effect, Scene, Schema};
use crate::value::{AttrPath, PathStep, Value};

/// Reports the rules whose conditions hold of the configuration.
pub(super) fn check(schema: &Schema, config: &Value, report: &mut Report<'_>) {
    let scene = Scene::of_config(config);
    for rule in schema.rules.iter().filter(|rule| rule.phase.is_none()) {
        let path = rule.attrs.first().map(|attr| path_of(attr)).unwrap_or_default();
        if !matches!(rule.effect, Effect::Error | Effect::Warn) || !rule.when.holds(&scene, &path) {
            continue;
        }
        let names: Vec<String> = rule.attrs.iter().map(|name| format!("\"{name}\"")).collect();
        let why = rule.value.as_ref().and_then(|value| value.as_str());
        let detail = match why {
            Some(why) => format!("{}: {why}.", names.join(", ")),
            None => format!("{} cannot be set so.", names.join(", ")),
        };
        let diagnostic = match rule.effect {
            Effect::Warn => Diagnostic::warning(411, "Unusual combination of arguments", detail),
            _ => Diagnostic::error(411, "Invalid combination of arguments", detail),
        };
        report.push(&path, diagnostic);
    }
}

fn path_of(attr: &str) -> AttrPath {
    AttrPath(attr.split('.').map(|name| PathStep::Name(name.into())).collect())
}
