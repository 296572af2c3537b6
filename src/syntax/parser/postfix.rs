//! What follows a term: `.name`, `[key]`, `[*]`, `.*`, `.0`.

use super::{Parser, invalid};
use crate::diag::Span;
use crate::syntax::ast::{Expr, ExprKind, SplatForm};
use crate::syntax::problem;
use crate::syntax::token::TokenKind;

impl Parser<'_> {
    /// A term and the steps after it.
    pub(super) fn postfix(&mut self) -> Expr {
        let term = self.term();
        self.steps(term)
    }

    fn steps(&mut self, mut on: Expr) -> Expr {
        while !self.lost {
            on = match self.peek_kind() {
                TokenKind::Dot => self.dot(on),
                TokenKind::OpenBracket => self.bracket(on),
                _ => break,
            };
        }
        on
    }

    fn dot(&mut self, on: Expr) -> Expr {
        self.next();
        match self.peek_kind() {
            TokenKind::Ident => self.attribute_step(on),
            TokenKind::Number => self.legacy_index(on),
            TokenKind::Star => self.attribute_splat(on),
            _ => {
                let at = self.peek_span();
                let detail = "An attribute name is required after a dot.";
                self.fail(problem::ATTRIBUTE_NAME, at, detail);
                on
            }
        }
    }

    fn attribute_step(&mut self, on: Expr) -> Expr {
        let name = self.ident();
        self.grow(self.height);
        let span = on.span.to(name.span);
        Expr { kind: ExprKind::Attr { on: Box::new(on), name }, span }
    }

    /// `.0`; two of them, `.0.1`, look like one number to the lexer.
    fn legacy_index(&mut self, on: Expr) -> Expr {
        let token = self.next();
        let at = self.span(token);
        let text = token.text(self.text);
        if let Some((first, second)) = text.split_once('.') {
            let detail = "Two indexes cannot be chained in this old syntax.";
            self.note(problem::LEGACY_INDEX, at, detail)
                .help(format!("Write [{first}][{second}]."));
            return Expr { span: on.span.to(at), kind: ExprKind::Invalid };
        }
        let key = Expr { kind: self.number_at(text, at), span: at };
        self.index(on, key, true, at)
    }

    fn index(&mut self, on: Expr, key: Expr, legacy: bool, end: Span) -> Expr {
        self.grow(self.height);
        let span = on.span.to(end);
        Expr { kind: ExprKind::Index { on: Box::new(on), key: Box::new(key), legacy }, span }
    }

    fn bracket(&mut self, on: Expr) -> Expr {
        let open = self.next();
        let start = self.span(open);
        if self.peek_kind() == TokenKind::Star {
            return self.full_splat(on, start);
        }
        let before = self.height;
        let key = self.with_newlines(false, |parser| {
            let key = parser.expression();
            if !parser.lost && !parser.eat(TokenKind::CloseBracket) {
                let at = parser.peek_span();
                let detail = "The index operator must end with a closing bracket (\"]\").";
                parser.fail(problem::INDEX_BRACKET, at, detail);
            }
            if parser.lost {
                parser.resume_after(TokenKind::CloseBracket);
            }
            key
        });
        self.height = self.height.max(before);
        let end = self.span(self.previous);
        self.index(on, key, false, end)
    }

    fn full_splat(&mut self, on: Expr, open: Span) -> Expr {
        self.next();
        if !self.eat(TokenKind::CloseBracket) {
            let at = self.peek_span();
            let detail =
                "The star of a splat must be immediately followed by a closing bracket (\"]\").";
            self.fail(problem::SPLAT_BRACKET, at, detail);
            self.resume_after(TokenKind::CloseBracket);
        }
        let marker = self.span_since(open);
        let before = std::mem::take(&mut self.height);
        let item = Expr { kind: ExprKind::SplatItem, span: marker };
        let each = self.deeper(|parser| parser.steps(item));
        let each = each.unwrap_or_else(|| invalid(marker));
        self.splat(on, SplatForm::Full, each, marker, before)
    }

    fn attribute_splat(&mut self, on: Expr) -> Expr {
        let star = self.next();
        let marker = self.span(star);
        let before = std::mem::take(&mut self.height);
        let mut each = Expr { kind: ExprKind::SplatItem, span: marker };
        while !self.lost && self.eat(TokenKind::Dot) {
            each = match self.peek_kind() {
                TokenKind::Ident => self.attribute_step(each),
                TokenKind::Number => self.legacy_index(each),
                TokenKind::Star => {
                    let at = self.peek_span();
                    let detail = "A splat (*) cannot be used inside another attribute-only splat.";
                    self.fail(problem::NESTED_SPLAT, at, detail);
                    each
                }
                _ => {
                    let at = self.peek_span();
                    let detail = "An attribute name is required after a dot.";
                    self.fail(problem::ATTRIBUTE_NAME, at, detail);
                    each
                }
            };
        }
        self.splat(on, SplatForm::Attribute, each, marker, before)
    }

    fn splat(&mut self, on: Expr, form: SplatForm, each: Expr, marker: Span, before: u32) -> Expr {
        self.grow(self.height.max(before));
        let span = on.span.to(each.span);
        Expr {
            kind: ExprKind::Splat { on: Box::new(on), form, each: Box::new(each), marker },
            span,
        }
    }
}
