//! `count` and `for_each`: how many instances there are, and what `count.index`, `each.key` and `each.value` are.

use std::sync::Arc;

use ecow::EcoString;

use super::instance::{Repetition, Shape};
use super::scope::Place;
use crate::diag::{Diagnostic, Diagnostics};
use crate::syntax::ast::Expr;
use crate::value::{Kind, Type, Value, convert};

/// What `count` or `for_each` say: the shape, and per instance what its repetition is.
pub(in crate::plan) struct Expansion {
    pub shape: Shape,
    each: Vec<Value>,
}

impl Expansion {
    const fn single() -> Self {
        Self { shape: Shape::Single, each: Vec::new() }
    }

    /// What `count` and `each` mean in the instance at a position.
    pub fn repetition(&self, at: usize, counted: bool) -> Repetition {
        match &self.shape {
            Shape::Single => Repetition::None,
            Shape::Count(_) => Repetition::Count(index(at)),
            Shape::Each(keys) => Repetition::Each {
                key: Value::string(keys[at].clone()),
                value: self.each[at].clone(),
            },
            Shape::Unknown if counted => Repetition::Count(Value::unknown(Type::Number)),
            Shape::Unknown => Repetition::Each {
                key: Value::unknown(Type::String),
                value: Value::unknown(Type::Dynamic),
            },
        }
    }
}

fn index(at: usize) -> Value {
    Value::number(i64::try_from(at).unwrap_or(i64::MAX))
}

/// Evaluates `count` or `for_each`; none where it is wrong or not known in time.
pub(super) fn expand(
    place: &Place<'_>,
    count: Option<&Expr>,
    for_each: Option<&Expr>,
) -> (Option<Expansion>, Diagnostics) {
    match (count, for_each) {
        (Some(expr), _) => counted(place, expr),
        (None, Some(expr)) => keyed(place, expr),
        (None, None) => (Some(Expansion::single()), Diagnostics::none()),
    }
}

/// The instances that the `for_each` of an import speaks of. Unlike that of a resource it may be a list, whose indices
/// are the keys.
pub(super) fn expand_import(
    place: &Place<'_>,
    for_each: Option<&Expr>,
) -> (Option<Vec<Repetition>>, Diagnostics) {
    let Some(expr) = for_each else {
        return (Some(vec![Repetition::None]), Diagnostics::none());
    };
    let (value, mut problems) = place.evaluate(expr);
    if problems.has_errors() {
        return (None, problems);
    }
    if let Kind::Tuple(elements) | Kind::List(_, elements) = value.kind()
        && value.marks().is_none()
    {
        let each = |(at, value): (usize, &Value)| Repetition::Each {
            key: index(at),
            value: value.clone(),
        };
        return (Some(elements.iter().enumerate().map(each).collect()), problems);
    }
    match keys_of(place, expr, value) {
        Ok(expansion) => {
            let keys = expansion.shape.keys();
            let each = keys.iter().enumerate().map(|(at, _)| expansion.repetition(at, false));
            (Some(each.collect()), problems)
        }
        Err(found) => {
            problems.extend(found);
            (None, problems)
        }
    }
}

fn problem(summary: &str, detail: impl Into<String>, expr: &Expr) -> Diagnostics {
    Diagnostic::error(520, summary, detail).at(expr.span).into()
}

fn counted(place: &Place<'_>, expr: &Expr) -> (Option<Expansion>, Diagnostics) {
    const SUMMARY: &str = "Invalid count argument";
    let (value, mut problems) = place.evaluate(expr);
    if problems.has_errors() {
        return (None, problems);
    }
    let mut fail = |detail: String| {
        problems.extend(problem(SUMMARY, detail, expr));
        (None, std::mem::replace(&mut problems, Diagnostics::none()))
    };
    let (value, marks) = value.unmark();
    if marks.is_ephemeral() {
        return fail("The given \"count\" is derived from an ephemeral value, which means that it cannot be persisted \
                     between plan and apply. Use only non-ephemeral values to specify a number of instances.".into());
    }
    if value.is_null() {
        return fail("The given \"count\" argument value is null. An integer is required.".into());
    }
    let value = match convert(&value, &Type::Number) {
        Ok(value) => value,
        Err(error) => {
            let detail = format!("Invalid expression value: {}.", error.with_path());
            problems.push(Diagnostic::error(327, "Incorrect value type", detail).at(expr.span));
            return (None, problems);
        }
    };
    let Some(number) = value.as_number() else {
        if place.state.validating {
            return (Some(Expansion { shape: Shape::Unknown, each: Vec::new() }), problems);
        }
        return fail(unknown_detail("The \"count\" value depends on"));
    };
    let Some(whole) = number.to_i64() else {
        return fail(
            "The given \"count\" argument value is unsuitable: a whole number is required.".into(),
        );
    };
    match usize::try_from(whole) {
        Ok(count) => (Some(Expansion { shape: Shape::Count(count), each: Vec::new() }), problems),
        Err(_) => fail("The given \"count\" argument value is unsuitable: must be greater than or equal to zero.".into()),
    }
}

