//! `[a, b]` and `{ a = 1 }`.

use super::Parser;
use super::recover::Resumed;
use crate::diag::Span;
use crate::syntax::ast::{Expr, ExprKind, Ident, ObjectItem, ObjectKey};
use crate::syntax::problem;
use crate::syntax::token::{Token, TokenKind};

const NO_CLOSING: &str = "There is no closing bracket for this before the end of the text. \
                          Perhaps brackets are not balanced elsewhere in it.";

impl Parser<'_> {
    /// `[…]`: a list or a `for` expression.
    pub(super) fn tuple(&mut self) -> Expr {
        let open = self.next();
        let start = self.span(open);
        let kind = self.with_newlines(false, |parser| {
            if parser.at_keyword("for") {
                return parser.for_expression(TokenKind::CloseBracket);
            }
            ExprKind::Tuple(parser.tuple_items(start))
        });
        Expr { kind, span: self.span_since(start) }
    }

    fn tuple_items(&mut self, open: Span) -> Vec<Expr> {
        let mut items = Vec::new();
        let mut tallest = 0;
        while !self.eat(TokenKind::CloseBracket) {
            self.shaky = false;
            items.push(self.expression());
            tallest = tallest.max(self.height);
            if !self.lost {
                if self.eat(TokenKind::CloseBracket) {
                    break;
                }
                self.tuple_separator(open);
            }
            if self.lost && self.resume_list(TokenKind::CloseBracket) != Resumed::NextItem {
                break;
            }
        }
        self.grow(tallest);
        items
    }

    fn tuple_separator(&mut self, open: Span) {
        let at = self.peek_span();
        match self.peek_kind() {
            TokenKind::Comma => {
                self.next();
            }
            TokenKind::End => {
                self.end_reported = true;
                self.fail(problem::UNTERMINATED_TUPLE, open, NO_CLOSING);
            }
            _ => {
                let detail = "A comma is expected here, before the next item.";
                self.fail(problem::ITEM_SEPARATOR, at, detail).within(open.to(at));
            }
        }
    }

    /// `{…}`: an object or a `for` expression.
    pub(super) fn object(&mut self) -> Expr {
        let open = self.next();
        let start = self.span(open);
        let kind = self.with_newlines(false, |parser| {
            if parser.at_keyword("for") {
                return parser.for_expression(TokenKind::CloseBrace);
            }
            ExprKind::Object(parser.with_newlines(true, |parser| parser.object_items(start)))
        });
        Expr { kind, span: self.span_since(start) }
    }

    fn object_items(&mut self, open: Span) -> Vec<ObjectItem> {
        let mut items = Vec::new();
        let mut tallest = 0;
        loop {
            while self.eat(TokenKind::Newline) {}
            if self.eat(TokenKind::CloseBrace) {
                break;
            }
            self.shaky = false;
            let item = self.object_item(open);
            tallest = tallest.max(self.height);
            items.extend(item);
            if !self.lost {
                if self.eat(TokenKind::CloseBrace) {
                    break;
                }
                self.object_separator(open);
            }
            if self.lost && self.resume_list(TokenKind::CloseBrace) != Resumed::NextItem {
                break;
            }
        }
        self.grow(tallest);
        items
    }

    fn object_item(&mut self, open: Span) -> Option<ObjectItem> {
        let first = self.peek();
        let key = self.expression();
        let tallest = self.height;
        if self.lost {
            return None;
        }
        if !self.eat(TokenKind::Equal) && !self.eat(TokenKind::Colon) {
            self.missing_value(open);
            return None;
        }
        let key = self.object_key(key, first);
        let value = self.expression();
        self.height = self.height.max(tallest);
        Some(ObjectItem { key, value })
    }

    /// A bare name as a key is that name, even where it is a keyword.
    fn object_key(&self, key: Expr, first: Token) -> ObjectKey {
        let is_name =
            matches!(key.kind, ExprKind::Variable(_) | ExprKind::Bool(_) | ExprKind::Null);
        if !is_name || first.kind == TokenKind::OpenParen {
            return ObjectKey::Expr(key);
        }
        ObjectKey::Name(Ident { name: first.text(self.text).into(), span: key.span })
    }

    fn missing_value(&mut self, open: Span) {
        let at = self.peek_span();
        match self.peek_kind() {
            TokenKind::Newline | TokenKind::Comma => {
                let detail = "A value is expected here, introduced by an equals sign (\"=\").";
                self.fail(problem::ATTRIBUTE_VALUE, at, detail).within(open.to(at));
            }
            TokenKind::End => {
                self.end_reported = true;
                self.fail(problem::UNTERMINATED_OBJECT, open, NO_CLOSING);
            }
            kind => {
                let detail = "An equals sign (\"=\") is expected here, before the value.";
                let noted = self.fail(problem::KEY_VALUE_SEPARATOR, at, detail).within(open.to(at));
                if kind == TokenKind::Ident {
                    noted.help("A key that holds dots or spaces has to be quoted.");
                }
            }
        }
    }

    fn object_separator(&mut self, open: Span) {
        let at = self.peek_span();
        match self.peek_kind() {
            TokenKind::Comma | TokenKind::Newline => {
                self.next();
            }
            TokenKind::End => {
                self.end_reported = true;
                self.fail(problem::UNTERMINATED_OBJECT, open, NO_CLOSING);
            }
            _ => {
                let detail = "A line break or a comma is expected here, before the next key.";
                self.fail(problem::ATTRIBUTE_SEPARATOR, at, detail).within(open.to(at));
            }
        }
    }
}
