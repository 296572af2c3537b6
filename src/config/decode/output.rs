//! `locals` and `output` blocks.

use super::Decoder;
use crate::config::content::{Shape, just_arguments};
use crate::config::model::{Local, Output};
use crate::config::{codes, name};
use crate::syntax::ast::{Block, Expr, ExprKind};

const SHAPE: Shape = Shape {
    required: &["value"],
    optional: &["description", "sensitive", "ephemeral", "depends_on"],
    blocks: &[("precondition", &[]), ("postcondition", &[])],
};

impl Decoder<'_> {
    pub(super) fn locals(&mut self, block: Block) {
        for attribute in just_arguments(block.body, &mut self.problems) {
            let label = &attribute.name;
            name::check(&label.name, label.span, "Invalid local value name", &mut self.problems);
            let local =
                Local { name: label.name.clone(), expr: attribute.expr, span: attribute.span };
            if let Some(first) = self.into.locals.get(&local.name) {
                let first = first.span;
                let detail = format!(
                    "A local value named \"{}\" was already defined. Local value names must be unique within a module.",
                    local.name
                );
                self.duplicate(
                    "Duplicate local value definition".into(),
                    detail,
                    local.span,
                    first,
                );
                continue;
            }
            self.into.locals.insert(local.name.clone(), local);
        }
    }

    pub(super) fn output(&mut self, block: Block) {
        let Some(label) = block.labels.first().cloned() else { return };
        let body = block.body.span;
        let mut content = SHAPE.whole(block.body, &mut self.problems);
        name::check(&label.text, label.span, "Invalid output name", &mut self.problems);
        let mut preconditions = Vec::new();
        for rule in content.blocks.drain(..) {
            if rule.ident.name == "postcondition" {
                self.error(
                    codes::CONDITION,
                    "Postconditions are not allowed",
                    "Output values can only have preconditions, not postconditions.",
                    rule.ident.span,
                );
            } else {
                preconditions.extend(self.condition(rule));
            }
        }
        let value = content.take("value").map(|attribute| attribute.expr);
        let output = Output {
            description: self.text(content.take("description")),
            value: value.unwrap_or(Expr { kind: ExprKind::Invalid, span: body }),
            sensitive: self.truth(content.take("sensitive")).unwrap_or(false),
            ephemeral: self.truth(content.take("ephemeral")).unwrap_or(false),
            depends_on: self.references(content.take("depends_on")),
            preconditions,
            span: block.header,
            name: label.text,
        };
        self.add_output(output);
    }

    fn add_output(&mut self, output: Output) {
        if let Some(first) = self.into.outputs.get(&output.name) {
            let first = first.span;
            let detail = format!(
                "An output named \"{}\" was already defined. Output names must be unique within a module.",
                output.name
            );
            self.duplicate("Duplicate output definition".into(), detail, output.span, first);
            return;
        }
        self.into.outputs.insert(output.name.clone(), output);
    }
}
