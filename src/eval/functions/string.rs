//! Functions on text.

use unicode_segmentation::UnicodeSegmentation;

use super::{CallError, Context, Function, Param, Returns, Want};
use crate::value::{Type, Value};

const TEXT: Returns = Returns::Always(Want::String);
const TRUTH: Returns = Returns::Always(Want::Bool);
const TEXTS: Returns = Returns::Always(Want::List(&Want::String));

const fn text(name: &'static str) -> Param {
    Param::new(name, Want::String)
}

pub(super) const TABLE: &[Function] = &[
    Function::new("chomp", &[text("str")], TEXT, |c| ok(chomp(c.text(0)))),
    Function::new("endswith", &[text("str"), text("suffix")], TRUTH, |c| {
        Ok(Value::bool(c.text(0).ends_with(c.text(1))))
    }),
    Function::new("indent", &[Param::new("spaces", Want::Number), text("str")], TEXT, indent),
    Function::new("join", &[text("separator")], TEXT, join)
        .rest(Param::new("lists", Want::List(&Want::String)).unknowns()),
    Function::new("lower", &[text("str").open()], TEXT, |c| ok(lower(c.text(0)))),
    Function::new("split", &[text("separator"), text("str")], TEXTS, |c| {
        Ok(Value::list(Type::String, split(c.text(0), c.text(1)).into_iter().map(Value::string)))
    }),
    Function::new("startswith", &[text("str").unknowns(), text("prefix")], TRUTH, starts_with),
    Function::new("strcontains", &[text("str"), text("substr")], TRUTH, |c| {
        Ok(Value::bool(c.text(0).contains(c.text(1))))
    }),
    Function::new("strrev", &[text("str").open()], TEXT, |c| {
        ok(c.text(0).graphemes(true).rev().collect::<String>())
    }),
    Function::new(
        "substr",
        &[
            text("str").open(),
            Param::new("offset", Want::Number).open(),
            Param::new("length", Want::Number).open(),
        ],
        TEXT,
        substr,
    ),
    Function::new("title", &[text("str")], TEXT, |c| ok(title(c.text(0)))),
    Function::new("trim", &[text("str"), text("cutset")], TEXT, |c| {
        let cut: Vec<char> = c.text(1).chars().collect();
        ok(c.text(0).trim_matches(cut.as_slice()))
    }),
    Function::new("trimprefix", &[text("str"), text("prefix")], TEXT, |c| {
        ok(c.text(0).strip_prefix(c.text(1)).unwrap_or(c.text(0)))
    }),
    Function::new("trimspace", &[text("str")], TEXT, |c| ok(c.text(0).trim_matches(is_space))),
    Function::new("trimsuffix", &[text("str"), text("suffix")], TEXT, |c| {
        ok(c.text(0).strip_suffix(c.text(1)).unwrap_or(c.text(0)))
    }),
    Function::new("upper", &[text("str").open()], TEXT, |c| ok(upper(c.text(0)))),
];

fn ok(text: impl AsRef<str>) -> Result<Value, CallError> {
    Ok(Value::string(text.as_ref()))
}

/// Without the line ends at the end.
fn chomp(text: &str) -> &str {
    text.trim_end_matches(['\n', '\r'])
}

fn indent(context: &Context<'_>) -> Result<Value, CallError> {
    let spaces = context.int(0)?;
    let spaces = usize::try_from(spaces)
        .map_err(|_| CallError::new("the number of spaces must not be negative"))?;
    let pad = format!("\n{:spaces$}", "");
    ok(context.text(1).replace('\n', &pad))
}

