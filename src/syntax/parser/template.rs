//! Templates as a flat list of parts: text, `${…}`, `%{…}`. `template_tree` makes the tree of it.

use ecow::EcoString;

use super::Parser;
use super::heredoc;
use crate::diag::Span;
use crate::syntax::ast::{Expr, ExprKind, Ident, Template, TemplateForm};
use crate::syntax::problem::{self, Problem};
use crate::syntax::token::{Token, TokenKind};

/// A part of a template, before directives are matched with what ends them.
pub(super) enum Part {
    /// Text with escapes resolved.
    Literal(EcoString, Span),
    /// `${expr}`
    Interpolation(Expr),
    /// `%{ if condition }`
    If(Expr, Span),
    /// `%{ for … }`
    For(ForHead, Span),
    /// `%{ else }`
    Else(Span),
    /// `%{ endif }`
    EndIf(Span),
    /// `%{ endfor }`
    EndFor(Span),
}

/// The names and the collection of a `for` directive.
pub(super) struct ForHead {
    /// The name of the key, if there is one.
    pub(super) key_name: Option<Ident>,
    /// The name of the element.
    pub(super) value_name: Ident,
    /// What is gone through.
    pub(super) collection: Expr,
}

/// The parts that have been read so far.
#[derive(Default)]
struct Parts {
    list: Vec<Part>,
    /// Whether `~}` came last, so that white space at the beginning of a text that follows goes.
    strip_next: bool,
    tallest: u32,
}

impl Parts {
    fn text(&mut self, text: EcoString, span: Span) {
        let strip = std::mem::take(&mut self.strip_next);
        let text = if strip { text.trim_start().into() } else { text };
        self.list.push(Part::Literal(text, span));
    }

    /// Notes the beginning of a sequence, which may strip the text before it.
    fn open(&mut self, strips: bool) {
        self.strip_next = false;
        if strips && let Some(Part::Literal(text, _)) = self.list.last_mut() {
            *text = text.trim_end().into();
        }
    }
}

