//! Functions on times.

use jiff::civil::DateTime;

use super::rfc3339::{self, Moment};
use super::{CallError, Context, Function, Param, Returns, Want, crypto};
use crate::base::nanoseconds;
use crate::eval::{Caller, Effects};
use crate::value::{Type, Value};

const TEXT: Returns = Returns::Always(Want::String);

const fn text(name: &'static str) -> Param {
    Param::new(name, Want::String)
}

pub(super) const TABLE: &[Function] = &[
    Function::new("formatdate", &[text("format"), text("time")], TEXT, formatdate),
    Function::new("plantimestamp", &[], TEXT, plantimestamp),
    Function::new("timeadd", &[text("timestamp"), text("duration")], TEXT, timeadd),
    Function::new(
        "timecmp",
        &[text("timestamp_a"), text("timestamp_b")],
        Returns::Always(Want::Number),
        timecmp,
    ),
    Function::new("timestamp", &[], TEXT, timestamp),
];

fn now_text(time: jiff::Timestamp) -> Value {
    let civil = time.to_zoned(jiff::tz::TimeZone::UTC).datetime();
    Value::string(Moment { civil, offset_minutes: 0 }.to_text())
}

fn timestamp(context: &Context<'_>) -> Result<Value, CallError> {
    match context.outside.effects {
        Effects::Now => Ok(now_text(context.outside.world.clock.now())),
        Effects::Later => Ok(Value::unknown(Type::String)),
    }
}

fn plantimestamp(context: &Context<'_>) -> Result<Value, CallError> {
    match (context.outside.plan_time, context.outside.caller) {
        (Some(time), _) => Ok(now_text(time)),
        (None, Caller::Configuration) => Ok(Value::unknown(Type::String)),
        (None, Caller::Console) => Err(CallError::new("there is no plan")),
    }
}

fn invalid(reason: &str) -> String {
    format!("not a valid RFC3339 timestamp: {reason}")
}

fn timecmp(context: &Context<'_>) -> Result<Value, CallError> {
    let at = |index: usize| {
        rfc3339::parse(context.text(index))
            .map_err(|reason| CallError::arg(index, invalid(&reason)))
    };
    Ok(crypto::sign(at(0)?.instant().cmp(&at(1)?.instant())))
}

fn timeadd(context: &Context<'_>) -> Result<Value, CallError> {
    let moment =
        rfc3339::parse(context.text(0)).map_err(|reason| CallError::new(invalid(&reason)))?;
    let distance = nanoseconds(context.text(1))
        .ok_or_else(|| CallError::new(format!("time: invalid duration {:?}", context.text(1))))?;
    let span = jiff::SignedDuration::from_nanos(distance);
    let civil = moment
        .civil
        .checked_add(span)
        .map_err(|_| CallError::new("the result is outside the range of times"))?;
    Ok(Value::string(Moment { civil, ..moment }.to_text()))
}

fn formatdate(context: &Context<'_>) -> Result<Value, CallError> {
    let moment =
        rfc3339::parse(context.text(1)).map_err(|reason| CallError::arg(1, invalid(&reason)))?;
    let wrong = |reason: String| CallError::arg(0, reason);
    let mut out = String::new();
    let mut rest = context.text(0);
    while let Some(c) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("''") {
            out.push('\'');
            rest = after;
        } else if c == '\'' {
            rest = literal(&rest[1..], &mut out)
                .ok_or_else(|| wrong("unterminated literal '".into()))?;
        } else if c.is_ascii_alphabetic() {
            let end = rest.find(|other| other != c).unwrap_or(rest.len());
            verb(&rest[..end], &moment, &mut out).map_err(|reason| {
                wrong(format!("invalid date format verb {:?}: {reason}", &rest[..end]))
            })?;
            rest = &rest[end..];
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    Ok(Value::string(out))
}

/// What stands in single quotes, a doubled one meaning itself; returns what is left.
fn literal<'a>(mut rest: &'a str, out: &mut String) -> Option<&'a str> {
    loop {
        let end = rest.find('\'')?;
        out.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('\'') {
            Some(after) => {
                out.push('\'');
                rest = after;
            }
            None => return Some(rest),
        }
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

fn verb(verb: &str, moment: &Moment, out: &mut String) -> Result<(), &'static str> {
    use std::fmt::Write as _;
    let civil: DateTime = moment.civil;
    let month = MONTHS[usize::try_from(civil.month() - 1).unwrap_or(0)];
    let day = DAYS[usize::try_from(civil.weekday().to_monday_zero_offset()).unwrap_or(0)];
    let hour12 = match civil.hour() % 12 {
        0 => 12,
        hour => hour,
    };
    let text = match verb {
        "YYYY" => format!("{:04}", civil.year()),
        "YY" => format!("{:02}", civil.year().rem_euclid(100)),
        "MMMM" => month.to_owned(),
        "MMM" => month[..3].to_owned(),
        "MM" => format!("{:02}", civil.month()),
        "M" => civil.month().to_string(),
        "DD" => format!("{:02}", civil.day()),
        "D" => civil.day().to_string(),
        "EEEE" => day.to_owned(),
        "EEE" => day[..3].to_owned(),
        "hh" => format!("{:02}", civil.hour()),
        "h" => civil.hour().to_string(),
        "HH" => format!("{hour12:02}"),
        "H" => hour12.to_string(),
        "AA" => if civil.hour() < 12 { "AM" } else { "PM" }.to_owned(),
        "aa" => if civil.hour() < 12 { "am" } else { "pm" }.to_owned(),
        "mm" => format!("{:02}", civil.minute()),
        "m" => civil.minute().to_string(),
        "ss" => format!("{:02}", civil.second()),
        "s" => civil.second().to_string(),
        "Z" => moment.zone(":", "Z"),
        "ZZZ" => moment.zone("", "UTC"),
        "ZZZZ" => moment.zone("", ""),
        "ZZZZZ" => moment.zone(":", ""),
        other => return Err(unsupported(other)),
    };
    out.write_str(&text).map_err(|_| "the text cannot be written")
}

fn unsupported(verb: &str) -> &'static str {
    match verb.as_bytes().first() {
        Some(b'Y') => "year must either be \"YY\" or \"YYYY\"",
        Some(b'M') => "month must be \"M\", \"MM\", \"MMM\", or \"MMMM\"",
        Some(b'D') => "day of month must either be \"D\" or \"DD\"",
        Some(b'E') => "day of week must either be \"EEE\" or \"EEEE\"",
        Some(b'h') => "24-hour must either be \"h\" or \"hh\"",
        Some(b'H') => "12-hour must either be \"H\" or \"HH\"",
        Some(b'A' | b'a') => "must be \"AA\" or \"aa\"",
        Some(b'm') => "minute must either be \"m\" or \"mm\"",
        Some(b's') => "second must either be \"s\" or \"ss\"",
        Some(b'Z') => "timezone must be Z, ZZZZ, or ZZZZZ",
        _ => "unsupported format verb",
    }
}
