//! Equality as `==` has it: never converts, may be unknown, and carries the marks of both sides.

use super::range::conforms;
use super::{Kind, Type, Unknown, Value};

/// What comparing came to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Equal,
    Different,
    Open,
}

impl Value {
    /// Whether both are equal, as a value: unknown where that depends on unknown parts; marked with all marks of both.
    #[must_use]
    pub fn equals(&self, other: &Self) -> Self {
        let verdict = match compare(self, other) {
            Verdict::Equal => Self::bool(true),
            Verdict::Different => Self::bool(false),
            Verdict::Open => Self::unknown(Type::Bool).refine_not_null(),
        };
        verdict.with_marks(self.deep_marks().union(other.deep_marks()))
    }

    /// Whether both are certain to be equal, marks aside.
    #[must_use]
    pub fn is_surely_equal(&self, other: &Self) -> bool {
        compare(self, other) == Verdict::Equal
    }
}

fn compare(a: &Value, b: &Value) -> Verdict {
    match (a.kind(), b.kind()) {
        (Kind::Unknown(a), Kind::Unknown(b)) => compare_unknown(a, b),
        (Kind::Unknown(unknown), _) => compare_open(b, unknown),
        (_, Kind::Unknown(unknown)) => compare_open(a, unknown),
        (Kind::Null(_), Kind::Null(_)) => Verdict::Equal,
        (Kind::Null(_), _) | (_, Kind::Null(_)) => Verdict::Different,
        (Kind::Bool(a), Kind::Bool(b)) => known(a == b),
        (Kind::Number(a), Kind::Number(b)) => known(a == b),
        (Kind::String(a), Kind::String(b)) => known(a == b),
        _ => compare_composite(a, b),
    }
}

const fn known(equal: bool) -> Verdict {
    if equal { Verdict::Equal } else { Verdict::Different }
}

fn compare_unknown(a: &Unknown, b: &Unknown) -> Verdict {
    let apart = a.refinement.not_null
        && b.refinement.not_null
        && !conforms(&a.ty, &b.ty)
        && !conforms(&b.ty, &a.ty);
    if apart { Verdict::Different } else { Verdict::Open }
}

fn compare_open(value: &Value, unknown: &Unknown) -> Verdict {
    if value.may_be(unknown) { Verdict::Open } else { Verdict::Different }
}

fn compare_composite(a: &Value, b: &Value) -> Verdict {
    let (a_type, b_type) = (a.ty(), b.ty());
    if a_type.has_dynamic() || b_type.has_dynamic() {
        // Null has no type of its own and does not make a type open; an unknown of unknown type does.
        if !conforms(&a_type, &b_type) && !conforms(&b_type, &a_type) {
            return Verdict::Different;
        }
        if has_open_type(a) || has_open_type(b) {
            return Verdict::Open;
        }
    }
    if a_type != b_type {
        return Verdict::Different;
    }
    compare_parts(a, b, if a_type.has_dynamic() { compare } else { compare_alike })
}

/// Compares values that are known to have one type, which has no open parts: no types need to be put together.
fn compare_alike(a: &Value, b: &Value) -> Verdict {
    let simple = |value: &Value| {
        !matches!(
            value.kind(),
            Kind::List(..) | Kind::Set(..) | Kind::Map(..) | Kind::Tuple(_) | Kind::Object(_)
        )
    };
    if simple(a) || simple(b) { compare(a, b) } else { compare_parts(a, b, compare_alike) }
}

type Compare = fn(&Value, &Value) -> Verdict;

fn compare_parts(a: &Value, b: &Value, compare: Compare) -> Verdict {
    match (a.kind(), b.kind()) {
        (Kind::Set(_, x), Kind::Set(_, y)) => compare_sets(a, b, x, y),
        (Kind::Map(_, a), Kind::Map(_, b)) if !a.keys().eq(b.keys()) => Verdict::Different,
        _ => compare_in_order(a, b, compare),
    }
}

fn compare_in_order(a: &Value, b: &Value, compare: Compare) -> Verdict {
    if a.children().count() != b.children().count() {
        return Verdict::Different;
    }
    for (a, b) in a.children().zip(b.children()) {
        match compare(a, b) {
            Verdict::Equal => {}
            other => return other,
        }
    }
    Verdict::Equal
}

fn compare_sets(a: &Value, b: &Value, x: &[Value], y: &[Value]) -> Verdict {
    if !a.is_wholly_known() || !b.is_wholly_known() {
        return Verdict::Open;
    }
    if x.len() != y.len() {
        return Verdict::Different;
    }
    known(x.iter().zip(y).all(|(a, b)| compare(a, b) == Verdict::Equal))
}

fn has_open_type(value: &Value) -> bool {
    match value.kind() {
        Kind::Unknown(unknown) => unknown.ty.has_dynamic(),
        _ => value.children().any(has_open_type),
    }
}
