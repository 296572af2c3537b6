//! Values to JSON.

use std::fmt::Write as _;

use crate::value::{Kind, Type, Value};

/// The value as compact JSON, object keys in order. Marks are ignored; remove what must not be written first.
///
/// Where `ty` is open, the value is wrapped together with its own type: `{"value":…,"type":…}`. The value must be
/// wholly known; unknown parts and infinities have no JSON form, and yield `None`.
#[must_use]
pub fn to_json(value: &Value, ty: &Type) -> Option<String> {
    let mut text = String::new();
    write(value, ty, &mut text)?;
    Some(text)
}

fn write(value: &Value, ty: &Type, text: &mut String) -> Option<()> {
    // An unknown may not even have a type to write down.
    if !value.is_known() {
        return None;
    }
    if *ty == Type::Dynamic && !value.is_null() {
        text.push_str("{\"value\":");
        let own = value.ty();
        write(value, &own, text)?;
        text.push_str(",\"type\":");
        text.push_str(&type_to_json(&own));
        text.push('}');
        return Some(());
    }
    match value.kind() {
        Kind::Null(_) => text.push_str("null"),
        Kind::Unknown(_) => return None,
        Kind::Bool(truth) => text.push_str(if *truth { "true" } else { "false" }),
        Kind::Number(number) if number.is_infinite() => return None,
        Kind::Number(number) => write!(text, "{number}").ok()?,
        Kind::String(content) => text.push_str(&quote_json(content)),
        Kind::List(..) | Kind::Set(..) | Kind::Tuple(_) => write_sequence(value, ty, text)?,
        Kind::Map(..) | Kind::Object(_) => write_entries(value, ty, text)?,
    }
    Some(())
}

fn write_sequence(value: &Value, ty: &Type, text: &mut String) -> Option<()> {
    text.push('[');
    for (index, element) in value.children().enumerate() {
        if index > 0 {
            text.push(',');
        }
        let element_type = match ty {
            Type::List(element) | Type::Set(element) => (**element).clone(),
            Type::Tuple(elements) => elements.get(index)?.clone(),
            _ => element.ty(),
        };
        write(element, &element_type, text)?;
    }
    text.push(']');
    Some(())
}

fn write_entries(value: &Value, ty: &Type, text: &mut String) -> Option<()> {
    text.push('{');
    for (index, (name, element)) in value.as_entries()?.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str(&quote_json(name));
        text.push(':');
        let element_type = match ty {
            Type::Map(element) => (**element).clone(),
            Type::Object(object) => object.attributes.get(name)?.clone(),
            _ => element.ty(),
        };
        write(element, &element_type, text)?;
    }
    text.push('}');
    Some(())
}

/// The text as a JSON string with the escapes that Terraform writes: `<`, `>`, `&` and line separators too.
#[must_use]
pub fn quote_json(content: &str) -> String {
    let mut text = String::with_capacity(content.len() + 2);
    text.push('"');
    for c in content.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                write!(text, "\\u{:04x}", u32::from(c)).expect("a String takes everything");
            }
            c => text.push(c),
        }
    }
    text.push('"');
    text
}

/// The type as JSON: `"string"`, `["list","string"]`, `["object",{"a":"number"}]`.
#[must_use]
pub fn type_to_json(ty: &Type) -> String {
    let nested = |kind: &str, element: &Type| format!("[\"{kind}\",{}]", type_to_json(element));
    match ty {
        Type::Dynamic => "\"dynamic\"".into(),
        Type::Bool => "\"bool\"".into(),
        Type::Number => "\"number\"".into(),
        Type::String => "\"string\"".into(),
        Type::List(element) => nested("list", element),
        Type::Set(element) => nested("set", element),
        Type::Map(element) => nested("map", element),
        Type::Tuple(elements) => {
            let elements: Vec<String> = elements.iter().map(type_to_json).collect();
            format!("[\"tuple\",[{}]]", elements.join(","))
        }
        Type::Object(object) => {
            let attributes: Vec<String> = object
                .attributes
                .iter()
                .map(|(name, ty)| format!("{}:{}", quote_json(name), type_to_json(ty)))
                .collect();
            let optional: Vec<String> =
                object.optional.iter().map(|name| quote_json(name)).collect();
            let optional = if optional.is_empty() {
                String::new()
            } else {
                format!(",[{}]", optional.join(","))
            };
            format!("[\"object\",{{{}}}{optional}]", attributes.join(","))
        }
    }
}
