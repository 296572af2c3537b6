//! References: the names that an expression asks its scope for.

use ecow::EcoString;

use crate::diag::Span;
use crate::syntax::ast::{Expr, ExprKind, Ident, Template};
use crate::syntax::{self, Arguments, Asked};
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
    let mut found = Vec::new();
    syntax::asked(expr, Arguments::Followed, |asked| found.extend(reference(asked)));
    found
}

/// The same for a template.
#[must_use]
pub fn template_references(template: &Template) -> Vec<Reference<'_>> {
    let mut found = Vec::new();
    syntax::asked_by_template(template, |asked| found.extend(reference(asked)));
    found
}

/// The reference that is asked for, if it is one.
fn reference(asked: Asked<'_>) -> Option<Reference<'_>> {
    let Asked::Name(expr) = asked else { return None };
    let mut steps = Vec::new();
    let mut base = expr;
    loop {
        base = match &base.kind {
            ExprKind::Attr { on, name } => {
                steps.push(Step::Attr(name));
                on
            }
            ExprKind::Index { on, key, .. } => {
                steps.push(Step::Index { key: literal_key(key)?, span: key.span });
                on
            }
            ExprKind::Variable(root) => {
                steps.reverse();
                return Some(Reference { root, root_span: base.span, steps, span: expr.span });
            }
            _ => return None,
        };
    }
}

/// The literal that an index key is, if it is one: such keys are part of a reference.
pub(super) fn literal_key(key: &Expr) -> Option<Value> {
    match &key.kind {
        ExprKind::Number(number) => Some(Value::number(number.clone())),
        _ => key.as_text().map(Value::string),
    }
}
