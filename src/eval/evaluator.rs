//! The walk over an expression: one method per kind, each returning a value and noting problems.

use ecow::EcoString;

use crate::diag::{Diagnostic, Diagnostics};
use crate::syntax::ast::{Expr, ExprKind, ObjectItem, ObjectKey};
use crate::value::{Marks, Type, Value, convert};

use super::reference::{Reference, Step};
use super::{Found, Scope, access};

/// How deep expressions may nest; deeper ones are refused before the stack runs out.
const DEPTH_LIMIT: usize = 1_000;

/// How much of the stack an expression takes, beside a plain one.
const fn weight(kind: &ExprKind) -> usize {
    match kind {
        ExprKind::For(_)
        | ExprKind::Conditional { .. }
        | ExprKind::Template(_)
        | ExprKind::Splat { .. }
        | ExprKind::Call { .. }
        | ExprKind::Object(_) => 4,
        _ => 1,
    }
}

/// Names that an expression binds itself: those of `for`, and the element of a splat.
pub(super) struct Frame<'a> {
    pub(super) parent: Option<&'a Self>,
    pub(super) names: [Option<(&'a EcoString, &'a Value)>; 2],
    pub(super) splat_item: Option<&'a Value>,
}

impl<'a> Frame<'a> {
    pub(super) const NONE: Self = Self { parent: None, names: [None, None], splat_item: None };

    fn find(&self, name: &EcoString) -> Option<&'a Value> {
        let mut frame = Some(self);
        while let Some(current) = frame {
            // The value hides the key where both have one name.
            for (bound, value) in current.names.iter().rev().flatten() {
                if *bound == name {
                    return Some(value);
                }
            }
            frame = current.parent;
        }
        None
    }

    fn splat_item(&self) -> Option<&'a Value> {
        let mut frame = Some(self);
        while let Some(current) = frame {
            if current.splat_item.is_some() {
                return current.splat_item;
            }
            frame = current.parent;
        }
        None
    }
}

/// Evaluates one expression; collects problems on the way.
pub(super) struct Evaluator<'s> {
    pub(super) scope: &'s dyn Scope,
    pub(super) problems: Diagnostics,
    depth: usize,
}

/// What an expression yields that could not be evaluated.
pub(super) fn failed() -> Value {
    Value::open()
}

impl<'s> Evaluator<'s> {
    pub(super) const fn new(scope: &'s dyn Scope, problems: Diagnostics) -> Self {
        Self { scope, problems, depth: 0 }
    }

    pub(super) fn report(&mut self, problem: Diagnostic) {
        self.problems.push(problem);
    }

    /// Evaluates with problems kept apart.
    pub(super) fn attempt(
        &mut self,
        evaluate: impl FnOnce(&mut Self) -> Value,
    ) -> (Value, Diagnostics) {
        let before = std::mem::take(&mut self.problems);
        let value = evaluate(self);
        (value, std::mem::replace(&mut self.problems, before))
    }

    pub(super) fn expr(&mut self, expr: &Expr, frame: &Frame<'_>) -> Value {
        let weight = weight(&expr.kind);
        if self.depth + weight > DEPTH_LIMIT {
            let detail = format!("Expressions may nest {DEPTH_LIMIT} levels deep at most.");
            self.report(
                Diagnostic::error(390, "Expression nested too deeply", detail).at(expr.span),
            );
            return failed();
        }
        self.depth += weight;
        let value = self.dispatch(expr, frame);
        self.depth -= weight;
        value
    }

    fn dispatch(&mut self, expr: &Expr, frame: &Frame<'_>) -> Value {
        match &expr.kind {
            ExprKind::Null => Value::null(Type::Dynamic),
            ExprKind::Bool(truth) => Value::bool(*truth),
            ExprKind::Number(number) => Value::number(number.clone()),
            ExprKind::Template(template) => self.template(&template.parts, frame),
            ExprKind::Variable(_) | ExprKind::Attr { .. } | ExprKind::Index { .. } => {
                self.chain(expr, frame)
            }
            ExprKind::Splat { on, each, .. } => self.splat(expr, on, each, frame),
            ExprKind::SplatItem => frame.splat_item().cloned().unwrap_or_else(failed),
            ExprKind::Call { name, args, expand, parens } => {
                let call = super::call::Call { expr, name, args, expand: *expand, parens: *parens };
                self.call(&call, frame)
            }
            ExprKind::Tuple(elements) => Value::tuple(
                elements.iter().map(|element| self.expr(element, frame)).collect::<Vec<_>>(),
            ),
            ExprKind::Object(items) => self.object(items, frame),
            ExprKind::For(each) => self.for_each(each, frame),
            ExprKind::Conditional { condition, yes, no } => self.conditional(
                condition,
                (yes.span, no.span),
                |evaluator, which| evaluator.expr(if which { yes } else { no }, frame),
                frame,
            ),
            ExprKind::Binary { first, rest } => self.binary(first, rest, frame),
            ExprKind::Unary { op, operand } => self.unary(expr, *op, operand, frame),
            ExprKind::Parens(inner) => self.expr(inner, frame),
            ExprKind::Invalid => failed(),
        }
    }

