//! Bodies of blocks to values: decoded by the schema, checked by it, and kept free of what must not be stored.

use super::scope::Place;
use crate::base::Mode;
use crate::config::Resource;
use crate::diag::Diagnostics;
use crate::eval;
use crate::schema::{self, Schema};
use crate::syntax::ast::Body;
use crate::value::Value;

impl Place<'_> {
    /// The value of a `provider` block or the like.
    pub fn decode(&self, body: &Body, schema: &Schema) -> (Value, Diagnostics) {
        let (value, spans, mut problems) = eval::decode::decode(body, schema, self);
        if !problems.has_errors() {
            problems.extend(schema::validate(schema, &value, &|path| Some(spans.find(path))));
        }
        (value, problems)
    }

    /// The value of a resource's own arguments.
    pub fn decode_resource(&self, resource: &Resource, schema: &Schema) -> (Value, Diagnostics) {
        let (value, spans, mut problems) = eval::decode::decode(&resource.body, schema, self);
        if problems.has_errors() {
            return (value, problems);
        }
        problems.extend(schema::validate(schema, &value, &|path| Some(spans.find(path))));
        if resource.key.mode != Mode::Ephemeral {
            problems.extend(eval::decode::check_ephemeral(&value, &schema.block, &spans));
        }
        (value, problems)
    }
}
