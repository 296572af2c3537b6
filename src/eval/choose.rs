//! `condition ? yes : no`, and `%{ if }` in templates.

use crate::diag::{Diagnostic, Severity, Span};
use crate::syntax::ast::Expr;
use crate::value::{Kind, Loss, Type, Value, convert, unify};

use super::evaluator::{Evaluator, Frame, failed};

impl Evaluator<'_> {
    /// Evaluates both branches, brings them to one type, and takes the one that the condition names.
    pub(super) fn conditional(
        &mut self,
        condition: &Expr,
        branches: (Span, Span),
        mut branch: impl FnMut(&mut Self, bool) -> Value,
        frame: &Frame<'_>,
    ) -> Value {
        let (yes, yes_problems) = self.attempt(|evaluator| branch(evaluator, true));
        let (no, no_problems) = self.attempt(|evaluator| branch(evaluator, false));
        let Some(ty) = common_type(&yes, &no) else {
            let detail = format!(
                "The true and false result expressions must have consistent types. {}",
                difference(&yes.ty(), &no.ty())
            );
            let problem = Diagnostic::error(307, "Inconsistent conditional result types", detail);
            self.report(problem.at(branches.0.to(branches.1)));
            return failed();
        };
        let (decision, condition_problems) =
            self.attempt(|evaluator| evaluator.expr(condition, frame));
        self.problems.extend(condition_problems);
        if decision.is_null() {
            let detail = "The condition value is null. Conditions must either be true or false.";
            self.report(Diagnostic::error(308, "Null condition", detail).at(condition.span));
            return Value::unknown(ty);
        }
        let marks = decision.marks().union(yes.marks()).union(no.marks());
        if !decision.is_known() {
            return undecided(&yes, &no, &ty).with_marks(marks);
        }
        let truth = if let Ok(truth) = convert(&decision, &Type::Bool) {
            truth.as_bool().expect("converted to a bool")
        } else {
            let detail = "The condition expression must be of type bool.";
            self.report(
                Diagnostic::error(309, "Incorrect condition type", detail).at(condition.span),
            );
            return Value::unknown(ty);
        };
        let (value, problems, span, which) = if truth {
            (yes, yes_problems, branches.0, "true")
        } else {
            (no, no_problems, branches.1, "false")
        };
        let broken = problems.iter().any(|problem| problem.severity == Severity::Error);
        self.problems.extend(problems);
        if broken {
            return failed();
        }
        match convert(&value, &ty) {
            Ok(value) => value.with_marks(marks),
            Err(error) => {
                let detail = format!("The {which} result value has the wrong type: {error}.");
                let problem =
                    Diagnostic::error(307, "Inconsistent conditional result types", detail);
                self.report(problem.at(span));
                Value::unknown(ty)
            }
        }
    }
}

/// The type of the result; open where one branch's type is open.
fn common_type(yes: &Value, no: &Value) -> Option<Type> {
    let untyped_null = |value: &Value| {
        matches!(value.kind(), Kind::Null(Type::Dynamic)) && value.marks().is_none()
    };
    let (a, b) = (yes.ty(), no.ty());
    if untyped_null(yes) {
        return Some(b);
    }
    if untyped_null(no) {
        return Some(a);
    }
    if a == Type::Dynamic || b == Type::Dynamic {
        return Some(Type::Dynamic);
    }
    unify(&[a, b], Loss::Allowed)
}

/// What both branches have in common while the condition is unknown.
fn undecided(yes: &Value, no: &Value, ty: &Type) -> Value {
    if yes.is_null() && no.is_null() {
        return Value::null(ty.clone());
    }
    let not_null = yes.is_surely_not_null() && no.is_surely_not_null();
    let (yes_type, no_type) = (yes.ty(), no.ty());
    let unknown = Value::unknown(ty.clone());
    if yes_type == Type::Number && no_type == Type::Number {
        let ((yes_low, yes_high), (no_low, no_high)) = (yes.number_bounds(), no.number_bounds());
        return unknown.refine(|refinement| {
            refinement.not_null = not_null;
            refinement.lower = wider(yes_low, no_low, |a, b| a < b);
            refinement.upper = wider(yes_high, no_high, |a, b| a > b);
        });
    }
    if yes_type.is_collection() && yes_type == no_type {
        let ((yes_least, yes_most), (no_least, no_most)) =
            (yes.length_bounds(), no.length_bounds());
        return unknown.refine(|refinement| {
            refinement.not_null = not_null;
            refinement.min_length = yes_least.min(no_least);
            refinement.max_length = yes_most.zip(no_most).map(|(a, b)| a.max(b));
        });
    }
    if not_null { unknown.refine_not_null() } else { unknown }
}

type Bound = (crate::value::Number, bool);

fn wider(
    a: Option<Bound>,
    b: Option<Bound>,
    further: impl Fn(&crate::value::Number, &crate::value::Number) -> bool,
) -> Option<Bound> {
    let (a, b) = (a?, b?);
    Some(if a.0 == b.0 {
        (a.0, a.1 || b.1)
    } else if further(&a.0, &b.0) {
        a
    } else {
        b
    })
}

/// What tells two types apart that have none in common.
fn difference(yes: &Type, no: &Type) -> String {
    match (yes, no) {
        (Type::Object(a), Type::Object(b)) => {
            for (name, ty) in &a.attributes {
                match b.attributes.get(name) {
                    None => {
                        return format!(
                            "The 'true' value includes object attribute {name:?}, which is absent in the 'false' value."
                        );
                    }
                    Some(other)
                        if other != ty
                            && unify(&[ty.clone(), other.clone()], Loss::Allowed).is_none() =>
                    {
                        return format!(
                            "Type mismatch for object attribute {name:?}: {}",
                            difference(ty, other)
                        );
                    }
                    Some(_) => {}
                }
            }
            for name in b.attributes.keys() {
                if !a.attributes.contains_key(name) {
                    return format!(
                        "The 'false' value includes object attribute {name:?}, which is absent in the 'true' value."
                    );
                }
            }
        }
        (Type::Tuple(a), Type::Tuple(b)) => {
            if a.len() != b.len() {
                return format!(
                    "The 'true' tuple has length {}, but the 'false' tuple has length {}.",
                    a.len(),
                    b.len()
                );
            }
            for (index, (a, b)) in a.iter().zip(b.iter()).enumerate() {
                if a != b && unify(&[a.clone(), b.clone()], Loss::Allowed).is_none() {
                    return format!(
                        "Type mismatch for tuple element {index}: {}",
                        difference(a, b)
                    );
                }
            }
        }
        _ => {}
    }
    format!(
        "The 'true' value is {}, but the 'false' value is {}.",
        yes.friendly_name(),
        no.friendly_name()
    )
}
