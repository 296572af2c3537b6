//! Operators.

use std::cmp::Ordering;

use crate::diag::{Diagnostic, Span};
use crate::syntax::ast::{BinaryOp, Expr, Operation, UnaryOp};
use crate::value::{Number, Type, Value, convert};

use super::evaluator::{Evaluator, Frame};

impl Evaluator<'_> {
    /// Operations from the left; each result is the left operand of the next.
    pub(super) fn binary(&mut self, first: &Expr, rest: &[Operation], frame: &Frame<'_>) -> Value {
        let before = self.problems.len();
        let mut left = self.expr(first, frame);
        let mut at = first.span;
        for Operation { op, operand, .. } in rest {
            let operands = operand_type(*op);
            let (a, broken_a) = self.fitting(left, at, &operands, "left operand", before);
            let (b, broken_b) = self.operand(operand, &operands, "right operand", frame);
            at = at.to(operand.span);
            left = if broken_a || broken_b {
                Value::unknown(result_type(*op))
            } else {
                self.operated(apply(*op, &a, &b), result_type(*op), at)
            };
        }
        left
    }

    pub(super) fn unary(
        &mut self,
        expr: &Expr,
        op: UnaryOp,
        operand: &Expr,
        frame: &Frame<'_>,
    ) -> Value {
        let ty = match op {
            UnaryOp::Negate => Type::Number,
            UnaryOp::Not => Type::Bool,
        };
        let (value, broken) = self.operand(operand, &ty, "unary operand", frame);
        if broken {
            return Value::unknown(ty);
        }
        let (value, marks) = value.unmark();
        let result = if value.is_null() {
            Err("argument must not be null")
        } else if !value.is_known() {
            Ok(Value::unknown(ty.clone()).refine_not_null().with_marks(marks))
        } else {
            let result = match op {
                UnaryOp::Negate => value.as_number().map(|number| Value::number(number.negate())),
                UnaryOp::Not => value.as_bool().map(|truth| Value::bool(!truth)),
            };
            Ok(result.expect("converted to its type").with_marks(marks))
        };
        self.operated(result, ty, expr.span)
    }

    /// The operand in the type that the operator takes, and whether it could not be had.
    fn operand(
        &mut self,
        expr: &Expr,
        ty: &Type,
        which: &str,
        frame: &Frame<'_>,
    ) -> (Value, Broken) {
        let before = self.problems.len();
        let value = self.expr(expr, frame);
        self.fitting(value, expr.span, ty, which, before)
    }

    /// A value in the type that an operator takes, and whether it could not be had: it is broken where there are more
    /// errors than `before` it was evaluated.
    fn fitting(
        &mut self,
        value: Value,
        at: Span,
        ty: &Type,
        which: &str,
        before: usize,
    ) -> (Value, Broken) {
        let broken = self.problems.iter().skip(before).any(is_error);
        match convert(&value, ty) {
            Ok(value) => (value, broken),
            Err(error) => {
                let detail = format!("Unsuitable value for {which}: {error}.");
                self.report(Diagnostic::error(305, "Invalid operand", detail).at(at));
                (value, true)
            }
        }
    }

    fn operated(&mut self, result: Result<Value, &str>, ty: Type, at: Span) -> Value {
        result.unwrap_or_else(|reason| {
            let detail = format!("Error during operation: {reason}.");
            self.report(Diagnostic::error(306, "Operation failed", detail).at(at));
            Value::unknown(ty)
        })
    }
}

/// Whether an operand could not be evaluated.
type Broken = bool;

fn is_error(problem: &Diagnostic) -> bool {
    problem.severity == crate::diag::Severity::Error
}

const fn operand_type(op: BinaryOp) -> Type {
    match op {
        BinaryOp::Or | BinaryOp::And => Type::Bool,
        BinaryOp::Equal | BinaryOp::NotEqual => Type::Dynamic,
        _ => Type::Number,
    }
}

const fn result_type(op: BinaryOp) -> Type {
    match op {
        BinaryOp::Add
        | BinaryOp::Subtract
        | BinaryOp::Multiply
        | BinaryOp::Divide
        | BinaryOp::Modulo => Type::Number,
        _ => Type::Bool,
    }
}

fn apply(op: BinaryOp, a: &Value, b: &Value) -> Result<Value, &'static str> {
    if op == BinaryOp::Equal {
        return Ok(a.equals(b));
    }
    if op == BinaryOp::NotEqual {
        return Ok(negated(a.equals(b)));
    }
    if a.is_null() || b.is_null() {
        return Err("argument must not be null");
    }
    let marks = a.marks().union(b.marks());
    if !a.is_known() || !b.is_known() {
        return Ok(open_result(op, a, b).with_marks(marks));
    }
    let value = match op {
        BinaryOp::Or | BinaryOp::And => {
            let (a, b) = (a.as_bool().unwrap_or_default(), b.as_bool().unwrap_or_default());
            Value::bool(if op == BinaryOp::Or { a || b } else { a && b })
        }
        _ => {
            let number = |value: &Value| value.as_number().cloned().expect("converted to a number");
            arithmetic(op, &number(a), &number(b))?
        }
    };
    Ok(value.with_marks(marks))
}

fn negated(value: Value) -> Value {
    match value.as_bool() {
        Some(truth) => Value::bool(!truth).with_marks(value.marks()),
        None => value,
    }
}

fn arithmetic(op: BinaryOp, a: &Number, b: &Number) -> Result<Value, &'static str> {
    let order = a.cmp(b);
    let number = |result: Option<Number>, undefined| result.map(Value::number).ok_or(undefined);
    match op {
        BinaryOp::Less => Ok(Value::bool(order == Ordering::Less)),
        BinaryOp::LessOrEqual => Ok(Value::bool(order != Ordering::Greater)),
        BinaryOp::Greater => Ok(Value::bool(order == Ordering::Greater)),
        BinaryOp::GreaterOrEqual => Ok(Value::bool(order != Ordering::Less)),
        BinaryOp::Add => number(a.add(b), "can't compute sum of opposing infinities"),
        BinaryOp::Subtract => number(a.subtract(b), "can't subtract infinity from itself"),
        BinaryOp::Multiply => number(a.multiply(b), "can't multiply zero by infinity"),
        BinaryOp::Divide => {
            number(a.divide(b), "can't divide zero by zero or infinity by infinity")
        }
        _ => number(a.remainder(b), "can't use modulo with zero and infinity"),
    }
}

/// What is certain of a result although an operand is unknown.
fn open_result(op: BinaryOp, a: &Value, b: &Value) -> Value {
    let decided = match op {
        BinaryOp::Less | BinaryOp::LessOrEqual => {
            certain_order(a, b).map(|order| order == Ordering::Less)
        }
        BinaryOp::Greater | BinaryOp::GreaterOrEqual => {
            certain_order(a, b).map(|order| order == Ordering::Greater)
        }
        _ => None,
    };
    decided.map_or_else(|| Value::unknown(result_type(op)).refine_not_null(), Value::bool)
}

/// The order of two numbers, where their bounds leave no doubt.
fn certain_order(a: &Value, b: &Value) -> Option<Ordering> {
    let (a_low, a_high) = a.number_bounds();
    let (b_low, b_high) = b.number_bounds();
    if let (Some((high, _)), Some((low, _))) = (a_high, b_low)
        && high < low
    {
        return Some(Ordering::Less);
    }
    if let (Some((low, _)), Some((high, _))) = (a_low, b_high)
        && low > high
    {
        return Some(Ordering::Greater);
    }
    None
}
