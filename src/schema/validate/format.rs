//! Forms of texts: what the word `format` of a schema file may say.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use base64::Engine as _;
use serde_json::Value as Json;

/// What the text should be, in words, if it is not; none where it is, or where the form is not known here.
pub(super) fn fault(name: &str, text: &str) -> Option<&'static str> {
    let (fits, words) = match name {
        "arn" => (
            text.is_empty() || is_arn(text),
            "an ARN (arn:partition:service:region:account:resource)",
        ),
        "kms_key_arn" => (is_kms(text, "key/"), "the ARN of a KMS key"),
        "kms_alias_arn" => (is_kms(text, "alias/"), "the ARN of a KMS alias"),
        "account_id" => (is_account(text), "an account id of twelve digits"),
        "region" => (is_region(text), "an AWS region"),
        "ip" => (text.parse::<IpAddr>().is_ok(), "an IP address"),
        "ipv4" => (text.parse::<Ipv4Addr>().is_ok(), "an IPv4 address"),
        "ipv6" => (text.parse::<Ipv6Addr>().is_ok(), "an IPv6 address"),
        "cidr_network" => (cidr(text).is_some(), CIDR),
        "ipv4_cidr_network" => (
            cidr(text) == Some(Family::V4),
            "an IPv4 network such as 10.0.0.0/16 with no bits beyond its prefix",
        ),
        "ipv6_cidr_network" => (
            cidr(text) == Some(Family::V6),
            "an IPv6 network such as 2001:db8::/56 with no bits beyond its prefix",
        ),
        "json" => (text.is_empty() || serde_json::from_str::<Json>(text).is_ok(), "JSON"),
        "iam_policy_json" => (text.is_empty() || is_policy(text), "an IAM policy in JSON"),
        "json_or_yaml" => (is_json_or_yaml(text), "JSON or YAML"),
        "base64" => (is_base64(text), "base64"),
        "regex" => (regex::Regex::new(text).is_ok(), "a regular expression"),
        "rfc3339" => {
            (text.parse::<jiff::Timestamp>().is_ok(), "a time such as 2026-01-31T18:00:00Z")
        }
        "utc_timestamp" | "time:YYYY-MM-DDThh:mm:ssZ" => (
            shaped(text, "dddd-dd-ddTdd:dd:ddZ") && text.parse::<jiff::Timestamp>().is_ok(),
            "a time in UTC such as 2026-01-31T18:00:00Z",
        ),
        "date:YYYY-MM-DD" => (
            shaped(text, "dddd-dd-dd") && text.parse::<jiff::civil::Date>().is_ok(),
            "a date such as 2026-01-31",
        ),
        "go_duration" => (is_go_duration(text), "a duration such as 30m or 1h30m"),
        "iso8601_duration" => {
            (text.starts_with('P') && text.parse::<jiff::Span>().is_ok(), "a duration such as P90D")
        }
        "daily_window" => {
            (text.is_empty() || is_daily_window(text), "a daily window such as 05:00-06:00")
        }
        "weekly_window" => (
            text.is_empty() || is_weekly_window(text),
            "a weekly window such as sun:05:00-sun:06:00",
        ),
        "octal_mode" => (is_octal_mode(text), "a file mode in octal such as 0644"),
        "integer string" => (text.parse::<i64>().is_ok(), "a whole number"),
        "protocol name or number" => (is_protocol(text), "an IP protocol by name or number"),
        _ => return None,
    };
    (!fits).then_some(words)
}

const CIDR: &str = "a network such as 10.0.0.0/16 with no bits beyond its prefix";

fn is_arn(text: &str) -> bool {
    let mut parts = text.splitn(6, ':');
    let mut next = || parts.next().unwrap_or_default();
    next() == "arn"
        && next().starts_with("aws")
        && !next().is_empty()
        && matches!(next(), region if region.is_empty() || is_region(region))
        && matches!(next(), account if account.is_empty() || account == "aws" || is_account(account))
        && !next().is_empty()
}

fn is_kms(text: &str, kind: &str) -> bool {
    is_arn(text)
        && text.split(':').nth(2) == Some("kms")
        && text.splitn(6, ':').nth(5).is_some_and(|resource| resource.starts_with(kind))
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// `eu-central-1`, `us-gov-west-1`; which ones exist is for the cloud to say.
fn is_region(text: &str) -> bool {
    let mut parts = text.rsplit('-');
    let number = parts.next().unwrap_or_default();
    let rest: Vec<&str> = parts.collect();
    !number.is_empty()
        && number.bytes().all(|b| b.is_ascii_digit())
        && rest.len() >= 2
        && rest.iter().all(|part| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        })
}

#[derive(PartialEq, Eq)]
enum Family {
    V4,
    V6,
}

/// The family of a network whose address is the network's own.
fn cidr(text: &str) -> Option<Family> {
    match text.parse::<ipnet::IpNet>().ok()? {
        ipnet::IpNet::V4(net) => (net.addr() == net.network()).then_some(Family::V4),
        ipnet::IpNet::V6(net) => (net.addr() == net.network()).then_some(Family::V6),
    }
}

