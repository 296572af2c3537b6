//! Durations as Go writes them, and so Terraform, its providers and its users: `1h30m`, `1.5s`.

use std::time::Duration;

/// How long `1h30m`, `10s` or `500ms` is; none for what is no duration or is negative.
#[must_use]
pub fn duration(text: &str) -> Option<Duration> {
    nanoseconds(text).and_then(|count| u64::try_from(count).ok()).map(Duration::from_nanos)
}

/// A duration as Go writes it, `-1h30m`, `1.5s`, in nanoseconds.
#[must_use]
pub fn nanoseconds(text: &str) -> Option<i64> {
    let (negative, mut rest) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if rest == "0" {
        return Some(0);
    }
    let mut total: i128 = 0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let number_end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at(number_end);
        let unit_end = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(unit_end);
        let unit: i128 = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
            return None;
        }
        let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        let digits = &fraction[..fraction.len().min(18)];
        let scale = 10i128.pow(u32::try_from(digits.len()).ok()?);
        let part: i128 = if digits.is_empty() { 0 } else { digits.parse().ok()? };
        total = total.checked_add(whole.checked_mul(unit)?)?.checked_add(part * unit / scale)?;
        rest = after;
    }
    i64::try_from(if negative { -total } else { total }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_go_writes_them() {
        let check = |text, expect: Option<u64>| {
            assert_eq!(duration(text), expect.map(Duration::from_millis), "{text}");
        };
        check("0s", Some(0));
        check("0", Some(0));
        check("1h30m", Some(5_400_000));
        check("500ms", Some(500));
        check("", None);
        check("5", None);
        check("x", None);
        check("5 m", None);
        check("-5m", None);
        check("1.5s", Some(1500));
        check("3d", None);
    }
}
