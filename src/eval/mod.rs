//! Expressions to values.
//!
//! [`evaluate`] takes an expression of the syntax tree and a [`Scope`] that says what names mean, and returns the value
//! together with all problems. Unknown values and marks go through every operation as they do in Terraform. Functions
//! are a plain table (`functions`), with null, unknown and marked arguments treated in one place (`call`).

mod access;
mod call;
mod choose;
pub mod decode;
mod defaults;
mod each;
mod evaluator;
pub mod functions;
mod involved;
mod operate;
pub mod problem;
mod reference;
mod scope;
#[cfg(test)]
mod tests;
mod text;
mod type_expr;

use crate::diag::Diagnostics;
use crate::syntax::ast::{Expr, Template};
use crate::value::{Type, Value};

pub use access::{attribute, element};
pub use defaults::check_defaults;
pub use involved::involved;
pub use reference::{Reference, Step, references, template_references};
pub use scope::{Caller, Effects, Found, Outside, Scope};
pub use type_expr::type_constraint;

use evaluator::{Evaluator, Frame};

/// Evaluates an expression. References are checked first, all of them; where one is wrong, nothing is evaluated.
///
/// With errors the value is an unknown of unknown type.
pub fn evaluate(expr: &Expr, scope: &dyn Scope) -> (Value, Diagnostics) {
    let problems = check(&references(expr), scope);
    if problems.has_errors() {
        return (Value::unknown(Type::Dynamic), problems);
    }
    let mut evaluator = Evaluator::new(scope, problems);
    let value = evaluator.expr(expr, &Frame::NONE);
    involved::tell(expr, scope, &mut evaluator.problems);
    (value, evaluator.problems)
}

/// Evaluates an expression that was checked beforehand: as [`evaluate`] without the first pass over its references.
pub fn evaluate_checked(expr: &Expr, scope: &dyn Scope) -> (Value, Diagnostics) {
    let mut evaluator = Evaluator::new(scope, Diagnostics::none());
    let value = evaluator.expr(expr, &Frame::NONE);
    involved::tell(expr, scope, &mut evaluator.problems);
    (value, evaluator.problems)
}

/// Evaluates a template that stands on its own, as `templatefile` reads it.
pub fn evaluate_template(template: &Template, scope: &dyn Scope) -> (Value, Diagnostics) {
    let problems = check(&template_references(template), scope);
    if problems.has_errors() {
        return (Value::unknown(Type::Dynamic), problems);
    }
    let mut evaluator = Evaluator::new(scope, problems);
    let value = evaluator.template(&template.parts, &Frame::NONE);
    involved::tell_template(template, scope, &mut evaluator.problems);
    (value, evaluator.problems)
}

fn check(references: &[Reference<'_>], scope: &dyn Scope) -> Diagnostics {
    references.iter().flat_map(|reference| scope.check(reference)).collect()
}
