//! The simulated test provider that the language's conformance cases ask for: `conf_*`.
//!
//! It exists only where a schema of that provider was added to the registry.

use super::make::{Attributes, Made};
use crate::base::TypeName;
use crate::provider::{Error, ErrorClass};
use crate::schema::Registry;
use crate::value::Value;

/// The provider whose types are simulated.
const PROVIDER: &str = "conformance/conf";

fn is_conformance(provider: &str) -> bool {
    provider.ends_with(PROVIDER)
}

pub(super) fn has_resource(registry: &Registry, type_name: &TypeName) -> bool {
    registry.resource(type_name.as_str()).is_some_and(|schema| is_conformance(&schema.provider))
}

pub(super) fn has_data(registry: &Registry, type_name: &TypeName) -> bool {
    registry.data(type_name.as_str()).is_some_and(|schema| is_conformance(&schema.provider))
}

/// Fills in what the provider computes: `id-of-NAME`, and `auto-NAME` for a label that is not set.
pub(super) fn make(mut attributes: Attributes) -> Result<Made, String> {
    let name = attributes.text("name").unwrap_or_default();
    if name == "forbidden" {
        return Err("Forbidden name".to_owned());
    }
    if attributes.raw("label").is_null() {
        attributes.set_text("label", format!("auto-{name}"));
    }
    Ok(attributes.with_id(format!("id-of-{name}")))
}

/// The value of a data source.
pub(super) fn data(
    registry: &Registry,
    type_name: &TypeName,
    config: &Value,
) -> Result<Value, Error> {
    if !has_data(registry, type_name) {
        let message = format!("{type_name} is not implemented");
        return Err(Error::new(ErrorClass::Unsupported, "read", message));
    }
    let mut attributes = Attributes::of(config);
    let key = attributes.text("key").unwrap_or_default();
    let filters = attributes.raw("filter");
    let count = filters.as_sequence().map_or(0, <[Value]>::len);
    attributes.set_text("result", format!("value-of-{key}"));
    attributes.set_whole("count_of_filters", i64::try_from(count).unwrap_or(i64::MAX));
    Ok(attributes.into_value())
}
