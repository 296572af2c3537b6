//! The entrances: whole files, expressions and templates.

use super::ast::{Body, Expr, ExprKind, Template, TemplateForm};
use super::lexer::Whole;
use super::parser::Parser;
use super::problem;
use crate::diag::{Diagnostic, Diagnostics, FileId, Span};

/// The largest text that is parsed, in bytes.
pub const MAX_SIZE: usize = 32 << 20;

/// Parses a file. The tree holds all that was understood.
pub fn parse_file(text: &str, file: FileId) -> (Body, Diagnostics) {
    if let Err(problem) = check_size(text, file) {
        return (Body::default(), problem);
    }
    let mut parser = Parser::new(text, file, 0, Whole::Expression);
    let body = parser.file();
    (body, parser.into_problems())
}

/// Parses a file whose encoding is still to be checked; it has to be UTF-8.
pub fn parse_bytes(bytes: &[u8], file: FileId) -> (Body, Diagnostics) {
    match decode(bytes, file) {
        Ok(text) => parse_file(text, file),
        Err(problems) => (Body::default(), problems),
    }
}

/// The text that `bytes` hold.
///
/// # Errors
/// A diagnostic at the first byte that is not UTF-8.
pub fn decode(bytes: &[u8], file: FileId) -> Result<&str, Diagnostics> {
    std::str::from_utf8(bytes).map_err(|error| {
        let start = u32::try_from(error.valid_up_to()).unwrap_or(u32::MAX);
        let length = error.error_len().map_or(1, |length| u32::try_from(length).unwrap_or(1));
        let encoding = problem::INVALID_ENCODING;
        let detail = "The file is not encoded in UTF-8: these bytes are no character.";
        Diagnostic::error(encoding.code, encoding.title, detail)
            .at(Span::new(file, start, start.saturating_add(length)))
            .help("Choose UTF-8 as the encoding in your editor.")
            .into()
    })
}

/// Parses an expression that begins at byte `offset` of `file`. Line breaks have no meaning in it.
pub fn parse_expr(text: &str, file: FileId, offset: u32) -> (Expr, Diagnostics) {
    if let Err(problem) = check_size(text, file) {
        return (Expr { kind: ExprKind::Invalid, span: Span::new(file, offset, offset) }, problem);
    }
    let mut parser = Parser::new(text, file, offset, Whole::Expression);
    let expr = parser.whole_expression();
    (expr, parser.into_problems())
}

/// Parses a text that is a template as a whole and begins at byte `offset` of `file`.
pub fn parse_template(text: &str, file: FileId, offset: u32) -> (Template, Diagnostics) {
    if let Err(problem) = check_size(text, file) {
        return (Template { parts: Vec::new(), form: TemplateForm::Bare }, problem);
    }
    let mut parser = Parser::new(text, file, offset, Whole::Template);
    let template = parser.whole_template();
    (template, parser.into_problems())
}

/// Parses a template that is the content of a string at `place`, quotes included. Where the string holds escapes, places
/// within it are only near.
pub(super) fn parse_template_in(text: &str, place: Span) -> (Template, Diagnostics) {
    let mut parser = Parser::new(text, place.file, place.start + 1, Whole::Template);
    parser.confine(place);
    let template = parser.whole_template();
    (template, parser.into_problems())
}

/// Refuses a text that is larger than [`MAX_SIZE`].
pub(super) fn check_size(text: &str, file: FileId) -> Result<(), Diagnostics> {
    if text.len() <= MAX_SIZE { Ok(()) } else { Err(too_large(file).into()) }
}

/// That a file has more than [`MAX_SIZE`] bytes.
#[must_use]
pub fn too_large(file: FileId) -> Diagnostic {
    let too_large = problem::FILE_TOO_LARGE;
    let detail =
        format!("The file has more than {} MiB, which is the most that is read.", MAX_SIZE >> 20);
    Diagnostic::error(too_large.code, too_large.title, detail).at(Span::new(file, 0, 0)).help(
        "Move data into files of its own, and read those with file() or jsondecode(file(...)).",
    )
}
