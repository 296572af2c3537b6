//! Functions with regular expressions, in the RE2 dialect.

use regex::Regex;

use super::re2;
use super::{CallError, Context, Function, Param, Returns, Want};
use crate::value::{Kind, Type, Value};

const fn text(name: &'static str) -> Param {
    Param::new(name, Want::String)
}

pub(super) const TABLE: &[Function] = &[
    Function::new(
        "regex",
        &[text("pattern"), text("string")],
        Returns::By(|args| pattern_type(&args[0])),
        regex,
    ),
    Function::new(
        "regexall",
        &[text("pattern"), text("string")],
        Returns::By(|args| pattern_type(&args[0]).map(Type::list)),
        regexall,
    ),
    Function::new(
        "replace",
        &[text("str"), text("substr"), text("replace")],
        Returns::Always(Want::String),
        replace,
    ),
];

fn compile(pattern: &str, argument: usize) -> Result<Regex, CallError> {
    re2::compile(pattern)
        .map_err(|reason| CallError::arg(argument, format!("invalid regexp pattern: {reason}")))
}

/// A string without groups, a tuple of groups, or an object of named ones.
fn pattern_type(pattern: &Value) -> Result<Type, CallError> {
    let Some(pattern) = pattern.as_str() else { return Ok(Type::Dynamic) };
    let regex = compile(pattern, 0)?;
    let groups: Vec<Option<&str>> = regex.capture_names().skip(1).collect();
    let named = groups.iter().flatten().count();
    if groups.is_empty() {
        Ok(Type::String)
    } else if named == 0 {
        Ok(Type::tuple(groups.iter().map(|_| Type::String)))
    } else if named == groups.len() {
        Ok(Type::object(groups.iter().flatten().map(|name| (*name, Type::String))))
    } else {
        Err(CallError::arg(
            0,
            "invalid regexp pattern: cannot mix both named and unnamed capture groups",
        ))
    }
}

fn captured(regex: &Regex, found: &regex::Captures<'_>) -> Value {
    let group = |index: usize| match found.get(index) {
        Some(text) => Value::string(text.as_str()),
        None => Value::null(Type::String),
    };
    let names: Vec<Option<&str>> = regex.capture_names().skip(1).collect();
    match names.first() {
        None => group(0),
        Some(None) => Value::tuple((1..=names.len()).map(group)),
        Some(Some(_)) => {
            let named = names.iter().enumerate();
            Value::object(named.filter_map(|(at, name)| Some(((*name)?, group(at + 1)))))
        }
    }
}

fn regex(context: &Context<'_>) -> Result<Value, CallError> {
    let regex = compile(context.text(0), 0)?;
    regex
        .captures(context.text(1))
        .map(|found| captured(&regex, &found))
        .ok_or_else(|| CallError::new("pattern did not match any part of the given string"))
}

fn regexall(context: &Context<'_>) -> Result<Value, CallError> {
    let regex = compile(context.text(0), 0)?;
    let element = context.ty.element().cloned().unwrap_or(Type::Dynamic);
    let all = regex.captures_iter(context.text(1)).map(|found| captured(&regex, &found));
    Ok(Value::new(Kind::List(element, std::sync::Arc::new(all.collect()))))
}

/// Literally, or by a pattern that stands between slashes.
fn replace(context: &Context<'_>) -> Result<Value, CallError> {
    let (text, from, to) = (context.text(0), context.text(1), context.text(2));
    let pattern = from.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
    let Some(pattern) = pattern else { return Ok(Value::string(text.replace(from, to))) };
    let regex = re2::compile(pattern).map_err(CallError::new)?;
    let replaced = regex.replace_all(text, |found: &regex::Captures<'_>| re2::expand(to, found));
    Ok(Value::string(&*replaced))
}
