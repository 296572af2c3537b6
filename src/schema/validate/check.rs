//! Checks of one value: enums, ranges, lengths, patterns, formats.

use ecow::EcoString;
use serde_json::Value as Json;

use super::report::{Report, Secrecy, alternatives, count, shown};
use super::{format, is_checked};
use crate::base::did_you_mean;
use crate::diag::Diagnostic;
use crate::schema::{Checks, Nullable};
use crate::value::{AttrPath, Kind, PathStep, Value};

/// What is wrong with a value.
struct Fault {
    code: u16,
    summary: &'static str,
    /// Follows the attribute's name: "must be at least 1".
    says: String,
    help: Option<String>,
}

impl Fault {
    fn new(code: u16, summary: &'static str, says: impl Into<String>) -> Self {
        Self { code, summary, says: says.into(), help: None }
    }
}

/// Reports what is wrong with a known value and with its elements.
pub(super) fn value(
    checks: &Checks,
    value: &Value,
    path: &AttrPath,
    secrecy: Secrecy,
    report: &mut Report<'_>,
) {
    for fault in faults(checks, value) {
        let given = shown(value, secrecy);
        let detail = format!("\"{path}\" {}, but it is {given}.", fault.says);
        let mut diagnostic = Diagnostic::error(fault.code, fault.summary, detail);
        if let Some(help) = fault.help.filter(|_| secrecy == Secrecy::Open) {
            diagnostic = diagnostic.help(help);
        }
        report.push(path, diagnostic);
    }
    if let Some(format) = &checks.warn_if
        && value.as_str().is_some_and(|text| format::fault(format, text).is_none())
    {
        let detail = format!("\"{path}\" looks like {format} already.");
        report.push(path, Diagnostic::warning(410, "Suspicious value", detail));
    }
    items(checks, value, path, secrecy, report);
}

fn items(
    checks: &Checks,
    value: &Value,
    path: &AttrPath,
    secrecy: Secrecy,
    report: &mut Report<'_>,
) {
    let Some(items) = &checks.items else { return };
    for (index, element) in value.children().enumerate().filter(|(_, value)| is_checked(value)) {
        let step = match value.kind() {
            Kind::Set(..) => PathStep::Element(element.clone()),
            _ => PathStep::Index(index),
        };
        self::value(items, element, &path.join(step), secrecy, report);
    }
}

/// Reports a text that stands for a bool or number and is neither that nor empty.
pub(super) fn nullable(
    nullable: Nullable,
    value: &Value,
    path: &AttrPath,
    secrecy: Secrecy,
    report: &mut Report<'_>,
) {
    let Some(text) = value.as_str().filter(|text| !text.is_empty()) else { return };
    let (fits, noun) = match nullable {
        Nullable::Bool => (matches!(text, "true" | "false" | "1" | "0"), "\"true\" or \"false\""),
        Nullable::Int => (text.parse::<i64>().is_ok(), "a whole number"),
        Nullable::Float => (text.parse::<f64>().is_ok(), "a number"),
    };
    if !fits {
        let given = shown(value, secrecy);
        let says = format!("must be {noun} or unset, but it is {given}");
        report.error(403, path, "Value of the wrong form", &says);
    }
}

/// Whether a value satisfies the checks.
fn holds(checks: &Checks, value: &Value) -> bool {
    faults(checks, value).is_empty()
}

fn faults(checks: &Checks, value: &Value) -> Vec<Fault> {
    if checks.empty_ok && value.as_str() == Some("")
        || checks.also.iter().any(|also| equals(value, also, false))
    {
        return Vec::new();
    }
    let mut faults = Vec::new();
    faults.extend(one_of(checks, value));
    faults.extend(any_of(checks, value));
    faults.extend(size(checks, value));
    if let Some(number) = value.as_number() {
        faults.extend(number_faults(checks, number.to_f64(), number.is_whole()));
    }
    if let Some(text) = value.as_str() {
        faults.extend(text_faults(checks, text));
    }
    if checks.non_zero && is_zero(value) {
        faults.push(Fault::new(403, "Empty value", "must not be empty"));
    }
    faults
}

fn one_of(checks: &Checks, value: &Value) -> Option<Fault> {
    let allowed = &checks.one_of;
    let whole = value.as_sequence().is_none() && value.as_entries().is_none();
    if allowed.is_empty()
        || !whole
        || allowed.iter().any(|json| equals(value, json, checks.enum_ignore_case))
    {
        return None;
    }
    let words: Vec<String> = allowed.iter().map(Json::to_string).collect();
    let says = format!("must be {}", alternatives(&words));
    let texts = allowed.iter().filter_map(Json::as_str);
    let near = value.as_str().and_then(|given| did_you_mean(given, texts));
    let help = near.map(|near| format!("Did you mean \"{near}\"?"));
    Some(Fault { help, ..Fault::new(401, "Value is not one of those allowed", says) })
}

fn any_of(checks: &Checks, value: &Value) -> Option<Fault> {
    if checks.any_of.is_empty() || checks.any_of.iter().any(|group| holds(group, value)) {
        return None;
    }
    let says: Vec<String> = checks
        .any_of
        .iter()
        .filter_map(|group| Some(faults(group, value).into_iter().next()?.says))
        .collect();
    Some(Fault::new(403, "Value of the wrong form", says.join(", or ")))
}

