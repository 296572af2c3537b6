//! Tokens to the syntax tree, by recursive descent that never gives up.
//!
//! The rule of recovery: whoever meets something that it does not understand reports it and sets `lost`. While lost,
//! nothing more is reported. The nearest list, block or template around it finds its next item or its end (`recover`)
//! and is no longer lost. So one mistake gives one message, and the next mistake gives the next.

mod body;
mod call;
mod check;
mod collection;
mod escape;
mod expression;
mod for_expression;
mod heredoc;
mod literal;
mod postfix;
mod recover;
mod template;
mod template_tree;

use super::ast::{Expr, ExprKind};
use super::lexer::{self, Whole};
use super::problem::{self, Problem};
use super::token::{Token, TokenKind};
use crate::diag::{Diagnostic, Diagnostics, FileId, Label, Span};

/// How deeply expressions and blocks may nest. Whoever walks the tree may recurse so far.
pub const MAX_DEPTH: u32 = 500;

/// How many problems of a text are reported; a text with more is no configuration.
const MAX_PROBLEMS: usize = 1000;

/// A problem just reported, to add to; nothing where it was not worth reporting.
struct Noted<'p>(Option<&'p mut Diagnostic>);

impl Noted<'_> {
    /// Says what to do.
    fn help(self, text: impl Into<String>) -> Self {
        self.with(|problem| problem.help = Some(text.into()))
    }

    /// Shows `span` around the subject.
    fn within(self, span: Span) -> Self {
        self.with(|problem| problem.context = Some(span))
    }

    /// Points at a further place.
    fn label(self, span: Span, text: impl Into<String>) -> Self {
        self.with(|problem| problem.labels.push(Label { span, text: text.into() }))
    }

    fn with(mut self, change: impl FnOnce(&mut Diagnostic)) -> Self {
        if let Some(problem) = &mut self.0 {
            change(problem);
        }
        self
    }
}

/// A parser at a place in a text.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own about how far an error reaches"
)]
pub(super) struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    file: FileId,
    /// Where `text` begins in `file`.
    offset: u32,
    /// The stretch of `file` that no span leaves.
    limit: (u32, u32),
    /// The next token, comments and line breaks included.
    at: usize,
    /// The token that was read last.
    previous: Token,
    /// Whether line breaks count.
    newlines: bool,
    /// What [`Self::peek_index`] found: from where, whether line breaks counted, the index.
    peeked: (usize, bool, usize),
    /// Whether the parser does not know what the next tokens are part of.
    lost: bool,
    /// Whether a bracket was closed only after an error within it: what follows in the same item may seem wrong for
    /// that reason, and is not reported.
    shaky: bool,
    /// The token at which the parser was lost last.
    failed: Option<usize>,
    /// Whether the end of the text has been reported as coming too early; what is left open then is no news.
    end_reported: bool,
    /// Whether a string that was not closed on its line took the opening brace of a block with it.
    swallowed_brace: bool,
    /// Whether a token that is wrong wherever it stands has been reported for standing where it does as well.
    wrong_token_told: bool,
    /// How deeply expressions and blocks are nested here.
    depth: u32,
    /// The height of the tree of the last expression.
    height: u32,
    problems: Vec<Diagnostic>,
}

impl<'a> Parser<'a> {
    /// A parser at the beginning of `text`, which begins at byte `offset` of `file`.
    pub(super) fn new(text: &'a str, file: FileId, offset: u32, whole: Whole) -> Self {
        let mut parser = Self {
            text,
            tokens: lexer::lex(text, whole),
            file,
            offset,
            limit: (0, u32::MAX),
            at: 0,
            previous: Token { kind: TokenKind::Newline, start: 0, end: 0 },
            newlines: true,
            peeked: (usize::MAX, true, 0),
            lost: false,
            shaky: false,
            failed: None,
            end_reported: false,
            swallowed_brace: false,
            wrong_token_told: false,
            depth: 0,
            height: 0,
            problems: Vec::new(),
        };
        parser.check_tokens();
        parser
    }

    /// What was wrong, in the order of the text.
    pub(super) fn into_problems(mut self) -> Diagnostics {
        self.problems.sort_by_key(|problem| problem.subject.map(|span| span.start));
        self.problems.into_iter().collect()
    }

    /// Keeps all spans within `place`.
    pub(super) fn confine(&mut self, place: Span) {
        self.limit = (place.start, place.end);
    }

