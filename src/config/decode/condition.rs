//! `validation`, `precondition`, `postcondition` and `assert` blocks.

use super::Decoder;
use crate::config::codes;
use crate::config::content::Shape;
use crate::config::model::{Condition, ResourceKey};
use crate::config::reference::{Subject, references, subjects};
use crate::syntax::ast::{Block, ExprKind};

const SHAPE: Shape =
    Shape { required: &["condition", "error_message"], optional: &[], blocks: &[] };

impl Decoder<'_> {
    /// Reads a rule. One with errors is left out.
    pub(super) fn condition(&mut self, block: Block) -> Option<Condition> {
        let before = self.problems.len();
        let kind = block.ident.name.clone();
        let mut content = SHAPE.whole(block.body, &mut self.problems);
        let condition = content.take("condition").map(|attribute| attribute.expr);
        let error_message = content.take("error_message").map(|attribute| attribute.expr);
        if let Some(condition) = &condition
            && !matches!(condition.kind, ExprKind::Invalid)
            && references(condition).is_empty()
        {
            let summary = format!("Invalid {kind} expression");
            self.error(
                codes::CONDITION,
                &summary,
                "The condition expression must refer to at least one object from elsewhere in the configuration, or \
                 else its result would not be checking anything.",
                condition.span,
            );
        }
        let rule =
            Condition { condition: condition?, error_message: error_message?, span: block.header };
        (self.problems.len() == before).then_some(rule)
    }

    /// Reports a rule that refers to the resource that it belongs to by name.
    pub(super) fn check_self_reference(&mut self, rule: &Condition, kind: &str, key: &ResourceKey) {
        for expr in [&rule.condition, &rule.error_message] {
            let refers = subjects(expr).any(|subject| subject == Subject::Resource(key.clone()));
            if refers {
                let summary = format!("Invalid reference in {kind}");
                let detail = format!("Configuration for {key} may not refer to itself.");
                self.error(codes::CONDITION, &summary, detail, expr.span);
            }
        }
    }
}
