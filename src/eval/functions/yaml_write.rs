//! `yamlencode`: block style, texts in double quotes, texts of several lines as literal blocks, as go-cty-yaml writes.

use std::fmt::Write as _;

use crate::value::{Kind, Value};

/// Lines of quoted text are folded past this column.
const WIDTH: usize = 80;

/// The document, with a line end; `...` after a bare scalar.
pub(super) fn write(value: &Value) -> String {
    let mut out = String::new();
    write_value(value, &mut out, 0, Place::Top);
    if !out.ends_with('\n') {
        out.push('\n');
    }
    let bare = matches!(value.kind(), Kind::Null(_) | Kind::Bool(_) | Kind::Number(_));
    if bare {
        out.push_str("...\n");
    }
    out
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Top,
    /// Behind `- `, on the same line.
    Item,
    /// Behind `key:`, on the same line.
    Attribute,
}

fn write_value(value: &Value, out: &mut String, indent: usize, place: Place) {
    match value.kind() {
        Kind::Null(_) | Kind::Unknown(_) => scalar("null", out, place),
        Kind::Bool(truth) => scalar(if *truth { "true" } else { "false" }, out, place),
        Kind::Number(number) => scalar(&number.to_string(), out, place),
        Kind::String(text) => {
            lead(out, place);
            write_text(text, out, indent, place);
        }
        Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => {
            write_sequence(elements, out, indent, place);
        }
        Kind::Map(_, entries) | Kind::Object(entries) if entries.is_empty() => {
            scalar("{}", out, place);
        }
        Kind::Map(_, entries) | Kind::Object(entries) => {
            let mut first = place == Place::Item;
            if place == Place::Attribute {
                out.push('\n');
            }
            for (name, value) in entries {
                if !first {
                    pad(out, indent);
                }
                first = false;
                write_key(name, out, indent);
                write_value(value, out, indent + 2, Place::Attribute);
                if !out.ends_with('\n') {
                    out.push('\n');
                }
            }
        }
    }
}

fn write_key(name: &str, out: &mut String, indent: usize) {
    const LONGEST_SIMPLE: usize = 128;
    if name.contains('\n') || name.len() > LONGEST_SIMPLE {
        out.push_str("? ");
        write_text(name, out, indent + 2, Place::Item);
        if !out.ends_with('\n') {
            out.push('\n');
        }
        pad(out, indent);
    } else {
        quoted(name, out, None);
    }
    out.push(':');
}

fn write_sequence(elements: &[Value], out: &mut String, indent: usize, place: Place) {
    if elements.is_empty() {
        return scalar("[]", out, place);
    }
    // Within a mapping the dashes stand below the key.
    let indent = if place == Place::Attribute { indent - 2 } else { indent };
    let mut first = place == Place::Item;
    if place == Place::Attribute {
        out.push('\n');
    }
    for element in elements {
        if !first {
            pad(out, indent);
        }
        first = false;
        out.push_str("- ");
        write_value(element, out, indent + 2, Place::Item);
        if !out.ends_with('\n') {
            out.push('\n');
        }
    }
}

fn lead(out: &mut String, place: Place) {
    if place == Place::Attribute {
        out.push(' ');
    }
}

fn scalar(text: &str, out: &mut String, place: Place) {
    lead(out, place);
    out.push_str(text);
}

fn pad(out: &mut String, indent: usize) {
    write!(out, "{:indent$}", "").expect("a String takes everything");
}

fn write_text(text: &str, out: &mut String, indent: usize, place: Place) {
    // At the top, a scalar's own indentation is two as well.
    let inner = if place == Place::Top { 2 } else { indent };
    if text.contains('\n') && may_be_literal(text) {
        literal(text, out, inner);
    } else {
        quoted(text, out, Some(inner));
    }
}

/// Blocks can hold neither characters that need escapes nor spaces at the end of a line.
fn may_be_literal(text: &str) -> bool {
    let plain = |c: char| c == '\n' || !needs_escape(c);
    text.chars().all(plain) && !text.contains(" \n") && !text.ends_with(' ')
}

fn needs_escape(c: char) -> bool {
    match c {
        ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{85}' => false,
        '\u{e000}'..='\u{fffd}' => c == '\u{feff}',
        _ => true,
    }
}

fn literal(text: &str, out: &mut String, indent: usize) {
    out.push('|');
    if text.starts_with([' ', '\n']) {
        out.push('2');
    }
    let body = text.strip_suffix('\n');
    match body {
        None => out.push('-'),
        Some(body) if body.is_empty() || body.ends_with('\n') => out.push('+'),
        Some(_) => {}
    }
    out.push('\n');
    for line in body.unwrap_or(text).split('\n') {
        if !line.is_empty() {
            pad(out, indent);
            out.push_str(line);
        }
        out.push('\n');
    }
}

/// In double quotes; folded at spaces past the line width, where an indentation is given.
fn quoted(text: &str, out: &mut String, fold: Option<usize>) {
    out.push('"');
    let mut column = out.len() - out.rfind('\n').map_or(0, |at| at + 1);
    column = out[out.len() - column..].chars().count();
    let mut after_space = false;
    let all: Vec<char> = text.chars().collect();
    for (index, &c) in all.iter().enumerate() {
        let inside = index > 0 && index + 1 < all.len();
        if c == ' '
            && !after_space
            && inside
            && column > WIDTH
            && let Some(indent) = fold
        {
            out.push('\n');
            pad(out, indent);
            column = indent;
            if all.get(index + 1) == Some(&' ') {
                out.push('\\');
                column += 1;
            }
            after_space = true;
            continue;
        }
        let before = out.len();
        escaped(c, out);
        column += out[before..].chars().count();
        after_space = c == ' ' && fold.is_some();
    }
    out.push('"');
}

fn escaped(c: char, out: &mut String) {
    match c {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\0' => out.push_str("\\0"),
        '\u{7}' => out.push_str("\\a"),
        '\u{8}' => out.push_str("\\b"),
        '\t' => out.push_str("\\t"),
        '\n' => out.push_str("\\n"),
        '\u{b}' => out.push_str("\\v"),
        '\u{c}' => out.push_str("\\f"),
        '\r' => out.push_str("\\r"),
        '\u{1b}' => out.push_str("\\e"),
        '\u{85}' => out.push_str("\\N"),
        '\u{2028}' => out.push_str("\\L"),
        '\u{2029}' => out.push_str("\\P"),
        c if !needs_escape(c) => out.push(c),
        c if u32::from(c) <= 0xff => {
            write!(out, "\\x{:02X}", u32::from(c)).expect("a String takes everything");
        }
        c if u32::from(c) <= 0xffff => {
            write!(out, "\\u{:04X}", u32::from(c)).expect("a String takes everything");
        }
        c => write!(out, "\\U{:08X}", u32::from(c)).expect("a String takes everything"),
    }
}
