//! `[for k, v in c : e if p]` and `{for k, v in c : k => v... if p}`.

use super::Parser;
use crate::diag::Span;
use crate::syntax::ast::{Expr, ExprKind, ForExpr, Ident};
use crate::syntax::problem;
use crate::syntax::token::TokenKind;

impl Parser<'_> {
    /// A `for` expression from its keyword to its `closer`.
    pub(super) fn for_expression(&mut self, closer: TokenKind) -> ExprKind {
        self.next();
        let mut tallest = 0;
        let expression = self.for_fields(closer, &mut tallest);
        if self.lost {
            self.resume_after(closer);
            return ExprKind::Invalid;
        }
        self.grow(tallest);
        expression.map_or(ExprKind::Invalid, |found| ExprKind::For(Box::new(found)))
    }

    fn for_failure<T>(&mut self, detail: &str) -> Option<T> {
        let at = self.peek_span();
        self.fail(problem::FOR_EXPRESSION, at, detail);
        None
    }

    /// Everything after the keyword; notes the height of the tallest part.
    fn for_fields(&mut self, closer: TokenKind, tallest: &mut u32) -> Option<ForExpr> {
        let (key_name, value_name) = self.for_names()?;
        if !self.at_keyword("in") {
            return self.for_failure("The keyword 'in' is required after the names.");
        }
        self.next();
        let collection = self.part(tallest)?;
        if !self.eat(TokenKind::Colon) {
            return self.for_failure("A colon is required after the collection.");
        }
        let mut value = self.part(tallest)?;
        let mut key = None;
        if self.eat(TokenKind::FatArrow) {
            key = Some(std::mem::replace(&mut value, self.part(tallest)?));
        }
        let ellipsis = self.eat(TokenKind::Ellipsis).then(|| self.span(self.previous));
        let mut condition = None;
        if self.at_keyword("if") {
            self.next();
            condition = Some(self.part(tallest)?);
        }
        if !self.eat(closer) {
            return self.for_failure("The 'for' expression should end here.");
        }
        self.check_for(closer, key.as_ref(), &value, ellipsis);
        let grouped = ellipsis.is_some();
        Some(ForExpr { key_name, value_name, collection, key, value, grouped, condition })
    }

    fn for_names(&mut self) -> Option<(Option<Ident>, Ident)> {
        if self.peek_kind() != TokenKind::Ident {
            return self.for_failure("The name of a variable is required after 'for'.");
        }
        let first = self.ident();
        if !self.eat(TokenKind::Comma) {
            return Some((None, first));
        }
        if self.peek_kind() != TokenKind::Ident {
            return self.for_failure("The name of the value is required after the comma.");
        }
        Some((Some(first), self.ident()))
    }

    /// An expression, unless the parser got lost in it.
    fn part(&mut self, tallest: &mut u32) -> Option<Expr> {
        let expr = self.expression();
        *tallest = self.height.max(*tallest);
        (!self.lost).then_some(expr)
    }

    fn check_for(
        &mut self,
        closer: TokenKind,
        key: Option<&Expr>,
        value: &Expr,
        ellipsis: Option<Span>,
    ) {
        if closer == TokenKind::CloseBrace {
            if key.is_none() {
                let detail = "A key is required when building an object: {for … : key => value}.";
                self.note(problem::FOR_EXPRESSION, value.span, detail);
            }
            return;
        }
        if let Some(key) = key {
            let detail = "A key makes no sense when building a list.";
            self.note(problem::FOR_EXPRESSION, key.span, detail);
        }
        if let Some(at) = ellipsis {
            let detail = "Grouping (...) makes no sense when building a list.";
            self.note(problem::FOR_EXPRESSION, at, detail);
        }
    }
}