impl Parser<'_> {
    /// A whole text as a template.
    pub(in crate::syntax) fn whole_template(&mut self) -> Template {
        self.template(TokenKind::End, TemplateForm::Bare, false)
    }

    /// A quoted string or heredoc; what opens it is next.
    pub(super) fn template_expression(&mut self) -> Expr {
        let open = self.next();
        let start = self.span(open);
        let (closer, form) = match open.kind {
            TokenKind::OpenQuote => (TokenKind::CloseQuote, TemplateForm::Quoted),
            _ => (TokenKind::CloseHeredoc, TemplateForm::Heredoc),
        };
        let dedents = open.text(self.text).starts_with("<<-");
        let template = self.template(closer, form, dedents);
        Expr { kind: ExprKind::Template(template), span: self.span_since(start) }
    }

    /// A template up to and including its `closer`.
    pub(super) fn template(
        &mut self,
        closer: TokenKind,
        form: TemplateForm,
        dedents: bool,
    ) -> Template {
        let mut parts = Parts::default();
        while !self.template_part(closer, &mut parts) {}
        if dedents {
            heredoc::unindent(&mut parts.list);
        }
        let end = self.span(self.previous);
        let tallest = parts.tallest;
        let (parts, depth) = self.template_tree(parts.list, end);
        self.grow(tallest + depth);
        Template { parts, form }
    }

    /// One part; whether it was the `closer`, or nothing more could be read.
    fn template_part(&mut self, closer: TokenKind, parts: &mut Parts) -> bool {
        let token = self.with_newlines(true, Self::next);
        let at = self.span(token);
        match token.kind {
            kind if kind == closer => return true,
            TokenKind::QuotedText | TokenKind::PlainText => {
                let text = self.unescape(token);
                parts.text(text, at);
            }
            TokenKind::OpenInterpolation => self.interpolation(token, closer, parts),
            TokenKind::OpenDirective => self.directive(token, parts),
            _ => {
                self.unterminated(token, closer);
                return true;
            }
        }
        self.lost
    }

    fn unterminated(&mut self, token: Token, closer: TokenKind) {
        let at = self.span(token);
        let detail = match closer {
            TokenKind::CloseQuote => "The closing quote of this string is missing.",
            _ => "The line that ends this heredoc is missing: it holds nothing but the marker.",
        };
        self.fail(problem::UNTERMINATED_TEMPLATE, at, detail);
        match token.kind {
            TokenKind::End => self.end_reported = true,
            // It ends the strings around this one as well; whoever resumes the line goes past it.
            TokenKind::MissingQuote => self.at -= 1,
            _ => self.resume_after(closer),
        }
    }

    fn interpolation(&mut self, open: Token, closer: TokenKind, parts: &mut Parts) {
        parts.open(self.strips(open));
        let expr = self.with_newlines(false, |parser| {
            parser.height = 0;
            let expr = parser.expression();
            if !parser.lost && parser.peek_kind() != TokenKind::CloseSequence {
                parser.unclosed_interpolation(open, closer);
            }
            parser.close_sequence(parts);
            expr
        });
        parts.tallest = parts.tallest.max(self.height);
        parts.list.push(Part::Interpolation(expr));
    }

    fn strips(&self, token: Token) -> bool {
        token.text(self.text).contains('~')
    }

    /// The end of a sequence, which is sought if the parser is lost.
    fn close_sequence(&mut self, parts: &mut Parts) {
        if self.lost {
            self.resume_sequence();
        } else {
            self.next();
        }
        parts.strip_next =
            self.previous.kind == TokenKind::CloseSequence && self.strips(self.previous);
    }

    fn unclosed_interpolation(&mut self, open: Token, closer: TokenKind) {
        let token = self.peek();
        let at = self.span(token);
        match token.kind {
            TokenKind::End => {
                self.end_reported = true;
                let detail =
                    "There is no closing brace for this interpolation before the end of the text.";
                let at = self.span(open);
                self.fail(problem::UNCLOSED_INTERPOLATION, at, detail);
            }
            TokenKind::OpenQuote | TokenKind::CloseQuote if closer == TokenKind::CloseQuote => {
                let detail = "There is no closing brace for this interpolation before the end of the string.";
                let at = self.span(open);
                self.fail(problem::UNCLOSED_INTERPOLATION, at, detail);
            }
            TokenKind::Colon => {
                let detail = "An interpolation does not expect a colon here.";
                self.fail(problem::AFTER_INTERPOLATION, at, detail).help(
                    "If this is meant for another language, write \"$${\" instead of \"${\".",
                );
            }
            _ => {
                let detail = "A closing brace is expected here to end the interpolation.";
                self.fail(problem::AFTER_INTERPOLATION, at, detail).help(
                    "If this is meant for another language, write \"$${\" instead of \"${\".",
                );
            }
        }
    }

    fn directive(&mut self, open: Token, parts: &mut Parts) {
        parts.open(self.strips(open));
        self.with_newlines(false, |parser| {
            let part = parser.directive_content(open, parts);
            parser.close_sequence(parts);
            let end = parser.span(parser.previous);
            parts.list.extend(part.map(|part| part.up_to(end)));
        });
    }

    /// What a directive says, up to its closing brace.
    fn directive_content(&mut self, open: Token, parts: &mut Parts) -> Option<Part> {
        let keyword = self.peek();
        let at = self.span(keyword);
        if keyword.kind != TokenKind::Ident {
            let detail =
                "A keyword (\"if\", \"for\", ...) is expected at the beginning of a %{ sequence.";
            self.fail(problem::TEMPLATE_DIRECTIVE, at, detail);
            return None;
        }
        self.next();
        let start = self.span(open);
        let (part, after) = match keyword.text(self.text) {
            "if" => {
                let condition = self.directive_expression(parts);
                (Part::If(condition, start), problem::AFTER_IF)
            }
            "for" => (Part::For(self.for_head(parts)?, start), problem::AFTER_FOR),
            "else" => (Part::Else(start), problem::AFTER_ELSE),
            "endif" => (Part::EndIf(start), problem::AFTER_ENDIF),
            "endfor" => (Part::EndFor(start), problem::AFTER_ENDFOR),
            other => {
                self.unknown_keyword(other, at);
                return None;
            }
        };
        self.expect_sequence_end(after);
        Some(part)
    }

    fn directive_expression(&mut self, parts: &mut Parts) -> Expr {
        let expr = self.expression();
        parts.tallest = parts.tallest.max(self.height);
        expr
    }

    fn expect_sequence_end(&mut self, problem: Problem) {
        if !self.lost && self.peek_kind() != TokenKind::CloseSequence {
            let at = self.peek_span();
            self.fail(problem, at, "A closing brace is expected here to end the directive.");
        }
    }

    fn unknown_keyword(&mut self, given: &str, at: Span) {
        let detail = format!("\"{given}\" is not a keyword of templates.");
        let noted = self.fail(problem::TEMPLATE_KEYWORD, at, detail);
        let known = ["if", "for", "else", "endif", "endfor"];
        if let Some(word) = crate::base::did_you_mean(given, known) {
            noted.help(format!("Did you mean \"{word}\"?"));
        }
    }

    fn for_head(&mut self, parts: &mut Parts) -> Option<ForHead> {
        let first = self.directive_name("The name of a variable is required after 'for'.")?;
        let (key_name, value_name) = if self.eat(TokenKind::Comma) {
            let second =
                self.directive_name("The name of the value is required after the comma.")?;
            (Some(first), second)
        } else {
            (None, first)
        };
        if !self.at_keyword("in") {
            let at = self.peek_span();
            let detail = "The keyword 'in' is required after the names.";
            self.fail(problem::FOR_DIRECTIVE, at, detail);
            return None;
        }
        self.next();
        let collection = self.directive_expression(parts);
        Some(ForHead { key_name, value_name, collection })
    }

    fn directive_name(&mut self, missing: &str) -> Option<Ident> {
        if self.peek_kind() == TokenKind::Ident {
            return Some(self.ident());
        }
        let at = self.peek_span();
        self.fail(problem::FOR_DIRECTIVE, at, missing);
        None
    }
}

impl Part {
    /// The same with its span reaching to `end`.
    fn up_to(mut self, end: Span) -> Self {
        if let Self::If(_, span)
        | Self::For(_, span)
        | Self::Else(span)
        | Self::EndIf(span)
        | Self::EndFor(span) = &mut self
        {
            *span = span.to(end);
        }
        self
    }
}
