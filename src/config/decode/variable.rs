//! `variable` blocks.

use ecow::EcoString;

use super::Decoder;
use super::call;
use crate::config::content::Shape;
use crate::config::model::{Condition, Variable};
use crate::config::reference::{Subject, references, subjects};
use crate::config::{codes, constant, name};
use crate::syntax::ast::{Attribute, Block, Expr, ExprKind};

const TITLE: &str = "Invalid variable name";

const SHAPE: Shape = Shape {
    required: &[],
    optional: &["description", "default", "type", "sensitive", "ephemeral", "nullable"],
    blocks: &[("validation", &[])],
};

impl Decoder<'_> {
    pub(super) fn variable(&mut self, block: Block) {
        let Some(label) = block.labels.first().cloned() else { return };
        let mut content = SHAPE.whole(block.body, &mut self.problems);
        name::check(&label.text, label.span, TITLE, &mut self.problems);
        if call::is_reserved(&label.text) {
            let detail = format!(
                "The variable name \"{}\" is reserved due to its special meaning inside module blocks.",
                label.text
            );
            self.error(codes::RESERVED, TITLE, detail, label.span);
        }
        let constraint = content.take("type").map(|attribute| self.type_constraint(attribute.expr));
        let mut constraint = constraint.unwrap_or_default();
        constraint.overridden_in =
            constraint.span.and_then(|span| self.overridden.get(&span).copied());
        let nullable = self.truth(content.take("nullable")).unwrap_or(true);
        let variable = Variable {
            description: self.text(content.take("description")),
            constraint,
            default: self.default_value(content.take("default"), nullable),
            sensitive: self.truth(content.take("sensitive")).unwrap_or(false),
            ephemeral: self.truth(content.take("ephemeral")).unwrap_or(false),
            nullable,
            validations: self.validations(&label.text, content.blocks),
            span: block.header,
            name: label.text,
        };
        self.add_variable(variable);
    }

    fn add_variable(&mut self, variable: Variable) {
        if let Some(first) = self.into.variables.get(&variable.name) {
            let first = first.span;
            let detail = format!(
                "A variable named \"{}\" was already declared. Variable names must be unique within a module.",
                variable.name
            );
            self.duplicate("Duplicate variable declaration".into(), detail, variable.span, first);
            return;
        }
        self.into.variables.insert(variable.name.clone(), variable);
    }

    fn default_value(&mut self, default: Option<Attribute>, nullable: bool) -> Option<Expr> {
        let default = default?.expr;
        constant::check(&default, &mut self.problems);
        if !nullable && matches!(default.kind, ExprKind::Null) {
            self.error(
                codes::INVALID_DEFAULT,
                "Invalid default value for variable",
                "A null default value is not valid when nullable=false.",
                default.span,
            );
        }
        Some(default)
    }

    fn validations(&mut self, variable: &EcoString, blocks: Vec<Block>) -> Vec<Condition> {
        let mut rules = Vec::new();
        for block in blocks {
            let condition = block.body.attributes.iter().find(|a| a.name.name == "condition");
            let condition = condition.map(|attribute| attribute.expr.clone());
            rules.extend(self.condition(block));
            if let Some(condition) = condition {
                self.check_tests_variable(variable, &condition);
            }
        }
        rules
    }

    fn check_tests_variable(&mut self, variable: &EcoString, condition: &Expr) {
        let own = Subject::Variable(variable.clone());
        if !subjects(condition).any(|subject| subject == own)
            && (references(condition).is_empty() || !matches!(condition.kind, ExprKind::Invalid))
        {
            let detail = format!(
                "The condition for variable \"{variable}\" must refer to var.{variable} in order to test incoming \
                 values."
            );
            self.error(
                codes::CONDITION,
                "Invalid variable validation condition",
                detail,
                condition.span,
            );
        }
    }
}
