//! `stack` and `phase` blocks.

use ecow::EcoString;
use indexmap::IndexMap;

use super::file::RootBlocks;
use super::{Decoder, file};
use crate::base::StackName;
use crate::config::content::{Shape, just_arguments};
use crate::config::model::{Declarations, Ledger, Stack, Target};
use crate::config::{codes, name, reference, traversal};
use crate::diag::{Diagnostic, Span};
use crate::syntax::ast::{Attribute, Block};

const STACK: Shape =
    Shape { required: &[], optional: &["description"], blocks: &[("ledger", &["kind"])] };

const PHASE: Shape = Shape {
    required: &[],
    optional: &["after", "extends", "drop", "description"],
    blocks: &[
        ("serves", &[]),
        ("variables", &[]),
        ("provider", &["name"]),
        ("variable", &["name"]),
        ("locals", &[]),
        ("output", &["name"]),
        ("module", &["name"]),
        ("resource", &["type", "name"]),
        ("data", &["type", "name"]),
        ("ephemeral", &["type", "name"]),
        ("moved", &[]),
        ("removed", &[]),
        ("import", &[]),
        ("check", &["name"]),
    ],
};

const LEDGERS: &[&str] = &["local", "s3"];

/// A `phase` block on its own, before the ladder is put together.
#[derive(Debug)]
pub struct PhaseBlock {
    /// Its name.
    pub name: EcoString,
    /// The phase below.
    pub after: Option<(EcoString, Span)>,
    /// The phase whose blocks it takes over.
    pub extends: Option<(EcoString, Span)>,
    /// What it does not take over.
    pub drop: Vec<(Target, Span)>,
    /// What it says about itself.
    pub description: Option<EcoString>,
    /// The load that it is built for.
    pub serves: IndexMap<EcoString, Attribute>,
    /// Values in place of variables' defaults.
    pub variables: IndexMap<EcoString, Attribute>,
    /// Its own blocks.
    pub blocks: Declarations,
    /// The head of the block.
    pub span: Span,
}

impl Decoder<'_> {
    pub(super) fn stack(&mut self, block: Block, root: &mut RootBlocks) {
        let Some(label) = block.labels.first().cloned() else { return };
        name::check(&label.text, label.span, "Invalid stack name", &mut self.problems);
        let content = STACK.whole(block.body, &mut self.problems);
        let mut ledger: Option<Ledger> = None;
        for nested in content.blocks {
            if let Some(first) = &ledger {
                let detail = "A stack has one ledger.";
                self.duplicate_nested("Duplicate ledger block", detail, nested.header, first.span);
                continue;
            }
            ledger = self.ledger(nested);
        }
        let stack = Stack { name: StackName::from(label.text), ledger, span: Some(block.header) };
        if let Some(first) = root.stack.as_ref().and_then(|stack| stack.span) {
            let detail = "A root module describes one stack.";
            self.duplicate("Duplicate stack block".into(), detail.into(), block.header, first);
            return;
        }
        root.stack = Some(stack);
    }

    fn ledger(&mut self, block: Block) -> Option<Ledger> {
        let label = block.labels.first()?.clone();
        let expressions: Vec<_> =
            reference::expressions(&block.body).into_iter().cloned().collect();
        for expr in &expressions {
            crate::config::constant::check(expr, &mut self.problems);
        }
        if !LEDGERS.contains(&label.text.as_str()) {
            let detail = format!(
                "There is no kind of ledger called \"{}\". A ledger is \"local\" or \"s3\".",
                label.text
            );
            self.problems.push(
                Diagnostic::error(codes::LEDGER, "Unknown kind of ledger", detail)
                    .at(label.span)
                    .did_you_mean(&label.text, LEDGERS.iter().copied()),
            );
            return None;
        }
        Some(Ledger { kind: label.text, body: block.body, span: block.header })
    }

    pub(super) fn phase(&mut self, block: Block) -> Option<PhaseBlock> {
        let label = block.labels.first()?.clone();
        name::check(&label.text, label.span, "Invalid phase name", &mut self.problems);
        self.check_phase_blocks(&block);
        let (mut content, rest) = PHASE.part(block.body, &mut self.problems);
        let known_block = |name: &str| file::ROOT.blocks.iter().any(|(known, _)| *known == name);
        let rest = crate::syntax::ast::Body {
            blocks: rest.blocks.into_iter().filter(|b| !known_block(&b.ident.name)).collect(),
            ..rest
        };
        PHASE.whole(rest, &mut self.problems);
        let mut inner = Decoder::new(self.json);
        let (mut serves, mut variables) = (IndexMap::new(), IndexMap::new());
        for nested in content.blocks.drain(..) {
            match nested.ident.name.as_str() {
                "serves" => self.settings(nested, &mut serves),
                "variables" => self.settings(nested, &mut variables),
                _ => inner.declaration(nested),
            }
        }
        self.problems.extend(std::mem::take(&mut inner.problems));
        Some(PhaseBlock {
            after: self.phase_name(content.take("after")),
            extends: self.phase_name(content.take("extends")),
            drop: self.dropped(content.take("drop")),
            description: self.text(content.take("description")),
            serves,
            variables,
            blocks: inner.into,
            span: block.header,
            name: label.text,
        })
    }

    /// Reports blocks that stand in a phase and belong outside of it.
    fn check_phase_blocks(&mut self, block: &Block) {
        for nested in &block.body.blocks {
            let name = nested.ident.name.as_str();
            let in_phase = PHASE.blocks.iter().any(|(known, _)| *known == name);
            let at_root = file::ROOT.blocks.iter().any(|(known, _)| *known == name);
            if at_root && !in_phase {
                let detail = format!("A \"{name}\" block belongs to the stack as a whole.");
                self.problems.push(
                    Diagnostic::error(codes::PHASE_BLOCK, "Block not allowed in a phase", detail)
                        .at(nested.ident.span)
                        .help("Move it out of the phase block."),
                );
            }
        }
    }

    fn phase_name(&mut self, attribute: Option<Attribute>) -> Option<(EcoString, Span)> {
        let span = attribute.as_ref()?.expr.span;
        Some((self.text(attribute)?, span))
    }

    fn settings(&mut self, block: Block, into: &mut IndexMap<EcoString, Attribute>) {
        let attributes = just_arguments(block.body, &mut self.problems);
        self.check_constants(&attributes);
        for attribute in attributes {
            if let Some(first) = into.get(&attribute.name.name) {
                let first = first.name.span;
                let detail = format!("\"{}\" is already set in this phase.", attribute.name.name);
                self.duplicate("Duplicate setting".into(), detail, attribute.name.span, first);
                continue;
            }
            into.insert(attribute.name.name.clone(), attribute);
        }
    }

    fn dropped(&mut self, attribute: Option<Attribute>) -> Vec<(Target, Span)> {
        let Some(attribute) = attribute else { return Vec::new() };
        let mut targets = Vec::new();
        for element in traversal::list(&attribute.expr, &mut self.problems) {
            let element = self.unquoted_address(element);
            let Some(reference) = traversal::required(&element, &mut self.problems) else {
                continue;
            };
            match super::target::target(&reference) {
                Ok(target) => targets.push((target, reference.span)),
                Err(problem) => self.problems.push(*problem),
            }
        }
        targets
    }

    /// The address in a `drop` list, which may be quoted or not.
    fn unquoted_address(&mut self, element: &crate::syntax::ast::Expr) -> crate::syntax::ast::Expr {
        let Some(text) = element.as_text() else { return element.clone() };
        let offset = element.span.start + 1;
        self.problems.take(crate::syntax::parse_expr(text, element.span.file, offset))
    }
}
