//! Objects as `import` makes them of an id alone.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;

use super::make::{Attributes, Made, is_known};
use super::{conformance, random, time};
use crate::base::{Digest, TypeName};
use crate::schema::{Registry, empty_object};
use crate::value::Value;

/// The object that an id of the type's import form describes; none where there is none.
pub(super) fn value(registry: &Registry, type_name: &TypeName, id: &str) -> Option<Value> {
    if !is_known(registry, type_name) || id.is_empty() {
        return None;
    }
    let schema = registry.resource(type_name.as_str())?;
    let attributes = Attributes::of(&empty_object(&schema.block));
    let made = match type_name.as_str() {
        "terraform_data" => Some(attributes.with_id(id)),
        "random_id" => random_id(attributes, id),
        "random_integer" => random_integer(attributes, id),
        "random_password" => {
            let digest = Digest::of(id);
            let salt = digest.as_str().as_bytes().first_chunk().copied()?;
            random::password_of(text(attributes, id), id, salt).ok()
        }
        "random_string" => Some(text(attributes, id).with_id(id)),
        "random_uuid" => {
            let mut attributes = attributes;
            let uuid = uuid::Uuid::try_parse(id).ok()?.to_string();
            attributes.set_text("result", uuid.clone());
            Some(attributes.with_id(uuid))
        }
        "time_static" => {
            let at = id.parse::<Timestamp>().ok()?;
            Some(time::spread(attributes, id, at))
        }
        "time_sleep" => sleep(attributes, id),
        _ if conformance::has_resource(registry, type_name) => {
            let mut attributes = attributes;
            attributes.set_text("name", id);
            Some(attributes.with_id(id))
        }
        _ => None,
    };
    made.map(|made| made.value)
}

/// A text with the flags that the provider assumes.
fn text(mut attributes: Attributes, result: &str) -> Attributes {
    let length = i64::try_from(result.chars().count()).unwrap_or(i64::MAX);
    attributes.set_whole("length", length);
    attributes.set_text("result", result);
    for flag in ["special", "upper", "lower", "numeric", "number"] {
        attributes.set(flag, Value::bool(true));
    }
    for least in ["min_special", "min_upper", "min_lower", "min_numeric"] {
        attributes.set_whole(least, 0);
    }
    attributes
}

/// `[PREFIX,]B64_URL`
fn random_id(mut attributes: Attributes, id: &str) -> Option<Made> {
    let (prefix, encoded) = id.rsplit_once(',').map_or((None, id), |(p, e)| (Some(p), e));
    let bytes = URL_SAFE_NO_PAD.decode(encoded).ok()?;
    attributes.set_whole("byte_length", i64::try_from(bytes.len()).ok()?);
    if let Some(prefix) = prefix {
        attributes.set_text("prefix", prefix);
    }
    Some(random::id_of(attributes, &bytes))
}

/// `RESULT,MIN,MAX[,SEED]`
fn random_integer(mut attributes: Attributes, id: &str) -> Option<Made> {
    let mut parts = id.splitn(4, ',');
    for name in ["result", "min", "max"] {
        attributes.set_whole(name, parts.next()?.parse().ok()?);
    }
    if let Some(seed) = parts.next() {
        attributes.set_text("seed", seed);
    }
    let id = attributes.whole("result")?.to_string();
    Some(attributes.with_id(id))
}

/// `CREATE_DURATION,DESTROY_DURATION`
fn sleep(mut attributes: Attributes, id: &str) -> Option<Made> {
    let (create, destroy) = id.split_once(',')?;
    for (name, text) in [("create_duration", create), ("destroy_duration", destroy)] {
        if !text.is_empty() {
            time::parse(text)?;
            attributes.set_text(name, text);
        }
    }
    Some(attributes.with_id(id))
}
