//! The data source `aws_iam_policy_document`: blocks to the JSON of a policy. It asks no cloud, so every cloud answers it
//! alike. <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>

use serde_json::{Map, Value as Json, json};

use super::{Error, ErrorClass};
use crate::value::Value;

/// The data source with its `json`, `minified_json` and `id` filled in.
///
/// # Errors
/// `Invalid` where two statements have the same `sid`, or a document to be merged is no JSON.
pub fn policy_document(config: &Value) -> Result<Value, Error> {
    let mut statements: Vec<Json> = Vec::new();
    for document in texts(config, "source_policy_documents") {
        let sources = statements_of(&document)?;
        if let Some(sid) =
            sources.iter().find_map(|one| sid(one).filter(|sid| has(&statements, sid)))
        {
            return Err(repeated(sid));
        }
        statements.extend(sources);
    }
    let mut own: Vec<Json> = Vec::new();
    for block in sequence(config, "statement") {
        let statement = statement(block, config);
        if let Some(sid) = sid(&statement).filter(|sid| has(&own, sid)) {
            return Err(repeated(sid));
        }
        own.push(statement);
    }
    merge(&mut statements, own);
    for document in texts(config, "override_policy_documents") {
        merge(&mut statements, statements_of(&document)?);
    }
    let mut document = Map::new();
    document.insert(
        "Version".into(),
        json!(text(config, "version").unwrap_or_else(|| "2012-10-17".into())),
    );
    if let Some(id) = text(config, "policy_id") {
        document.insert("Id".into(), json!(id));
    }
    if !statements.is_empty() {
        document.insert("Statement".into(), Json::Array(statements));
    }
    let document = Ordered(&document);
    let pretty = document.write(true);
    let mut crc = flate2::Crc::new();
    crc.update(pretty.as_bytes());
    let mut attributes = config.as_entries().cloned().unwrap_or_default();
    attributes.insert("id".into(), Value::string(crc.sum().to_string()));
    attributes.insert("minified_json".into(), Value::string(document.write(false)));
    attributes.insert("json".into(), Value::string(pretty));
    Ok(Value::object(attributes))
}

fn repeated(sid: &str) -> Error {
    let message = format!("two statements have the sid \"{sid}\"; a sid names one statement");
    Error::new(ErrorClass::Invalid, "read aws_iam_policy_document", message)
}

fn sid(statement: &Json) -> Option<&str> {
    statement.get("Sid")?.as_str().filter(|sid| !sid.is_empty())
}

fn has(statements: &[Json], wanted: &str) -> bool {
    statements.iter().any(|statement| sid(statement) == Some(wanted))
}

/// Statements with a known `sid` replace, the others are added.
fn merge(statements: &mut Vec<Json>, others: Vec<Json>) {
    for other in others {
        let place = sid(&other)
            .and_then(|wanted| statements.iter().position(|one| sid(one) == Some(wanted)));
        match place {
            Some(place) => statements[place] = other,
            None => statements.push(other),
        }
    }
}

fn statements_of(document: &str) -> Result<Vec<Json>, Error> {
    if document.is_empty() {
        return Ok(Vec::new());
    }
    let parsed: Json = serde_json::from_str(document).map_err(|error| {
        let message = format!("a policy document to be merged is no JSON: {error}");
        Error::new(ErrorClass::Invalid, "read aws_iam_policy_document", message)
    })?;
    Ok(match parsed.get("Statement") {
        Some(Json::Array(statements)) => statements.clone(),
        Some(statement) => vec![statement.clone()],
        None => Vec::new(),
    })
}

fn statement(block: &Value, config: &Value) -> Json {
    let version = text(config, "version");
    let mut statement = Map::new();
    if let Some(sid) = text(block, "sid").filter(|sid| !sid.is_empty()) {
        statement.insert("Sid".into(), json!(sid));
    }
    statement
        .insert("Effect".into(), json!(text(block, "effect").unwrap_or_else(|| "Allow".into())));
    for (key, name) in [
        ("Action", "actions"),
        ("NotAction", "not_actions"),
        ("Resource", "resources"),
        ("NotResource", "not_resources"),
    ] {
        let values = texts(block, name);
        if !values.is_empty() {
            statement.insert(key.into(), one_or_many(variables(values, version.as_deref())));
        }
    }
    for (key, name) in [("Principal", "principals"), ("NotPrincipal", "not_principals")] {
        if let Some(principals) = principals(sequence(block, name)) {
            statement.insert(key.into(), principals);
        }
    }
    if let Some(conditions) = conditions(sequence(block, "condition"), version.as_deref()) {
        statement.insert("Condition".into(), conditions);
    }
    Json::Object(statement)
}

/// `&{aws:username}` is written for `${aws:username}`, which HCL would take for its own.
fn variables(values: Vec<String>, version: Option<&str>) -> Vec<String> {
    let has_variables = version != Some("2008-10-17");
    let with = |text: String| if has_variables { text.replace("&{", "${") } else { text };
    values.into_iter().map(with).collect()
}

