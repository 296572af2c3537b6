//! Functions on numbers.

use dashu_int::{IBig, UBig};

use super::power;
use super::{CallError, Context, Function, Param, Returns, Want};
use crate::value::{Kind, Number, Value};

const NUMBER: Returns = Returns::Always(Want::Number);

const fn number(name: &'static str) -> Param {
    Param::new(name, Want::Number).open()
}

pub(super) const TABLE: &[Function] = &[
    Function::new("abs", &[number("num")], NUMBER, |c| Ok(Value::number(c.number(0).abs()))),
    Function::new("ceil", &[Param::new("num", Want::Number)], NUMBER, |c| {
        Ok(Value::number(without_sign(c.number(0).ceil())))
    }),
    Function::new("floor", &[Param::new("num", Want::Number)], NUMBER, |c| {
        Ok(Value::number(without_sign(c.number(0).floor())))
    }),
    Function::new(
        "log",
        &[Param::new("num", Want::Number), Param::new("base", Want::Number)],
        NUMBER,
        |c| {
            let (number, base) = (c.number(0).to_f64(), c.number(1).to_f64());
            float(
                power::log(number) / power::log(base),
                "the logarithm of these numbers is undefined",
            )
        },
    ),
    Function::new("max", &[], NUMBER, |c| extreme(c, |a, b| a > b)).rest(number("numbers")),
    Function::new("min", &[], NUMBER, |c| extreme(c, |a, b| a < b)).rest(number("numbers")),
    Function::new(
        "parseint",
        &[Param::new("number", Want::Any), Param::new("base", Want::Number)],
        Returns::By(parseint_type),
        parseint,
    ),
    Function::new(
        "pow",
        &[Param::new("num", Want::Number), Param::new("power", Want::Number)],
        NUMBER,
        |c| {
            let (number, exponent) = (c.number(0).to_f64(), c.number(1).to_f64());
            float(power::pow(number, exponent), "this power of this number is undefined")
        },
    ),
    Function::new("signum", &[Param::new("num", Want::Number)], NUMBER, |c| {
        // Larger ones are refused, as Terraform refuses them.
        if c.number(0).to_i64().is_some() {
            Ok(Value::number(Number::from(c.number(0).signum())))
        } else {
            Err(CallError::new("value must be a whole number, between -2^63 and 2^63-1 inclusive"))
        }
    }),
];

/// Zero for `-0`, else the number.
fn without_sign(number: Number) -> Number {
    if number.to_i64() == Some(0) { Number::from(0) } else { number }
}

fn float(value: f64, undefined: &str) -> Result<Value, CallError> {
    Number::from_f64(value).map(Value::number).ok_or_else(|| CallError::new(undefined))
}

fn extreme(
    context: &Context<'_>,
    better: fn(&Number, &Number) -> bool,
) -> Result<Value, CallError> {
    let mut numbers = context.args.iter().filter_map(Value::as_number);
    let first = numbers.next().ok_or_else(|| CallError::new("must pass at least one number"))?;
    let best = numbers.fold(first, |best, next| if better(next, best) { next } else { best });
    Ok(Value::number(best.clone()))
}

fn parseint_type(args: &[Value]) -> Result<crate::value::Type, CallError> {
    if args[0].ty() == crate::value::Type::String {
        Ok(crate::value::Type::Number)
    } else {
        Err(CallError::arg(
            0,
            format!("first argument must be a string, not {}", args[0].ty().friendly_name()),
        ))
    }
}

fn parseint(context: &Context<'_>) -> Result<Value, CallError> {
    let text = context.text(0);
    let base = context.int(1).map_err(|error| CallError::arg(1, error.message))?;
    let radix = u32::try_from(base).ok().filter(|base| (2..=62).contains(base));
    let radix = radix.ok_or_else(|| {
        CallError::arg(1, "base must be a whole number between 2 and 62 inclusive")
    })?;
    let (negative, digits) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let invalid = || CallError::arg(0, format!("cannot parse {text:?} as a base {radix} integer"));
    if digits.is_empty() {
        return Err(invalid());
    }
    let mut value = UBig::ZERO;
    for c in digits.chars() {
        let digit = digit_value(c, radix).filter(|digit| *digit < radix).ok_or_else(invalid)?;
        value = value * radix + digit;
    }
    let value = if negative { -IBig::from(value) } else { IBig::from(value) };
    Ok(Value::new(Kind::Number(Number::whole(value))))
}

/// Above base 36 small letters come before capitals.
fn digit_value(c: char, radix: u32) -> Option<u32> {
    match c {
        '0'..='9' | 'a'..='z' => c.to_digit(36),
        'A'..='Z' if radix <= 36 => c.to_digit(36),
        'A'..='Z' => c.to_digit(36).map(|digit| digit + 26),
        _ => None,
    }
}
