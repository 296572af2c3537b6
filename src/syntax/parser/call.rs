//! Function calls.

use ecow::EcoString;

use super::recover::Resumed;
use super::{Parser, invalid};
use crate::diag::Span;
use crate::syntax::ast::{Expr, ExprKind, Ident};
use crate::syntax::problem;
use crate::syntax::token::TokenKind;

/// The arguments of a call.
#[derive(Default)]
struct Arguments {
    args: Vec<Expr>,
    expand: bool,
}

impl Parser<'_> {
    /// The rest of a call whose `name` has been read.
    pub(super) fn call(&mut self, name: Ident) -> Expr {
        let start = name.span;
        let Some(name) = self.qualified(name) else { return invalid(self.span_since(start)) };
        let open = self.peek_span();
        self.height = 0;
        let arguments = self.with_newlines(false, |parser| {
            parser.next();
            parser.arguments(start.to(open))
        });
        let kind = ExprKind::Call {
            name,
            args: arguments.args,
            expand: arguments.expand,
            parens: self.span_since(open),
        };
        Expr { kind, span: self.span_since(start) }
    }

    /// `a::b::c` as one name; the parenthesis after it is next.
    fn qualified(&mut self, first: Ident) -> Option<Ident> {
        let mut name = first.name;
        let mut span = first.span;
        while self.eat(TokenKind::DoubleColon) {
            if self.peek_kind() != TokenKind::Ident {
                let at = self.peek_span();
                let detail = "The namespace symbol \"::\" must be followed by a function name.";
                self.fail(problem::FUNCTION_NAME, at, detail);
                return None;
            }
            let next = self.ident();
            name = EcoString::from(format!("{name}::{}", next.name));
            span = span.to(next.span);
        }
        if self.peek_kind() != TokenKind::OpenParen {
            let at = self.peek_span();
            let detail = "A function's name must be followed by an open parenthesis.";
            self.fail(problem::OPEN_PARENTHESIS, at, detail);
            return None;
        }
        Some(Ident { name, span })
    }

    /// Arguments and the closing parenthesis; `head` is the name and the opening one.
    fn arguments(&mut self, head: Span) -> Arguments {
        let mut found = Arguments::default();
        let mut tallest = 0;
        while !self.eat(TokenKind::CloseParen) {
            self.shaky = false;
            found.args.push(self.expression());
            tallest = tallest.max(self.height);
            if !self.lost && self.argument_ends(&mut found, head) {
                break;
            }
            if self.lost && self.resume_list(TokenKind::CloseParen) != Resumed::NextItem {
                break;
            }
        }
        self.grow(tallest);
        found
    }

    /// What follows an argument; whether it was the closing parenthesis.
    fn argument_ends(&mut self, found: &mut Arguments, head: Span) -> bool {
        let token = self.peek();
        let at = self.span(token);
        match token.kind {
            TokenKind::CloseParen => {
                self.next();
                return true;
            }
            TokenKind::Comma => {
                self.next();
            }
            TokenKind::Ellipsis => {
                self.next();
                found.expand = true;
                if self.eat(TokenKind::CloseParen) {
                    return true;
                }
                let detail = "An expanded argument (with ...) must be immediately followed by the \
                              closing parenthesis.";
                self.fail(problem::CLOSING_PARENTHESIS, at, detail);
                self.resume_after(TokenKind::CloseParen);
                return !self.lost;
            }
            TokenKind::End => {
                self.end_reported = true;
                let detail =
                    "There is no closing parenthesis for this call before the end of the text.";
                self.fail(problem::UNTERMINATED_CALL, head, detail);
            }
            _ => {
                let detail = "A comma is required between the arguments of a function.";
                self.fail(problem::ARGUMENT_SEPARATOR, at, detail);
            }
        }
        false
    }
}
