//! Bodies to values by a schema: what a resource, data source or provider block says.
//!
//! [`decode_body`] checks arguments and blocks against a [`Block`], generates the blocks of `dynamic`, evaluates, and
//! returns one value of the schema's type together with the places that its parts come from.

mod body;
mod dynamic;
mod ephemeral;
mod iteration;
mod nested;
mod spans;

use crate::diag::Diagnostics;
use crate::schema::{Block, Schema};
use crate::syntax::ast::Body;
use crate::value::{Marks, Value};

use super::Scope;

pub use ephemeral::check_ephemeral;
pub use spans::Spans;

/// Evaluates a body into one value of the schema's implied type.
///
/// References are checked first, all of them; where one is wrong, the value is unknown. With
/// other errors the parts concerned are unknown.
pub fn decode_body(body: &Body, schema: &Block, scope: &dyn Scope) -> (Value, Spans, Diagnostics) {
    let mut decoder = body::Decoder { problems: Diagnostics::none() };
    let native = decoder.native(body, schema);
    decoder.check_references(&native, schema, scope);
    let mut problems = std::mem::take(&mut decoder.problems);
    let (value, spans) = decoder.block(&native, schema, scope, Marks::NONE);
    if !problems.has_errors() {
        return (value, spans, decoder.problems);
    }
    // What is wrong beside the references is told as well, but not what they lead to.
    let others = decoder.problems.elsewhere(&problems);
    problems.extend(others);
    (Value::unknown(schema.implied_type().clone()), spans, problems)
}

/// Evaluates the body of a block that `schema` describes, as [`decode_body`] does, with the words of its provider.
pub fn decode(body: &Body, schema: &Schema, scope: &dyn Scope) -> (Value, Spans, Diagnostics) {
    let (value, spans, mut problems) = decode_body(body, &schema.block, scope);
    if schema.provider.starts_with("terraform.io/builtin") {
        for problem in problems.iter_mut().filter(|problem| problem.code == body::READ_ONLY) {
            if let Some(name) = spans.attribute_at(problem.subject) {
                problem.summary = format!("\"{name}\" attribute is read-only");
            }
        }
    }
    (value, spans, problems)
}

#[cfg(test)]
mod tests;
