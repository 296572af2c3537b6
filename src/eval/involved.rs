//! The values that took part in a problem, told as briefly as Terraform tells them.

use super::reference::{Reference, Step};
use super::{Scope, access, references, template_references};
use crate::diag::{Diagnostic, Diagnostics, Involved, Span};
use crate::syntax::ast::{Expr, Template};
use crate::value::{Kind, Type, Value};

/// What the references of an expression are, for a message about it.
#[must_use]
pub fn involved(expr: &Expr, scope: &dyn Scope) -> Vec<Involved> {
    among(&references(expr), scope, expr.span)
}

/// Adds to each problem of an expression what the references at its place are.
pub(super) fn tell(expr: &Expr, scope: &dyn Scope, problems: &mut Diagnostics) {
    if !problems.is_empty() {
        tell_all(&references(expr), scope, problems);
    }
}

/// The same for a template.
pub(super) fn tell_template(template: &Template, scope: &dyn Scope, problems: &mut Diagnostics) {
    if !problems.is_empty() {
        tell_all(&template_references(template), scope, problems);
    }
}

fn tell_all(references: &[Reference<'_>], scope: &dyn Scope, problems: &mut Diagnostics) {
    for problem in problems.iter_mut().filter(|problem| problem.values.is_empty()) {
        if let Some(place) = place(problem) {
            problem.values = among(references, scope, place);
        }
    }
}

/// The stretch whose references count: what is underlined, or the expression around it.
fn place(problem: &Diagnostic) -> Option<Span> {
    let subject = problem.subject?;
    Some(problem.context.filter(|context| context.file == subject.file).unwrap_or(subject))
}

fn among(references: &[Reference<'_>], scope: &dyn Scope, place: Span) -> Vec<Involved> {
    let is_in =
        |span: Span| span.file == place.file && place.start <= span.start && span.end <= place.end;
    let mut told: Vec<Involved> = references
        .iter()
        .filter(|reference| is_in(reference.span))
        .filter_map(|reference| tell_one(reference, scope))
        .collect();
    told.sort();
    told.dedup();
    told
}

/// What the reference is, as far as it can be followed; nothing of a lone name.
fn tell_one(reference: &Reference<'_>, scope: &dyn Scope) -> Option<Involved> {
    let mut steps = reference.steps.as_slice();
    while !steps.is_empty() {
        let shorter = Reference { steps: steps.to_vec(), ..reference.clone() };
        if let Some(value) = follow(&shorter, scope) {
            let traversal = written(&shorter);
            return statement(&value).map(|statement| Involved { traversal, statement });
        }
        steps = &steps[..steps.len() - 1];
    }
    None
}

fn follow(reference: &Reference<'_>, scope: &dyn Scope) -> Option<Value> {
    let found = scope.resolve(reference).ok()?;
    reference.steps.iter().skip(found.used).try_fold(found.value, |value, step| match step {
        Step::Attr(name) => access::attribute(&value, &name.name).ok(),
        Step::Index { key, .. } => access::element(&value, key).ok(),
    })
}

/// The reference as it was written, keys in canonical form.
fn written(reference: &Reference<'_>) -> String {
    let mut text = reference.root.to_string();
    for step in &reference.steps {
        match step {
            Step::Attr(name) => text = format!("{text}.{}", name.name),
            Step::Index { key, .. } => text = format!("{text}[{}]", key.to_console()),
        }
    }
    text
}

/// What is said of a value; nothing of one that may turn out to be anything.
fn statement(value: &Value) -> Option<String> {
    if value.marks().is_sensitive() {
        return Some("has a sensitive value".into());
    }
    match value.kind() {
        Kind::Unknown(unknown) => match &unknown.ty {
            Type::Dynamic => None,
            ty => Some(format!("is a {}", ty.friendly_name())),
        },
        _ => Some(format!("is {}", compact(value))),
    }
}

/// Longer texts are cut.
const LONGEST: usize = 120;

fn compact(value: &Value) -> String {
    let counted = |count: usize| {
        let name = value.ty().friendly_name();
        match count {
            0 => format!("empty {name}"),
            1 => format!("{name} with 1 element"),
            _ => format!("{name} with {count} elements"),
        }
    };
    match value.kind() {
        Kind::Null(_) => "null".into(),
        Kind::Unknown(_) => "(not yet known)".into(),
        Kind::Bool(truth) => truth.to_string(),
        Kind::Number(number) => number.to_string(),
        Kind::String(text) => quoted(text),
        Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => {
            counted(elements.len())
        }
        Kind::Map(_, elements) => counted(elements.len()),
        Kind::Object(attributes) => match attributes.len() {
            0 => "object with no attributes".into(),
            1 => {
                let name = attributes.keys().next().map_or("", |name| name.as_str());
                format!("object with 1 attribute {name:?}")
            }
            count => format!("object with {count} attributes"),
        },
    }
}

fn quoted(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{:?} and more, {} bytes in all", &text[..end], text.len()),
        None => format!("{text:?}"),
    }
}
