//! Times as RFC 3339 writes them, read strictly.

use jiff::civil::{Date, DateTime, Time};

/// A local time with its distance from UTC.
#[derive(Clone, Copy)]
pub(super) struct Moment {
    pub(super) civil: DateTime,
    pub(super) offset_minutes: i32,
}

impl Moment {
    /// The same moment at UTC, for comparing.
    pub(super) fn instant(&self) -> (i64, i32) {
        let date = self.civil.date();
        let days = date.duration_since(Date::constant(1970, 1, 1)).as_hours() / 24;
        let time = self.civil.time();
        let minutes = i64::from(time.hour()) * 60 + i64::from(time.minute());
        let seconds = days * 86_400
            + (minutes - i64::from(self.offset_minutes)) * 60
            + i64::from(time.second());
        (seconds, time.subsec_nanosecond())
    }

    /// Without a fraction of seconds.
    pub(super) fn to_text(self) -> String {
        let c = self.civil;
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}",
            c.year(),
            c.month(),
            c.day(),
            c.hour(),
            c.minute(),
            c.second(),
            self.zone(":", "Z")
        )
    }

    /// The distance from UTC: `+01:00`; `at_utc` where there is none, unless it is empty.
    pub(super) fn zone(&self, colon: &str, at_utc: &str) -> String {
        if self.offset_minutes == 0 && !at_utc.is_empty() {
            return at_utc.to_owned();
        }
        let sign = if self.offset_minutes < 0 { '-' } else { '+' };
        let minutes = self.offset_minutes.abs();
        format!("{sign}{:02}{colon}{:02}", minutes / 60, minutes % 60)
    }
}

/// Reads `2006-01-02T15:04:05.999+01:00`.
///
/// # Errors
/// Which part is wrong.
pub(super) fn parse(text: &str) -> Result<Moment, String> {
    let mut reader = Reader { rest: text };
    let year = reader.number(4, "year", 0..=9999)?;
    reader.expect("-", "missing required separator '-' after year")?;
    let month = reader.number(2, "month", 1..=12)?;
    reader.expect("-", "missing required separator '-' after month")?;
    let day = reader.number(2, "day of month", 1..=31)?;
    let date = Date::new(small(year), byte(month), byte(day))
        .map_err(|_| "day of month is out of range for the month".to_owned())?;
    reader.expect("T", "missing required time introducer 'T'")?;
    let hour = reader.number(2, "hour", 0..=23)?;
    reader.expect(":", "missing required separator ':' after hour")?;
    let minute = reader.number(2, "minute", 0..=59)?;
    reader.expect(":", "missing required separator ':' after minute")?;
    let second = reader.number(2, "second", 0..=59)?;
    let nanosecond = reader.fraction()?;
    let offset_minutes = reader.offset()?;
    if !reader.rest.is_empty() {
        return Err(format!("extra characters {:?} after the timestamp", reader.rest));
    }
    let time = Time::new(byte(hour), byte(minute), byte(second), nanosecond)
        .map_err(|_| "the time of day is out of range".to_owned())?;
    Ok(Moment { civil: DateTime::from_parts(date, time), offset_minutes })
}

fn small(number: i32) -> i16 {
    i16::try_from(number).unwrap_or(i16::MAX)
}

fn byte(number: i32) -> i8 {
    i8::try_from(number).unwrap_or(i8::MAX)
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn number(
        &mut self,
        digits: usize,
        name: &str,
        range: std::ops::RangeInclusive<i32>,
    ) -> Result<i32, String> {
        let part = self.rest.get(..digits).filter(|part| part.bytes().all(|b| b.is_ascii_digit()));
        let Some(part) = part else {
            let shown = self.rest.split(['-', ':', 'T', '.']).next().unwrap_or_default();
            return Err(format!("cannot use {shown:?} as {name}"));
        };
        let value: i32 = part.parse().map_err(|_| format!("cannot use {part:?} as {name}"))?;
        if !range.contains(&value) {
            return Err(format!(
                "{name} must be between {} and {} inclusive",
                range.start(),
                range.end()
            ));
        }
        self.rest = &self.rest[digits..];
        Ok(value)
    }

    fn expect(&mut self, text: &str, missing: &str) -> Result<(), String> {
        self.rest = self.rest.strip_prefix(text).ok_or_else(|| missing.to_owned())?;
        Ok(())
    }

    fn fraction(&mut self) -> Result<i32, String> {
        let Some(after) = self.rest.strip_prefix('.') else { return Ok(0) };
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            return Err("cannot use \"\" as fraction of a second".into());
        }
        let text = format!("{:0<9}", &after[..digits.min(9)]);
        self.rest = &after[digits..];
        text.parse().map_err(|_| "cannot use it as fraction of a second".into())
    }

    fn offset(&mut self) -> Result<i32, String> {
        if let Some(after) = self.rest.strip_prefix('Z') {
            self.rest = after;
            return Ok(0);
        }
        let sign = match self.rest.as_bytes().first() {
            Some(b'+') => 1,
            Some(b'-') => -1,
            _ => return Err("missing UTC offset at the end".into()),
        };
        self.rest = &self.rest[1..];
        let hours = self.number(2, "timezone hours", 0..=23)?;
        self.expect(":", "missing required separator ':' in the UTC offset")?;
        let minutes = self.number(2, "timezone minutes", 0..=59)?;
        Ok(sign * (hours * 60 + minutes))
    }
}
