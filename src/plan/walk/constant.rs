//! Expressions that may name nothing and call nothing: values given on the command line.

use crate::diag::{Diagnostic, Diagnostics};
use crate::eval::{self, Found, Outside, Reference, Scope};
use crate::syntax::ast::Expr;
use crate::value::Value;

struct Nothing<'a>(&'a Outside);

impl Scope for Nothing<'_> {
    fn resolve(&self, reference: &Reference<'_>) -> Result<Found, Box<Diagnostic>> {
        Err(Box::new(variables_not_allowed(reference)))
    }

    fn check(&self, reference: &Reference<'_>) -> Diagnostics {
        variables_not_allowed(reference).into()
    }

    fn outside(&self) -> &Outside {
        self.0
    }
}

fn variables_not_allowed(reference: &Reference<'_>) -> Diagnostic {
    Diagnostic::error(500, "Variables not allowed", "Variables may not be used here.")
        .at(reference.root_span)
}

/// Evaluates an expression without names.
pub(in crate::plan) fn evaluate_constant(expr: &Expr, outside: &Outside) -> (Value, Diagnostics) {
    eval::evaluate(expr, &Nothing(outside))
}
