//! Templates: text with expressions in it.

use ecow::EcoString;

use crate::diag::{Diagnostic, Span};
use crate::syntax::ast::{Expr, Ident, TemplatePart};
use crate::value::{Kind, Marks, Type, Value, convert};

use super::evaluator::{Evaluator, Frame};

const INVALID: &str = "Invalid template interpolation value";

impl Evaluator<'_> {
    /// A whole template. One that is nothing but `${x}` is x itself, of whatever type.
    pub(super) fn template(&mut self, parts: &[TemplatePart], frame: &Frame<'_>) -> Value {
        match parts {
            [] => Value::new(Kind::String(EcoString::new())),
            [TemplatePart::Literal(text, _)] => Value::string(text.clone()),
            [TemplatePart::Interpolation(expr)] => self.expr(expr, frame),
            parts => self.text(parts, frame),
        }
    }

    /// Parts joined into one string, which is never null.
    fn text(&mut self, parts: &[TemplatePart], frame: &Frame<'_>) -> Value {
        let mut text = String::new();
        let mut known = true;
        let mut marks = Marks::NONE;
        let before = self.problems.len();
        for part in parts {
            let (value, span) = match part {
                TemplatePart::Literal(literal, _) => {
                    if known {
                        text.push_str(literal);
                    }
                    continue;
                }
                TemplatePart::Interpolation(expr) => (self.expr(expr, frame), expr.span),
                TemplatePart::If { condition, yes, no, span } => {
                    (self.choice(condition, yes, no, *span, frame), *span)
                }
                TemplatePart::For { key_name, value_name, collection, body, span } => {
                    let names = (key_name.as_ref(), value_name);
                    (self.repetition(names, collection, body, *span, frame), *span)
                }
            };
            let (value, own) = value.unmark();
            marks = marks.union(own);
            if value.is_null() {
                let detail = "The expression result is null. Cannot include a null value in a string template.";
                self.report(Diagnostic::error(310, INVALID, detail).at(span));
            } else if !value.is_known() {
                known = false;
            } else if let Some(piece) = value.as_str() {
                if known {
                    text.push_str(piece);
                }
            } else {
                match convert(&value, &Type::String) {
                    Ok(piece) if known => text.push_str(piece.as_str().unwrap_or_default()),
                    Ok(_) => {}
                    Err(error) => {
                        let detail = format!(
                            "Cannot include the given value in a string template: {error}."
                        );
                        self.report(Diagnostic::error(310, INVALID, detail).at(span));
                    }
                }
            }
        }
        let value = if known {
            Value::string(text)
        } else if self.problems.len() > before {
            Value::unknown(Type::String).refine_not_null()
        } else {
            Value::unknown_with_prefix(&text)
        };
        value.with_marks(marks)
    }

    /// `%{ if }`: both branches are strings.
    fn choice(
        &mut self,
        condition: &Expr,
        yes: &[TemplatePart],
        no: &[TemplatePart],
        span: Span,
        frame: &Frame<'_>,
    ) -> Value {
        self.conditional(
            condition,
            (span, span),
            |evaluator, which| evaluator.text(if which { yes } else { no }, frame),
            frame,
        )
    }

    /// `%{ for }`: the texts of all elements, one after the other.
    fn repetition(
        &mut self,
        names: (Option<&Ident>, &Ident),
        collection: &Expr,
        body: &[TemplatePart],
        span: Span,
        frame: &Frame<'_>,
    ) -> Value {
        let pieces = self.repeat(names, collection, body, frame);
        let (pieces, mut marks) = pieces.unmark();
        let Some(elements) = pieces.as_sequence() else {
            return Value::unknown(Type::String).with_marks(marks);
        };
        let mut text = String::new();
        for element in elements {
            let (element, own) = element.clone().unmark();
            marks = marks.union(own);
            if element.is_null() {
                let detail = "An iteration result is null. Cannot include a null value in a string template.";
                self.report(Diagnostic::error(310, INVALID, detail).at(span));
                continue;
            }
            match element.as_str() {
                Some(piece) => text.push_str(piece),
                None => return Value::unknown(Type::String).with_marks(marks),
            }
        }
        Value::string(text).with_marks(marks)
    }

    /// The text of a `%{ for }` body for one element.
    pub(super) fn body(&mut self, body: &[TemplatePart], frame: &Frame<'_>) -> Value {
        self.text(body, frame)
    }
}
