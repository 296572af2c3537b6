//! Expressions that are plain references: `module.web.aws_lb.main[0]`.

use ecow::EcoString;

use super::ast::{Expr, ExprKind, Ident, TemplatePart};
use crate::diag::{Diagnostics, FileId, Span};
use crate::value::Number;

/// A root name and the steps from it, nothing of which has to be evaluated.
#[derive(Clone, Debug, PartialEq)]
pub struct Traversal {
    /// The first name.
    pub root: Ident,
    /// What follows.
    pub steps: Vec<TraversalStep>,
    /// All of it.
    pub span: Span,
}

/// A step of a [`Traversal`].
#[derive(Clone, Debug, PartialEq)]
pub enum TraversalStep {
    /// `.name`
    Attr(Ident),
    /// `["key"]`
    Key(EcoString, Span),
    /// `[0]`, `.0`
    Index(Number, Span),
}

impl TraversalStep {
    /// Where it stands.
    #[must_use]
    pub const fn span(&self) -> Span {
        match self {
            Self::Attr(name) => name.span,
            Self::Key(_, span) | Self::Index(_, span) => *span,
        }
    }

    /// The attribute that it takes, if it takes one.
    #[must_use]
    pub const fn attr(&self) -> Option<&Ident> {
        match self {
            Self::Attr(name) => Some(name),
            Self::Key(..) | Self::Index(..) => None,
        }
    }
}

impl Expr {
    /// The expression as a reference, if it is one and all its keys are literals. Parentheses make it none.
    #[must_use]
    pub fn as_traversal(&self) -> Option<Traversal> {
        let mut steps = Vec::new();
        let mut at = self;
        let root = loop {
            at = match &at.kind {
                ExprKind::Attr { on, name } => {
                    steps.push(TraversalStep::Attr(name.clone()));
                    on
                }
                ExprKind::Index { on, key, .. } => {
                    steps.push(literal_key(key)?);
                    on
                }
                _ => break Ident { name: at.as_keyword()?.into(), span: at.span },
            };
        };
        steps.reverse();
        Some(Traversal { root, steps, span: self.span })
    }

    /// The first name of the plain reference that the expression is, if it is one.
    #[must_use]
    pub fn root_name(&self) -> Option<&str> {
        let mut at = self;
        loop {
            at = match &at.kind {
                ExprKind::Attr { on, .. } => on,
                ExprKind::Index { on, key, .. } if key.is_literal_key() => on,
                ExprKind::Variable(name) => return Some(name),
                _ => return None,
            };
        }
    }

    /// Whether the expression, as a key, is part of a reference: a number, or a text without interpolations.
    #[must_use]
    pub fn is_literal_key(&self) -> bool {
        matches!(self.kind, ExprKind::Number(_)) || self.as_text().is_some()
    }

    /// The single bare word that the expression is, if it is one: `string`, `all`, also `null` and `true`.
    #[must_use]
    pub fn as_keyword(&self) -> Option<&str> {
        match &self.kind {
            ExprKind::Variable(name) => Some(name),
            ExprKind::Null => Some("null"),
            ExprKind::Bool(true) => Some("true"),
            ExprKind::Bool(false) => Some("false"),
            _ => None,
        }
    }

    /// The text that a quoted string without interpolations is.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        let ExprKind::Template(template) = &self.kind else { return None };
        match template.parts.as_slice() {
            [] => Some(""),
            [TemplatePart::Literal(text, _)] => Some(text),
            _ => None,
        }
    }
}

fn literal_key(key: &Expr) -> Option<TraversalStep> {
    if let ExprKind::Number(number) = &key.kind {
        return Some(TraversalStep::Index(number.clone(), key.span));
    }
    Some(TraversalStep::Key(key.as_text()?.into(), key.span))
}

/// Parses a reference that begins at byte `offset` of `file`, such as one given on the command line. `None`, with or
/// without problems, where the text is no plain reference.
pub fn parse_traversal(text: &str, file: FileId, offset: u32) -> (Option<Traversal>, Diagnostics) {
    let (expr, problems) = super::parse_expr(text, file, offset);
    if problems.has_errors() {
        return (None, problems);
    }
    (expr.as_traversal(), problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The steps of a reference, told apart by how they are written.
    fn shown(text: &str) -> String {
        let (found, _) = parse_traversal(text, FileId(0), 0);
        found.map_or("none".into(), |found| {
            let step = |step: &TraversalStep| match step {
                TraversalStep::Attr(name) => format!(" .{}", name.name),
                TraversalStep::Key(key, _) => format!(" [{key:?}]"),
                TraversalStep::Index(number, _) => format!(" [{number}]"),
            };
            found.root.name.to_string() + &found.steps.iter().map(step).collect::<String>()
        })
    }

    #[test]
    fn references_are_told_from_other_expressions() {
        let table = [
            ("a", "a"),
            ("null", "null"),
            ("module.x.aws_lb.main[0].id", "module .x .aws_lb .main [0] .id"),
            ("a[\"k\"].0", "a [\"k\"] [0]"),
            ("a[\"\"]", "a [\"\"]"),
            ("a[b]", "none"),
            ("a[\"${b}\"]", "none"),
            ("a[*].b", "none"),
            ("(a).b", "none"),
            ("f(a)", "none"),
            ("\"a.b\"", "none"),
            ("a.", "none"),
            ("1", "none"),
        ];
        for (text, expected) in table {
            assert_eq!(shown(text), expected, "{text}");
        }
    }
}
