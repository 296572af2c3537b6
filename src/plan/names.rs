//! Names that are made where the configuration gives none: a prefix and 26 characters.
//!
//! The characters follow from the moment of the plan and the object's address, so that a create that is repeated in
//! another process asks for the same name, and no two objects of a plan get the same one.

use crate::base::{Address, Digest};
use crate::schema::Schema;
use crate::value::Value;

/// The value with its name made up, where the schema says how and the configuration left it open.
pub(super) fn generate(
    schema: &Schema,
    value: &Value,
    address: &Address,
    generation: u32,
    time: jiff::Timestamp,
) -> Value {
    let Some(rule) = &schema.name_generation else { return value.clone() };
    let Some(entries) = value.as_entries() else { return value.clone() };
    let text = |name: &str| entries.get(name).and_then(Value::as_str).filter(|t| !t.is_empty());
    if text(&rule.attr).is_some() || !entries.contains_key(&rule.attr) {
        return value.clone();
    }
    let prefix = text(&rule.prefix_attr).unwrap_or(&rule.default_prefix);
    let truth = |name: &str| entries.get(name).and_then(Value::as_bool) == Some(true);
    let suffix = rule.suffix_if.iter().find(|(name, _)| truth(name)).map(|(_, suffix)| suffix.as_str());
    let name = format!("{prefix}{}{}", unique(address, generation, time), suffix.unwrap_or_default());
    let mut entries = entries.clone();
    entries.insert(rule.attr.clone(), Value::string(name));
    Value::object(entries).with_marks(value.marks())
}

/// UTC time as 18 digits, and 8 hexadecimal digits of the address and generation.
fn unique(address: &Address, generation: u32, time: jiff::Timestamp) -> String {
    let digest = Digest::of_parts([address.to_string().as_str(), &generation.to_string()]);
    let fraction = time.subsec_nanosecond().unsigned_abs() / 100_000;
    format!("{}{fraction:04}{}", time.strftime("%Y%m%d%H%M%S"), digest.short(8))
}
