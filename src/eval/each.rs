//! What goes through collections: `for` expressions, `%{ for }` and splats.

use std::collections::{BTreeMap, btree_map::Entry};

use ecow::EcoString;
use indexmap::IndexMap;

use crate::diag::{Diagnostic, Severity};
use crate::syntax::ast::{Expr, ForExpr, Ident, TemplatePart};
use crate::value::{Kind, Marks, Number, Type, Value, convert};

use super::evaluator::{Evaluator, Frame, failed};

/// Elements with their keys.
type Pairs = Vec<(Value, Value)>;

impl Evaluator<'_> {
    /// The elements of a collection with their keys, none while they are unknown, and its marks; otherwise the value
    /// of the whole expression.
    fn elements(
        &mut self,
        expr: &Expr,
        frame: &Frame<'_>,
    ) -> Result<(Option<Pairs>, Marks), Value> {
        let collection = self.expr(expr, frame);
        if collection.is_null() {
            let detail = "A null value cannot be used as the collection in a 'for' expression.";
            self.report(Diagnostic::error(311, "Iteration over null value", detail).at(expr.span));
            return Err(failed());
        }
        let (collection, marks) = collection.unmark();
        let pairs = match collection.kind() {
            Kind::List(_, elements) | Kind::Tuple(elements) => elements
                .iter()
                .enumerate()
                .map(|(index, element)| (Value::number(Number::counted(index)), element.clone()))
                .collect(),
            Kind::Set(_, elements) => {
                elements.iter().map(|element| (element.clone(), element.clone())).collect()
            }
            Kind::Map(_, entries) | Kind::Object(entries) => entries
                .iter()
                .map(|(name, value)| (Value::new(Kind::String(name.clone())), value.clone()))
                .collect(),
            Kind::Unknown(unknown) if unknown.ty == Type::Dynamic => {
                return Err(failed().with_marks(marks));
            }
            Kind::Unknown(unknown) if !unknown.ty.is_primitive() => return Ok((None, marks)),
            _ => {
                let detail = format!(
                    "A value of type {} cannot be used as the collection in a 'for' expression.",
                    collection.ty().friendly_name()
                );
                let problem = Diagnostic::error(312, "Iteration over non-iterable value", detail);
                self.report(problem.at(expr.span));
                return Err(failed());
            }
        };
        Ok((Some(pairs), marks))
    }

    /// The texts of a `%{ for }`, as a tuple.
    pub(super) fn repeat(
        &mut self,
        names: (Option<&Ident>, &Ident),
        collection: &Expr,
        body: &[TemplatePart],
        frame: &Frame<'_>,
    ) -> Value {
        let (pairs, marks) = match self.elements(collection, frame) {
            Ok((Some(pairs), marks)) => (pairs, marks),
            Ok((None, marks)) => return failed().with_marks(marks),
            Err(value) => return value,
        };
        let texts =
            pairs.iter().map(|(key, value)| self.body(body, &bind(frame, names, key, value)));
        Value::tuple(texts.collect::<Vec<_>>()).with_marks(marks)
    }

    pub(super) fn for_each(&mut self, each: &ForExpr, frame: &Frame<'_>) -> Value {
        let (pairs, marks) = match self.elements(&each.collection, frame) {
            Ok(found) => found,
            Err(value) => return value,
        };
        let names = (each.key_name.as_ref(), &each.value_name);
        let open = failed();
        if let Some(condition) = &each.condition
            && !self.is_plausible(condition, &bind(frame, names, &open, &open))
        {
            return failed();
        }
        let Some(pairs) = pairs else { return failed().with_marks(marks) };
        let mut result = Collected { marks, known: true };
        if let Some(key) = &each.key {
            self.for_object(each, key, &pairs, &mut result, frame)
        } else {
            let mut values = Vec::with_capacity(pairs.len());
            for (key, value) in &pairs {
                let frame = bind(frame, names, key, value);
                if self.includes(each, &mut result, &frame) {
                    values.push(self.expr(&each.value, &frame));
                }
            }
            result.finish(Value::tuple(values))
        }
    }

    /// Tries a condition with unknown names, so that one of a wrong type is reported once and not for each element.
    fn is_plausible(&mut self, condition: &Expr, frame: &Frame<'_>) -> bool {
        let before = self.problems.len();
        let value = self.expr(condition, frame);
        if value.is_null() {
            let detail = "The value of the 'if' clause must not be null.";
            self.report(Diagnostic::error(313, "Condition is null", detail).at(condition.span));
            return false;
        }
        if let Err(error) = convert(&value, &Type::Bool) {
            self.invalid_condition(
                condition,
                &format!("The 'if' clause value is invalid: {error}."),
            );
            return false;
        }
        self.problems.iter().skip(before).all(|problem| problem.severity != Severity::Error)
    }

    fn invalid_condition(&mut self, condition: &Expr, detail: &str) {
        self.report(Diagnostic::error(313, "Invalid 'for' condition", detail).at(condition.span));
    }

    /// Whether the condition takes the element in.
    fn includes(&mut self, each: &ForExpr, result: &mut Collected, frame: &Frame<'_>) -> bool {
        let Some(condition) = &each.condition else { return true };
        let value = self.expr(condition, frame);
        if value.is_null() {
            if result.known {
                self.invalid_condition(condition, "The value of the 'if' clause must not be null.");
            }
            result.known = false;
            return false;
        }
        match convert(&value, &Type::Bool) {
            Ok(include) => {
                result.marks = result.marks.union(include.marks());
                result.known &= include.is_known();
                include.as_bool().unwrap_or(false)
            }
            Err(error) => {
                if result.known {
                    let detail = format!("The 'if' clause value is invalid: {error}.");
                    self.invalid_condition(condition, &detail);
                }
                result.known = false;
                false
            }
        }
    }

    fn for_object(
        &mut self,
        each: &ForExpr,
        key_expr: &Expr,
        pairs: &[(Value, Value)],
        result: &mut Collected,
        frame: &Frame<'_>,
    ) -> Value {
        let names = (each.key_name.as_ref(), &each.value_name);
        let mut single: BTreeMap<EcoString, Value> = BTreeMap::new();
        let mut groups: IndexMap<EcoString, Vec<Value>> = IndexMap::new();
        for (key, value) in pairs {
            let frame = bind(frame, names, key, value);
            if !self.includes(each, result, &frame) {
                continue;
            }
            let Some(name) = self.for_key(key_expr, result, &frame) else { continue };
            let value = self.expr(&each.value, &frame);
            if each.grouped {
                groups.entry(name).or_default().push(value);
                continue;
            }
            match single.entry(name) {
                Entry::Vacant(place) => {
                    place.insert(value);
                }
                Entry::Occupied(taken) => {
                    let shown = if result.marks.is_sensitive() {
                        "(sensitive value)".to_owned()
                    } else {
                        format!("{:?}", taken.key())
                    };
                    let detail = format!(
                        "Two different items produced the key {shown} in this 'for' expression. If duplicates are \
                         expected, use the ellipsis (...) after the value expression to enable grouping by key."
                    );
                    self.report(
                        Diagnostic::error(315, "Duplicate object key", detail).at(key_expr.span),
                    );
                }
            }
        }
        if each.grouped {
            single =
                groups.into_iter().map(|(name, values)| (name, Value::tuple(values))).collect();
        }
        result.finish(Value::object(single))
    }

    /// The name that an element gets; none with an error, or while it is unknown.
    fn for_key(
        &mut self,
        expr: &Expr,
        result: &mut Collected,
        frame: &Frame<'_>,
    ) -> Option<EcoString> {
        let key = self.expr(expr, frame);
        let invalid = if key.is_null() {
            "Key expression in 'for' expression must not produce a null value.".to_owned()
        } else {
            match convert(&key, &Type::String) {
                Ok(name) => {
                    result.marks = result.marks.union(name.marks());
                    result.known &= name.is_known();
                    return name.as_str().map(EcoString::from);
                }
                Err(_) if !key.is_known() => {
                    result.known = false;
                    return None;
                }
                Err(error) => format!("The key expression produced an invalid result: {error}."),
            }
        };
        if result.known {
            self.report(Diagnostic::error(314, "Invalid object key", invalid).at(expr.span));
        }
        result.known = false;
        None
    }

    /// `on[*].each`, `on.*.each`
    pub(super) fn splat(
        &mut self,
        expr: &Expr,
        on: &Expr,
        each: &Expr,
        frame: &Frame<'_>,
    ) -> Value {
        let (source, problems) = self.attempt(|evaluator| evaluator.expr(on, frame));
        let broken = problems.has_errors();
        self.problems.extend(problems);
        if broken {
            // What follows may have problems of its own that do not depend on the element.
            self.splat_item(each, &failed(), frame);
            return failed();
        }
        let single = !is_sequence(&source);
        let (source, marks) = source.unmark();
        if source.is_null() {
            if single {
                return Value::tuple([]).with_marks(marks);
            }
            let detail =
                "Splat expressions (with the * symbol) cannot be applied to null sequences.";
            self.report(
                Diagnostic::error(318, "Splat of null value", detail).at(on.span).within(expr.span),
            );
            return failed();
        }
        if matches!(source.kind(), Kind::Unknown(unknown) if unknown.ty == Type::Dynamic) {
            return failed().with_marks(marks);
        }
        let before = self.problems.len();
        if single {
            // While it is unknown whether there is a value, so is whether there is an element.
            let open = !source.is_known() && !source.is_surely_not_null();
            let item = self.splat_item(each, &source.with_marks(marks), frame);
            return if open {
                failed().with_marks(marks)
            } else {
                self.unless_problems(before, Value::tuple([item])).with_marks(marks)
            };
        }
        let value = match source.kind() {
            Kind::List(element, elements) | Kind::Set(element, elements) => {
                let element = element.clone();
                self.splat_list(each, &element, elements, frame)
            }
            Kind::Tuple(elements) => {
                let items = elements.iter().map(|element| self.splat_item(each, element, frame));
                Value::tuple(items.collect::<Vec<_>>())
            }
            _ => self.splat_unknown(each, &source, &source.ty(), frame),
        };
        self.unless_problems(before, value).with_marks(marks)
    }

    /// The value, or only its type where problems came up since there were `before`.
    fn unless_problems(&self, before: usize, value: Value) -> Value {
        let broken = self.problems.iter().skip(before).any(|p| p.severity == Severity::Error);
        if broken { Value::unknown(value.ty()) } else { value }
    }

    fn splat_item(&mut self, each: &Expr, item: &Value, frame: &Frame<'_>) -> Value {
        let inner = Frame { parent: Some(frame), names: [None, None], splat_item: Some(item) };
        self.expr(each, &inner)
    }

    fn splat_list(
        &mut self,
        each: &Expr,
        element: &Type,
        elements: &[Value],
        frame: &Frame<'_>,
    ) -> Value {
        if elements.is_empty() {
            let item = self.splat_item(each, &Value::unknown(element.clone()), frame);
            return Value::list(item.ty(), []);
        }
        let items: Vec<Value> =
            elements.iter().map(|element| self.splat_item(each, element, frame)).collect();
        let ty = items[0].ty();
        if items.iter().all(|item| item.ty() == ty) {
            Value::list(ty, items)
        } else {
            Value::tuple(items)
        }
    }

    fn splat_unknown(
        &mut self,
        each: &Expr,
        source: &Value,
        ty: &Type,
        frame: &Frame<'_>,
    ) -> Value {
        let mut item = |ty: &Type| self.splat_item(each, &Value::unknown(ty.clone()), frame).ty();
        let result = match ty {
            Type::Tuple(types) => Type::tuple(types.iter().map(item).collect::<Vec<_>>()),
            Type::List(element) | Type::Set(element) => Type::list(item(element)),
            _ => Type::Dynamic,
        };
        let (least, most) = source.length_bounds();
        let is_list = matches!(result, Type::List(_));
        Value::unknown(result).refine(|refinement| {
            refinement.not_null = true;
            if is_list {
                refinement.min_length = least;
                refinement.max_length = most;
            }
        })
    }
}

/// Whether a splat goes through the value; anything else is taken for a list of one.
fn is_sequence(value: &Value) -> bool {
    match value.kind() {
        Kind::List(..) | Kind::Set(..) | Kind::Tuple(_) => true,
        Kind::Unknown(unknown) => is_sequence_type(&unknown.ty),
        Kind::Null(ty) => is_sequence_type(ty),
        _ => false,
    }
}

const fn is_sequence_type(ty: &Type) -> bool {
    matches!(ty, Type::Tuple(_) | Type::List(_) | Type::Set(_))
}

/// What a `for` expression has come to so far.
struct Collected {
    marks: Marks,
    known: bool,
}

impl Collected {
    fn finish(&self, value: Value) -> Value {
        if self.known { value.with_marks(self.marks) } else { failed().with_marks(self.marks) }
    }
}

fn bind<'a>(
    parent: &'a Frame<'a>,
    (key_name, value_name): (Option<&'a Ident>, &'a Ident),
    key: &'a Value,
    value: &'a Value,
) -> Frame<'a> {
    Frame {
        parent: Some(parent),
        names: [key_name.map(|name| (&name.name, key)), Some((&value_name.name, value))],
        splat_item: None,
    }
}
