//! Tokens that are wrong wherever they stand.

use super::Parser;
use crate::syntax::problem;
use crate::syntax::token::{Token, TokenKind};

/// How often each kind of token is reported: one stray semicolon says it for all.
#[derive(Default)]
struct Told {
    bitwise: u32,
    backtick: u32,
    apostrophe: u32,
    semicolon: u32,
}

impl Told {
    fn count(&mut self, kind: TokenKind) -> Option<&mut u32> {
        Some(match kind {
            TokenKind::Bitwise => &mut self.bitwise,
            TokenKind::Backtick => &mut self.backtick,
            TokenKind::Apostrophe => &mut self.apostrophe,
            TokenKind::Semicolon => &mut self.semicolon,
            _ => return None,
        })
    }

    /// Whether this occurrence is worth a message. Of quotation marks only every other one is.
    fn tells(&mut self, kind: TokenKind) -> bool {
        let Some(count) = self.count(kind) else { return true };
        *count += 1;
        match kind {
            TokenKind::Bitwise => *count <= 4,
            TokenKind::Semicolon => *count == 1,
            _ => *count == 1 || *count == 3,
        }
    }
}

impl Parser<'_> {
    /// Reports every token that is part of no text that is right.
    pub(super) fn check_tokens(&mut self) {
        let mut told = Told::default();
        for index in 0..self.tokens.len() {
            let token = self.tokens[index];
            if is_wrong(token.kind) && told.tells(token.kind) {
                self.report_token(token);
            }
        }
    }

    fn report_token(&mut self, token: Token) {
        let at = self.span(token);
        let character = problem::INVALID_CHARACTER;
        match token.kind {
            TokenKind::Bitwise => {
                let instead = match token.text(self.text) {
                    "&" => Some("For boolean AND write \"&&\"."),
                    "|" => Some("For boolean OR write \"||\"."),
                    "~" => Some("For boolean NOT write \"!\"."),
                    _ => None,
                };
                let detail = "There are no bitwise operators in this language.";
                let noted = self.note(problem::UNSUPPORTED_OPERATOR, at, detail);
                if let Some(instead) = instead {
                    noted.help(instead);
                }
            }
            TokenKind::Backtick => {
                self.note(character, at, "The backtick has no meaning here.")
                    .help("For a text of several lines use a heredoc, such as <<EOT.");
            }
            TokenKind::Apostrophe => {
                self.note(character, at, "Single quotes have no meaning here.")
                    .help("Use double quotes (\") around strings.");
            }
            TokenKind::Semicolon => {
                self.note(character, at, "The semicolon has no meaning here.")
                    .help("Arguments and blocks are separated by line breaks, items by commas.");
            }
            TokenKind::QuotedNewline | TokenKind::MissingQuote => {
                self.note(
                    problem::MULTI_LINE_STRING,
                    at,
                    "A quoted string cannot go on over several lines.",
                )
                .help("Write \\n for a line break, or use a heredoc, such as <<EOT.");
            }
            _ => self.report_character(token),
        }
    }

    fn report_character(&mut self, token: Token) {
        let at = self.span(token);
        let character = problem::INVALID_CHARACTER;
        if matches!(token.text(self.text), "“" | "”") {
            self.note(character, at, "Curly quotes have no meaning here.")
                .help("Replace it by a straight quote (\").");
        } else {
            self.note(character, at, "This character is not used within the language.");
        }
    }
}

/// Whether a token is wrong wherever it stands.
pub(super) const fn is_wrong(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Bitwise
            | TokenKind::Backtick
            | TokenKind::Apostrophe
            | TokenKind::Semicolon
            | TokenKind::QuotedNewline
            | TokenKind::MissingQuote
            | TokenKind::Invalid
    )
}
