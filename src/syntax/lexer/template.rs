//! The lexer within quoted strings, heredocs and bare templates.

use super::{Lexer, Mode};
use crate::syntax::token::TokenKind;

/// What stands at a place in a template.
enum Mark {
    /// `${`, `%{`, each perhaps with `~`.
    Sequence(TokenKind, usize),
    /// `$${`, `%%{`: text.
    Escape,
    /// Text.
    Text,
}

impl Lexer<'_> {
    fn mark(&self, ahead: usize) -> Mark {
        let strip = |at| usize::from(self.peek(at) == b'~');
        match (self.peek(ahead), self.peek(ahead + 1), self.peek(ahead + 2)) {
            (b'$', b'{', _) => Mark::Sequence(TokenKind::OpenInterpolation, 2 + strip(ahead + 2)),
            (b'%', b'{', _) => Mark::Sequence(TokenKind::OpenDirective, 2 + strip(ahead + 2)),
            (b'$', b'$', b'{') | (b'%', b'%', b'{') => Mark::Escape,
            _ => Mark::Text,
        }
    }

    fn open_sequence(&mut self, kind: TokenKind, length: usize) {
        self.push(kind, length);
        self.modes.push(Mode::Sequence { braces: 0 });
    }

    /// One token between quotes.
    pub(super) fn quoted_token(&mut self) {
        if let Mark::Sequence(kind, length) = self.mark(0) {
            return self.open_sequence(kind, length);
        }
        match self.peek(0) {
            b'"' => {
                self.modes.pop();
                self.push(TokenKind::CloseQuote, 1);
            }
            b'\r' if self.peek(1) != b'\n' => self.push(TokenKind::QuotedNewline, 1),
            b'\n' | b'\r' if self.quote_was_forgotten() => self.abandon_quote(),
            b'\n' => self.push(TokenKind::QuotedNewline, 1),
            b'\r' => self.push(TokenKind::QuotedNewline, 2),
            b'\\' if self.at_line_end(1) => self.push(TokenKind::Invalid, 1),
            _ => self.quoted_text(),
        }
    }

    /// Whether a line break between quotes means that the closing quote is missing on this line, rather than that the
    /// text goes on: no quote follows, or one of the lines up to it looks like configuration.
    fn quote_was_forgotten(&self) -> bool {
        for line in self.text[self.at..].split('\n').skip(1) {
            if looks_like_configuration(line.trim_start()) {
                return true;
            }
            if line.contains('"') {
                return false;
            }
        }
        true
    }

    /// Ends the string here, with all strings around it on the way to the file or heredoc that they stand in.
    fn abandon_quote(&mut self) {
        let outer =
            self.modes.iter().rposition(|mode| matches!(mode, Mode::Heredoc { .. } | Mode::Bare));
        let from = outer.map_or(0, |at| at + 1);
        let quote = self.modes[from..].iter().position(|mode| matches!(mode, Mode::Quoted));
        self.modes.truncate(from + quote.unwrap_or(0));
        self.push(TokenKind::MissingQuote, 0);
    }

    fn at_line_end(&self, ahead: usize) -> bool {
        self.at + ahead >= self.bytes.len() || matches!(self.peek(ahead), b'\n' | b'\r')
    }

    fn quoted_text(&mut self) {
        let mut length = 0;
        while self.at + length < self.bytes.len() {
            length += match self.peek(length) {
                b'"' | b'\n' | b'\r' => break,
                b'\\' if self.at_line_end(length + 1) => break,
                b'\\' => 1 + self.char_length(length + 1),
                b'$' | b'%' => match self.mark(length) {
                    Mark::Sequence(..) => break,
                    Mark::Escape => 3,
                    Mark::Text => 1,
                },
                _ => 1,
            };
        }
        self.push(TokenKind::QuotedText, length);
    }

    fn char_length(&self, ahead: usize) -> usize {
        self.text[self.at + ahead..].chars().next().map_or(0, char::len_utf8)
    }

    /// `<<EOT` and its line break; anything else that begins with `<<` is two operators.
    pub(super) fn heredoc_start(&mut self) {
        let dash = usize::from(self.peek(2) == b'-');
        let from = self.at + 2 + dash;
        let rest = &self.text[from..];
        let is_name = |(at, c): (usize, char)| match at {
            0 => c == '_' || unicode_ident::is_xid_start(c),
            _ => c == '-' || unicode_ident::is_xid_continue(c),
        };
        let length = rest.char_indices().find(|item| !is_name(*item)).map_or(rest.len(), |i| i.0);
        let after = &rest.as_bytes()[length..];
        let line_break = if after.starts_with(b"\n") {
            1
        } else if after.starts_with(b"\r\n") {
            2
        } else {
            0
        };
        if length == 0 || line_break == 0 {
            return self.push(TokenKind::Less, 1);
        }
        self.push(TokenKind::OpenHeredoc, 2 + dash + length + line_break);
        self.modes.push(Mode::Heredoc { marker: (from, from + length), at_line_start: true });
    }

    /// One token in a heredoc: the end marker, a sequence, or the text up to the next of them.
    pub(super) fn heredoc_token(&mut self, marker: (usize, usize), at_line_start: bool) {
        if at_line_start && let Some(length) = self.end_marker(marker) {
            self.modes.pop();
            return self.push(TokenKind::CloseHeredoc, length);
        }
        let sequence = match self.mark(0) {
            Mark::Sequence(kind, length) => Some((kind, length)),
            Mark::Escape | Mark::Text => None,
        };
        let ends_line = if let Some((kind, length)) = sequence {
            self.note_line_start(false);
            return self.open_sequence(kind, length);
        } else {
            self.plain_text()
        };
        self.note_line_start(ends_line);
    }

    fn note_line_start(&mut self, starts: bool) {
        if let Some(Mode::Heredoc { at_line_start, .. }) = self.modes.last_mut() {
            *at_line_start = starts;
        }
    }

    /// The length of the marker's line without its line break, if this line is that.
    fn end_marker(&self, (start, end): (usize, usize)) -> Option<usize> {
        let rest = self.rest();
        let marker = &self.bytes[start..end];
        let indent = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let after = rest[indent..].strip_prefix(marker)?;
        let trailing = after.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let ends = matches!(after[trailing..], [b'\n', ..] | [b'\r', b'\n', ..]);
        ends.then_some(indent + marker.len() + trailing)
    }

    /// One token of a text that is a template as a whole.
    pub(super) fn bare_token(&mut self) {
        if let Mark::Sequence(kind, length) = self.mark(0) {
            return self.open_sequence(kind, length);
        }
        self.plain_text();
    }

    /// Text up to and including a line break, or up to a sequence; whether a line break ended it.
    fn plain_text(&mut self) -> bool {
        let mut length = 0;
        let mut ends_line = false;
        while self.at + length < self.bytes.len() && !ends_line {
            length += match self.peek(length) {
                b'$' | b'%' => match self.mark(length) {
                    Mark::Sequence(..) => break,
                    Mark::Escape => 3,
                    Mark::Text => 1,
                },
                byte => {
                    ends_line = byte == b'\n';
                    1
                }
            };
        }
        self.push(TokenKind::PlainText, length);
        ends_line
    }
}

/// Whether a line begins like an argument, a block or the end of one.
fn looks_like_configuration(line: &str) -> bool {
    let is_name = |c: char| c == '_' || c == '-' || unicode_ident::is_xid_continue(c);
    let after = line.trim_start_matches(is_name);
    if after.len() == line.len() {
        return line.starts_with(['}', ']']);
    }
    let value = after.trim_start();
    let argument = value.starts_with('=') && !value.starts_with("==");
    argument || (value.len() < after.len() && value.starts_with(['"', '{']))
}
