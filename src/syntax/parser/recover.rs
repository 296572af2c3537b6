//! Finding the way back after an error: the next item of a list, the end of a block, the next line.

use super::Parser;
use crate::syntax::token::TokenKind;

/// Where a list goes on after a broken item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resumed {
    /// After a separator, before the next item.
    NextItem,
    /// After the bracket that closes the list.
    Closed,
    /// Before something that is not part of the list; the list around it has to go on.
    Outside,
}

impl Parser<'_> {
    /// Goes to the next token for which `stop` holds, or that closes something which was opened before here, or where
    /// a new argument obviously begins on a line of its own. Passes over whatever is opened and closed on the way.
    fn skip_to(&mut self, stop: impl Fn(TokenKind) -> bool) -> TokenKind {
        let mut open = Vec::new();
        loop {
            let kind = self.tokens[self.at].kind;
            let outside = kind.closes() && opener(&open, kind).is_none();
            let at_stop = outside || (open.is_empty() && stop(kind));
            if kind == TokenKind::End || at_stop {
                return kind;
            }
            if kind == TokenKind::Newline && in_brackets(&open) && self.argument_follows() {
                return kind;
            }
            if kind.opens() {
                open.push(kind);
            } else if kind.closes() {
                open.truncate(opener(&open, kind).unwrap_or(0));
            }
            self.at += 1;
        }
    }

    /// Whether the line after the line break here begins with `name =`.
    fn argument_follows(&self) -> bool {
        let following = self.tokens[self.at + 1..].iter().map(|token| token.kind).take(2);
        following.eq([TokenKind::Ident, TokenKind::Equal])
    }

    /// Finds the next item of the list that `closer` ends, in which commas (and line breaks, where they count)
    /// separate.
    pub(super) fn resume_list(&mut self, closer: TokenKind) -> Resumed {
        let newlines = self.newlines;
        let separates = |kind| kind == TokenKind::Comma || (newlines && kind == TokenKind::Newline);
        let mut found = self.skip_to(separates);
        while found == TokenKind::Newline && newlines && !self.key_may_follow() {
            self.at += 1;
            found = self.skip_to(separates);
        }
        if separates(found) {
            self.found();
            return if self.only_end_follows() { Resumed::Outside } else { Resumed::NextItem };
        }
        if found == closer {
            self.found();
            self.shaky = true;
            return Resumed::Closed;
        }
        Resumed::Outside
    }

    /// Whether the line after the line break here may begin with a key, or end the object.
    fn key_may_follow(&self) -> bool {
        matches!(
            self.tokens[self.at + 1].kind,
            TokenKind::Ident
                | TokenKind::OpenQuote
                | TokenKind::OpenParen
                | TokenKind::Comment
                | TokenKind::Newline
                | TokenKind::CloseBrace
                | TokenKind::End
        )
    }

    /// Whether nothing more follows; then the list is not closed either, but one message is enough.
    fn only_end_follows(&mut self) -> bool {
        self.lost = self.with_newlines(false, Self::peek_kind) == TokenKind::End;
        self.end_reported |= self.lost;
        self.lost
    }

    /// Goes past the end of the interpolation or directive here; stays lost where there is none.
    pub(super) fn resume_sequence(&mut self) {
        loop {
            match self.skip_to(|_| false) {
                TokenKind::CloseSequence => break,
                TokenKind::End | TokenKind::MissingQuote => return,
                _ => self.at += 1,
            }
        }
        self.found();
        self.shaky = true;
    }

    /// Goes past the `closer` of what was opened before here; stays lost where there is none.
    pub(super) fn resume_after(&mut self, closer: TokenKind) {
        if self.skip_to(|_| false) == closer {
            self.found();
            self.shaky = true;
        }
    }

    /// Goes to the next line at the level of the body, or before the brace that ends it.
    pub(super) fn resume_body(&mut self, nested: bool) {
        loop {
            match self.skip_to(|kind| kind == TokenKind::Newline) {
                TokenKind::Newline => {
                    self.found();
                    if self.item_may_follow() {
                        return;
                    }
                }
                TokenKind::CloseBrace if nested && self.at_line_start() => break,
                TokenKind::End => {
                    self.end_reported = true;
                    break;
                }
                _ => self.at += 1,
            }
        }
        self.lost = false;
    }

    /// Goes past the brace that closes the block here, over however many lines.
    pub(super) fn resume_after_block(&mut self) {
        loop {
            match self.skip_to(|_| false) {
                TokenKind::CloseBrace => return self.found(),
                TokenKind::End => {
                    self.end_reported = true;
                    return;
                }
                _ => self.at += 1,
            }
        }
    }

    /// Whether nothing stands before this on its line.
    fn at_line_start(&self) -> bool {
        let before = self.at.checked_sub(1).map(|before| self.tokens[before].kind);
        matches!(before, None | Some(TokenKind::Newline | TokenKind::Comment))
    }

    /// Whether the line here may be an item of a body, rather than the rest of something that went wrong before it.
    fn item_may_follow(&mut self) -> bool {
        let quoted = [TokenKind::OpenQuote, TokenKind::QuotedText, TokenKind::CloseQuote];
        let line = self.tokens[self.at..].iter().map(|token| token.kind);
        if line.clone().take(3).eq(quoted) {
            return line.clone().nth(3) == Some(TokenKind::Equal);
        }
        !matches!(
            self.tokens[self.at].kind,
            TokenKind::Equal
                | TokenKind::Number
                | TokenKind::OpenParen
                | TokenKind::OpenBracket
                | TokenKind::CloseParen
                | TokenKind::CloseBracket
                | TokenKind::Question
                | TokenKind::Colon
                | TokenKind::Comma
                | TokenKind::Dot
        )
    }

    /// Reads the token here, at which the parser knows its place again.
    fn found(&mut self) {
        self.previous = self.tokens[self.at];
        self.at += 1;
        self.lost = false;
    }
}

/// Whether only brackets and parentheses are open, in which no `name =` can stand.
fn in_brackets(open: &[TokenKind]) -> bool {
    open.iter().all(|kind| matches!(kind, TokenKind::OpenBracket | TokenKind::OpenParen))
}

/// Which of the open brackets `closer` closes, together with those left open within.
fn opener(open: &[TokenKind], closer: TokenKind) -> Option<usize> {
    if closer == TokenKind::MissingQuote {
        let heredoc = open.iter().rposition(|kind| *kind == TokenKind::OpenHeredoc);
        let from = heredoc.map_or(0, |at| at + 1);
        open[from..].iter().position(|kind| *kind == TokenKind::OpenQuote).map(|at| from + at)
    } else {
        open.iter().rposition(|kind| closer.closes_after(*kind))
    }
}
