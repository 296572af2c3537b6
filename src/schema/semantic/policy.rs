//! IAM policies of the same meaning, whatever their order and form.
//!
//! AWS stores policies in a form of its own: single-element lists become texts, statements and actions are reordered,
//! account principals become root ARNs.

use std::collections::BTreeMap;

use serde_json::Value as Json;

/// Whether two policy documents mean the same. Texts that are not JSON are compared as they are.
#[must_use]
pub fn policies_equal(a: &str, b: &str) -> bool {
    if a.trim() == b.trim() {
        return true;
    }
    match (canonical(a), canonical(b)) {
        (Some(a), Some(b)) => a == b,
        (None, None) => is_empty(a) && is_empty(b),
        _ => false,
    }
}

fn is_empty(text: &str) -> bool {
    matches!(text.trim(), "" | "{}")
}

/// A document in a form in which equal meaning is equal value.
fn canonical(text: &str) -> Option<Json> {
    let Json::Object(mut document) = serde_json::from_str(text).ok()? else { return None };
    if document.is_empty() {
        return None;
    }
    document.entry("Version").or_insert_with(|| "2008-10-17".into());
    if document.get("Id").and_then(Json::as_str) == Some("") {
        document.remove("Id");
    }
    let statements = match document.remove("Statement") {
        Some(Json::Array(statements)) => statements,
        Some(one) => vec![one],
        None => Vec::new(),
    };
    let mut statements: Vec<String> = statements
        .into_iter()
        .map(|statement| canonical_statement(statement).to_string())
        .collect();
    statements.sort();
    statements.dedup();
    document.insert("Statement".into(), statements.into());
    Some(sorted(Json::Object(document)))
}

fn canonical_statement(statement: Json) -> Json {
    let Json::Object(entries) = statement else { return statement };
    let entries = entries.into_iter().filter(|(key, value)| key != "Sid" || *value != "");
    let entries: BTreeMap<String, Json> = entries
        .map(|(key, value)| {
            let value = match key.as_str() {
                "Action" | "NotAction" => list(value, str::to_lowercase),
                "Resource" | "NotResource" => list(value, str::to_owned),
                "Principal" | "NotPrincipal" => principals(value),
                "Condition" => conditions(value),
                _ => value,
            };
            (key, value)
        })
        .collect();
    entries.into_iter().collect::<serde_json::Map<_, _>>().into()
}

/// A text or list of texts as a sorted list without repetition.
fn list(value: Json, form: impl Fn(&str) -> String) -> Json {
    let elements = match value {
        Json::Array(elements) => elements,
        one => vec![one],
    };
    let mut texts: Vec<String> = elements
        .iter()
        .map(|element| match element {
            Json::String(text) => form(text),
            other => form(&other.to_string()),
        })
        .collect();
    texts.sort();
    texts.dedup();
    texts.into()
}

fn principals(value: Json) -> Json {
    match value {
        Json::Object(kinds) => {
            let kinds: BTreeMap<String, Json> =
                kinds.into_iter().map(|(kind, who)| (kind, list(who, account))).collect();
            kinds.into_iter().collect::<serde_json::Map<_, _>>().into()
        }
        Json::String(all) => serde_json::json!({ "AWS": [all] }),
        other => other,
    }
}

/// An account's root ARN becomes the bare account id.
fn account(principal: &str) -> String {
    let parts: Vec<&str> = principal.split(':').collect();
    match parts.as_slice() {
        ["arn", _, "iam", "", account, "root"] => (*account).into(),
        _ => principal.into(),
    }
}

fn conditions(value: Json) -> Json {
    let Json::Object(operators) = value else { return value };
    let operators: BTreeMap<String, Json> = operators
        .into_iter()
        .map(|(operator, keys)| {
            let Json::Object(keys) = keys else { return (operator, keys) };
            let keys: BTreeMap<String, Json> = keys
                .into_iter()
                .map(|(key, value)| (key.to_lowercase(), list(value, str::to_owned)))
                .collect();
            (operator, keys.into_iter().collect::<serde_json::Map<_, _>>().into())
        })
        .collect();
    operators.into_iter().collect::<serde_json::Map<_, _>>().into()
}

fn sorted(json: Json) -> Json {
    match json {
        Json::Object(entries) => {
            let entries: BTreeMap<String, Json> =
                entries.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            entries.into_iter().collect::<serde_json::Map<_, _>>().into()
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::policies_equal;

    #[test]
    fn meaning_counts_and_form_does_not() {
        let check = |a: &str, b: &str, expect: bool| {
            assert_eq!(policies_equal(a, b), expect, "{a} {b}");
            assert_eq!(policies_equal(b, a), expect, "{b} {a}");
        };
        let one = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:Get*"],"Resource":"*"}]}"#;
        check(
            one,
            r#"{"Statement":{"Resource":["*"],"Action":"s3:get*","Effect":"Allow","Sid":""},"Version":"2012-10-17"}"#,
            true,
        );
        check(
            one,
            r#"{"Statement":{"Resource":["*"],"Action":"s3:Put*","Effect":"Allow"},"Version":"2012-10-17"}"#,
            false,
        );
        check(one, "", false);
        check("", "{}", true);
        let principal = |who: &str| {
            format!(
                r#"{{"Statement":[{{"Effect":"Allow","Principal":{who},"Action":"sts:AssumeRole"}}]}}"#
            )
        };
        check(
            &principal(r#"{"AWS":"123456789012"}"#),
            &principal(r#"{"AWS":["arn:aws:iam::123456789012:root"]}"#),
            true,
        );
        check(&principal(r#""*""#), &principal(r#"{"AWS":"*"}"#), true);
        check(&principal(r#"{"AWS":"1"}"#), &principal(r#"{"Service":"1"}"#), false);
        let condition = |value: &str| {
            format!(
                r#"{{"Statement":[{{"Effect":"Deny","Action":"*","Condition":{{"Bool":{{"aws:SecureTransport":{value}}}}}}}]}}"#
            )
        };
        check(&condition("\"false\""), &condition("[\"false\"]"), true);
        check(&condition("false"), &condition("\"false\""), true);
        check(&condition("\"true\""), &condition("\"false\""), false);
    }
}
