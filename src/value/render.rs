//! Values as the console writes them: Terraform's own notation, which reads back as an expression where it can.

use std::fmt::Write as _;

use super::{Kind, Type, Value};

const INDENT: usize = 2;

impl Value {
    /// The value in the console's notation, over several lines; sensitive, ephemeral and unknown parts are named as such.
    #[must_use]
    pub fn to_console(&self) -> String {
        let mut text = String::new();
        write_value(self, &mut text, 0);
        text
    }
}

fn write_value(value: &Value, text: &mut String, indent: usize) {
    if !value.is_known() {
        return text.push_str("(known after apply)");
    }
    if value.marks().is_sensitive() {
        return text.push_str("(sensitive value)");
    }
    if value.marks().is_ephemeral() {
        return text.push_str("(ephemeral value)");
    }
    match value.kind() {
        Kind::Null(ty) => text.push_str(&null_text(ty)),
        Kind::Unknown(_) => {}
        Kind::Bool(truth) => text.push_str(if *truth { "true" } else { "false" }),
        Kind::Number(number) => write!(text, "{number}").expect("a String takes everything"),
        Kind::String(content) => write_string(content, text, indent),
        Kind::Tuple(elements) => write_sequence(elements, text, indent),
        Kind::List(_, elements) => {
            wrap("tolist(", text, |text| write_sequence(elements, text, indent));
        }
        Kind::Set(_, elements) => {
            wrap("toset(", text, |text| write_sequence(elements, text, indent));
        }
        Kind::Object(entries) => write_mapping(entries.iter(), text, indent),
        Kind::Map(_, entries) => {
            wrap("tomap(", text, |text| write_mapping(entries.iter(), text, indent));
        }
    }
}

fn wrap(open: &str, text: &mut String, inner: impl FnOnce(&mut String)) {
    text.push_str(open);
    inner(text);
    text.push(')');
}

fn null_text(ty: &Type) -> String {
    match ty {
        Type::Dynamic => "null".into(),
        Type::String => "tostring(null)".into(),
        Type::Number => "tonumber(null)".into(),
        Type::Bool => "tobool(null)".into(),
        Type::List(element) => format!("tolist(null) /* of {} */", element.friendly_name()),
        Type::Set(element) => format!("toset(null) /* of {} */", element.friendly_name()),
        Type::Map(element) => format!("tomap(null) /* of {} */", element.friendly_name()),
        Type::Tuple(_) | Type::Object(_) => format!("null /* {} */", ty.friendly_name()),
    }
}

fn new_line(text: &mut String, indent: usize) {
    write!(text, "\n{:1$}", "", indent).expect("a String takes everything");
}

fn write_sequence(elements: &[Value], text: &mut String, indent: usize) {
    text.push('[');
    for element in elements {
        new_line(text, indent + INDENT);
        write_value(element, text, indent + INDENT);
        text.push(',');
    }
    if !elements.is_empty() {
        new_line(text, indent);
    }
    text.push(']');
}

fn write_mapping<'a>(
    entries: impl ExactSizeIterator<Item = (&'a ecow::EcoString, &'a Value)>,
    text: &mut String,
    indent: usize,
) {
    let empty = entries.len() == 0;
    text.push('{');
    for (name, value) in entries {
        new_line(text, indent + INDENT);
        write_string(name, text, indent + INDENT);
        text.push_str(" = ");
        write_value(value, text, indent + INDENT);
    }
    if !empty {
        new_line(text, indent);
    }
    text.push('}');
}

/// Quoted, or as a heredoc where the text has several lines.
fn write_string(content: &str, text: &mut String, indent: usize) {
    if !content.contains('\n') {
        return text.push_str(&quote(content));
    }
    let mut delimiter = String::from("EOT");
    while content.split('\n').any(|line| line.trim() == delimiter) {
        delimiter.push('_');
    }
    text.push_str(if indent > 0 { "<<-" } else { "<<" });
    text.push_str(&delimiter);
    for line in content.split('\n') {
        new_line(text, indent);
        text.push_str(line);
    }
    new_line(text, indent);
    text.push_str(&delimiter);
}

/// The text in double quotes with escapes as Go writes them.
#[must_use]
pub fn quote(content: &str) -> String {
    let mut text = String::with_capacity(content.len() + 2);
    text.push('"');
    for c in content.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\u{7}' => text.push_str("\\a"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{b}' => text.push_str("\\v"),
            c if is_printable(c) => text.push(c),
            c if u32::from(c) < 0x20 || c == '\u{7f}' => {
                write!(text, "\\x{:02x}", u32::from(c)).expect("a String takes everything");
            }
            c if u32::from(c) < 0x1_0000 => {
                write!(text, "\\u{:04x}", u32::from(c)).expect("a String takes everything");
            }
            c => write!(text, "\\U{:08x}", u32::from(c)).expect("a String takes everything"),
        }
    }
    text.push('"');
    text
}

/// Whether the character shows: letters, marks, numbers, punctuation, symbols and the ASCII space.
#[must_use]
pub fn is_printable(c: char) -> bool {
    if c.is_ascii() {
        return matches!(c, ' '..='~');
    }
    // `escape_debug` escapes what has no glyph, and besides marks that combine, which count as printable here.
    let escaped = c.escape_debug().len() > 1;
    let combining = unicode_normalization::char::is_combining_mark(c);
    (!escaped || combining) && !c.is_whitespace()
}
