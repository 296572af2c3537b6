//! Escapes in the text of templates.

use ecow::EcoString;

use super::Parser;
use crate::syntax::problem;
use crate::syntax::token::{Token, TokenKind};

/// What a backslash and the characters after it stand for.
enum Escape {
    /// A character, and how many bytes it is written with.
    Char(char, usize),
    /// Nothing: why, and how many bytes are wrong.
    Wrong(String, usize),
}

impl Parser<'_> {
    /// The text that a token of a template stands for.
    pub(super) fn unescape(&mut self, token: Token) -> EcoString {
        let text = self.text;
        let written = token.text(text);
        let quoted = token.kind == TokenKind::QuotedText;
        let special = |c: char| (quoted && c == '\\') || c == '$' || c == '%';
        if !written.contains(special) {
            return written.into();
        }
        let mut result = EcoString::with_capacity(written.len());
        let mut at = 0;
        while let Some(length) = written[at..].find(special) {
            result.push_str(&written[at..at + length]);
            at += length;
            at += if written[at..].starts_with('\\') {
                self.backslash(token, at, &mut result)
            } else {
                doubled(&written[at..], &mut result)
            };
        }
        result.push_str(&written[at..]);
        result
    }

    /// Adds what the backslash `at` that byte of `token` stands for, and returns how many bytes that took.
    fn backslash(&mut self, token: Token, at: usize, result: &mut EcoString) -> usize {
        let text = self.text;
        match escape(&token.text(text)[at..]) {
            Escape::Char(c, length) => {
                result.push(c);
                length
            }
            Escape::Wrong(why, length) => {
                let offset = |at: usize| token.start + u32::try_from(at).expect("within a token");
                let span = self.bytes(offset(at), offset(at + length));
                self.note(problem::ESCAPE_SEQUENCE, span, why);
                result.push_str(&token.text(text)[at..at + length]);
                length
            }
        }
    }
}

/// Reads `$${` or `%%{`, or the single character that only looks like the beginning of that.
fn doubled(text: &str, result: &mut EcoString) -> usize {
    let escaped = text.starts_with("$${") || text.starts_with("%%{");
    result.push_str(&text[..1]);
    if escaped {
        result.push('{');
        return 3;
    }
    1
}

/// Reads the escape at the beginning of `text`.
fn escape(text: &str) -> Escape {
    let Some(selector) = text[1..].chars().next() else {
        return Escape::Wrong("A backslash must be followed by a character.".into(), 1);
    };
    let c = match selector {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        '"' => '"',
        '\\' => '\\',
        'u' => return code_point(text, 4),
        'U' => return code_point(text, 8),
        _ => {
            let why = format!("\"\\{selector}\" is not an escape sequence.");
            return Escape::Wrong(why, 1 + selector.len_utf8());
        }
    };
    Escape::Char(c, 2)
}

/// Reads `\u` or `\U` with its `digits`.
fn code_point(text: &str, digits: usize) -> Escape {
    let found = text[2..].bytes().take(digits).take_while(u8::is_ascii_hexdigit).count();
    let length = 2 + found;
    if found < digits {
        let why = format!("\"{}\" must be followed by {digits} hexadecimal digits.", &text[..2]);
        return Escape::Wrong(why, length);
    }
    let number = u32::from_str_radix(&text[2..length], 16).ok();
    number.and_then(char::from_u32).map_or_else(
        || Escape::Wrong("There is no character of this number.".into(), length),
        |c| Escape::Char(c, length),
    )
}
