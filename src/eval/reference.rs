//! References: the names that an expression asks its scope for.

use ecow::EcoString;

use crate::diag::Span;
use crate::syntax::ast::{Expr, ExprKind, Ident, ObjectKey, Template, TemplatePart};
use crate::value::Value;

/// `aws_vpc.main[0].id`: a root and the steps from it.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "keys are values, which have no Debug")]
pub struct Reference<'a> {
    /// The first name.
    pub root: &'a EcoString,
    /// Where the first name stands.
    pub root_span: Span,
    /// What follows.
    pub steps: Vec<Step<'a>>,
    /// All of it, as far as it was followed.
    pub span: Span,
}

/// One step of a reference.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "keys are values, which have no Debug")]
pub enum Step<'a> {
    /// `.name`
    Attr(&'a Ident),
    /// `[key]`, `.0`
    Index {
        /// The key: literal, or already evaluated.
        key: Value,
        /// Where the key stands.
        span: Span,
    },
}

impl Reference<'_> {
    /// The name of the step at `index`, if it is an attribute.
    #[must_use]
    pub fn attr(&self, index: usize) -> Option<&Ident> {
        match self.steps.get(index)? {
            Step::Attr(name) => Some(name),
            Step::Index { .. } => None,
        }
    }

    /// The key of the step at `index`, if it is an index.
    #[must_use]
    pub fn key(&self, index: usize) -> Option<&Value> {
        match self.steps.get(index)? {
            Step::Attr(_) => None,
            Step::Index { key, .. } => Some(key),
        }
    }

    /// From the first name to the end of the step at `index`, or less where there are fewer steps.
    #[must_use]
    pub fn span_to(&self, index: usize) -> Span {
        match self.steps.get(index) {
            Some(step) => self.root_span.to(step.span()),
            None => self.span,
        }
    }
}

impl Step<'_> {
    /// Where it stands.
    #[must_use]
    pub const fn span(&self) -> Span {
        match self {
            Self::Attr(name) => name.span,
            Self::Index { span, .. } => *span,
        }
    }
}

/// All references of an expression to its scope, in the order of the text: names of `for` and the like left out, keys
/// that are not literals ending a reference.
#[must_use]
pub fn references(expr: &Expr) -> Vec<Reference<'_>> {
    let mut walk = Walk { found: Vec::new(), bound: Vec::new() };
    walk.expr(expr);
    walk.found
}

/// The same for a template.
#[must_use]
pub fn template_references(template: &Template) -> Vec<Reference<'_>> {
    let mut walk = Walk { found: Vec::new(), bound: Vec::new() };
    walk.parts(&template.parts);
    walk.found
}

/// The literal that an index key is, if it is one: such keys are part of a reference.
pub(super) fn literal_key(key: &Expr) -> Option<Value> {
    match &key.kind {
        ExprKind::Number(number) => Some(Value::number(number.clone())),
        ExprKind::Template(template) => match template.parts.as_slice() {
            [] => Some(Value::string("")),
            [TemplatePart::Literal(text, _)] => Some(Value::string(text.clone())),
            _ => None,
        },
        _ => None,
    }
}

struct Walk<'a> {
    found: Vec<Reference<'a>>,
    bound: Vec<&'a EcoString>,
}

impl<'a> Walk<'a> {
    fn expr(&mut self, expr: &'a Expr) {
        match &expr.kind {
            ExprKind::Null
            | ExprKind::Bool(_)
            | ExprKind::Number(_)
            | ExprKind::SplatItem
            | ExprKind::Invalid => {}
            ExprKind::Variable(_) | ExprKind::Attr { .. } | ExprKind::Index { .. } => {
                self.chain(expr);
            }
            ExprKind::Template(template) => self.parts(&template.parts),
            ExprKind::Splat { on, each, .. } => {
                self.expr(on);
                self.expr(each);
            }
            ExprKind::Call { args, .. } | ExprKind::Tuple(args) => {
                for arg in args {
                    self.expr(arg);
                }
            }
            ExprKind::Object(items) => {
                for item in items {
                    if let ObjectKey::Expr(key) = &item.key {
                        self.expr(key);
                    }
                    self.expr(&item.value);
                }
            }
            ExprKind::For(each) => {
                self.expr(&each.collection);
                self.within(each.key_name.as_ref(), &each.value_name, |walk| {
                    each.key.iter().for_each(|key| walk.expr(key));
                    walk.expr(&each.value);
                    each.condition.iter().for_each(|condition| walk.expr(condition));
                });
            }
            ExprKind::Conditional { condition, yes, no } => {
                self.expr(condition);
                self.expr(yes);
                self.expr(no);
            }
            ExprKind::Binary { left, right, .. } => {
                self.expr(left);
                self.expr(right);
            }
            ExprKind::Unary { operand, .. } => self.expr(operand),
            ExprKind::Parens(inner) => self.expr(inner),
        }
    }

    fn within(&mut self, key: Option<&'a Ident>, value: &'a Ident, walk: impl FnOnce(&mut Self)) {
        let before = self.bound.len();
        self.bound.extend(key.map(|key| &key.name));
        self.bound.push(&value.name);
        walk(self);
        self.bound.truncate(before);
    }

    fn parts(&mut self, parts: &'a [TemplatePart]) {
        for part in parts {
            match part {
                TemplatePart::Literal(..) => {}
                TemplatePart::Interpolation(expr) => self.expr(expr),
                TemplatePart::If { condition, yes, no, .. } => {
                    self.expr(condition);
                    self.parts(yes);
                    self.parts(no);
                }
                TemplatePart::For { key_name, value_name, collection, body, .. } => {
                    self.expr(collection);
                    self.within(key_name.as_ref(), value_name, |walk| walk.parts(body));
                }
            }
        }
    }

    /// A root with steps; or steps into something that has no root.
    fn chain(&mut self, expr: &'a Expr) {
        let mut links = Vec::new();
        let mut base = expr;
        while let ExprKind::Attr { on, .. } | ExprKind::Index { on, .. } = &base.kind {
            links.push(base);
            base = on;
        }
        links.reverse();
        let mut reference = match &base.kind {
            ExprKind::Variable(root) if !self.bound.contains(&root) => Some(Reference {
                root,
                root_span: base.span,
                steps: Vec::with_capacity(links.len()),
                span: base.span,
            }),
            ExprKind::Variable(_) => None,
            _ => {
                self.expr(base);
                None
            }
        };
        let mut keys = Vec::new();
        for link in links {
            let step = match &link.kind {
                ExprKind::Attr { name, .. } => Some(Step::Attr(name)),
                ExprKind::Index { key, .. } => {
                    if let Some(literal) = literal_key(key) {
                        Some(Step::Index { key: literal, span: key.span })
                    } else {
                        keys.push(&**key);
                        None
                    }
                }
                _ => None,
            };
            match (step, &mut reference) {
                (Some(step), Some(open)) => {
                    open.span = link.span;
                    open.steps.push(step);
                }
                (None, open @ Some(_)) => self.found.extend(open.take()),
                (_, None) => {}
            }
        }
        self.found.extend(reference);
        for key in keys {
            self.expr(key);
        }
    }
}
