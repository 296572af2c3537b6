//! `time_*`.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::make::{Attributes, Made, Tools};

/// `time_sleep`: it is ready after a while, and gone after another.
pub(super) fn sleep(tools: &Tools<'_>, attributes: Attributes) -> Result<Made, String> {
    let ready_in = match attributes.text("create_duration") {
        Some(text) => parse(&text).ok_or("create_duration is not a duration like 30s or 1.5m")?,
        None => Duration::ZERO,
    };
    let made = attributes.with_id(to_the_second(tools.clock.now()).to_string());
    Ok(Made { ready_in, ..made })
}

/// `time_static`: the time at which it was made, or the one that it was given.
pub(super) fn fixed(tools: &Tools<'_>, attributes: Attributes) -> Result<Made, String> {
    let given = attributes.text("rfc3339").filter(|text| !text.is_empty());
    let (text, at) = if let Some(text) = given {
        let at = text.parse::<Timestamp>().map_err(|error| format!("rfc3339: {error}"))?;
        (text, at)
    } else {
        let at = to_the_second(tools.clock.now());
        (at.to_string().into(), at)
    };
    Ok(spread(attributes, &text, at))
}

/// The parts of a time as attributes.
pub(super) fn spread(mut attributes: Attributes, text: &str, at: Timestamp) -> Made {
    let utc = at.to_zoned(TimeZone::UTC);
    attributes.set_text("rfc3339", text);
    attributes.set_whole("unix", at.as_second());
    attributes.set_whole("year", i64::from(utc.year()));
    attributes.set_whole("month", i64::from(utc.month()));
    attributes.set_whole("day", i64::from(utc.day()));
    attributes.set_whole("hour", i64::from(utc.hour()));
    attributes.set_whole("minute", i64::from(utc.minute()));
    attributes.set_whole("second", i64::from(utc.second()));
    attributes.with_id(text)
}

fn to_the_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// A number and a unit: `1.5m`.
pub(super) fn parse(text: &str) -> Option<Duration> {
    let unit = text.find(|c: char| c.is_ascii_alphabetic())?;
    let number: f64 = text[..unit].parse().ok()?;
    let seconds = match &text[unit..] {
        "ms" => number / 1000.0,
        "s" => number,
        "m" => number * 60.0,
        "h" => number * 3600.0,
        _ => return None,
    };
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_one_unit() {
        let check = |text, expect: Option<u64>| {
            assert_eq!(parse(text), expect.map(Duration::from_millis), "{text}");
        };
        check("30s", Some(30_000));
        check("1.5m", Some(90_000));
        check("250ms", Some(250));
        check("2h", Some(7_200_000));
        check("30", None);
        check("s", None);
        check("3d", None);
    }
}
