//! `format` and `formatlist`: verbs as Go's fmt has them, on values.

use unicode_segmentation::UnicodeSegmentation;

use super::verb::{Flags, Verb, parse_verb};
use super::{CallError, Context, Function, Param, Returns, Want};
use crate::value::json::to_json;
use crate::value::{Decimal, Kind, Number, Type, Value, convert};

const ARGS: Param = Param::new("args", Want::Any).nulls().unknowns();

pub(super) const TABLE: &[Function] = &[
    Function::new(
        "format",
        &[Param::new("format", Want::String)],
        Returns::Always(Want::String),
        format_one,
    )
    .rest(ARGS),
    Function::new(
        "formatlist",
        &[Param::new("format", Want::String)],
        Returns::Always(Want::List(&Want::String)),
        format_list,
    )
    .rest(ARGS),
];

fn format_one(context: &Context<'_>) -> Result<Value, CallError> {
    format_value(context.text(0), &context.args[1..])
}

/// The formatted text; unknown with what precedes the first verb as prefix, while an argument is unknown.
fn format_value(template: &str, args: &[Value]) -> Result<Value, CallError> {
    if args.iter().all(Value::is_wholly_known) {
        return format_text(template, args).map(Value::string);
    }
    let prefix = template.split('%').next().unwrap_or_default();
    Ok(Value::unknown_with_prefix(prefix))
}

fn format_list(context: &Context<'_>) -> Result<Value, CallError> {
    let (template, args) = (context.text(0), &context.args[1..]);
    let is_sequence = |value: &Value| {
        matches!(value.ty(), Type::List(_) | Type::Set(_) | Type::Tuple(_)) && !value.is_null()
    };
    let mut length: Option<(usize, usize)> = None;
    for (index, arg) in args.iter().enumerate().filter(|(_, arg)| is_sequence(arg)) {
        let Some(elements) = arg.as_sequence() else {
            return Ok(Value::unknown(context.ty.clone()));
        };
        match length {
            Some((first, expected)) if expected != elements.len() => {
                return Err(CallError::arg(
                    index + 1,
                    format!(
                        "argument {} has length {}, which is inconsistent with argument {} of length {expected}",
                        index + 1,
                        elements.len(),
                        first + 1
                    ),
                ));
            }
            _ => length = Some((index, elements.len())),
        }
    }
    let rows = length.map_or(1, |(_, rows)| rows);
    let mut texts = Vec::with_capacity(rows);
    for row in 0..rows {
        let row_args: Vec<Value> = args
            .iter()
            .map(|arg| match arg.as_sequence().filter(|_| is_sequence(arg)) {
                Some(elements) => elements[row].clone(),
                None => arg.clone(),
            })
            .collect();
        texts.push(format_value(template, &row_args).map_err(|error| {
            CallError::new(format!("error on format iteration {row}: {}", error.message))
        })?);
    }
    Ok(Value::list(Type::String, texts))
}

/// Writes the template with its verbs filled in.
fn format_text(template: &str, args: &[Value]) -> Result<String, CallError> {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    let mut next = 0;
    let mut highest = 0;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let offset = template.len() - rest.len() + at;
        let verb = parse_verb(&rest[at..]).map_err(|reason| {
            CallError::new(
                reason
                    .replace("{offset}", &offset.to_string())
                    .replace("{after}", &(offset + 1).to_string()),
            )
        })?;
        rest = &rest[at + verb.length..];
        if verb.letter == '%' {
            out.push('%');
            continue;
        }
        let index = verb.argument.map_or(next, |number| number - 1);
        next = index + 1;
        highest = highest.max(next);
        let Some(arg) = args.get(index) else {
            return Err(CallError::new(format!(
                "not enough arguments for {:?} at {offset}: need index {} but have {} total",
                verb.raw,
                index + 1,
                args.len()
            )));
        };
        write_verb(&verb, arg, &mut out).map_err(|reason| {
            CallError::new(format!("unsupported value for {:?} at {offset}: {reason}", verb.raw))
        })?;
    }
    out.push_str(rest);
    if highest < args.len() {
        let reason = match highest {
            0 => "too many arguments; no verbs in format string".to_owned(),
            used => format!("too many arguments; only {used} used by format string"),
        };
        return Err(CallError::arg(highest + 1, reason));
    }
    Ok(out)
}

fn write_verb(verb: &Verb<'_>, arg: &Value, out: &mut String) -> Result<(), String> {
    if arg.is_null() && verb.letter != 'v' {
        return Err("null value cannot be formatted".into());
    }
    let as_type = |ty: &Type| convert(arg, ty).map_err(|error| error.message);
    match verb.letter {
        'v' => out.push_str(&pad(verb, as_is(verb, arg)?)),
        't' => {
            let truth = as_type(&Type::Bool)?;
            out.push_str(if truth.as_bool() == Some(true) { "true" } else { "false" });
        }
        'b' | 'd' | 'o' | 'x' | 'X' => {
            let value = as_type(&Type::Number)?;
            out.push_str(&integer(verb, value.as_number().unwrap_or(&Number::ZERO))?);
        }
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
            let value = as_type(&Type::Number)?;
            out.push_str(&float(verb, value.as_number().unwrap_or(&Number::ZERO)));
        }
        's' => {
            let value = as_type(&Type::String)?;
            let text = value.as_str().unwrap_or_default();
            let text = match verb.precision {
                Some(limit) => text.graphemes(true).take(limit).collect(),
                None => text.to_owned(),
            };
            out.push_str(&pad(verb, text));
        }
        'q' => {
            let value = as_type(&Type::String)?;
            let text = crate::value::json::quote_json(value.as_str().unwrap_or_default());
            out.push_str(&pad(verb, text));
        }
        letter => return Err(format!("unsupported format verb {letter:?}")),
    }
    Ok(())
}

