//! Whether an expression goes on in the next line, for whoever reads one line at a time.

use super::lexer::{Whole, lex};
use super::token::TokenKind;

/// Whether the text ends within brackets, a template sequence or a heredoc, or behind an operator, so that more has to
/// follow. Quotes end with their line, and so do not count.
#[must_use]
pub fn is_unfinished(text: &str) -> bool {
    let mut open = Vec::new();
    let mut last = TokenKind::End;
    // A heredoc begins and ends with its line.
    for token in lex(&format!("{text}\n"), Whole::Expression) {
        let kind = token.kind;
        if kind.opens() {
            open.push(kind);
        } else if kind.closes() {
            match open.pop() {
                Some(opened) if kind.closes_after(opened) => {}
                // What closes nothing, or a quote that its line does not close, is a mistake, which more text does not mend.
                _ => return false,
            }
        }
        if !matches!(kind, TokenKind::Newline | TokenKind::Comment | TokenKind::End) {
            last = kind;
        }
    }
    match open.last() {
        Some(TokenKind::OpenQuote) => false,
        Some(_) => !open.contains(&TokenKind::OpenQuote),
        None => needs_operand(last),
    }
}

const fn needs_operand(kind: TokenKind) -> bool {
    use TokenKind as T;
    matches!(
        kind,
        T::Plus
            | T::Minus
            | T::Slash
            | T::Percent
            | T::EqualEqual
            | T::NotEqual
            | T::Less
            | T::LessOrEqual
            | T::Greater
            | T::GreaterOrEqual
            | T::And
            | T::Or
            | T::Bang
            | T::Question
            | T::Colon
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_open_goes_on() {
        for text in [
            "[",
            "{ a = [",
            "f(1,",
            "1 +",
            "a ? b :",
            "a &&",
            "<<EOT",
            "<<EOT\nx",
            "[<<-EOT\n  ${x}\n  EOT\n",
            "{\n  a = 1 # }",
            "[ /* ] */",
            "! # not",
        ] {
            assert!(is_unfinished(text), "{text}");
        }
        for text in [
            "",
            "1",
            "{ a = [1] }",
            "\"(\"",
            "\"\\\"(\"",
            "\"a",
            "\"${a",
            "[\"a",
            "1)",
            "[1}",
            "x.*",
            "f(1)...",
            "<<EOT\nx\nEOT\n",
            "\"${\"(\"}\"",
        ] {
            assert!(!is_unfinished(text), "{text}");
        }
    }
}
