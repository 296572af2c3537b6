//! Whether the steps of a reference into a resource fit its schema.

use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::eval::{self, Step};
use crate::schema::{Block, NestedBlock, Nesting};
use crate::value::{AttrPath, PathStep, Value};

type Problem = Box<Diagnostic>;

/// Follows steps into a block.
pub(super) fn check(block: &Block, steps: &[Step<'_>]) -> Result<(), Problem> {
    let Some((first, rest)) = steps.split_first() else { return Ok(()) };
    let name = match first {
        Step::Attr(name) => name.name.as_str(),
        Step::Index { key, .. } => return Err(no_index(first, key)),
    };
    if let Some(attribute) = block.attributes.get(name) {
        let mut value = Value::unknown(attribute.ty.clone());
        for step in rest {
            value = match step {
                Step::Attr(name) => eval::attribute(&value, &name.name),
                Step::Index { key, .. } => eval::element(&value, key),
            }
            .map_err(|problem| Box::new(problem.at(step.span())))?;
        }
        return Ok(());
    }
    if let Some(nested) = block.blocks.get(name) {
        return check_nested(name, nested, rest);
    }
    let hint =
        block.suggest_any(name).map_or_else(String::new, |w| format!(" Did you mean \"{w}\"?"));
    let detail = format!(
        "This object has no argument, nested block, or exported attribute named \"{name}\".{hint}"
    );
    Err(error(515, "Unsupported attribute", detail, first))
}

fn check_nested(name: &str, nested: &NestedBlock, steps: &[Step<'_>]) -> Result<(), Problem> {
    if matches!(nested.nesting, Nesting::Single | Nesting::Group) {
        return check(&nested.block, steps);
    }
    let Some((first, rest)) = steps.split_first() else { return Ok(()) };
    match (nested.nesting, first) {
        (Nesting::Set, _) => {
            let detail = format!(
                "Block type \"{name}\" is represented by a set of objects, and set elements do not have addressable \
                 keys. To find elements matching specific criteria, use a \"for\" expression with an \"if\" clause."
            );
            Err(error(515, "Cannot index a set value", detail, first))
        }
        (Nesting::List, Step::Attr(_)) => {
            let detail = format!(
                "Block type \"{name}\" is represented by a list of objects, so it must be indexed using a numeric \
                 key, like .{name}[0]."
            );
            Err(error(515, "Invalid operation", detail, first))
        }
        _ => check(&nested.block, rest),
    }
}

fn no_index(step: &Step<'_>, key: &Value) -> Problem {
    let detail = match key.as_str() {
        Some(name) => format!(
            "Only attribute access is allowed here. Did you mean to access attribute \"{name}\" using the dot \
             operator?"
        ),
        None => "Only attribute access is allowed here, using the dot operator.".to_owned(),
    };
    error(515, "Invalid index operation", detail, step)
}

fn error(code: u16, summary: &str, detail: impl Into<String>, at: &Step<'_>) -> Problem {
    Box::new(Diagnostic::error(code, summary, detail).at(at.span()))
}

/// Follows a path into a block: what `ignore_changes` names.
pub(super) fn check_path(block: &Block, path: &AttrPath, span: Span) -> Diagnostics {
    let mut block = block;
    let mut steps = path.0.iter().peekable();
    while let Some(step) = steps.next() {
        let PathStep::Name(name) = step else { continue };
        if block.attributes.contains_key(name) {
            return Diagnostics::none();
        }
        let Some(nested) = block.blocks.get(name) else {
            let detail = format!(
                "This object has no argument, nested block, or exported attribute named \"{name}\"."
            );
            return Diagnostic::error(515, "Unsupported attribute", detail).at(span).into();
        };
        let (summary, detail) = match (nested.nesting, steps.peek()) {
            (_, None) => return Diagnostics::none(),
            (Nesting::Set, Some(_)) => (
                "Cannot index a set value",
                format!(
                    "Block type \"{name}\" is represented by a set of objects, and set elements do not have addressable keys."
                ),
            ),
            (Nesting::List, Some(PathStep::Name(_) | PathStep::Element(_))) => (
                "Invalid operation",
                format!(
                    "Block type \"{name}\" is represented by a list of objects, so it must be indexed using a numeric key, like .{name}[0]."
                ),
            ),
            _ => {
                block = &nested.block;
                continue;
            }
        };
        return Diagnostic::error(515, summary, detail).at(span).into();
    }
    Diagnostics::none()
}
