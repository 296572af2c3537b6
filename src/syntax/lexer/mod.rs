//! Text to tokens, all at once.
//!
//! Templates nest in expressions and expressions in templates, so the lexer keeps a stack of modes instead of
//! recursing: no depth of nesting can exhaust the call stack here. Every byte but blanks (and a byte-order mark) is
//! covered by exactly one token.

mod template;

use super::token::{Token, TokenKind};

/// What a text as a whole is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whole {
    /// A file or an expression.
    Expression,
    /// A template without delimiters.
    Template,
}

/// What is being read at the moment.
#[derive(Clone, Copy, Debug)]
enum Mode {
    /// Between `${` or `%{` and its `}`; counts the braces that are open within.
    Sequence { braces: u32 },
    /// Between quotes.
    Quoted,
    /// In a heredoc whose marker covers these bytes.
    Heredoc { marker: (usize, usize), at_line_start: bool },
    /// In a template that is a whole text.
    Bare,
}

/// The tokens of `text`, which is at most 4 GiB long; the last is [`TokenKind::End`].
pub(super) fn lex(text: &str, whole: Whole) -> Vec<Token> {
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        at: if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 },
        tokens: Vec::with_capacity(text.len() / 4 + 1),
        modes: Vec::new(),
        comments_end: true,
    };
    if whole == Whole::Template {
        lexer.modes.push(Mode::Bare);
    }
    lexer.run();
    lexer.tokens
}

struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    tokens: Vec<Token>,
    modes: Vec<Mode>,
    /// Whether a `*/` may still follow; keeps a text full of `/*` from being searched again and again.
    comments_end: bool,
}

