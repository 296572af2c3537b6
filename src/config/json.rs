//! Where the JSON form of the language is told apart into arguments and blocks.

use super::codes;
use super::content::json_properties;
use crate::diag::{Diagnostic, Diagnostics};
use crate::syntax::ast::{Body, BodySchema, JsonBody, JsonKind};

/// Tells the properties of a JSON body apart. What stands beside them in native syntax, from another file, is kept.
pub fn expand(body: &Body, schema: &BodySchema) -> (Body, Diagnostics) {
    let (mut whole, problems) = body.expand_json(schema);
    if body.json.is_some() {
        whole.attributes.splice(0..0, body.attributes.iter().cloned());
        whole.blocks.splice(0..0, body.blocks.iter().cloned());
    }
    (whole, problems)
}

/// Reports the properties of a JSON body that `schema` does not have.
pub fn check_known(body: &Body, schema: &BodySchema) -> Diagnostics {
    let names = || schema.attributes.iter().chain(schema.blocks.iter().map(|(name, _)| name));
    body.json
        .iter()
        .flat_map(|json| json_properties(json))
        .filter(|(name, _)| !names().any(|known| *known == name.name))
        .map(|(name, _)| {
            let detail = format!("No argument or block type is named \"{}\".", name.name);
            Diagnostic::error(
                codes::UNSUPPORTED_ARGUMENT,
                "Extraneous JSON object property",
                detail,
            )
            .at(name.span)
            .did_you_mean(&name.name, names().map(ecow::EcoString::as_str))
        })
        .collect()
}

/// Whether a property is given as an expression in a string, not as an object or a list.
pub fn is_expression(json: &JsonBody, name: &str) -> bool {
    json_properties(json)
        .any(|(given, value)| given.name == name && matches!(value.kind, JsonKind::String(_)))
}
