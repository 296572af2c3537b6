//! Matching `%{ if }` with `%{ endif }` and `%{ for }` with `%{ endfor }`.
//!
//! Works with a stack of its own instead of recursing, so that no depth of nesting can exhaust the call stack.

use super::template::{ForHead, Part};
use super::{MAX_DEPTH, Parser};
use crate::diag::Span;
use crate::syntax::ast::{Expr, TemplatePart};
use crate::syntax::problem;

/// A directive that is open, with what has been collected within it.
struct Open {
    directive: Directive,
    start: Span,
    parts: Vec<TemplatePart>,
}

enum Directive {
    If { condition: Expr },
    Else { condition: Expr, yes: Vec<TemplatePart> },
    For(ForHead),
}

impl Directive {
    const fn name(&self) -> &'static str {
        match self {
            Self::If { .. } | Self::Else { .. } => "endif",
            Self::For(_) => "endfor",
        }
    }
}

/// The tree while it grows.
struct Tree {
    open: Vec<Open>,
    root: Vec<TemplatePart>,
    depth: usize,
}

impl Tree {
    fn add(&mut self, part: TemplatePart) {
        let parts = self.open.last_mut().map_or(&mut self.root, |open| &mut open.parts);
        if let TemplatePart::Literal(text, span) = &part
            && let Some(TemplatePart::Literal(before, whole)) = parts.last_mut()
        {
            before.push_str(text);
            *whole = whole.to(*span);
            return;
        }
        parts.push(part);
    }

    fn open(&mut self, directive: Directive, start: Span) {
        self.open.push(Open { directive, start, parts: Vec::new() });
        self.depth = self.depth.max(self.open.len());
    }
}

impl Parser<'_> {
    /// The tree of `parts`, and how deeply directives nest in it. `end` is what ends the template.
    pub(super) fn template_tree(
        &mut self,
        parts: Vec<Part>,
        end: Span,
    ) -> (Vec<TemplatePart>, u32) {
        let mut tree = Tree { open: Vec::new(), root: Vec::with_capacity(parts.len()), depth: 0 };
        for part in parts {
            match part {
                Part::Literal(text, span) => tree.add(TemplatePart::Literal(text, span)),
                Part::Interpolation(expr) => tree.add(TemplatePart::Interpolation(expr)),
                Part::If(condition, span) => tree.open(Directive::If { condition }, span),
                Part::For(head, span) => tree.open(Directive::For(head), span),
                Part::Else(span) => self.branch(&mut tree, span),
                Part::EndIf(span) => self.end_if(&mut tree, span),
                Part::EndFor(span) => self.end_for(&mut tree, span),
            }
            if tree.open.len() > MAX_DEPTH as usize {
                self.too_deep();
                return (Vec::new(), 0);
            }
        }
        if let Some(open) = tree.open.last() {
            let detail = format!("The directive has no \"{}\".", open.directive.name());
            let start = open.start;
            self.note(problem::UNEXPECTED_END, end, detail)
                .label(start, "the directive begins here");
        }
        (tree.root, u32::try_from(tree.depth).unwrap_or(u32::MAX))
    }

    fn branch(&mut self, tree: &mut Tree, span: Span) {
        match tree.open.pop() {
            Some(Open { directive: Directive::If { condition }, start, parts }) => {
                tree.open(Directive::Else { condition, yes: parts }, start);
            }
            other => self.unbalanced(other, problem::UNEXPECTED_ELSE, span),
        }
    }

    fn end_if(&mut self, tree: &mut Tree, end: Span) {
        let (condition, yes, no, start) = match tree.open.pop() {
            Some(Open { directive: Directive::If { condition }, start, parts }) => {
                (condition, parts, Vec::new(), start)
            }
            Some(Open { directive: Directive::Else { condition, yes }, start, parts }) => {
                (condition, yes, parts, start)
            }
            other => return self.unbalanced(other, problem::UNEXPECTED_ENDIF, end),
        };
        tree.add(TemplatePart::If { condition, yes, no, span: start.to(end) });
    }

    fn end_for(&mut self, tree: &mut Tree, end: Span) {
        match tree.open.pop() {
            Some(Open { directive: Directive::For(head), start, parts }) => {
                let ForHead { key_name, value_name, collection } = head;
                let span = start.to(end);
                tree.add(TemplatePart::For { key_name, value_name, collection, body: parts, span });
            }
            other => self.unbalanced(other, problem::UNEXPECTED_ENDFOR, end),
        }
    }

    /// Reports a directive that does not fit `open`, which is given up.
    fn unbalanced(&mut self, open: Option<Open>, problem: problem::Problem, at: Span) {
        let noted = self.note(problem, at, "The directives of this template are unbalanced.");
        if let Some(open) = open {
            let expected = open.directive.name();
            noted.label(open.start, format!("\"{expected}\" is expected for this"));
        }
    }
}
