//! `check` blocks.

use super::Decoder;
use crate::base::Mode;
use crate::config::content::Shape;
use crate::config::model::{Check, ResourceKey};
use crate::config::{codes, name};
use crate::diag::{Diagnostic, Span};
use crate::syntax::ast::{Block, Label};

const SHAPE: Shape =
    Shape { required: &[], optional: &[], blocks: &[("data", &["type", "name"]), ("assert", &[])] };

impl Decoder<'_> {
    pub(super) fn check(&mut self, block: Block) {
        let Some(label) = block.labels.first().cloned() else { return };
        name::check(&label.text, label.span, "Invalid check block name", &mut self.problems);
        let content = SHAPE.whole(block.body, &mut self.problems);
        let mut data: Option<(ResourceKey, Span)> = None;
        let mut asserts = Vec::new();
        for nested in content.blocks {
            if nested.ident.name == "data" {
                self.check_data(nested, &label, &mut data);
            } else {
                asserts.extend(self.condition(nested));
            }
        }
        if asserts.is_empty() {
            let detail = "Check blocks must have at least one assert block.";
            self.error(codes::CHECK, "Zero assert blocks", detail, block.header);
        }
        let data = data.map(|(key, _)| key);
        self.add_check(Check { name: label.text, data, asserts, span: block.header });
    }

    fn check_data(&mut self, block: Block, label: &Label, seen: &mut Option<(ResourceKey, Span)>) {
        let span = block.header;
        if let Some((_, first)) = seen {
            self.problems.push(
                Diagnostic::error(
                    codes::CHECK,
                    "Multiple data resource blocks",
                    "This check block already has a data resource defined.",
                )
                .at(span)
                .label(*first, "the first is here"),
            );
            return;
        }
        let lifecycle = block.body.blocks.iter().find(|nested| nested.ident.name == "lifecycle");
        if let Some(lifecycle) = lifecycle {
            let detail = "Nested data blocks do not support \"lifecycle\" blocks as the lifecycle is managed by the \
                          containing block.";
            self.error(codes::CHECK, "Invalid lifecycle block", detail, lifecycle.header);
        }
        let Some(resource) = self.resource_block(block, Mode::Data, Some(label.text.clone()))
        else {
            return;
        };
        *seen = Some((resource.key.clone(), span));
        self.add_resource(resource);
    }

    fn add_check(&mut self, check: Check) {
        if let Some(first) = self.into.checks.get(&check.name) {
            let first = first.span;
            let summary = format!("Duplicate check \"{}\" configuration", check.name);
            let detail = format!(
                "A check block named \"{}\" was already declared. Check blocks must be unique within each module.",
                check.name
            );
            self.duplicate(summary, detail, check.span, first);
            return;
        }
        self.into.checks.insert(check.name.clone(), check);
    }
}