    /// A name or another expression with steps behind it. Walks down instead of recursing, so that the scope is asked
    /// for `aws_vpc.main[0].id` as a whole.
    fn chain(&mut self, expr: &Expr, frame: &Frame<'_>) -> Value {
        let mut links = Vec::new();
        let mut base = expr;
        while let ExprKind::Attr { on, .. } | ExprKind::Index { on, .. } = &base.kind {
            links.push(base);
            base = on;
        }
        let ExprKind::Variable(root) = &base.kind else {
            let value = self.expr(base, frame);
            return self.follow(value, links.iter().rev(), frame);
        };
        if let Some(value) = frame.find(root) {
            return self.follow(value.clone(), links.iter().rev(), frame);
        }
        let mut steps = Vec::with_capacity(links.len());
        let before = self.problems.len();
        for link in links.iter().rev() {
            match &link.kind {
                ExprKind::Attr { name, .. } => steps.push(Step::Attr(name)),
                ExprKind::Index { key, .. } => {
                    let key_value = self.expr(key, frame);
                    steps.push(Step::Index { key: key_value, span: key.span });
                }
                _ => {}
            }
        }
        let reference = Reference { root, root_span: base.span, steps, span: expr.span };
        let Found { mut value, used } = match self.scope.resolve(&reference) {
            Ok(found) => found,
            Err(problem) => {
                self.report(*problem);
                return failed();
            }
        };
        if self.problems.len() > before {
            return failed();
        }
        for (step, link) in reference.steps.iter().zip(links.iter().rev()).skip(used) {
            value = match step {
                Step::Attr(name) => {
                    self.noted(access::attribute(&value, &name.name), name.span, link)
                }
                Step::Index { key, span } => self.noted(access::element(&value, key), *span, link),
            };
        }
        value
    }

    fn follow<'e>(
        &mut self,
        mut value: Value,
        links: impl Iterator<Item = &'e &'e Expr>,
        frame: &Frame<'_>,
    ) -> Value {
        for link in links {
            value = match &link.kind {
                ExprKind::Attr { name, .. } => {
                    self.noted(access::attribute(&value, &name.name), name.span, link)
                }
                ExprKind::Index { key, .. } => {
                    let (key_value, problems) =
                        self.attempt(|evaluator| evaluator.expr(key, frame));
                    let broken = problems.has_errors();
                    self.problems.extend(problems);
                    if broken {
                        return failed();
                    }
                    self.noted(access::element(&value, &key_value), key.span, link)
                }
                _ => value,
            };
        }
        value
    }

    /// The value, or the problem noted at its place.
    fn noted(
        &mut self,
        result: Result<Value, Box<Diagnostic>>,
        at: crate::diag::Span,
        within: &Expr,
    ) -> Value {
        result.unwrap_or_else(|problem| {
            self.report(problem.at(at).within(within.span));
            failed()
        })
    }

    fn object(&mut self, items: &[ObjectItem], frame: &Frame<'_>) -> Value {
        let mut attributes = std::collections::BTreeMap::new();
        let mut marks = Marks::NONE;
        let mut whole = true;
        for item in items {
            let key = match &item.key {
                ObjectKey::Name(name) => Some(name.name.clone()),
                ObjectKey::Expr(key) => self.object_key(key, &mut marks, frame),
            };
            let value = self.expr(&item.value, frame);
            match key {
                Some(key) => drop(attributes.insert(key, value)),
                None => whole = false,
            }
        }
        if whole { Value::object(attributes).with_marks(marks) } else { failed().with_marks(marks) }
    }

    /// The name that a key expression yields; none with an error, or while it is unknown.
    fn object_key(
        &mut self,
        key: &Expr,
        marks: &mut Marks,
        frame: &Frame<'_>,
    ) -> Option<EcoString> {
        if matches!(key.kind, ExprKind::Attr { .. } | ExprKind::Index { .. }) && is_traversal(key) {
            self.report(
                Diagnostic::error(
                    317,
                    "Ambiguous attribute key",
                    "If this expression is intended to be a reference, wrap it in parentheses. If it's instead \
                     intended as a literal name containing periods, wrap it in quotes to create a string literal.",
                )
                .at(key.span),
            );
            return None;
        }
        let (value, problems) = self.attempt(|evaluator| evaluator.expr(key, frame));
        let broken = problems.has_errors();
        self.problems.extend(problems);
        if broken {
            return None;
        }
        let (value, own) = value.unmark();
        *marks = marks.union(own);
        if value.is_null() {
            self.report(
                Diagnostic::error(316, "Null value as key", "Can't use a null value as a key.")
                    .at(key.span),
            );
            return None;
        }
        match convert(&value, &Type::String) {
            Ok(name) => name.as_str().map(EcoString::from),
            Err(error) => {
                let detail = format!("Can't use this value as a key: {error}.");
                self.report(Diagnostic::error(316, "Incorrect key type", detail).at(key.span));
                None
            }
        }
    }
}

/// Whether the expression is a bare name with steps that are all literal.
fn is_traversal(mut expr: &Expr) -> bool {
    loop {
        match &expr.kind {
            ExprKind::Attr { on, .. } => expr = on,
            ExprKind::Index { on, key, .. } if super::reference::literal_key(key).is_some() => {
                expr = on;
            }
            kind => return matches!(kind, ExprKind::Variable(_)),
        }
    }
}
