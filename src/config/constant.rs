//! Arguments that must be constants, because they are needed before anything is evaluated.

use ecow::EcoString;

use super::{codes, reference};
use crate::diag::{Diagnostic, Diagnostics};
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, Template, TemplatePart, UnaryOp};

/// A constant as far as this layer needs to understand it.
#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A number, as text.
    Number(EcoString),
    /// A text.
    Text(EcoString),
    /// Anything else: lists, objects, calculations.
    Other,
}

/// The text that an argument gives, which must be a constant; reports where it is not.
pub fn text(expr: &Expr, problems: &mut Diagnostics) -> Option<EcoString> {
    match known(expr, problems)? {
        Constant::Text(text) | Constant::Number(text) => Some(text),
        Constant::Bool(value) => Some(if value { "true".into() } else { "false".into() }),
        Constant::Null => unsuitable(expr, "null value is not allowed", problems),
        Constant::Other => unsuitable(expr, "string required", problems),
    }
}

/// Whether an argument says yes, which must be a constant; reports where it is not.
pub fn truth(expr: &Expr, problems: &mut Diagnostics) -> Option<bool> {
    match known(expr, problems)? {
        Constant::Bool(value) => Some(value),
        Constant::Text(text) if text == "true" => Some(true),
        Constant::Text(text) if text == "false" => Some(false),
        Constant::Null => unsuitable(expr, "null value is not allowed", problems),
        _ => unsuitable(expr, "a bool is required", problems),
    }
}

/// Reports every reference and call in an expression that must be a constant.
pub fn check(expr: &Expr, problems: &mut Diagnostics) {
    let (references, calls) = reference::variable_parts(expr);
    for reference in references {
        problems.push(
            Diagnostic::error(
                codes::NOT_CONSTANT,
                "Variables not allowed",
                "Variables may not be used here.",
            )
            .at(reference.root.span),
        );
    }
    for call in calls {
        problems.push(
            Diagnostic::error(
                codes::NOT_CONSTANT,
                "Function calls not allowed",
                "Functions may not be called here.",
            )
            .at(call),
        );
    }
}

/// What the expression says, if it is a constant; reports where not.
fn known(expr: &Expr, problems: &mut Diagnostics) -> Option<Constant> {
    let mut found = Diagnostics::none();
    check(expr, &mut found);
    if matches!(expr.kind, ExprKind::Invalid) {
        return None;
    }
    if found.is_empty() {
        return Some(fold(expr));
    }
    problems.extend(found);
    unsuitable(expr, "value must be known", problems)
}

fn unsuitable<T>(expr: &Expr, reason: &str, problems: &mut Diagnostics) -> Option<T> {
    let detail = format!("Unsuitable value: {reason}.");
    problems
        .push(Diagnostic::error(codes::UNSUITABLE, "Unsuitable value type", detail).at(expr.span));
    None
}

/// Works out an expression without references and calls.
pub fn fold(expr: &Expr) -> Constant {
    match &expr.kind {
        ExprKind::Null => Constant::Null,
        ExprKind::Bool(value) => Constant::Bool(*value),
        ExprKind::Number(number) => Constant::Number(number.to_string().into()),
        ExprKind::Template(template) => fold_template(template),
        ExprKind::Parens(inner) => fold(inner),
        ExprKind::Unary { op: UnaryOp::Not, operand } => match fold(operand) {
            Constant::Bool(value) => Constant::Bool(!value),
            _ => Constant::Other,
        },
        ExprKind::Binary { first, rest } => rest.iter().fold(fold(first), |left, operation| {
            fold_binary(operation.op, &left, &fold(&operation.operand))
        }),
        ExprKind::Conditional { condition, yes, no } => match fold(condition) {
            Constant::Bool(true) => fold(yes),
            Constant::Bool(false) => fold(no),
            _ => Constant::Other,
        },
        _ => Constant::Other,
    }
}

fn fold_binary(op: BinaryOp, left: &Constant, right: &Constant) -> Constant {
    match (op, left, right) {
        (BinaryOp::And, Constant::Bool(a), Constant::Bool(b)) => Constant::Bool(*a && *b),
        (BinaryOp::Or, Constant::Bool(a), Constant::Bool(b)) => Constant::Bool(*a || *b),
        (_, Constant::Other, _) | (_, _, Constant::Other) => Constant::Other,
        (BinaryOp::Equal, a, b) => Constant::Bool(a == b),
        (BinaryOp::NotEqual, a, b) => Constant::Bool(a != b),
        _ => Constant::Other,
    }
}

fn fold_template(template: &Template) -> Constant {
    if let [TemplatePart::Interpolation(only)] = template.parts.as_slice() {
        return fold(only);
    }
    let mut text = EcoString::new();
    for part in &template.parts {
        match part {
            TemplatePart::Literal(literal, _) => text.push_str(literal),
            TemplatePart::Interpolation(expr) => match fold(expr) {
                Constant::Text(part) | Constant::Number(part) => text.push_str(&part),
                Constant::Bool(value) => text.push_str(if value { "true" } else { "false" }),
                _ => return Constant::Other,
            },
            _ => return Constant::Other,
        }
    }
    Constant::Text(text)
}
