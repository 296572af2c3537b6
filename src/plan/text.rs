//! A plan as compact text, for tests to compare: one line per step, changed attributes below it. No sensitive values.

use std::fmt::Write as _;

use super::diff::{changed_paths, marks};
use super::{Action, Plan, Step};
use crate::value::{AttrPath, Kind, PathStep, Type, Value};

/// The plan as text.
#[must_use]
pub fn text(plan: &Plan) -> String {
    let mut out = String::new();
    for step in &plan.steps {
        line(step, &mut out);
    }
    out
}

fn line(step: &Step, out: &mut String) {
    let action = match step.action {
        Action::Create => "create",
        Action::Read => "read",
        Action::Update => "update",
        Action::Delete => "delete",
        Action::Forget => "forget",
        Action::NoOp => "no-op",
    };
    write!(out, "{} {action} {}", step.id.0, step.address).expect("a String takes everything");
    let mut note = |text: String| {
        out.push_str(&text);
    };
    if step.deposed {
        note(" deposed".into());
    }
    if step.reason != super::Reason::None {
        note(format!(" ({:?})", step.reason));
    }
    if let Some(from) = &step.moved_from {
        note(format!(" from {from}"));
    }
    if let Some(id) = &step.importing {
        note(format!(" importing {id}"));
    }
    if !step.after.is_empty() {
        let after: Vec<String> = step.after.iter().map(|id| id.0.to_string()).collect();
        note(format!(" after {}", after.join(",")));
    }
    out.push('\n');
    if matches!(step.action, Action::Create | Action::Update | Action::Read) {
        changes(step, out);
    }
}

fn changes(step: &Step, out: &mut String) {
    let Some(planned) = &step.planned else { return };
    let nothing = Value::null(Type::Dynamic);
    let replaced = step.action == Action::Create;
    let prior = step.prior.as_ref().filter(|_| !replaced).unwrap_or(&nothing);
    let mut paths = Vec::new();
    for (name, value) in planned.as_entries().into_iter().flatten() {
        let before = prior.attribute(name).unwrap_or(&nothing);
        let (before, value) = (marks::strip(before), marks::strip(value));
        if before.is_null() && value.is_null() {
            continue;
        }
        changed_paths(&AttrPath::attribute(name.clone()), &before, &value, &mut paths);
    }
    for path in paths {
        let (before, after) = (find(prior, &path), find(planned, &path));
        let forced = if step.replace_paths.contains(&path) { " !" } else { "" };
        writeln!(out, "    {path}: {} -> {}{forced}", show(before), show(after))
            .expect("a String takes everything");
    }
}

fn find<'a>(value: &'a Value, path: &AttrPath) -> Option<&'a Value> {
    path.0.iter().try_fold(value, |value, step| match step {
        PathStep::Name(name) => value.attribute(name),
        PathStep::Index(index) => value.as_sequence()?.get(*index),
        PathStep::Element(element) => value.as_sequence()?.iter().find(|e| *e == element),
    })
}

fn show(value: Option<&Value>) -> String {
    let Some(value) = value else { return "null".into() };
    if value.deep_marks().is_sensitive() {
        return "(sensitive)".into();
    }
    match value.kind() {
        Kind::Null(_) => "null".into(),
        Kind::Unknown(_) => "?".into(),
        Kind::Bool(truth) => truth.to_string(),
        Kind::Number(number) => number.to_string(),
        Kind::String(text) => format!("{text:?}"),
        Kind::List(_, elements) | Kind::Tuple(elements) | Kind::Set(_, elements) => {
            let elements: Vec<String> = elements.iter().map(|e| show(Some(e))).collect();
            format!("[{}]", elements.join(", "))
        }
        Kind::Map(_, entries) | Kind::Object(entries) => {
            let entries: Vec<String> =
                entries.iter().map(|(name, e)| format!("{name} = {}", show(Some(e)))).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}