    /// The tokens, and what was wrong.
    pub(super) fn into_tokens(mut self) -> (Vec<Token>, Diagnostics) {
        let tokens = std::mem::take(&mut self.tokens);
        (tokens, self.into_problems())
    }

    fn peek_index(&mut self) -> usize {
        if (self.peeked.0, self.peeked.1) == (self.at, self.newlines) {
            return self.peeked.2;
        }
        let skips = |kind| match kind {
            TokenKind::Comment => true,
            TokenKind::Newline => !self.newlines,
            _ => false,
        };
        let mut index = self.at;
        while skips(self.tokens[index].kind) {
            index += 1;
        }
        self.peeked = (self.at, self.newlines, index);
        index
    }

    /// The next token that counts.
    fn peek(&mut self) -> Token {
        let index = self.peek_index();
        self.tokens[index]
    }

    fn peek_kind(&mut self) -> TokenKind {
        self.peek().kind
    }

    fn peek_span(&mut self) -> Span {
        let token = self.peek();
        self.span(token)
    }

    /// Reads the next token that counts; the end stays where it is.
    fn next(&mut self) -> Token {
        let index = self.peek_index();
        let token = self.tokens[index];
        self.at = if token.kind == TokenKind::End { index } else { index + 1 };
        self.previous = token;
        token
    }

    /// Reads the next token if it is a `kind`.
    fn eat(&mut self, kind: TokenKind) -> bool {
        let found = self.peek_kind() == kind;
        if found {
            self.next();
        }
        found
    }

    /// Whether the next token is the name `word`.
    fn at_keyword(&mut self, word: &str) -> bool {
        let token = self.peek();
        token.kind == TokenKind::Ident && token.text(self.text) == word
    }

    fn span(&self, token: Token) -> Span {
        self.bytes(token.start, token.end)
    }

    fn bytes(&self, start: u32, end: u32) -> Span {
        let within = |at: u32| (self.offset + at).clamp(self.limit.0, self.limit.1);
        Span::new(self.file, within(start), within(end))
    }

    /// From `start` to the end of the token that was read last.
    fn span_since(&self, start: Span) -> Span {
        start.to(self.span(self.previous))
    }

    /// Runs `parse` with line breaks counting or not.
    fn with_newlines<T>(&mut self, count: bool, parse: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.newlines, count);
        let result = parse(self);
        self.newlines = before;
        result
    }

    /// Reports a problem that stands for itself, and goes on as if it had not been there.
    fn note(&mut self, problem: Problem, at: Span, detail: impl Into<String>) -> Noted<'_> {
        if self.problems.len() >= MAX_PROBLEMS {
            return Noted(None);
        }
        self.problems.push(Diagnostic::error(problem.code, problem.title, detail).at(at));
        Noted(self.problems.last_mut())
    }

    /// Reports a problem after which it is not known what the next tokens belong to, unless it may only follow from one
    /// before.
    fn fail(&mut self, problem: Problem, at: Span, detail: impl Into<String>) -> Noted<'_> {
        let wrong = check::is_wrong(self.peek_kind());
        let told = wrong && self.wrong_token_told;
        self.wrong_token_told |= wrong;
        let lost = std::mem::replace(&mut self.lost, true);
        self.failed = Some(self.at);
        if lost || told || self.shaky { Noted(None) } else { self.note(problem, at, detail) }
    }

    /// Goes one level deeper while `parse` runs; `None`, and reported, where that is too deep.
    fn deeper<T>(&mut self, parse: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= MAX_DEPTH {
            self.too_deep();
            return None;
        }
        self.depth += 1;
        let result = parse(self);
        self.depth -= 1;
        Some(result)
    }

    fn too_deep(&mut self) {
        let at = self.peek_span();
        let detail = format!("Expressions and blocks can be nested at most {MAX_DEPTH} deep.");
        self.fail(problem::NESTING_TOO_DEEP, at, detail);
    }

    /// Notes that an expression was built over parts of which the tallest has height `parts`.
    fn grow(&mut self, parts: u32) {
        self.height = parts + 1;
        if self.height > MAX_DEPTH && !self.lost {
            self.too_deep();
        }
    }
}

/// What stands for an expression that could not be understood.
const fn invalid(span: Span) -> Expr {
    Expr { kind: ExprKind::Invalid, span }
}
