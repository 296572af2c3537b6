//! Expressions that are read as they are written: references, lists, single words.

use crate::base::Key;
use crate::diag::{Diagnostic, Diagnostics};
use crate::syntax::ast::{Expr, ExprKind};
use crate::syntax::{Traversal, TraversalStep};

use super::codes;

/// The reference that an expression is; reports where it is something else.
pub fn required(expr: &Expr, problems: &mut Diagnostics) -> Option<Traversal> {
    let found = expr.as_traversal();
    if found.is_none() && !matches!(expr.kind, ExprKind::Invalid) {
        problems.push(
            Diagnostic::error(
                codes::STATIC_FORM,
                "Invalid expression",
                "A single static variable reference is required: only attribute access and indexing with constant \
                 keys. No calculations, function calls, template expressions, etc are allowed here.",
            )
            .at(expr.span),
        );
    }
    found
}

/// The elements of a list that is written out; reports where it is something else.
pub fn list<'e>(expr: &'e Expr, problems: &mut Diagnostics) -> &'e [Expr] {
    match &expr.kind {
        ExprKind::Tuple(elements) => elements,
        ExprKind::Invalid => &[],
        _ => {
            problems.push(
                Diagnostic::error(
                    codes::STATIC_FORM,
                    "Invalid expression",
                    "A static list expression is required.",
                )
                .at(expr.span),
            );
            &[]
        }
    }
}

/// The instance key that a step is, if it can be one.
pub fn key(step: &TraversalStep) -> Option<Key> {
    match step {
        TraversalStep::Attr(_) => None,
        TraversalStep::Key(text, _) => Some(Key::Str(text.clone())),
        TraversalStep::Index(number, _) => number.to_i64()?.try_into().ok().map(Key::Int),
    }
}
