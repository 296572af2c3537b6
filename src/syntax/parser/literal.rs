//! Strings in which nothing is interpolated: the labels of blocks.

use ecow::EcoString;

use super::Parser;
use crate::diag::Span;
use crate::syntax::problem;
use crate::syntax::token::TokenKind;

impl Parser<'_> {
    /// A quoted string without sequences; the quote is next.
    pub(super) fn string_literal(&mut self) -> (EcoString, Span) {
        let open = self.next();
        let start = self.span(open);
        let mut text = EcoString::new();
        loop {
            let token = self.next();
            let at = self.span(token);
            match token.kind {
                TokenKind::CloseQuote => break,
                TokenKind::QuotedText => text.push_str(&self.unescape(token)),
                TokenKind::OpenInterpolation | TokenKind::OpenDirective => {
                    let sign = &token.text(self.text)[..1];
                    let detail = format!(
                        "Nothing can be interpolated in this string. For a literal \"{sign}{{\" write \
                         \"{sign}{sign}{{\"."
                    );
                    self.fail(problem::STRING_LITERAL, at, detail);
                    self.resume_sequence();
                    text.push_str("${ ... }");
                }
                TokenKind::End => {
                    self.end_reported = true;
                    let detail = "There is no closing quote before the end of the text.";
                    self.fail(problem::UNTERMINATED_STRING, at, detail);
                    break;
                }
                TokenKind::MissingQuote => {
                    self.fail(problem::STRING_LITERAL, at, "The closing quote is missing.");
                    if let Some(label) = text.trim_end().strip_suffix('{') {
                        text = label.trim_end().into();
                        self.swallowed_brace = true;
                    }
                    break;
                }
                _ => {
                    self.fail(problem::STRING_LITERAL, at, "This is not valid in a string.");
                    self.resume_after(TokenKind::CloseQuote);
                    break;
                }
            }
        }
        (text, self.span_since(start))
    }
}
