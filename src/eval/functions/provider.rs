//! `provider::terraform::…`: values as HCL text and back.

use std::fmt::Write as _;

use super::{CallError, Context, Function, Param, Returns, Want};
use crate::diag::FileId;
use crate::value::{Kind, Type, Value, is_printable};

pub(super) const TABLE: &[Function] = &[
    Function::new(
        "provider::terraform::decode_tfvars",
        &[Param::new("src", Want::String)],
        Returns::Always(Want::Any),
        |context| super::tfvars::decode(context, context.text(0)),
    ),
    Function::new(
        "provider::terraform::encode_expr",
        &[Param::new("expr", Want::Any).open()],
        Returns::Always(Want::String),
        encode_expr,
    ),
    Function::new(
        "provider::terraform::encode_tfvars",
        &[Param::new("value", Want::Any)],
        Returns::Always(Want::String),
        encode_tfvars,
    ),
];

fn encode_expr(context: &Context<'_>) -> Result<Value, CallError> {
    let value = &context.args[0];
    if !value.is_wholly_known() {
        return Ok(unknown_text(value));
    }
    let mut text = String::new();
    write_value(value, &mut text, 0);
    Ok(Value::string(formatted(text)))
}

/// The expression as the formatter has it, which indents objects in lists its own way.
fn formatted(text: String) -> String {
    const ARGUMENT: &str = "v = ";
    if !text.contains('\n') {
        return text;
    }
    let whole = crate::syntax::format(&format!("{ARGUMENT}{text}\n"), FileId::default());
    let whole = whole.ok().unwrap_or_default();
    whole.strip_prefix(ARGUMENT).map_or(text, |inner| inner.trim_end().to_owned())
}

/// How the text will begin is certain from the type.
fn unknown_text(value: &Value) -> Value {
    let prefix = match value.ty() {
        _ if !value.is_surely_not_null() => None,
        Type::Object(_) | Type::Map(_) => Some("{"),
        Type::Tuple(_) | Type::List(_) | Type::Set(_) => Some("["),
        Type::String => Some("\""),
        _ => None,
    };
    Value::unknown(Type::String).refine(|refinement| {
        refinement.not_null = true;
        refinement.prefix = prefix.map(Into::into);
    })
}

fn encode_tfvars(context: &Context<'_>) -> Result<Value, CallError> {
    let value = &context.args[0];
    if !matches!(value.ty(), Type::Object(_) | Type::Map(_)) {
        return Err(CallError::new(
            "invalid value to encode: must be an object whose attribute names will become the encoded variable names",
        ));
    }
    if !value.is_wholly_known() {
        return Ok(Value::unknown(Type::String));
    }
    let entries = value.as_entries().into_iter().flatten();
    let mut items = Vec::new();
    for (name, value) in entries {
        if !is_identifier(name) {
            return Err(CallError::new(format!(
                "invalid variable name {name:?}: must be a valid identifier, per Terraform's rules for input variable \
                 declarations"
            )));
        }
        let mut text = String::new();
        write_value(value, &mut text, 0);
        items.push((name.to_string(), formatted(text)));
    }
    let mut out = String::new();
    write_items(&items, &mut out, 0);
    Ok(Value::string(out))
}

pub(super) fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(unicode_ident::is_xid_start)
        && chars.all(|c| unicode_ident::is_xid_continue(c) || c == '-')
}

fn write_value(value: &Value, out: &mut String, indent: usize) {
    match value.kind() {
        Kind::Null(_) | Kind::Unknown(_) => out.push_str("null"),
        Kind::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Kind::Number(number) => write!(out, "{number}").expect("a String takes everything"),
        Kind::String(text) => write_string(text, out),
        Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => {
            out.push('[');
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    out.push_str(", ");
                }
                write_value(element, out, indent);
            }
            out.push(']');
        }
        Kind::Map(_, entries) | Kind::Object(entries) if entries.is_empty() => out.push_str("{}"),
        Kind::Map(_, entries) | Kind::Object(entries) => {
            let items: Vec<(String, String)> = entries
                .iter()
                .map(|(name, value)| {
                    let mut key = String::new();
                    if is_identifier(name) {
                        key.push_str(name);
                    } else {
                        write_string(name, &mut key);
                    }
                    let mut text = String::new();
                    write_value(value, &mut text, indent + 2);
                    (key, text)
                })
                .collect();
            out.push_str("{\n");
            write_items(&items, out, indent + 2);
            write!(out, "{:indent$}}}", "").expect("a String takes everything");
        }
    }
}

/// `name = value` lines; the equals signs of neighbours that take one line each stand below each other.
fn write_items(items: &[(String, String)], out: &mut String, indent: usize) {
    let single = |item: &(String, String)| !item.1.contains('\n');
    let mut at = 0;
    while at < items.len() {
        let count = items[at..].iter().take_while(|item| single(item)).count().max(1);
        let group = &items[at..at + count];
        let width = group.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        for (name, text) in group {
            writeln!(out, "{:indent$}{name:<width$} = {text}", "")
                .expect("a String takes everything");
        }
        at += count;
    }
}

fn write_string(text: &str, out: &mut String) {
    out.push('"');
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if rest.peek() == Some(&'{') => {
                out.push(c);
                out.push(c);
            }
            c if is_printable(c) => out.push(c),
            c if u32::from(c) <= 0xffff => {
                write!(out, "\\u{:04x}", u32::from(c)).expect("a String takes everything");
            }
            c => write!(out, "\\U{:08x}", u32::from(c)).expect("a String takes everything"),
        }
    }
    out.push('"');
}
