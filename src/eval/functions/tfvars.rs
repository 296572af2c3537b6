//! `provider::terraform::decode_tfvars`: variable definitions as an object.

use super::template::Places;
use super::{CallError, Context};
use crate::config::check_constant;
use crate::diag::{Diagnostic, Diagnostics, FileId};
use crate::eval::{Found, Outside, Reference, Scope, evaluate};
use crate::syntax::parse_file;
use crate::value::Value;

const NAME: &str = "<decode_tfvars argument>";

/// Definitions know no names.
struct Constants<'a>(&'a Outside);

impl Scope for Constants<'_> {
    fn resolve(&self, _: &Reference<'_>) -> Result<Found, Box<Diagnostic>> {
        let detail = "Variables may not be used here.";
        Err(Box::new(Diagnostic::error(330, "Variables not allowed", detail)))
    }

    fn outside(&self) -> &Outside {
        self.0
    }
}

pub(super) fn decode(context: &Context<'_>, text: &str) -> Result<Value, CallError> {
    let places = Places::of(NAME, text);
    let (body, problems) = parse_file(text, FileId(u32::MAX));
    places
        .check(&problems)
        .map_err(|error| CallError::new(format!("invalid tfvars syntax: {}", error.message)))?;
    if let Some(block) = body.blocks.first() {
        return Err(CallError::new(format!(
            "invalid tfvars syntax: {NAME}: Unexpected {:?} block; Blocks are not allowed here.",
            block.ident.name
        )));
    }
    let scope = Constants(context.outside);
    let mut variables = Vec::with_capacity(body.attributes.len());
    for attribute in &body.attributes {
        let mut problems = Diagnostics::none();
        check_constant(&attribute.expr, &mut problems);
        let (value, others) = evaluate(&attribute.expr, &scope);
        problems.extend(others);
        places.check(&problems).map_err(|error| {
            CallError::new(format!(
                "invalid expression for variable {:?}: {}",
                attribute.name.name, error.message
            ))
        })?;
        variables.push((attribute.name.name.clone(), value));
    }
    Ok(Value::object(variables))
}
