//! Files, blocks and arguments.

use std::collections::BTreeMap;

use ecow::EcoString;

use super::Parser;
use crate::diag::Span;
use crate::syntax::ast::{Attribute, Block, Body, Ident, Label};
use crate::syntax::problem;
use crate::syntax::token::{Token, TokenKind};

const HOW_TO_SET: &str =
    "To set an argument, use the equals sign \"=\" to introduce the argument value.";

/// The content of a body while it is being read.
#[derive(Default)]
struct Content {
    attributes: Vec<Attribute>,
    blocks: Vec<Block>,
    /// Where each name was first given a value; filled only where there are many.
    names: BTreeMap<EcoString, Span>,
}

impl Content {
    /// How many arguments are few enough to look through.
    const FEW: usize = 16;

    /// Where the argument of that name was set.
    fn first(&mut self, name: &str) -> Option<Span> {
        let few = self.attributes.len() <= Self::FEW;
        if few {
            let mut names = self.attributes.iter().map(|attribute| &attribute.name);
            return names.find(|other| other.name == name).map(|other| other.span);
        }
        if self.names.is_empty() {
            let names = self.attributes.iter().map(|attribute| &attribute.name);
            self.names = names.map(|name| (name.name.clone(), name.span)).collect();
        }
        self.names.get(name).copied()
    }

    fn push(&mut self, attribute: Attribute) {
        if !self.names.is_empty() {
            self.names.insert(attribute.name.name.clone(), attribute.name.span);
        }
        self.attributes.push(attribute);
    }

    /// The body that it is, with no room for more.
    fn into_body(mut self, span: Span, end: Span) -> Body {
        self.attributes.shrink_to_fit();
        self.blocks.shrink_to_fit();
        Body { attributes: self.attributes, blocks: self.blocks, span, end, json: None }
    }
}

