//! The JSON form of the language, and JSON itself.
//!
//! `reader` reads strict JSON with the place of every value. What of it is an argument and what a block shows only when
//! a body is read with a schema (`expand`). Strings are templates (`expression`).

mod expand;
mod expression;
mod reader;
mod string;

use std::sync::Arc;

use super::ast::{Body, JsonBody, JsonKind, JsonNode};
use super::problem;
use crate::diag::{Diagnostic, Diagnostics, FileId, Span};

/// Parses a configuration file in JSON syntax.
pub fn parse_json_file(text: &str, file: FileId) -> (Body, Diagnostics) {
    let (root, mut problems) = parse_json(text, file);
    let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let span = root.as_ref().map_or(Span::new(file, 0, end), |node| node.span);
    let is_body = |node: &JsonNode| matches!(node.kind, JsonKind::Object(_) | JsonKind::Array(_));
    if let Some(root) = root.as_ref().filter(|root| !is_body(root)) {
        let detail = "A configuration in JSON is an object or an array of objects.";
        problems.push(report(problem::JSON_ROOT, root.span, detail));
    }
    let root = root.filter(is_body);
    let body = problems.take(body(root.as_ref(), span));
    (body, problems)
}

/// Parses JSON. What was understood of a wrong text is returned with the errors.
pub fn parse_json(text: &str, file: FileId) -> (Option<JsonNode>, Diagnostics) {
    match super::parse::check_size(text, file) {
        Ok(()) => reader::read(text, file),
        Err(problem) => (None, problem),
    }
}

/// The body that `node` is: an object, or an array of objects that count as one.
fn body(node: Option<&JsonNode>, span: Span) -> (Body, Diagnostics) {
    let mut problems = Diagnostics::none();
    let objects = match node.map(|node| &node.kind) {
        None | Some(JsonKind::Null) => Vec::new(),
        Some(JsonKind::Array(items)) => {
            let (objects, others): (Vec<_>, Vec<_>) =
                items.iter().partition(|item| matches!(item.kind, JsonKind::Object(_)));
            problems.extend(others.into_iter().map(not_a_body));
            objects.into_iter().cloned().collect()
        }
        Some(JsonKind::Object(_)) => node.into_iter().cloned().collect(),
        Some(_) => {
            problems.extend(node.map(not_a_body));
            Vec::new()
        }
    };
    let end = Span { start: span.end.saturating_sub(1).max(span.start), ..span };
    let json = Some(Arc::new(JsonBody { objects }));
    (Body { span, end, json, ..Body::default() }, problems)
}

fn not_a_body(node: &JsonNode) -> Diagnostic {
    let detail = "A JSON object is required here, to define arguments and child blocks.";
    report(problem::JSON_TYPE, node.span, detail)
}

fn report(problem: problem::Problem, at: Span, detail: impl Into<String>) -> Diagnostic {
    Diagnostic::error(problem.code, problem.title, detail).at(at)
}
