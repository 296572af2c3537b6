//! Rules across attributes that a configuration alone can break.

use super::SpanOf;
use super::report::Report;
use crate::diag::{Diagnostic, Diagnostics};
use crate::schema::{Effect, Operation, Rule, Scene, Schema};
use crate::value::{AttrPath, PathStep, Value};

/// Checks what is about to be done to an object against the rules that apply to just that.
pub fn validate_operation(
    schema: &Schema,
    operation: Operation,
    scene: &Scene<'_>,
    span_of: SpanOf<'_>,
) -> Diagnostics {
    let mut report = Report::new(span_of);
    check(schema, Some(operation), scene, &mut report);
    report.finish()
}

/// Reports the rules of a phase whose conditions hold.
pub(super) fn check(
    schema: &Schema,
    phase: Option<Operation>,
    scene: &Scene<'_>,
    report: &mut Report<'_>,
) {
    for rule in schema.rules.iter().filter(|rule| rule.phase == phase) {
        if !matches!(rule.effect, Effect::Error | Effect::Warn) || rule.when.is_note() {
            continue;
        }
        let paths = rule.attrs.iter().flat_map(|attr| places(attr, scene.planned));
        let broken = paths.filter(|path| rule.when.holds(scene, path));
        // A condition that does not look at its own attribute is broken once, not once per attribute.
        let most = if rule.when.is_about_its_attribute() { usize::MAX } else { 1 };
        for path in broken.take(most) {
            say(rule, &path, report);
        }
    }
}

fn say(rule: &Rule, path: &AttrPath, report: &mut Report<'_>) {
    let why = rule.value.as_ref().and_then(|value| value.as_str());
    let detail = match why {
        Some(why) => format!("\"{path}\": {why}."),
        None => format!("\"{path}\" does not go together with other arguments."),
    };
    let diagnostic = match rule.effect {
        Effect::Warn => Diagnostic::warning(411, "Unusual combination of arguments", detail),
        _ => Diagnostic::error(411, "Invalid combination of arguments", detail),
    };
    report.push(path, diagnostic);
}

/// The paths that an attribute of a schema has in a configuration: one for each occurrence of the blocks around it.
fn places(attr: &str, config: &Value) -> Vec<AttrPath> {
    let mut found = vec![(AttrPath::default(), Some(config))];
    for name in attr.split('.') {
        let step = PathStep::Name(name.into());
        found = found
            .into_iter()
            .flat_map(|(path, value)| elements(path, value))
            .map(|(path, value)| (path.join(step.clone()), value.and_then(|v| v.attribute(name))))
            .collect();
    }
    found.into_iter().map(|(path, _)| path).collect()
}

/// The elements of a list, or the value itself.
fn elements(path: AttrPath, value: Option<&Value>) -> Vec<(AttrPath, Option<&Value>)> {
    match value.and_then(Value::as_sequence) {
        Some(elements) => elements
            .iter()
            .enumerate()
            .map(|(index, element)| (path.join(PathStep::Index(index)), Some(element)))
            .collect(),
        None => vec![(path, value)],
    }
}