impl Lexer<'_> {
    fn run(&mut self) {
        while self.at < self.bytes.len() {
            match self.modes.last().copied() {
                None | Some(Mode::Sequence { .. }) => self.expression_token(),
                Some(Mode::Quoted) => self.quoted_token(),
                Some(Mode::Heredoc { marker, at_line_start }) => {
                    self.heredoc_token(marker, at_line_start);
                }
                Some(Mode::Bare) => self.bare_token(),
            }
        }
        self.push(TokenKind::End, 0);
    }

    /// Adds a token of `length` bytes that begins here, and goes past it.
    fn push(&mut self, kind: TokenKind, length: usize) {
        let offset = |at: usize| u32::try_from(at).expect("the size of a text is checked first");
        let end = self.at + length;
        self.tokens.push(Token { kind, start: offset(self.at), end: offset(end) });
        self.at = end;
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn rest(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    /// One token outside of templates' texts.
    fn expression_token(&mut self) {
        match self.peek(0) {
            b' ' | b'\t' => self.at += 1,
            b'\n' => self.push(TokenKind::Newline, 1),
            b'\r' if self.peek(1) == b'\n' => self.push(TokenKind::Newline, 2),
            b'#' => self.line_comment(),
            b'/' if self.peek(1) == b'/' => self.line_comment(),
            b'/' if self.peek(1) == b'*' => self.block_comment(),
            b'0'..=b'9' => self.number(),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80.. => self.name(),
            b'"' => {
                self.push(TokenKind::OpenQuote, 1);
                self.modes.push(Mode::Quoted);
            }
            b'<' if self.peek(1) == b'<' => self.heredoc_start(),
            b'{' => self.open_brace(),
            b'}' => self.close_brace(1),
            b'~' if self.peek(1) == b'}' && self.sequence_ends_here() => self.close_brace(2),
            _ => self.symbol(),
        }
    }

    fn line_comment(&mut self) {
        let rest = self.rest();
        let mut length = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        if length < rest.len() && rest[length - 1] == b'\r' {
            length -= 1;
        }
        self.push(TokenKind::Comment, length);
    }

    fn block_comment(&mut self) {
        let end = if self.comments_end { self.text[self.at + 2..].find("*/") } else { None };
        self.comments_end = end.is_some();
        match end {
            Some(length) => self.push(TokenKind::Comment, length + 4),
            None => self.push(TokenKind::Slash, 1),
        }
    }

    /// A number, with whatever looks as if it were meant to belong to it: `1.2.3` is one (wrong) number.
    fn number(&mut self) {
        let mut length = 1;
        loop {
            let dots = self.rest()[length..].iter().take_while(|byte| **byte == b'.').count();
            match self.digits_at(length + dots) {
                0 => break,
                digits => length += dots + digits,
            }
        }
        self.push(TokenKind::Number, length);
    }

    /// The length of the digit, or of the exponent up to its first digit, that stands `ahead`; 0 for neither.
    fn digits_at(&self, ahead: usize) -> usize {
        match (self.peek(ahead), self.peek(ahead + 1), self.peek(ahead + 2)) {
            (b'0'..=b'9', _, _) => 1,
            (b'e' | b'E', b'0'..=b'9', _) => 2,
            (b'e' | b'E', b'+' | b'-', b'0'..=b'9') => 3,
            _ => 0,
        }
    }

    fn name(&mut self) {
        let mut chars = self.text[self.at..].char_indices();
        let (_, first) = chars.next().expect("the caller saw a character");
        if first != '_' && !unicode_ident::is_xid_start(first) {
            return self.push(TokenKind::Invalid, first.len_utf8());
        }
        let end = chars.find(|(_, c)| *c != '-' && !unicode_ident::is_xid_continue(*c));
        let length = end.map_or(self.bytes.len() - self.at, |(at, _)| at);
        self.push(TokenKind::Ident, length);
    }

    fn open_brace(&mut self) {
        if let Some(Mode::Sequence { braces }) = self.modes.last_mut() {
            *braces += 1;
        }
        self.push(TokenKind::OpenBrace, 1);
    }

    fn sequence_ends_here(&self) -> bool {
        matches!(self.modes.last(), Some(Mode::Sequence { braces: 0 }))
    }

    fn close_brace(&mut self, length: usize) {
        if self.sequence_ends_here() {
            self.modes.pop();
            return self.push(TokenKind::CloseSequence, length);
        }
        if let Some(Mode::Sequence { braces }) = self.modes.last_mut() {
            *braces -= 1;
        }
        self.push(TokenKind::CloseBrace, 1);
    }

    fn symbol(&mut self) {
        use TokenKind as T;
        let (kind, length) = match (self.peek(0), self.peek(1), self.peek(2)) {
            (b'.', b'.', b'.') => (T::Ellipsis, 3),
            (b'=', b'=', _) => (T::EqualEqual, 2),
            (b'=', b'>', _) => (T::FatArrow, 2),
            (b'!', b'=', _) => (T::NotEqual, 2),
            (b'<', b'=', _) => (T::LessOrEqual, 2),
            (b'>', b'=', _) => (T::GreaterOrEqual, 2),
            (b'&', b'&', _) => (T::And, 2),
            (b'|', b'|', _) => (T::Or, 2),
            (b':', b':', _) => (T::DoubleColon, 2),
            (byte, _, _) => (single(byte), 1),
        };
        self.push(kind, length);
    }
}

/// The token that a single ASCII character is.
const fn single(byte: u8) -> TokenKind {
    use TokenKind as T;
    match byte {
        b'[' => T::OpenBracket,
        b']' => T::CloseBracket,
        b'(' => T::OpenParen,
        b')' => T::CloseParen,
        b'*' => T::Star,
        b'/' => T::Slash,
        b'%' => T::Percent,
        b'+' => T::Plus,
        b'-' => T::Minus,
        b'=' => T::Equal,
        b'<' => T::Less,
        b'>' => T::Greater,
        b'!' => T::Bang,
        b'.' => T::Dot,
        b',' => T::Comma,
        b'?' => T::Question,
        b':' => T::Colon,
        b'&' | b'|' | b'^' | b'~' => T::Bitwise,
        b'`' => T::Backtick,
        b'\'' => T::Apostrophe,
        b';' => T::Semicolon,
        _ => T::Invalid,
    }
}
