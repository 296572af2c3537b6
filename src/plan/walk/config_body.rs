//! Bodies of blocks to values: decoded by the schema, checked by it, and kept free of what must not be stored.

use super::scope::Place;
use crate::config::{Resource, ResourceKey};
use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::eval;
use crate::schema::{self, Block, Schema};
use crate::syntax::ast::Body;
use crate::value::{AttrPath, Value};

impl Place<'_> {
    /// The value of a `provider` block or the like.
    pub fn decode(&self, body: &Body, schema: &Schema) -> (Value, Diagnostics) {
        let (decoded, mut problems) = eval::decode_body(body, &schema.block, self);
        if !problems.has_errors() {
            problems.extend(schema::validate(schema, &decoded.value, &|path| decoded.span(path)));
        }
        (decoded.value, problems)
    }

    /// The value of a resource's own arguments.
    pub fn decode_resource(&self, resource: &Resource, schema: &Schema) -> (Value, Diagnostics) {
        let (decoded, mut problems) = eval::decode_body(&resource.body, &schema.block, self);
        if !problems.has_errors() {
            problems.extend(schema::validate(schema, &decoded.value, &|path| decoded.span(path)));
            let span_of = |path: &AttrPath| decoded.span(path).unwrap_or(resource.span);
            ephemeral(&resource.key, &schema.block, &decoded.value, &span_of, &mut problems);
        }
        (decoded.value, problems)
    }
}

/// Ephemeral values may only go into arguments that are never stored.
fn ephemeral(
    key: &ResourceKey,
    block: &Block,
    value: &Value,
    span_of: &dyn Fn(&AttrPath) -> Span,
    problems: &mut Diagnostics,
) {
    if !value.deep_marks().is_ephemeral() || key.mode == crate::base::Mode::Ephemeral {
        return;
    }
    for (name, given) in value.as_entries().into_iter().flatten() {
        let stored = block.attributes.get(name).is_none_or(|attribute| !attribute.write_only);
        if stored && given.deep_marks().is_ephemeral() {
            let detail = format!(
                "Ephemeral values are not valid for \"{name}\", because it is not a write-only attribute and must be \
                 persisted to state."
            );
            problems.push(
                Diagnostic::error(535, "Invalid use of ephemeral value", detail)
                    .at(span_of(&AttrPath::attribute(name.clone()))),
            );
        }
    }
}
