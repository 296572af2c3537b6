//! Expressions: conditionals, operators and terms.

use super::{Parser, invalid};
use crate::diag::Span;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, Operation, UnaryOp};
use crate::syntax::problem;
use crate::syntax::token::TokenKind;
use crate::value::Number;

/// How long a number may be written; its value has 155 significant digits at most.
const MAX_DIGITS: usize = 10_000;

impl Parser<'_> {
    /// A whole text as an expression, in which line breaks have no meaning.
    pub(in crate::syntax) fn whole_expression(&mut self) -> Expr {
        self.with_newlines(false, |parser| {
            let expr = parser.expression();
            if parser.failed.is_none() && parser.peek_kind() != TokenKind::End {
                let at = parser.peek_span();
                let detail = "The expression ends before this.";
                parser.note(problem::EXTRA_CHARACTERS, at, detail);
            }
            expr
        })
    }

    /// An expression. Where there is none, it is reported, and the parser is lost.
    pub(in crate::syntax) fn expression(&mut self) -> Expr {
        let start = self.peek_span();
        self.height = 0;
        self.deeper(Self::conditional).unwrap_or_else(|| invalid(start))
    }

    fn conditional(&mut self) -> Expr {
        let condition = self.binary(0);
        if self.lost || !self.eat(TokenKind::Question) {
            return condition;
        }
        let mut tallest = self.height;
        let yes = self.expression();
        tallest = tallest.max(self.height);
        if self.lost {
            return condition;
        }
        if !self.eat(TokenKind::Colon) {
            let at = self.peek_span();
            let detail = "The conditional operator (... ? ... : ...) requires a false expression after a colon.";
            self.note(problem::MISSING_FALSE, at, detail).within(condition.span.to(at));
            return condition;
        }
        let no = self.expression();
        if self.lost {
            return condition;
        }
        self.grow(tallest.max(self.height));
        let span = condition.span.to(no.span);
        let kind = ExprKind::Conditional {
            condition: Box::new(condition),
            yes: Box::new(yes),
            no: Box::new(no),
        };
        Expr { kind, span }
    }

    /// Operators that bind at least as tightly as `loosest`, all of them from the left.
    fn binary(&mut self, loosest: u8) -> Expr {
        let mut left = self.unary();
        let mut tallest = self.height;
        while !self.lost {
            let token = self.peek();
            let Some(op) = binary_op(token.kind) else { break };
            let tightness = op.tightness();
            if tightness < loosest {
                break;
            }
            self.next();
            if !left.ends_with(tightness) {
                tallest = self.height;
            }
            self.height = 0;
            let operand = self.binary(tightness + 1);
            tallest = tallest.max(self.height);
            self.grow(tallest);
            left = left.operated(Operation { op, op_span: self.span(token), operand });
        }
        left
    }

    fn unary(&mut self) -> Expr {
        let token = self.peek();
        let op = match token.kind {
            TokenKind::Minus => UnaryOp::Negate,
            TokenKind::Bang => UnaryOp::Not,
            _ => return self.postfix(),
        };
        self.next();
        let start = self.span(token);
        let Some(operand) = self.deeper(Self::unary) else { return invalid(start) };
        self.grow(self.height);
        let span = start.to(operand.span);
        Expr { kind: ExprKind::Unary { op, operand: Box::new(operand) }, span }
    }

    /// An expression without operators around it or steps after it.
    pub(super) fn term(&mut self) -> Expr {
        let token = self.peek();
        let start = self.span(token);
        match token.kind {
            TokenKind::OpenParen => self.parentheses(),
            TokenKind::Number => self.number(),
            TokenKind::Ident => self.name_or_call(),
            TokenKind::OpenQuote | TokenKind::OpenHeredoc => self.template_expression(),
            TokenKind::OpenBracket => self.tuple(),
            TokenKind::OpenBrace => self.object(),
            TokenKind::End => {
                let detail = "An expression is expected here, but the text ends.";
                self.fail(problem::MISSING_EXPRESSION, start, detail);
                self.end_reported = true;
                invalid(start)
            }
            _ => {
                let detail = "An expression is expected here, but this does not begin one.";
                self.fail(problem::INVALID_EXPRESSION, start, detail);
                invalid(start)
            }
        }
    }

    fn parentheses(&mut self) -> Expr {
        let open = self.next();
        let start = self.span(open);
        let inner = self.with_newlines(false, |parser| {
            let inner = parser.expression();
            if !parser.lost && !parser.eat(TokenKind::CloseParen) {
                let at = parser.peek_span();
                let detail = "A closing parenthesis is expected here to end the expression.";
                parser.fail(problem::UNBALANCED_PARENTHESES, at, detail).within(start.to(at));
            }
            if parser.lost {
                parser.resume_after(TokenKind::CloseParen);
            }
            inner
        });
        self.grow(self.height);
        Expr { kind: ExprKind::Parens(Box::new(inner)), span: self.span_since(start) }
    }

    fn number(&mut self) -> Expr {
        let token = self.next();
        let span = self.span(token);
        let kind = self.number_at(token.text(self.text), span);
        Expr { kind, span }
    }

    /// The number that is written as `text`.
    pub(super) fn number_at(&mut self, text: &str, span: Span) -> ExprKind {
        if text.len() <= MAX_DIGITS
            && let Some(number) = Number::parse(text)
        {
            return ExprKind::Number(number);
        }
        self.note(problem::NUMBER_LITERAL, span, "This is not a number.");
        ExprKind::Invalid
    }

    fn name_or_call(&mut self) -> Expr {
        let name = self.ident();
        if matches!(self.peek_kind(), TokenKind::OpenParen | TokenKind::DoubleColon) {
            return self.call(name);
        }
        let kind = match name.name.as_str() {
            "true" => ExprKind::Bool(true),
            "false" => ExprKind::Bool(false),
            "null" => ExprKind::Null,
            _ => ExprKind::Variable(name.name),
        };
        Expr { kind, span: name.span }
    }
}

/// The operator that a token is.
const fn binary_op(kind: TokenKind) -> Option<BinaryOp> {
    Some(match kind {
        TokenKind::Or => BinaryOp::Or,
        TokenKind::And => BinaryOp::And,
        TokenKind::EqualEqual => BinaryOp::Equal,
        TokenKind::NotEqual => BinaryOp::NotEqual,
        TokenKind::Less => BinaryOp::Less,
        TokenKind::LessOrEqual => BinaryOp::LessOrEqual,
        TokenKind::Greater => BinaryOp::Greater,
        TokenKind::GreaterOrEqual => BinaryOp::GreaterOrEqual,
        TokenKind::Plus => BinaryOp::Add,
        TokenKind::Minus => BinaryOp::Subtract,
        TokenKind::Star => BinaryOp::Multiply,
        TokenKind::Slash => BinaryOp::Divide,
        TokenKind::Percent => BinaryOp::Modulo,
        _ => return None,
    })
}
