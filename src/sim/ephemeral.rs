//! Ephemeral resources of the simulated cloud: secrets that are kept there and looked up.

use super::data::Answer;
use super::object::Object;
use super::store::Store;
use crate::base::{Region, TypeName};
use crate::provider::{Error, ErrorClass};
use crate::schema::Registry;
use crate::value::Value;

/// Whether there is an answer for the type.
pub fn supports(type_name: &TypeName) -> bool {
    type_name == "aws_ssm_parameter" || type_name == "aws_secretsmanager_secret_version"
}

/// The value of an ephemeral resource, with every computed attribute filled in.
///
/// # Errors
/// Where there is no such secret.
pub fn open(
    store: &Store,
    registry: &Registry,
    region: &Region,
    type_name: &TypeName,
    config: &Value,
) -> Result<Value, Error> {
    let schema = registry.ephemeral(type_name.as_str()).ok_or_else(|| {
        let what = format!("{type_name} has no schema");
        Error::new(ErrorClass::Unsupported, format!("open {type_name}"), what)
    })?;
    let answer = Answer { schema, region, config };
    if type_name == "aws_ssm_parameter" {
        parameter(store, &answer)
    } else {
        secret(store, &answer)
    }
}

fn parameter(store: &Store, answer: &Answer<'_>) -> Result<Value, Error> {
    let arn = answer.text("arn").unwrap_or_default();
    let is_meant = |object: &&Object| text(object, "arn") == Some(arn) && is_here(object, answer);
    let object = store.of_type("aws_ssm_parameter").find(is_meant).ok_or_else(|| {
        let message = format!("no parameter has the ARN \"{arn}\"");
        Error::new(ErrorClass::Invalid, "ssm:GetParameter", message)
    })?;
    let told = ["name", "type", "version"].map(|name| (name, attribute(object, name)));
    let value = first(object, &["value_wo", "value", "insecure_value"]);
    Ok(answer.with(told.into_iter().chain([("value", value)])))
}

fn secret(store: &Store, answer: &Answer<'_>) -> Result<Value, Error> {
    let wanted = answer.text("secret_id").unwrap_or_default();
    let secrets = store.of_type("aws_secretsmanager_secret").filter(|one| is_here(one, answer));
    let named = secrets
        .filter(|one| ["id", "arn", "name"].iter().any(|key| text(one, key) == Some(wanted)));
    let ids: Vec<&str> = named.map(|one| one.id.as_str()).collect();
    let version = answer.text("version_id");
    let is_meant = |object: &&Object| {
        text(object, "secret_id").is_some_and(|of| of == wanted || ids.contains(&of))
            && version.is_none_or(|version| text(object, "version_id") == Some(version))
            && is_here(object, answer)
    };
    let versions = store.of_type("aws_secretsmanager_secret_version").filter(is_meant);
    // Of several the last one that was made is the current one.
    let object = versions.max_by(|a, b| a.ready_at.total_cmp(&b.ready_at)).ok_or_else(|| {
        let message = format!("the secret \"{wanted}\" has no such version");
        Error::new(ErrorClass::Invalid, "secretsmanager:GetSecretValue", message)
    })?;
    Ok(answer.with([
        ("arn", attribute(object, "arn")),
        ("secret_binary", attribute(object, "secret_binary")),
        ("secret_string", first(object, &["secret_string_wo", "secret_string"])),
        ("version_id", attribute(object, "version_id")),
        ("version_stage", Value::string("AWSCURRENT")),
        ("version_stages", attribute(object, "version_stages")),
    ]))
}

fn is_here(object: &Object, answer: &Answer<'_>) -> bool {
    object.gone_at.is_none() && object.region == *answer.region
}

fn text<'a>(object: &'a Object, name: &str) -> Option<&'a str> {
    object.value.attribute(name)?.as_str()
}

fn attribute(object: &Object, name: &str) -> Value {
    object.value.attribute(name).cloned().unwrap_or(Value::null(crate::value::Type::Dynamic))
}

/// The first of these attributes that is set. Files of the simulated cloud keep no secrets: a later run is told something
/// else in place of one.
fn first(object: &Object, names: &[&str]) -> Value {
    let set = names.iter().map(|name| attribute(object, name));
    let set = set.into_iter().find(|value| value.as_str().is_some_and(|text| !text.is_empty()));
    set.unwrap_or_else(|| Value::string(format!("(the secret of {})", object.id)))
}
