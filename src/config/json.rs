//! Where the JSON form of the language is told apart into arguments and blocks.

use super::codes;
use crate::diag::{Diagnostic, Diagnostics, FileId, Span};
use crate::syntax::ast::{Body, BodySchema};

/// Parses a file in JSON syntax.
pub fn parse(_text: &str, file: FileId) -> (Body, Diagnostics) {
    let detail = "Files in JSON syntax are not read yet.";
    let problem = Diagnostic::error(codes::UNREADABLE, "JSON syntax is not supported", detail);
    (Body::default(), problem.at(Span::new(file, 0, 0)).into())
}

/// Tells the properties of a JSON body apart.
pub fn expand(body: &Body, _schema: &BodySchema) -> (Body, Diagnostics) {
    (body.clone(), Diagnostics::none())
}
