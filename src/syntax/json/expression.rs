//! JSON values as expressions: strings, and the keys of objects, are templates.

use ecow::EcoString;

use crate::diag::{Diagnostics, Span};
use crate::syntax::ast::{
    Expr, ExprKind, Ident, JsonKind, JsonNode, ObjectItem, ObjectKey, Template, TemplateForm,
    TemplatePart,
};
use crate::syntax::parse;
use crate::value::{Type, Value};

impl JsonNode {
    /// The value as an expression.
    pub fn to_expr(&self) -> (Expr, Diagnostics) {
        let mut problems = Diagnostics::none();
        (expression(self, &mut problems), problems)
    }

    /// The value as an expression in which strings are texts, for an argument that is read before anything has a value.
    pub fn to_constant(&self) -> Expr {
        let all = |items: &[Self]| items.iter().map(Self::to_constant).collect();
        let kind = match &self.kind {
            JsonKind::Null => ExprKind::Null,
            JsonKind::Bool(truth) => ExprKind::Bool(*truth),
            JsonKind::Number(number) => ExprKind::Number(number.clone()),
            JsonKind::String(text) => ExprKind::Template(literal(text, self.span)),
            JsonKind::Array(items) => ExprKind::Tuple(all(items)),
            JsonKind::Object(properties) => {
                let items = properties.iter().map(|(name, value)| ObjectItem {
                    key: ObjectKey::Name(name.clone()),
                    value: value.to_constant(),
                });
                ExprKind::Object(items.collect())
            }
        };
        Expr { kind, span: self.span }
    }

    /// The value as plain JSON: strings are texts, not templates; of equal keys the last counts.
    pub fn to_value(&self) -> Value {
        match &self.kind {
            JsonKind::Null => Value::null(Type::Dynamic),
            JsonKind::Bool(truth) => Value::bool(*truth),
            JsonKind::Number(number) => Value::number(number.clone()),
            JsonKind::String(text) => Value::string(text.clone()),
            JsonKind::Array(items) => Value::tuple(items.iter().map(Self::to_value)),
            JsonKind::Object(properties) => {
                let entry = |(name, value): &(Ident, Self)| (name.name.clone(), value.to_value());
                Value::object(properties.iter().map(entry))
            }
        }
    }
}

fn expression(node: &JsonNode, problems: &mut Diagnostics) -> Expr {
    let kind = match &node.kind {
        JsonKind::Null => ExprKind::Null,
        JsonKind::Bool(value) => ExprKind::Bool(*value),
        JsonKind::Number(number) => ExprKind::Number(number.clone()),
        JsonKind::String(text) => ExprKind::Template(template(text, node.span, problems)),
        JsonKind::Array(items) => {
            ExprKind::Tuple(items.iter().map(|item| expression(item, problems)).collect())
        }
        JsonKind::Object(properties) => {
            let items = properties.iter().map(|(name, value)| ObjectItem {
                key: key(name, problems),
                value: expression(value, problems),
            });
            ExprKind::Object(items.collect())
        }
    };
    Expr { kind, span: node.span }
}

fn key(name: &Ident, problems: &mut Diagnostics) -> ObjectKey {
    if is_plain(&name.name) {
        return ObjectKey::Name(name.clone());
    }
    let kind = ExprKind::Template(template(&name.name, name.span, problems));
    ObjectKey::Expr(Expr { kind, span: name.span })
}

fn template(text: &EcoString, span: Span, problems: &mut Diagnostics) -> Template {
    if is_plain(text) {
        return literal(text, span);
    }
    problems.take(parse::parse_template_in(text, span))
}

fn literal(text: &EcoString, span: Span) -> Template {
    let part = (!text.is_empty()).then(|| TemplatePart::Literal(text.clone(), span));
    Template { parts: part.into_iter().collect(), form: TemplateForm::Bare }
}

fn is_plain(text: &str) -> bool {
    !text.contains("${") && !text.contains("%{")
}
