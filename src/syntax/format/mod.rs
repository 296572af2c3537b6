//! `fmt`: the canonical layout, byte for byte that of `terraform fmt`.
//!
//! Works on tokens, not on the tree, since everything but white space stays as it was written. First a few old
//! spellings are replaced (`modernize`), then white space is set: indentation and alignment line by line (`lines`), and the
//! space between two tokens by what they are (`spaces`).

mod lines;
mod modernize;
mod spaces;

use std::borrow::Cow;

use super::lexer::Whole;
use super::parser::Parser;
use super::token::{Token, TokenKind};
use crate::diag::{Diagnostics, FileId};

/// A token to be written.
#[derive(Clone, Debug)]
struct Piece<'a> {
    kind: TokenKind,
    /// As written; a line comment includes the line break that ends it.
    text: Cow<'a, str>,
    /// How many spaces stand before it.
    spaces: usize,
}

impl<'a> Piece<'a> {
    const fn new(kind: TokenKind, text: &'a str) -> Self {
        Self { kind, text: Cow::Borrowed(text), spaces: 0 }
    }

    fn ends_line(&self) -> bool {
        match self.kind {
            TokenKind::Newline => true,
            TokenKind::Comment => self.text.ends_with('\n'),
            _ => false,
        }
    }

    /// How many more brackets it opens than it closes.
    const fn bracket_change(&self) -> i32 {
        match self.kind {
            TokenKind::OpenBrace
            | TokenKind::OpenBracket
            | TokenKind::OpenParen
            | TokenKind::OpenInterpolation
            | TokenKind::OpenDirective => 1,
            TokenKind::CloseBrace
            | TokenKind::CloseBracket
            | TokenKind::CloseParen
            | TokenKind::CloseSequence => -1,
            _ => 0,
        }
    }
}

/// The text in canonical layout. Formatting the result again changes nothing.
///
/// # Errors
/// The syntax errors of a text that cannot be parsed.
pub fn format(text: &str, file: FileId) -> Result<String, Diagnostics> {
    super::parse::check_size(text, file)?;
    let mut parser = Parser::new(text, file, 0, Whole::Expression);
    let body = parser.file();
    let (tokens, problems) = parser.into_tokens();
    if problems.has_errors() {
        return Err(problems);
    }
    let mut pieces = modernize::pieces(text, &tokens, &body);
    lines::lay_out(&mut pieces);
    // Blanks after the last token stay, as spaces.
    let end = tokens.iter().rfind(|token| token.kind != TokenKind::End).map_or(0, |last| last.end);
    let blanks =
        text.bytes().skip(end as usize).filter(|byte| matches!(byte, b' ' | b'\t')).count();
    Ok(write(&pieces, blanks))
}

fn write(pieces: &[Piece<'_>], blanks: usize) -> String {
    let mut result = String::new();
    for piece in pieces {
        result.extend(std::iter::repeat_n(' ', piece.spaces));
        result.push_str(&piece.text);
    }
    result.extend(std::iter::repeat_n(' ', blanks));
    result
}

/// The tokens as they are written, line comments together with the line breaks that end them.
fn as_written<'a>(text: &'a str, tokens: &[Token]) -> Vec<Piece<'a>> {
    let mut pieces: Vec<Piece<'a>> = Vec::with_capacity(tokens.len());
    let mut after_line_comment = None;
    for token in tokens {
        let written = token.text(text);
        match (token.kind, after_line_comment.take()) {
            (TokenKind::End, _) => break,
            (TokenKind::Newline, Some(start)) => {
                if let Some(comment) = pieces.last_mut() {
                    comment.text = Cow::Borrowed(&text[start as usize..token.end as usize]);
                }
            }
            (kind, _) => {
                pieces.push(Piece::new(kind, written));
                let line_comment = kind == TokenKind::Comment && !written.starts_with("/*");
                after_line_comment = line_comment.then_some(token.start);
            }
        }
    }
    pieces
}