fn unknown_detail(what: &str) -> String {
    format!(
        "{what} resource attributes that cannot be determined until apply, so terrace cannot predict how many \
         instances will be created. To work around this, use the -target argument to first apply only the resources \
         that it depends on, or define the keys in the configuration and put what is known later into the values."
    )
}

fn keyed(place: &Place<'_>, expr: &Expr) -> (Option<Expansion>, Diagnostics) {
    let (value, mut problems) = place.evaluate(expr);
    if problems.has_errors() {
        return (None, problems);
    }
    match keys_of(place, expr, value) {
        Ok(expansion) => (Some(expansion), problems),
        Err(found) => {
            problems.extend(found);
            (None, problems)
        }
    }
}

fn keys_of(place: &Place<'_>, expr: &Expr, value: Value) -> Result<Expansion, Diagnostics> {
    const SUMMARY: &str = "Invalid for_each argument";
    let later = || Expansion { shape: Shape::Unknown, each: Vec::new() };
    let (value, marks) = value.unmark();
    if marks.is_ephemeral() {
        let detail = "The given \"for_each\" value is derived from an ephemeral value, which means that it cannot be \
                      persisted between plan and apply. Use only non-ephemeral values to specify a resource's \
                      instance keys.";
        return Err(problem(SUMMARY, detail, expr));
    }
    let sensitive_set = matches!(value.kind(), Kind::Set(..)) && value.deep_marks().is_sensitive();
    if marks.is_sensitive() || sensitive_set {
        let detail = "Sensitive values, or values derived from sensitive values, cannot be used as for_each \
                      arguments. If used, the sensitive value could be exposed as a resource instance key.";
        return Err(problem(SUMMARY, detail, expr));
    }
    match value.kind() {
        Kind::Null(_) => {
            let detail = "The given \"for_each\" argument value is unsuitable: the given \"for_each\" argument value \
                          is null. A map, or set of strings is allowed.";
            Err(problem(SUMMARY, detail, expr))
        }
        Kind::Unknown(unknown) => match &unknown.ty {
            Type::Dynamic | Type::Map(_) | Type::Object(_) | Type::Set(_) => {
                if let Type::Set(element) = &unknown.ty
                    && !matches!(**element, Type::String | Type::Dynamic)
                {
                    return Err(not_strings(expr, element));
                }
                if place.state.validating {
                    return Ok(later());
                }
                let kind = if matches!(unknown.ty, Type::Set(_)) { "set" } else { "map" };
                let what = format!("The \"for_each\" {kind} includes keys derived from");
                Err(problem(SUMMARY, unknown_detail(&what), expr))
            }
            other => Err(wrong_type(expr, other)),
        },
        Kind::Map(_, entries) | Kind::Object(entries) => Ok(Expansion {
            shape: Shape::Each(Arc::new(entries.keys().cloned().collect())),
            each: entries.values().cloned().collect(),
        }),
        Kind::Set(element, _) if !matches!(element, Type::String | Type::Dynamic) => {
            Err(not_strings(expr, element))
        }
        Kind::Set(_, elements) => {
            if elements.iter().any(|element| !element.is_known()) {
                if place.state.validating {
                    return Ok(later());
                }
                let what = "The \"for_each\" set includes values derived from";
                return Err(problem(SUMMARY, unknown_detail(what), expr));
            }
            if elements.iter().any(Value::is_null) {
                let detail = "The given \"for_each\" argument value is unsuitable: \"for_each\" sets must not \
                              contain null values.";
                return Err(problem("Invalid for_each set argument", detail, expr));
            }
            let mut keys: Vec<EcoString> =
                elements.iter().filter_map(Value::as_str).map(EcoString::from).collect();
            keys.sort();
            let each = keys.iter().map(|key| Value::string(key.clone())).collect();
            Ok(Expansion { shape: Shape::Each(Arc::new(keys)), each })
        }
        _ => Err(wrong_type(expr, &value.ty())),
    }
}

fn wrong_type(expr: &Expr, ty: &Type) -> Diagnostics {
    let detail = format!(
        "The given \"for_each\" argument value is unsuitable: the \"for_each\" argument must be a map, or set of \
         strings, and you have provided a value of type {}.",
        ty.friendly_name()
    );
    problem("Invalid for_each argument", detail, expr)
}

fn not_strings(expr: &Expr, element: &Type) -> Diagnostics {
    let detail = format!(
        "The given \"for_each\" argument value is unsuitable: \"for_each\" supports maps and sets of strings, but you \
         have provided a set containing type {}.",
        element.friendly_name()
    );
    problem("Invalid for_each set argument", detail, expr)
}

impl Expansion {
    /// An expansion of which nothing is known: while validating, one instance stands for all.
    pub const fn open() -> Self {
        Self { shape: Shape::Unknown, each: Vec::new() }
    }
}
