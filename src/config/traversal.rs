//! References that are read as they are written: `aws_lb.main`, `module.web.url`, `aws_vpc.a["x"]`.

use ecow::EcoString;

use super::codes;
use crate::base::Key;
use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::syntax::ast::{Expr, ExprKind, Ident, TemplateForm, TemplatePart};

/// A reference with constant keys only.
#[derive(Clone, Debug, PartialEq)]
pub struct Traversal {
    /// The first name.
    pub root: Ident,
    /// What follows it.
    pub steps: Vec<Step>,
    /// All of it.
    pub span: Span,
}

/// A step of a [`Traversal`].
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// `.name`
    Name(Ident),
    /// `[0]`, `["a"]`
    Key(Key, Span),
}

impl Step {
    /// The name, if it is one.
    pub fn name(&self) -> Option<&Ident> {
        match self {
            Self::Name(name) => Some(name),
            Self::Key(..) => None,
        }
    }

    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Self::Name(name) => name.span,
            Self::Key(_, span) => *span,
        }
    }
}

/// The reference that an expression is, if it is nothing else.
pub fn of(expr: &Expr) -> Option<Traversal> {
    let mut steps = Vec::new();
    let mut at = expr;
    loop {
        match &at.kind {
            ExprKind::Variable(name) => {
                steps.reverse();
                let root = Ident { name: name.clone(), span: at.span };
                return Some(Traversal { root, steps, span: expr.span });
            }
            ExprKind::Attr { on, name } => {
                steps.push(Step::Name(name.clone()));
                at = on;
            }
            ExprKind::Index { on, key, .. } => {
                let span = Span { start: on.span.end, ..at.span };
                steps.push(Step::Key(constant_key(key)?, span));
                at = on;
            }
            _ => return None,
        }
    }
}

/// The key that a constant index expression gives.
pub fn constant_key(key: &Expr) -> Option<Key> {
    match &key.kind {
        ExprKind::Number(number) => number.to_i64()?.try_into().ok().map(Key::Int),
        _ => literal(key).map(Key::Str),
    }
}

/// The text of a quoted string without interpolations.
pub fn literal(expr: &Expr) -> Option<EcoString> {
    match &expr.kind {
        ExprKind::Template(template) if template.form != TemplateForm::Heredoc => {
            match template.parts.as_slice() {
                [] => Some(EcoString::new()),
                [TemplatePart::Literal(text, _)] => Some(text.clone()),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The reference that an expression is; reports where it is something else.
pub fn required(expr: &Expr, problems: &mut Diagnostics) -> Option<Traversal> {
    let found = of(expr);
    if found.is_none() && !matches!(expr.kind, ExprKind::Invalid) {
        problems.push(
            Diagnostic::error(
                codes::STATIC_FORM,
                "Invalid expression",
                "A single static variable reference is required: only attribute access and indexing with constant \
                 keys. No calculations, function calls, template expressions, etc are allowed here.",
            )
            .at(expr.span),
        );
    }
    found
}

/// The elements of a list that is written out; reports where it is something else.
pub fn list<'e>(expr: &'e Expr, problems: &mut Diagnostics) -> &'e [Expr] {
    match &expr.kind {
        ExprKind::Tuple(elements) => elements,
        ExprKind::Invalid => &[],
        _ => {
            problems.push(
                Diagnostic::error(
                    codes::STATIC_FORM,
                    "Invalid expression",
                    "A static list expression is required.",
                )
                .at(expr.span),
            );
            &[]
        }
    }
}

/// The single name that an expression is: `all`, `create`.
pub fn keyword(expr: &Expr) -> Option<&EcoString> {
    match &expr.kind {
        ExprKind::Variable(name) => Some(name),
        _ => None,
    }
}