fn join(context: &Context<'_>) -> Result<Value, CallError> {
    let lists = &context.args[1..];
    if lists.is_empty() {
        return Err(CallError::new("at least one list is required"));
    }
    if lists.iter().any(|list| !list.is_wholly_known()) {
        return Ok(Value::unknown(Type::String));
    }
    let mut pieces = Vec::new();
    for (at, list) in lists.iter().enumerate() {
        for (index, element) in list.as_sequence().unwrap_or_default().iter().enumerate() {
            pieces.push(element.as_str().ok_or_else(|| {
                let which = if lists.len() > 1 { format!(" of list {at}") } else { String::new() };
                CallError::arg(
                    at + 1,
                    format!("element {index}{which} is null; cannot concatenate null values"),
                )
            })?);
        }
    }
    ok(pieces.join(context.text(0)))
}

/// What is certain of an unknown text can decide.
fn starts_with(context: &Context<'_>) -> Result<Value, CallError> {
    let (text, prefix) = (&context.args[0], context.text(1));
    if text.is_known() {
        return Ok(Value::bool(context.text(0).starts_with(prefix)));
    }
    let certain = text.certain_prefix();
    if certain.starts_with(prefix) {
        return Ok(Value::bool(true));
    }
    if !prefix.starts_with(certain) {
        return Ok(Value::bool(false));
    }
    Ok(Value::unknown(Type::Bool))
}

/// The parts between separators; the characters where there is no separator.
fn split(separator: &str, text: &str) -> Vec<String> {
    if separator.is_empty() {
        return text.chars().map(String::from).collect();
    }
    text.split(separator).map(String::from).collect()
}

fn substr(context: &Context<'_>) -> Result<Value, CallError> {
    let (offset, length) = (context.int(1)?, context.int(2)?);
    let clusters: Vec<&str> = context.text(0).graphemes(true).collect();
    let count = i64::try_from(clusters.len()).unwrap_or(i64::MAX);
    // From the end, nothing is asked for as everything is; and before the beginning is at the beginning.
    let from_end = offset < 0;
    let start = if from_end { offset.saturating_add(count).max(0) } else { offset };
    if (length == 0 && !from_end) || start >= count {
        return ok("");
    }
    let end = if length <= 0 { count } else { start.saturating_add(length).min(count) };
    let range = usize::try_from(start).unwrap_or(0)..usize::try_from(end).unwrap_or(0);
    ok(clusters.get(range).unwrap_or_default().concat())
}

/// First letters of words in capitals.
fn title(text: &str) -> String {
    let mut before = ' ';
    text.chars()
        .map(|c| {
            let starts = is_separator(before);
            before = c;
            if starts { title_case(c) } else { c }
        })
        .collect()
}

/// The letter as the first of a word: letters that are two in one have a form of their own.
fn title_case(c: char) -> char {
    match c {
        '\u{1c4}'..='\u{1c6}' => '\u{1c5}',
        '\u{1c7}'..='\u{1c9}' => '\u{1c8}',
        '\u{1ca}'..='\u{1cc}' => '\u{1cb}',
        '\u{1f1}'..='\u{1f3}' => '\u{1f2}',
        _ => simple_upper(c),
    }
}

fn is_separator(c: char) -> bool {
    if c.is_ascii() {
        return !(c.is_ascii_alphanumeric() || c == '_');
    }
    !c.is_alphanumeric() && is_space(c)
}

/// White space as Go has it.
fn is_space(c: char) -> bool {
    c.is_whitespace()
}

pub(super) fn upper(text: &str) -> String {
    text.chars().map(simple_upper).collect()
}

fn lower(text: &str) -> String {
    text.chars().map(simple_lower).collect()
}

/// One character for one: `ß` has no capital of its own.
fn simple_upper(c: char) -> char {
    let mut upper = c.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(single), None) => single,
        // Greek letters with a iota below have a title case.
        _ => match c {
            '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => {
                char::from_u32(u32::from(c) + 8).unwrap_or(c)
            }
            '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => char::from_u32(u32::from(c) + 9).unwrap_or(c),
            _ => c,
        },
    }
}

fn simple_lower(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(single), None) => single,
        _ if c == '\u{130}' => 'i',
        _ => c,
    }
}