fn size(checks: &Checks, value: &Value) -> Option<Fault> {
    let length = value.children().count();
    if let (Some((least, most)), Some(_)) = (checks.map_size, value.as_entries()) {
        return outside(length, least, most, "entrie").map(|says| {
            let says = says.replace("1 entrie", "1 entry");
            Fault::new(408, "Wrong number of elements", format!("must have {says}"))
        });
    }
    value.as_sequence()?;
    let says = outside(length, checks.min_items, checks.max_items, "element")?;
    Some(Fault::new(408, "Wrong number of elements", format!("must have {says}")))
}

fn outside(length: usize, least: Option<usize>, most: Option<usize>, noun: &str) -> Option<String> {
    if let Some(least) = least.filter(|least| length < *least) {
        return Some(format!("at least {}", count(least, noun)));
    }
    let most = most.filter(|most| length > *most)?;
    Some(format!("at most {}", count(most, noun)))
}

fn number_faults(checks: &Checks, number: f64, whole: bool) -> Vec<Fault> {
    let mut faults = Vec::new();
    if checks.int && !whole {
        faults.push(Fault::new(402, "Value is not a whole number", "must be a whole number"));
    }
    if let Some((least, most)) = checks.range
        && (least.is_some_and(|least| number < least) || most.is_some_and(|most| number > most))
    {
        let says = match (least, most) {
            (Some(least), Some(most)) => format!("must be between {least} and {most}"),
            (Some(least), None) => format!("must be at least {least}"),
            (None, Some(most)) => format!("must be at most {most}"),
            (None, None) => return faults,
        };
        faults.push(Fault::new(402, "Value out of range", says));
    }
    if let Some(least) = checks.exclusive_min.filter(|least| number <= *least) {
        faults.push(Fault::new(402, "Value out of range", format!("must be above {least}")));
    }
    if let Some(of) = checks.divisible_by.filter(|of| (number / of).fract() != 0.0) {
        faults.push(Fault::new(402, "Value out of range", format!("must be a multiple of {of}")));
    }
    faults
}

fn text_faults(checks: &Checks, text: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    if let Some((least, most)) = checks.len
        && let Some(says) = outside(text.chars().count(), least, most, "character")
    {
        faults.push(Fault::new(404, "Text of the wrong length", format!("must have {says}")));
    }
    let form = |says: String| Fault::new(403, "Value of the wrong form", says);
    if let Some(pattern) = checks.pattern.iter().find(|pattern| !pattern.is_match(text)) {
        faults.push(form(format!("must match the pattern {}", pattern.as_str())));
    }
    if let Some(pattern) = checks.not_pattern.iter().find(|pattern| pattern.is_match(text)) {
        faults.push(form(format!("must not match the pattern {}", pattern.as_str())));
    }
    if let Some(prefix) = checks.prefix.as_ref().filter(|prefix| !text.starts_with(prefix.as_str()))
    {
        faults.push(form(format!("must begin with \"{prefix}\"")));
    }
    if let Some(chars) = &checks.not_chars
        && text.contains(|c| chars.contains(c))
    {
        faults.push(form(format!("must contain none of {chars}")));
    }
    if checks.not_blank && text.trim().is_empty() {
        faults.push(form("must not be blank".into()));
    }
    let formats = checks.format.iter().chain(&checks.also_format);
    faults.extend(
        formats
            .filter_map(|name| format::fault(name, text))
            .map(|kind| form(format!("must be {kind}")))
            .take(1),
    );
    if let Some(name) = &checks.not_format
        && format::fault(name, text).is_none()
    {
        faults.push(form(format!("must not be of the form {name}")));
    }
    if let Some(says) = prefix_length(checks, text) {
        faults.push(Fault::new(402, "Value out of range", says));
    }
    faults
}

/// What is wrong with the prefix length of a CIDR.
fn prefix_length(checks: &Checks, text: &str) -> Option<String> {
    let (_, length) = text.rsplit_once('/')?;
    let length: u8 = length.parse().ok()?;
    if let Some((least, most)) = checks.prefix_len
        && !(least..=most).contains(&length)
    {
        return Some(format!("must have a prefix length between /{least} and /{most}"));
    }
    let allowed = &checks.prefix_len_in;
    if allowed.is_empty() || allowed.contains(&length) {
        return None;
    }
    let words: Vec<String> = allowed.iter().map(|length| format!("/{length}")).collect();
    Some(format!("must have a prefix length of {}", alternatives(&words)))
}

fn equals(value: &Value, json: &Json, ignore_case: bool) -> bool {
    match json {
        Json::String(word) if ignore_case => {
            value.as_str().is_some_and(|text| text.eq_ignore_ascii_case(word))
        }
        Json::String(word) => value.as_str() == Some(word),
        Json::Bool(truth) => value.as_bool() == Some(*truth),
        Json::Number(number) => {
            value.as_number().map(crate::value::Number::to_f64) == number.as_f64()
                || value.as_str().map(EcoString::from) == Some(EcoString::from(number.to_string()))
        }
        _ => false,
    }
}

fn is_zero(value: &Value) -> bool {
    match value.kind() {
        Kind::String(text) => text.is_empty(),
        Kind::Number(number) => number.signum() == 0,
        Kind::Bool(truth) => !truth,
        _ => value.children().next().is_none(),
    }
}