fn is_policy(text: &str) -> bool {
    serde_json::from_str::<Json>(text).is_ok_and(|json| json.is_object())
}

fn is_json_or_yaml(text: &str) -> bool {
    serde_json::from_str::<Json>(text).is_ok() || serde_saphyr::from_str::<Json>(text).is_ok()
}

fn is_base64(text: &str) -> bool {
    base64::engine::general_purpose::STANDARD.decode(text).is_ok()
}

/// Whether the text has a digit for every `d` and the same character for every other.
fn shaped(text: &str, shape: &str) -> bool {
    text.len() == shape.len()
        && text
            .bytes()
            .zip(shape.bytes())
            .all(|(b, s)| if s == b'd' { b.is_ascii_digit() } else { b == s })
}

fn is_go_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    let mut parts = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        if rest[..digits].parse::<f64>().is_err() {
            return false;
        }
        rest = &rest[digits..];
        let units = ["ns", "us", "µs", "ms", "s", "m", "h"];
        let Some(after) = units.iter().find_map(|unit| rest.strip_prefix(unit)) else {
            return false;
        };
        rest = after;
        parts += 1;
    }
    parts > 0
}

fn is_daily_window(text: &str) -> bool {
    text.split_once('-').is_some_and(|(from, to)| is_clock(from) && is_clock(to))
}

fn is_weekly_window(text: &str) -> bool {
    let is_moment = |moment: &str| {
        let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        moment.split_once(':').is_some_and(|(day, clock)| {
            days.contains(&day.to_ascii_lowercase().as_str()) && is_clock(clock)
        })
    };
    text.split_once('-').is_some_and(|(from, to)| is_moment(from) && is_moment(to))
}

fn is_clock(text: &str) -> bool {
    shaped(text, "dd:dd") && text[..2] < *"24" && text[3..] < *"60"
}

fn is_octal_mode(text: &str) -> bool {
    (3..=4).contains(&text.len()) && text.bytes().all(|b| (b'0'..=b'7').contains(&b))
}

fn is_protocol(text: &str) -> bool {
    crate::schema::protocol::number(text).is_some()
        || text.parse::<i64>().is_ok_and(|number| (-1..=255).contains(&number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_the_form_or_not() {
        let check = |name: &str, good: &[&str], bad: &[&str]| {
            for text in good {
                assert_eq!(fault(name, text), None, "{name} {text}");
            }
            for text in bad {
                assert!(fault(name, text).is_some(), "{name} {text}");
            }
        };
        check(
            "arn",
            &[
                "arn:aws:iam::123456789012:role/a",
                "arn:aws-cn:s3:::b",
                "arn:aws:iam::aws:policy/ReadOnlyAccess",
            ],
            &["arn", "role/a", "arn:aws:iam::12:role/a", "arn:aws:ec2:x:123456789012:a"],
        );
        check("account_id", &["123456789012"], &["12345678901", "12345678901a"]);
        check("region", &["eu-central-1", "us-gov-west-1"], &["eu", "eu-central", "eu-central-x"]);
        check(
            "cidr_network",
            &["10.0.0.0/16", "2001:db8::/56"],
            &["10.0.0.1/16", "10.0.0.0", "10.0.0.0/33"],
        );
        check("ipv4_cidr_network", &["0.0.0.0/0"], &["::/0"]);
        check("ipv6_cidr_network", &["::/0"], &["0.0.0.0/0"]);
        check("json", &["{}", "[1]", ""], &["{", "a"]);
        check("iam_policy_json", &["{\"Statement\": []}"], &["[]", "a"]);
        check("base64", &["aGk=", ""], &["a", "%%%%"]);
        check(
            "rfc3339",
            &["2026-01-31T18:00:00Z", "2026-01-31T18:00:00+01:00"],
            &["2026-01-31", "now"],
        );
        check(
            "utc_timestamp",
            &["2026-01-31T18:00:00Z"],
            &["2026-01-31T18:00:00+01:00", "2026-13-31T18:00:00Z"],
        );
        check("date:YYYY-MM-DD", &["2026-02-28"], &["2026-02-30", "26-02-28"]);
        check("go_duration", &["1h30m", "1.5s", "0", "100ms"], &["", "1", "h", "1d"]);
        check("iso8601_duration", &["P90D", "PT1H"], &["90D", "P"]);
        check("daily_window", &["05:00-06:30"], &["5:00-6:00", "05:00", "24:00-01:00"]);
        check(
            "weekly_window",
            &["sun:05:00-sun:06:00", "Mon:00:00-Mon:03:00"],
            &["05:00-06:00", "so:05:00-so:06:00"],
        );
        check("octal_mode", &["644", "0755"], &["888", "64"]);
        check(
            "kms_key_arn",
            &["arn:aws:kms:eu-west-1:123456789012:key/a"],
            &["arn:aws:kms:eu-west-1:123456789012:alias/a"],
        );
        check("ip", &["10.0.0.1", "::1"], &["10.0.0.256"]);
        check("protocol name or number", &["tcp", "-1", "all", "6"], &["foo", "256"]);
        check("no such form", &["anything"], &[]);
    }
}
