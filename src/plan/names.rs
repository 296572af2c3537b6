//! Names that are made where the configuration gives none: a prefix and 26 characters.
//!
//! They follow from the plan's seed and the object's address, so that a create that is repeated in another process asks
//! for the same name, and no two objects of a plan get the same one.

use crate::base::{Address, Digest};
use crate::schema::{Name, Schema, generate_name};
use crate::value::Value;

/// The value with its name made up, where the schema says how and the configuration left it open.
pub(super) fn generate(
    schema: &Schema,
    value: &Value,
    address: &Address,
    generation: u32,
    seed: u64,
) -> Value {
    let Some(rule) = &schema.name_generation else { return value.clone() };
    let Some(entries) = value.as_entries().filter(|entries| entries.contains_key(&rule.attr))
    else {
        return value.clone();
    };
    let digest = Digest::of_parts([seed.to_string(), address.to_string(), generation.to_string()]);
    let seed = u64::from_str_radix(digest.short(16), 16).unwrap_or(seed);
    let Name::Generated(name) = generate_name(rule, value, &mut fastrand::Rng::with_seed(seed))
    else {
        return value.clone();
    };
    let mut entries = entries.clone();
    entries.insert(rule.attr.clone(), Value::string(name));
    Value::object(entries).with_marks(value.marks())
}
