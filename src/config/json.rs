//! Where the JSON form of the language is told apart into arguments and blocks.

use crate::diag::{Diagnostics, FileId};
use crate::syntax;
use crate::syntax::ast::{Body, BodySchema};

/// Parses a file in JSON syntax.
pub fn parse(text: &str, file: FileId) -> (Body, Diagnostics) {
    syntax::parse_json_file(text, file)
}

/// Tells the properties of a JSON body apart.
pub fn expand(body: &Body, schema: &BodySchema) -> (Body, Diagnostics) {
    body.expand_json(schema)
}
