//! One value as text, over several lines where it has parts, each part with a sign in front.

use std::fmt::Write as _;

use crate::value::{Kind, Value};

/// Columns by which parts are indented.
pub const STEP: usize = 4;
/// A text longer than this is cut.
const LONGEST: usize = 400;

/// What stands for a value that has no parts, or must not be shown.
#[must_use]
pub fn scalar(value: &Value) -> Option<String> {
    if value.marks().is_ephemeral() {
        // A plan has no ephemeral values, and of what is only ever sent it knows no more than that there is something.
        let shown = if value.is_null() { "(write-only attribute)" } else { "(ephemeral value)" };
        return Some(shown.into());
    }
    if value.marks().is_sensitive() {
        return Some("(sensitive value)".into());
    }
    Some(match value.kind() {
        Kind::Null(_) => "null".into(),
        Kind::Unknown(_) => "(known after apply)".into(),
        Kind::Bool(truth) => truth.to_string(),
        Kind::Number(number) => number.to_string(),
        Kind::String(text) => quoted(text),
        Kind::List(_, parts) | Kind::Set(_, parts) | Kind::Tuple(parts) if parts.is_empty() => {
            "[]".into()
        }
        Kind::Map(_, parts) | Kind::Object(parts) if parts.is_empty() => "{}".into(),
        _ => return None,
    })
}

/// The value with `sign` in front of each of its parts; `indent` is that of the line it begins on.
#[must_use]
pub fn literal(value: &Value, sign: &str, indent: usize) -> String {
    if let Some(text) = scalar(value) {
        return text;
    }
    let mut text = String::new();
    let inner = indent + STEP;
    if let Some(entries) = value.as_entries() {
        text.push_str("{\n");
        let names: Vec<String> = entries.keys().map(|name| key(value, name)).collect();
        let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
        for (name, part) in names.iter().zip(entries.values()) {
            let is_nothing = part.is_null() && !part.marks().is_ephemeral();
            if is_nothing && matches!(value.kind(), Kind::Object(_)) {
                continue;
            }
            let part = literal(part, sign, inner);
            line(&mut text, inner, sign, &format!("{name:width$} = {part}"));
        }
    } else {
        text.push_str("[\n");
        for part in value.children() {
            let part = literal(part, sign, inner);
            line(&mut text, inner, sign, &format!("{part},"));
        }
    }
    let close = if value.as_entries().is_some() { '}' } else { ']' };
    write!(text, "{:indent$}{close}", "").expect("a String takes everything");
    text
}

/// Appends a line: the sign stands two columns before the indent, as in a unified diff.
pub fn line(text: &mut String, indent: usize, sign: &str, content: &str) {
    let margin = indent.saturating_sub(2);
    let sign = super::diff::painted(sign);
    writeln!(text, "{:margin$}{sign} {content}", "").expect("a String takes everything");
}

/// The name of a part: bare in objects, quoted in maps where it is no name.
#[must_use]
pub fn key(container: &Value, name: &str) -> String {
    let bare = !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit() || c == '-')
        && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    if bare && !matches!(container.kind(), Kind::Map(..)) { name.to_owned() } else { quoted(name) }
}

/// The text in quotes, on one line, shortened where it is very long.
#[must_use]
pub fn quoted(text: &str) -> String {
    let shown: String = text.chars().take(LONGEST).collect();
    let more = text.chars().count().saturating_sub(LONGEST);
    let mut quoted = String::from("\"");
    for c in shown.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() => quoted.extend(c.escape_default()),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    if more > 0 {
        write!(quoted, " (and {more} more characters)").expect("a String takes everything");
    }
    quoted
}
