//! Whether two tokens that follow each other on a line are parted by a space.

use super::Piece;
use crate::syntax::token::TokenKind as T;

/// Whether a space stands between `token` and `after`; `before` is what precedes `token` on the line.
#[expect(
    clippy::match_same_arms,
    clippy::unnested_or_patterns,
    reason = "the first rule that fits decides, so their order matters"
)]
pub(super) fn space_between(
    before: Option<&Piece<'_>>,
    token: &Piece<'_>,
    after: &Piece<'_>,
) -> bool {
    match (token.kind, after.kind) {
        (_, T::Newline)
        | (T::Ident, T::OpenParen | T::DoubleColon)
        | (T::DoubleColon, T::Ident)
        | (T::Dot, _)
        | (_, T::Dot | T::Comma | T::Ellipsis) => false,
        (T::Comma, _) => true,
        (T::QuotedText | T::PlainText | T::OpenQuote | T::OpenHeredoc, _)
        | (_, T::QuotedText | T::PlainText | T::CloseQuote | T::CloseHeredoc) => false,
        // `in` of a `for`, which is no name before a bracket: `[for x in [1] : x]`.
        (T::Ident, _) if token.text == "in" && before.is_some_and(|b| b.kind == T::Ident) => true,
        (T::Ident | T::Number, T::OpenBracket) => false,
        (_, T::OpenBracket) if token.bracket_change() < 0 => false,
        (T::Bang, _) => false,
        (T::Minus, _) => before.is_some_and(|before| is_subtraction_after(before.kind)),
        (T::OpenBrace, T::CloseBrace) => false,
        (T::OpenBrace, _) | (_, T::CloseBrace) => true,
        // An object alone in an interpolation: `${ { a = 1 } }`.
        (T::OpenInterpolation | T::OpenDirective, T::OpenBrace)
        | (T::CloseBrace, T::CloseSequence) => true,
        (T::CloseSequence, T::OpenInterpolation | T::OpenDirective) => false,
        _ => token.bracket_change() <= 0 && after.bracket_change() >= 0,
    }
}

/// Whether a minus after this is a subtraction rather than a sign.
const fn is_subtraction_after(before: T) -> bool {
    !matches!(
        before,
        T::OpenParen
            | T::OpenBrace
            | T::OpenBracket
            | T::Equal
            | T::Colon
            | T::Comma
            | T::Question
            | T::Plus
            | T::Star
            | T::Slash
            | T::Percent
            | T::Minus
            | T::EqualEqual
            | T::NotEqual
            | T::Greater
            | T::GreaterOrEqual
            | T::Less
            | T::LessOrEqual
            | T::And
            | T::Or
            | T::Bang
    )
}
