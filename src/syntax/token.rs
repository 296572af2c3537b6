//! Tokens: what the lexer makes of a text and parser and formatter read.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// `{`
    OpenBrace,
    /// `}`
    CloseBrace,
    /// `[`
    OpenBracket,
    /// `]`
    CloseBracket,
    /// `(`
    OpenParen,
    /// `)`
    CloseParen,
    /// The quote that begins a string.
    OpenQuote,
    /// The quote that ends a string.
    CloseQuote,
    /// `<<EOT` or `<<-EOT` with its line break.
    OpenHeredoc,
    /// The line that ends a heredoc, without its line break.
    CloseHeredoc,
    /// `${` or `${~`
    OpenInterpolation,
    /// `%{` or `%{~`
    OpenDirective,
    /// The `}` or `~}` that ends an interpolation or directive.
    CloseSequence,
    /// Text between quotes, escapes as written.
    QuotedText,
    /// Text of a heredoc or bare template: at most one line, with its line break.
    PlainText,
    /// A line break between quotes, where none may be.
    QuotedNewline,
    /// The place (no bytes) where a string that was begun on this line ought to have ended; all strings around it
    /// end here too.
    MissingQuote,
    /// A name.
    Ident,
    /// A number.
    Number,
    /// A comment, without the line break after it.
    Comment,
    /// A line break.
    Newline,
    /// `*`
    Star,
    /// `/`
    Slash,
    /// `%`
    Percent,
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `=`
    Equal,
    /// `==`
    EqualEqual,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `&&`
    And,
    /// `||`
    Or,
    /// `!`
    Bang,
    /// `.`
    Dot,
    /// `,`
    Comma,
    /// `...`
    Ellipsis,
    /// `=>`
    FatArrow,
    /// `?`
    Question,
    /// `:`
    Colon,
    /// `::`
    DoubleColon,
    /// `&`, `|`, `^` or `~`, which the language does not have.
    Bitwise,
    /// A backtick.
    Backtick,
    /// `'`
    Apostrophe,
    /// `;`
    Semicolon,
    /// A character that begins no token.
    Invalid,
    /// The end of the text.
    End,
}

impl TokenKind {
    /// Whether it opens something that a later token closes.
    pub(super) const fn opens(self) -> bool {
        use TokenKind as T;
        matches!(
            self,
            T::OpenBrace
                | T::OpenBracket
                | T::OpenParen
                | T::OpenQuote
                | T::OpenHeredoc
                | T::OpenInterpolation
                | T::OpenDirective
        )
    }

    /// Whether it closes something.
    pub(super) const fn closes(self) -> bool {
        use TokenKind as T;
        matches!(
            self,
            T::CloseBrace
                | T::CloseBracket
                | T::CloseParen
                | T::CloseQuote
                | T::MissingQuote
                | T::CloseHeredoc
                | T::CloseSequence
        )
    }

    /// Whether `self` closes what `open` opened.
    pub(super) const fn closes_after(self, open: Self) -> bool {
        use TokenKind as T;
        matches!(
            (open, self),
            (T::OpenBrace, T::CloseBrace)
                | (T::OpenBracket, T::CloseBracket)
                | (T::OpenParen, T::CloseParen)
                | (T::OpenQuote, T::CloseQuote)
                | (T::OpenHeredoc, T::CloseHeredoc)
                | (T::OpenInterpolation | T::OpenDirective, T::CloseSequence)
        )
    }
}

/// A token and the bytes that it covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// What it is.
    pub(super) kind: TokenKind,
    /// Its first byte.
    pub(super) start: u32,
    /// The byte after its last.
    pub(super) end: u32,
}

impl Token {
    /// What is written there; `text` is the whole text that was lexed.
    pub(super) fn text(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}
