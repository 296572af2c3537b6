//! Blocks to declarations: one file per family of blocks.

mod call;
mod check;
mod condition;
mod file;
mod lifecycle;
mod migration;
mod output;
mod phase;
mod provider;
mod provisioner;
mod refactor;
mod required;
mod resource;
mod suite;
mod target;
mod terraform;
mod type_constraint;
mod variable;

use std::collections::BTreeSet;

use ecow::EcoString;

use super::model::Declarations;
use super::override_files::OverriddenTypes;
use super::traversal;
use super::{codes, constant};
use crate::diag::{Diagnostic, Diagnostics, FileId, Span};
use crate::syntax::Traversal;
use crate::syntax::ast::{Attribute, Expr, ExprKind};

pub use file::{ROOT, RootBlocks};
pub use phase::PhaseBlock;

/// Reads the blocks of one directory, or of one phase.
pub struct Decoder<'a> {
    /// What was found wrong.
    pub problems: Diagnostics,
    /// What was declared.
    pub into: Declarations,
    /// Which files are written in JSON, where references and keywords stand in quotes.
    json: &'a BTreeSet<FileId>,
    /// Which type constraints override files wrote.
    pub overridden: OverriddenTypes,
    /// Where `required_providers` was seen first.
    required_providers: Option<Span>,
    /// Where `backend` and `cloud` were seen first.
    backend: Option<Span>,
    cloud: Option<Span>,
    local_backend: Option<Span>,
}

impl<'a> Decoder<'a> {
    /// Begins with nothing.
    pub fn new(json: &'a BTreeSet<FileId>) -> Self {
        Self {
            problems: Diagnostics::none(),
            into: Declarations::default(),
            json,
            overridden: OverriddenTypes::new(),
            required_providers: None,
            backend: None,
            cloud: None,
            local_backend: None,
        }
    }

    fn error(&mut self, code: u16, summary: &str, detail: impl Into<String>, at: Span) {
        self.problems.push(Diagnostic::error(code, summary, detail).at(at));
    }

    /// A text that must be a constant.
    fn text(&mut self, attribute: Option<Attribute>) -> Option<EcoString> {
        constant::text(&attribute?.expr, &mut self.problems)
    }

    /// A truth that must be a constant.
    fn truth(&mut self, attribute: Option<Attribute>) -> Option<bool> {
        constant::truth(&attribute?.expr, &mut self.problems)
    }

    /// What an expression means where a reference or a keyword is expected: the text of a quoted string is read as one.
    /// That is how JSON writes them; elsewhere it is an old habit that gets a warning.
    fn unquoted(&mut self, expr: Expr, what: Quoted) -> Expr {
        let Some(text) = expr.as_text() else { return expr };
        let (inner, found) = crate::syntax::parse_expr(text, expr.span.file, expr.span.start + 1);
        let problem = if self.json.contains(&expr.span.file) {
            found.into_iter().next()
        } else {
            self.problems.push(quoted_warning(what, expr.span));
            let at = found.iter().next().and_then(|problem| problem.subject);
            let is_plain = at.is_none() && inner.as_traversal().is_some();
            (!is_plain).then(|| not_a_reference(at.unwrap_or(inner.span)))
        };
        match problem {
            Some(problem) => {
                self.problems.push(problem);
                Expr { kind: ExprKind::Invalid, span: expr.span }
            }
            None => inner,
        }
    }

    /// A list of references, such as `depends_on` has.
    fn references(&mut self, attribute: Option<Attribute>) -> Vec<Expr> {
        let Some(attribute) = attribute else { return Vec::new() };
        let mut references = Vec::new();
        for element in traversal::list(&attribute.expr, &mut self.problems) {
            let expr = self.unquoted(element.clone(), Quoted::Reference);
            if traversal::required(&expr, &mut self.problems).is_some() {
                references.push(expr);
            }
        }
        references
    }

    /// The reference that an argument's value is, also in quotes in JSON.
    fn traversal(&mut self, expr: &Expr) -> Option<Traversal> {
        let expr = if self.json.contains(&expr.span.file) {
            self.unquoted(expr.clone(), Quoted::Reference)
        } else {
            expr.clone()
        };
        traversal::required(&expr, &mut self.problems)
    }

    /// Reports a second block where one may stand, and says where the first is.
    fn duplicate_nested(&mut self, summary: &str, detail: &str, at: Span, first: Span) {
        self.problems.push(
            Diagnostic::error(codes::DUPLICATE_NESTED, summary, detail)
                .at(at)
                .label(first, "the first is here"),
        );
    }

    /// Reports a second declaration of one name.
    fn duplicate(&mut self, summary: String, detail: String, at: Span, first: Span) {
        self.problems.push(
            Diagnostic::error(codes::DUPLICATE, summary, detail)
                .at(at)
                .label(first, "first declared here"),
        );
    }

    /// Reports a block type that is kept for later versions.
    fn reserved_block(&mut self, block: &crate::syntax::ast::Block, within: &str) {
        let summary = format!("Reserved block type name in {within} block");
        let detail = format!(
            "The block type name \"{}\" is reserved for use by the language in a future version.",
            block.ident.name
        );
        self.problems
            .push(Diagnostic::error(codes::RESERVED, summary, detail).at(block.ident.span));
    }

    /// Reports `for_each` beside `count`.
    fn check_repetition(&mut self, count: Option<&Attribute>, for_each: Option<&Attribute>) {
        if let (Some(count), Some(for_each)) = (count, for_each) {
            self.problems.push(
                Diagnostic::error(
                    codes::REPETITION,
                    "Invalid combination of \"count\" and \"for_each\"",
                    "The \"count\" and \"for_each\" meta-arguments are mutually-exclusive, only one should be used to \
                     be explicit about the number of instances to be created.",
                )
                .at(for_each.name.span)
                .label(count.name.span, "count is set here"),
            );
        }
    }
}

/// What stands in quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quoted {
    /// `"aws_vpc.main"`
    Reference,
    /// `"all"`
    Keyword,
}

fn quoted_warning(what: Quoted, at: Span) -> Diagnostic {
    let word = match what {
        Quoted::Reference => "reference",
        Quoted::Keyword => "keyword",
    };
    Diagnostic::warning(
        codes::QUOTED,
        format!("Quoted {word}s are deprecated"),
        format!("In this context, {word}s are expected literally rather than in quotes."),
    )
    .at(at)
    .help(format!("Remove the quotes surrounding this {word}."))
}

fn not_a_reference(at: Span) -> Diagnostic {
    let detail = "Expected an attribute access or an index operator.";
    Diagnostic::error(codes::STATIC_FORM, "Invalid character", detail).at(at)
}
