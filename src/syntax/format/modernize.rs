//! Old spellings that the formatter replaces: `"${x}"` for `x`, `type = "string"`, labels without quotes.

use std::borrow::Cow;
use std::ops::Range;

use super::{Piece, as_written};
use crate::diag::Span;
use crate::syntax::ast::{Attribute, Block, Body};
use crate::syntax::token::{Token, TokenKind};

/// What goes into the place of some tokens.
struct Edit<'a> {
    /// Which pieces go.
    range: Range<usize>,
    with: Vec<Piece<'a>>,
}

struct Modernizer<'a> {
    pieces: Vec<Piece<'a>>,
    /// Where each piece starts in the text.
    starts: Vec<u32>,
    edits: Vec<Edit<'a>>,
}

/// The tokens of a file whose tree is `body`, in their present spelling.
pub(super) fn pieces<'a>(text: &'a str, tokens: &[Token], body: &Body) -> Vec<Piece<'a>> {
    let pieces = as_written(text, tokens);
    let base = text.as_ptr() as usize;
    let start = |piece: &Piece<'_>| piece.text.as_ptr() as usize - base;
    let starts =
        pieces.iter().map(|piece| u32::try_from(start(piece)).unwrap_or(u32::MAX)).collect();
    let mut modernizer = Modernizer { pieces, starts, edits: Vec::new() };
    modernizer.body(body, &mut Vec::new());
    modernizer.apply()
}

impl<'a> Modernizer<'a> {
    fn body<'b>(&mut self, body: &'b Body, within: &mut Vec<&'b str>) {
        for attribute in &body.attributes {
            self.attribute(attribute, within == &["variable"]);
        }
        for block in &body.blocks {
            self.labels(block);
            within.push(&block.ident.name);
            self.body(&block.body, within);
            within.pop();
        }
    }

    /// The pieces that a span covers.
    fn range(&self, span: Span) -> Range<usize> {
        let at = |byte| self.starts.partition_point(|start| *start < byte);
        at(span.start)..at(span.end)
    }

    fn attribute(&mut self, attribute: &Attribute, of_variable: bool) {
        let range = self.range(attribute.expr.span);
        let value = &self.pieces[range.clone()];
        let with = if of_variable && attribute.name.name == "type" {
            modern_type(value)
        } else {
            unwrapped(value)
        };
        if let Some(with) = with {
            self.edits.push(Edit { range, with });
        }
    }

    /// Labels get quotes; comments between them go.
    fn labels(&mut self, block: &Block) {
        let (Some(first), Some(last)) = (block.labels.first(), block.labels.last()) else { return };
        let type_end = self.range(block.ident.span).end;
        let mut with = Vec::with_capacity(block.labels.len() * 3);
        for label in &block.labels {
            let written = &self.pieces[self.range(label.span)];
            if let [bare] = written {
                with.push(Piece::new(TokenKind::OpenQuote, "\""));
                with.push(Piece { kind: TokenKind::QuotedText, ..bare.clone() });
                with.push(Piece::new(TokenKind::CloseQuote, "\""));
            } else {
                with.extend_from_slice(written);
            }
        }
        let range = type_end..self.range(first.span.to(last.span)).end;
        if range.len() != with.len() {
            self.edits.push(Edit { range, with });
        }
    }

    fn apply(mut self) -> Vec<Piece<'a>> {
        if self.edits.is_empty() {
            return self.pieces;
        }
        self.edits.sort_by_key(|edit| edit.range.start);
        let mut result = Vec::with_capacity(self.pieces.len());
        let mut at = 0;
        for edit in self.edits {
            result.extend_from_slice(&self.pieces[at..edit.range.start]);
            result.extend(edit.with);
            at = edit.range.end;
        }
        result.extend_from_slice(&self.pieces[at..]);
        result
    }
}

/// The type of a variable as it is written today, if `value` is an old spelling.
fn modern_type<'a>(value: &[Piece<'a>]) -> Option<Vec<Piece<'a>>> {
    use TokenKind as T;
    let (collection, element) = match value {
        [name] if name.kind == T::Ident && matches!(&*name.text, "list" | "map" | "set") => {
            (name.text.clone(), "any")
        }
        [open, text, _] if open.kind == T::OpenQuote && text.kind == T::QuotedText => {
            match &*text.text {
                "string" => return Some(vec![Piece::new(T::Ident, "string")]),
                "list" | "map" => (text.text.clone(), "string"),
                _ => return None,
            }
        }
        _ => return None,
    };
    Some(vec![
        Piece { kind: T::Ident, text: collection, spaces: 0 },
        Piece::new(T::OpenParen, "("),
        Piece::new(T::Ident, element),
        Piece::new(T::CloseParen, ")"),
    ])
}

/// What is within `"${…}"`, if `value` is nothing but that.
fn unwrapped<'a>(value: &[Piece<'a>]) -> Option<Vec<Piece<'a>>> {
    let mut inner = inside(value)?;
    while let Some(further) = inside(inner) {
        inner = further;
    }
    let goes_on = inner.iter().any(|piece| piece.kind == TokenKind::Newline);
    let in_parentheses = matches!(inner, [first, .., last]
        if first.kind == TokenKind::OpenParen && last.kind == TokenKind::CloseParen);
    if !goes_on || in_parentheses {
        return Some(inner.to_vec());
    }
    let mut result = vec![Piece::new(TokenKind::OpenParen, "(")];
    result.extend_from_slice(inner);
    result.push(Piece { kind: TokenKind::CloseParen, text: Cow::Borrowed(")"), spaces: 0 });
    Some(result)
}

/// What is within a `"${…}"`, without line breaks around it.
fn inside<'a, 'b>(value: &'b [Piece<'a>]) -> Option<&'b [Piece<'a>]> {
    use TokenKind as T;
    let [quote, open, inner @ .., close, end] = value else { return None };
    let wrapped = (quote.kind, open.kind, close.kind, end.kind)
        == (T::OpenQuote, T::OpenInterpolation, T::CloseSequence, T::CloseQuote);
    if !wrapped || inner.is_empty() || !is_one_expression(inner) {
        return None;
    }
    let is_text = |piece: &&Piece<'_>| piece.kind != T::Newline;
    let first = inner.iter().position(|piece| is_text(&piece))?;
    let last = inner.iter().rposition(|piece| is_text(&piece))?;
    Some(&inner[first..=last])
}

/// Whether no sequence ends and no text stands outside of nested quotes.
fn is_one_expression(inner: &[Piece<'_>]) -> bool {
    let mut quotes = 0_usize;
    for piece in inner {
        match piece.kind {
            TokenKind::OpenQuote => quotes += 1,
            TokenKind::CloseQuote => quotes = quotes.saturating_sub(1),
            TokenKind::OpenInterpolation | TokenKind::CloseSequence | TokenKind::QuotedText
                if quotes == 0 =>
            {
                return false;
            }
            _ => {}
        }
    }
    true
}
