//! What a plain YAML scalar means: null, a truth, a number, a time, or text. And which texts need quotes.

use crate::value::{Number, Type, Value};

/// A plain scalar.
pub(super) enum Scalar {
    Null,
    Bool(bool),
    Number(Number),
    /// A time, as RFC 3339 writes it.
    Time(String),
    Text(String),
}

impl Scalar {
    pub(super) fn into_value(self) -> Value {
        match self {
            Self::Null => Value::null(Type::Dynamic),
            Self::Bool(truth) => Value::bool(truth),
            Self::Number(number) => Value::number(number),
            Self::Time(text) | Self::Text(text) => Value::string(text),
        }
    }
}

/// The meaning of a plain scalar without a tag.
pub(super) fn implied(text: &str) -> Scalar {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Scalar::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return Scalar::Bool(true);
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Scalar::Bool(false);
        }
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => {
            return Scalar::Number(Number::infinity());
        }
        "-.inf" | "-.Inf" | "-.INF" => return Scalar::Number(Number::infinity().negate()),
        _ => {}
    }
    number(text)
        .map(Scalar::Number)
        .or_else(|| time(text).map(Scalar::Time))
        .unwrap_or_else(|| Scalar::Text(text.into()))
}

fn number(text: &str) -> Option<Number> {
    let whole = |digits: &str, radix: u32| {
        let clean = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
        let value = clean.then(|| dashu_int::UBig::from_str_radix(digits, radix).ok())??;
        Some(Number::whole(value.into()))
    };
    if let Some(hex) = text.strip_prefix("0x") {
        return whole(hex, 16);
    }
    if let Some(octal) = text.strip_prefix("0o") {
        return whole(octal, 8);
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.') || text.contains(['p', 'P'])
    {
        return None;
    }
    Number::parse(text)
}

/// `2001-01-01`, `2001-12-14t21:59:43.10-05:00`, `2001-12-14 21:59:43`; without fractions of seconds.
fn time(text: &str) -> Option<String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits != 4 || text.as_bytes().get(4) != Some(&b'-') {
        return None;
    }
    let (date, clock) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some((&text[at..=at], &text[at + 1..]))),
        None => (text, None),
    };
    let mut parts =
        date.split('-').map(|part| part.parse::<i16>().ok().filter(|_| part.len() <= 4));
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if parts.next().is_some() {
        return None;
    }
    let day =
        jiff::civil::Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    let Some((separator, clock)) = clock else { return Some(format!("{day}T00:00:00Z")) };
    let zone_at = clock.find(['Z', '+', '-']);
    let (clock, zone) = match zone_at {
        Some(at) => clock.split_at(at),
        None if separator == " " => (clock, "Z"),
        None => return None,
    };
    if separator == " " && zone_at.is_some() {
        return None;
    }
    let clock = clock.split_once('.').map_or(clock, |(whole, _)| whole);
    let mut parts = clock.split(':').map(|part| part.parse::<i8>().ok());
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    jiff::civil::Time::new(hour, minute, second, 0).ok()?;
    let zone = if zone == "Z" || (zone.len() == 6 && zone.as_bytes()[3] == b':') {
        zone
    } else {
        return None;
    };
    Some(format!("{day}T{hour:02}:{minute:02}:{second:02}{zone}"))
}