/// One value stands by itself; several are written last first, as AWS's own tools have it.
fn one_or_many(mut values: Vec<String>) -> Json {
    if values.len() == 1 {
        return json!(values.remove(0));
    }
    values.sort_unstable_by(|a, b| b.cmp(a));
    json!(values)
}

fn principals(blocks: &[Value]) -> Option<Json> {
    let mut all: Map<String, Json> = Map::new();
    for block in blocks {
        let (kind, mut identifiers) =
            (text(block, "type").unwrap_or_default(), texts(block, "identifiers"));
        if kind == "*" && identifiers == ["*"] {
            return Some(json!("*"));
        }
        if let Some(present) = all.get(&kind) {
            identifiers.extend(match present {
                Json::Array(present) => {
                    present.iter().filter_map(Json::as_str).map(str::to_owned).collect()
                }
                one => one.as_str().map(str::to_owned).into_iter().collect::<Vec<_>>(),
            });
        }
        all.insert(kind, one_or_many(identifiers));
    }
    (!all.is_empty()).then_some(Json::Object(all))
}

fn conditions(blocks: &[Value], version: Option<&str>) -> Option<Json> {
    let mut all: Map<String, Json> = Map::new();
    for block in blocks {
        let test = text(block, "test").unwrap_or_default();
        let values = variables(texts(block, "values"), version);
        let value = if values.len() == 1 { json!(values[0]) } else { json!(values) };
        let tests = all.entry(test).or_insert_with(|| json!({}));
        tests[text(block, "variable").unwrap_or_default()] = value;
    }
    (!all.is_empty()).then_some(Json::Object(all))
}

fn text(value: &Value, name: &str) -> Option<String> {
    value.attribute(name)?.as_str().map(str::to_owned)
}

fn sequence<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.attribute(name).and_then(Value::as_sequence).unwrap_or_default()
}

fn texts(value: &Value, name: &str) -> Vec<String> {
    sequence(value, name).iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Keys of policies and statements in the order in which people expect them.
struct Ordered<'a>(&'a Map<String, Json>);

const ORDER: &[&str] = &[
    "Version",
    "Id",
    "Statement",
    "Sid",
    "Effect",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Principal",
    "NotPrincipal",
    "Condition",
];

impl Ordered<'_> {
    fn write(&self, pretty: bool) -> String {
        let mut text = String::new();
        write_object(&mut text, self.0, pretty.then_some(0));
        text
    }
}

fn write(text: &mut String, value: &Json, depth: Option<usize>) {
    match value {
        Json::Object(object) => write_object(text, object, depth),
        Json::Array(elements) => {
            let parts = elements.iter().map(|element| (None, element));
            write_parts(text, ('[', ']'), parts, depth);
        }
        other => text.push_str(&other.to_string()),
    }
}

fn write_object(text: &mut String, object: &Map<String, Json>, depth: Option<usize>) {
    let mut keys: Vec<&String> = object.keys().collect();
    let rank = |key: &&String| ORDER.iter().position(|known| known == key).unwrap_or(ORDER.len());
    keys.sort_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| a.cmp(b)));
    let parts = keys.into_iter().map(|key| (Some(key.as_str()), &object[key]));
    write_parts(text, ('{', '}'), parts, depth);
}

fn write_parts<'a>(
    text: &mut String,
    (open, close): (char, char),
    parts: impl Iterator<Item = (Option<&'a str>, &'a Json)>,
    depth: Option<usize>,
) {
    text.push(open);
    let mut is_empty = true;
    let inner = depth.map(|depth| depth + 1);
    for (key, value) in parts {
        if !is_empty {
            text.push(',');
        }
        is_empty = false;
        line(text, inner);
        if let Some(key) = key {
            text.push_str(&Json::from(key).to_string());
            text.push_str(if depth.is_some() { ": " } else { ":" });
        }
        write(text, value, inner);
    }
    if !is_empty {
        line(text, depth);
    }
    text.push(close);
}

fn line(text: &mut String, depth: Option<usize>) {
    if let Some(depth) = depth {
        text.push('\n');
        text.push_str(&"  ".repeat(depth));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Type;

    #[test]
    fn blocks_become_json() {
        let set = |items: &[&str]| {
            Value::set(Type::String, items.iter().map(|item| Value::string(*item)))
        };
        let principal = Value::object([
            ("type", Value::string("Service")),
            ("identifiers", set(&["ec2.amazonaws.com"])),
        ]);
        let statement = Value::object([
            ("effect", Value::string("Allow")),
            ("actions", set(&["sts:AssumeRole"])),
            ("principals", Value::tuple([principal])),
        ]);
        let config = Value::object([("statement", Value::tuple([statement]))]);
        let document = policy_document(&config).expect("it is valid");
        assert_eq!(
            document.attribute("minified_json").and_then(Value::as_str),
            Some(concat!(
                r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","#,
                r#""Principal":{"Service":"ec2.amazonaws.com"}}]}"#
            ))
        );
    }
}