/// Texts and numbers as they are, all else as JSON.
fn as_is(verb: &Verb<'_>, arg: &Value) -> Result<String, String> {
    if !verb.flags.has(Flags::SHARP) {
        match arg.kind() {
            Kind::String(text) => return Ok(text.to_string()),
            Kind::Number(number) => return Ok(shortest(number, 'e')),
            _ => {}
        }
    }
    to_json(arg, &arg.ty()).ok_or_else(|| "the value cannot be written as JSON".into())
}

fn pad(verb: &Verb<'_>, text: String) -> String {
    let missing = verb.width.unwrap_or(0).saturating_sub(text.graphemes(true).count());
    if missing == 0 {
        return text;
    }
    let fill = if verb.flags.has(Flags::ZERO) { "0" } else { " " }.repeat(missing);
    if verb.flags.has(Flags::MINUS) { text + &fill } else { fill + &text }
}

fn integer(verb: &Verb<'_>, number: &Number) -> Result<String, String> {
    let whole = number.to_whole_big().ok_or("an integer is required")?;
    let (sign, magnitude) = whole.into_parts();
    let radix = match verb.letter {
        'b' => 2,
        'o' => 8,
        'd' => 10,
        _ => 16,
    };
    let mut digits = magnitude.in_radix(radix).to_string();
    if verb.letter == 'X' {
        digits = digits.to_uppercase();
    }
    if let Some(least) = verb.precision {
        digits = "0".repeat(least.saturating_sub(digits.len())) + &digits;
    }
    let prefix = match verb.letter {
        _ if !verb.flags.has(Flags::SHARP) => "",
        'b' => "0b",
        'o' => "0",
        'x' => "0x",
        'X' => "0X",
        _ => "",
    };
    let sign = sign_text(verb, sign == dashu_int::Sign::Negative);
    Ok(pad_number(verb, &format!("{sign}{prefix}"), &digits, verb.precision.is_none()))
}

fn sign_text(verb: &Verb<'_>, negative: bool) -> &'static str {
    if negative {
        "-"
    } else if verb.flags.has(Flags::PLUS) {
        "+"
    } else if verb.flags.has(Flags::SPACE) {
        " "
    } else {
        ""
    }
}

fn pad_number(verb: &Verb<'_>, sign: &str, digits: &str, zeros_fit: bool) -> String {
    let missing = verb.width.unwrap_or(0).saturating_sub(sign.len() + digits.len());
    if verb.flags.has(Flags::MINUS) {
        format!("{sign}{digits}{}", " ".repeat(missing))
    } else if verb.flags.has(Flags::ZERO) && zeros_fit {
        format!("{sign}{}{digits}", "0".repeat(missing))
    } else {
        format!("{}{sign}{digits}", " ".repeat(missing))
    }
}

fn float(verb: &Verb<'_>, number: &Number) -> String {
    const DEFAULT_PLACES: usize = 6;
    let negative = number.is_negative();
    let magnitude = number.abs();
    let Some(mut exact) = magnitude.exact_decimal() else {
        let sign = if negative { "-" } else { "+" };
        return pad_number(verb, sign, "Inf", false);
    };
    let mark = if verb.letter.is_uppercase() { 'E' } else { 'e' };
    let digits = match verb.letter {
        'f' | 'F' => {
            let places = verb.precision.unwrap_or(DEFAULT_PLACES);
            exact.round_places(places);
            exact.to_plain(Some(places))
        }
        'e' | 'E' => {
            let places = verb.precision.unwrap_or(DEFAULT_PLACES);
            exact.round(places + 1);
            exact.to_scientific(places, mark)
        }
        _ => match verb.precision {
            None => shortest(&magnitude, mark),
            Some(precision) => {
                let precision = precision.max(1);
                exact.round(precision);
                general(&exact, precision, mark)
            }
        },
    };
    pad_number(verb, sign_text(verb, negative), &digits, true)
}

/// The shortest digits that read back; with an exponent from a million on, however many digits there are.
fn shortest(number: &Number, mark: char) -> String {
    const PLAIN: usize = 6;
    let Some(decimal) = number.shortest_decimal() else { return number.to_string() };
    general(&decimal, PLAIN, mark)
}

fn general(decimal: &Decimal, precision: usize, mark: char) -> String {
    let exponent = decimal.point - 1;
    let limit = i64::try_from(precision).unwrap_or(i64::MAX);
    if !decimal.digits.is_empty() && (exponent < -4 || exponent >= limit) {
        decimal.to_scientific(decimal.digits.len().saturating_sub(1), mark)
    } else {
        decimal.to_plain(None)
    }
}