impl Parser<'_> {
    /// A whole file.
    pub(in crate::syntax) fn file(&mut self) -> Body {
        let start = self.bytes(0, 0);
        let mut content = Content::default();
        while self.peek_kind() != TokenKind::End {
            self.body_item(&mut content, false);
        }
        let end = self.peek_span();
        content.into_body(start.to(end), end)
    }

    /// The content of a block and the brace that ends it; the brace `open` has been read.
    fn block_body(&mut self, open: Token) -> Body {
        let begin = self.at;
        let mut content = Content::default();
        let start = self.span(open);
        loop {
            match self.peek_kind() {
                TokenKind::CloseBrace => break,
                TokenKind::End => {
                    // After an error within the block it is likely that the brace was lost there.
                    self.end_reported |= self.failed_since(begin);
                    self.unclosed_block(start);
                    break;
                }
                _ => self.body_item(&mut content, true),
            }
        }
        let end = self.peek_span();
        self.next();
        let span = Span { start: start.end, end: end.start, ..start };
        content.into_body(span, end)
    }

    /// Whether the parser was lost at or after a token.
    fn failed_since(&self, begin: usize) -> bool {
        self.failed.is_some_and(|at| at >= begin)
    }

    fn unclosed_block(&mut self, open: Span) {
        if !self.end_reported && !self.lost {
            self.end_reported = true;
            self.note(
                problem::UNCLOSED_BLOCK,
                open,
                "There is no closing brace for this block before the end of the file. \
                 Perhaps braces are not balanced elsewhere in this file.",
            );
        }
    }

    fn body_item(&mut self, content: &mut Content, nested: bool) {
        self.shaky = false;
        let token = self.peek();
        match token.kind {
            TokenKind::Newline => {
                self.next();
            }
            TokenKind::Ident => self.named_item(content, nested),
            kind => {
                self.no_item(token);
                if !nested && kind == TokenKind::CloseBrace {
                    self.next();
                }
                self.resume_body(nested);
            }
        }
    }

    /// Reports a token that begins no item of a body.
    fn no_item(&mut self, token: Token) {
        let at = self.span(token);
        match token.kind {
            // Most likely the opening one was lost in an error before.
            TokenKind::CloseBrace if self.failed.is_some() => self.lost = true,
            TokenKind::OpenQuote => {
                self.fail(problem::ARGUMENT_NAME, at, "Argument names must not be quoted.");
            }
            _ => {
                let detail = "An argument or block definition is required here.";
                self.fail(problem::BODY_ITEM_REQUIRED, at, detail);
            }
        }
    }

    fn named_item(&mut self, content: &mut Content, nested: bool) {
        let name = self.ident();
        match self.peek_kind() {
            TokenKind::Equal => {
                let attribute = self.attribute(name);
                self.end_argument(nested);
                self.keep(content, attribute);
            }
            TokenKind::OpenQuote | TokenKind::OpenBrace | TokenKind::Ident => {
                let block = self.block(name, nested);
                content.blocks.push(block);
            }
            _ => {
                let detail =
                    format!("An argument or block definition is required here. {HOW_TO_SET}");
                self.fail(problem::BODY_ITEM_REQUIRED, name.span, detail);
                self.resume_body(nested);
            }
        }
    }

    /// Reads the next token as a name.
    pub(super) fn ident(&mut self) -> Ident {
        let token = self.next();
        Ident { name: token.text(self.text).into(), span: self.span(token) }
    }

    fn attribute(&mut self, name: Ident) -> Attribute {
        self.next();
        let expr = self.expression();
        let span = name.span.to(expr.span);
        Attribute { name, expr, span }
    }

    /// The line break after an argument.
    fn end_argument(&mut self, nested: bool) {
        let token = self.peek();
        let at = self.span(token);
        match token.kind {
            _ if self.lost => {}
            TokenKind::Newline => {
                self.next();
                return;
            }
            TokenKind::End => return,
            TokenKind::Comma => {
                let detail = "Arguments are separated by line breaks, not commas.";
                self.fail(problem::COMMA_AFTER_ARGUMENT, at, detail);
            }
            _ => {
                let detail = "An argument definition must end with a newline.";
                self.fail(problem::NEWLINE_AFTER_ARGUMENT, at, detail);
            }
        }
        self.resume_body(nested);
    }

    fn keep(&mut self, content: &mut Content, attribute: Attribute) {
        let name = &attribute.name;
        if let Some(first) = content.first(&name.name) {
            let detail =
                format!("The argument \"{}\" was already set; it may be set only once.", name.name);
            self.note(problem::ATTRIBUTE_REDEFINED, name.span, detail)
                .label(first, "first set here");
        } else {
            content.push(attribute);
        }
    }

    fn block(&mut self, ident: Ident, nested: bool) -> Block {
        let labels = self.labels();
        let last = labels.last().map_or(ident.span, |label| label.span);
        let header = ident.span.to(last);
        let body = if std::mem::take(&mut self.swallowed_brace) || self.eat(TokenKind::OpenBrace) {
            let open = self.previous;
            let begin = self.at;
            self.lost = false;
            let body = self.deeper(|parser| parser.braced(open));
            let body = body.unwrap_or_else(|| self.skipped_body());
            self.shaky |= self.failed_since(begin);
            self.end_block(header, nested);
            body
        } else {
            let body = self.empty_body();
            self.missing_brace(header, nested);
            body
        };
        let span = ident.span.to(body.end);
        Block { ident, labels, body, header, span }
    }

    /// The body of a block that is nested too deeply.
    fn skipped_body(&mut self) -> Body {
        self.resume_after_block();
        self.empty_body()
    }

    fn empty_body(&self) -> Body {
        let here = self.bytes(self.previous.end, self.previous.end);
        Body { span: here, end: here, ..Body::default() }
    }

    fn labels(&mut self) -> Vec<Label> {
        let mut labels = Vec::new();
        loop {
            match self.peek_kind() {
                _ if self.lost => return labels,
                TokenKind::OpenQuote => {
                    let (text, span) = self.string_literal();
                    labels.push(Label { text, span });
                }
                TokenKind::Ident => {
                    let Ident { name, span } = self.ident();
                    labels.push(Label { text: name, span });
                }
                _ => return labels,
            }
        }
    }

    fn missing_brace(&mut self, header: Span, nested: bool) {
        let token = self.peek();
        let at = self.span(token);
        let detail = match token.kind {
            TokenKind::Equal => {
                "The equals sign \"=\" belongs to an argument and must not be used with a block."
            }
            TokenKind::Newline => {
                "The content of a block stands between \"{\" and \"}\", and the \"{\" is on the line \
                 of the block's type and labels."
            }
            _ => "Either a quoted block label or an opening brace (\"{\") is expected here.",
        };
        if !self.lost {
            self.fail(problem::BLOCK_DEFINITION, at, detail).within(header.to(at));
        }
        self.resume_body(nested);
        if token.kind == TokenKind::Newline {
            self.skip_stray_braces(nested);
        }
    }

    /// Goes past a `{…}` on a line of its own, whose block has been reported.
    fn skip_stray_braces(&mut self, nested: bool) {
        let before = self.at;
        while self.eat(TokenKind::Newline) {}
        if self.peek_kind() == TokenKind::OpenBrace {
            self.resume_body(nested);
        } else {
            self.at = before;
        }
    }

    /// What follows a block's opening brace, up to and including the closing one.
    fn braced(&mut self, open: Token) -> Body {
        match self.peek_kind() {
            TokenKind::Newline | TokenKind::End | TokenKind::CloseBrace => self.block_body(open),
            _ => self.single_argument(open),
        }
    }

    /// `name = value }` on the line of the opening brace.
    fn single_argument(&mut self, open: Token) -> Body {
        let mut attributes = Vec::new();
        let token = self.peek();
        if token.kind == TokenKind::Ident {
            let name = self.ident();
            match self.peek_kind() {
                TokenKind::Equal => attributes.push(self.attribute(name)),
                TokenKind::OpenQuote | TokenKind::OpenBrace | TokenKind::Ident => {
                    let detail = "A block on a single line can hold only a single argument. A nested \
                                  block goes on a line of its own.";
                    self.fail(problem::ARGUMENT_REQUIRED, name.span, detail);
                }
                _ => {
                    let detail =
                        format!("An argument or block definition is required here. {HOW_TO_SET}");
                    self.fail(problem::BODY_ITEM_REQUIRED, name.span, detail);
                }
            }
        } else {
            let detail = "An argument or block definition is required here.";
            let at = self.span(token);
            self.fail(problem::BODY_ITEM_REQUIRED, at, detail);
        }
        self.end_single_argument(open);
        let end = self.span(self.previous);
        let span =
            Span { start: self.span(open).end, end: end.start.max(self.span(open).end), ..end };
        Body { attributes, span, end, ..Body::default() }
    }

    fn end_single_argument(&mut self, open: Token) {
        if !self.lost && self.eat(TokenKind::CloseBrace) {
            return;
        }
        let at = self.peek_span();
        let detail = match self.peek_kind() {
            TokenKind::End => {
                let open = self.span(open);
                return self.unclosed_block(open);
            }
            TokenKind::Comma => {
                "A block on a single line can hold only one argument. Several go on a line each."
            }
            TokenKind::Newline => {
                "An argument on the line of its block's opening brace makes a block on a single line, \
                 whose closing brace has to follow the argument."
            }
            _ => "A block on a single line must end with a closing brace right after its argument.",
        };
        self.fail(problem::SINGLE_ARGUMENT_BLOCK, at, detail);
        self.resume_after_block();
    }

    /// The line break after a block.
    fn end_block(&mut self, header: Span, nested: bool) {
        let token = self.peek();
        match token.kind {
            _ if self.lost => {}
            TokenKind::Newline => {
                self.next();
                return;
            }
            TokenKind::End => return,
            _ => {
                let at = self.span(token);
                let detail = "A block definition must end with a newline.";
                self.fail(problem::NEWLINE_AFTER_BLOCK, at, detail).within(header.to(at));
            }
        }
        self.resume_body(nested);
    }
}
