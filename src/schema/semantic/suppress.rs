//! Differences that do not count: the words of `diff_suppress`.

use base64::Engine as _;
use serde_json::Value as Json;
use sha1::{Digest as _, Sha1};

use super::policies_equal;
use super::rules::rules_equal;
use super::zero::is_zero;
use crate::schema::scene::value_at;
use crate::schema::{DiffSuppress, Scene, protocol};
use crate::value::{AttrPath, Value};

/// Whether the difference at `path` between the prior and the planned object does not count.
///
/// Nothing counts as equal to an unknown value. On create, only conditions may hold.
#[must_use]
pub fn suppresses(suppress: &DiffSuppress, scene: &Scene<'_>, path: &AttrPath) -> bool {
    if let DiffSuppress::When(condition) = suppress {
        return condition.holds(scene, path);
    }
    let Some(prior) = scene.prior.and_then(|prior| value_at(prior, path)) else { return false };
    let planned = value_at(scene.planned, path);
    if planned.is_some_and(|value| !value.is_known()) {
        return false;
    }
    if *suppress == DiffSuppress::MissingBlock {
        return !is_zero(prior)
            && value_at(scene.config, path)
                .is_none_or(|config| config.is_known() && is_zero(config));
    }
    if *suppress == DiffSuppress::RulesEqual {
        return planned.is_some_and(|planned| rules_equal(prior, planned));
    }
    let text = |value: &Value| match (value.as_str(), value.as_number(), value.as_bool()) {
        (Some(text), ..) => text.to_owned(),
        (_, Some(number), _) => number.to_string(),
        (_, _, Some(truth)) => truth.to_string(),
        _ => String::new(),
    };
    texts_equal(suppress, &text(prior), &planned.map(text).unwrap_or_default())
}

fn texts_equal(suppress: &DiffSuppress, old: &str, new: &str) -> bool {
    match suppress {
        DiffSuppress::MissingBlock | DiffSuppress::RulesEqual | DiffSuppress::When(_) => false,
        DiffSuppress::NullableBoolEqual => flag(old).is_some() && flag(old) == flag(new),
        DiffSuppress::JsonEqual => both(old, new, |text| serde_json::from_str::<Json>(text).ok()),
        DiffSuppress::JsonEqualOrEmpty => {
            let empty = |text: &str| matches!(text.trim(), "" | "{}" | "[]");
            empty(old) && empty(new)
                || both(old, new, |text| serde_json::from_str::<Json>(text).ok())
        }
        DiffSuppress::JsonOrYamlEqual => both(old, new, json_or_yaml),
        DiffSuppress::IamPolicyEqual => policies_equal(old, new),
        DiffSuppress::TimeEqual => both(old, new, instant),
        DiffSuppress::TimeEqualToMinute => {
            both(old, new, |text| instant(text).map(|at| at.as_second().div_euclid(60)))
        }
        DiffSuppress::CidrEqual => {
            both(old, new, |text| text.parse::<ipnet::IpNet>().ok().map(|net| net.trunc()))
        }
        DiffSuppress::IpEqual => both(old, new, |text| text.parse::<std::net::IpAddr>().ok()),
        DiffSuppress::NumericEqual => both(old, new, crate::value::Number::parse),
        DiffSuppress::CaseInsensitiveEqual => old.to_lowercase() == new.to_lowercase(),
        DiffSuppress::IpProtocolEqual | DiffSuppress::IpProtocolNumberEqual => {
            both(old, new, protocol::parse)
        }
        DiffSuppress::KmsKeyArnOrIdEqual => same_tail(old, new, "key/"),
        DiffSuppress::DbInstanceArnOrIdEqual => same_tail(old, new, ":db:"),
        DiffSuppress::TrailingZerosEqual => {
            !old.is_empty() && new.is_empty() || trimmed(old) == trimmed(new)
        }
        DiffSuppress::PublicKeyEqual => both(old, new, |key| {
            let mut parts = key.split_whitespace();
            Some((parts.next()?.to_owned(), parts.next()?.to_owned()))
        }),
        DiffSuppress::UserDataEqual => user_data_equal(old, new),
    }
}

fn both<T: PartialEq>(old: &str, new: &str, read: impl Fn(&str) -> Option<T>) -> bool {
    old == new || matches!((read(old), read(new)), (Some(old), Some(new)) if old == new)
}

fn flag(text: &str) -> Option<bool> {
    match text {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

fn json_or_yaml(text: &str) -> Option<Json> {
    serde_json::from_str(text).ok().or_else(|| serde_saphyr::from_str(text).ok())
}

fn instant(text: &str) -> Option<jiff::Timestamp> {
    text.parse().ok()
}

/// Whether one is an ARN and the other what follows `mark` in it, or both are the same.
fn same_tail(old: &str, new: &str, mark: &str) -> bool {
    let tail = |text: &str| -> String {
        let name = if text.starts_with("arn:") {
            text.split_once(mark).map(|(_, name)| name)
        } else {
            None
        };
        name.unwrap_or(text).into()
    };
    old == new || (old.starts_with("arn:") != new.starts_with("arn:") && tail(old) == tail(new))
}

fn trimmed(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

/// User data is known by its SHA-1 where the text itself is not read back.
fn user_data_equal(old: &str, new: &str) -> bool {
    let plain =
        base64::engine::general_purpose::STANDARD.decode(new).ok().filter(|_| !new.is_empty());
    let bytes = plain.as_deref().unwrap_or(new.as_bytes());
    let hash = sha1_hex(bytes);
    old == new
        || old == hash
        || old.as_bytes() == bytes
        || old.is_empty() && new == sha1_hex(b"")
        || new.is_empty() && old == sha1_hex(b"")
}

fn sha1_hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha1::digest(bytes).iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("writing to a string cannot fail");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_that_do_not_count() {
        let check = |how: DiffSuppress, old: &str, new: &str, expect: bool| {
            assert_eq!(texts_equal(&how, old, new), expect, "{how:?} {old} {new}");
        };
        check(DiffSuppress::NullableBoolEqual, "true", "1", true);
        check(DiffSuppress::NullableBoolEqual, "", "false", false);
        check(DiffSuppress::JsonEqual, "{\"a\": 1}", "{ \"a\":1 }", true);
        check(DiffSuppress::JsonEqual, "{\"a\": 1}", "{\"a\": 2}", false);
        check(DiffSuppress::JsonEqualOrEmpty, "{}", "", true);
        check(DiffSuppress::JsonOrYamlEqual, "{\"a\": 1}", "a: 1", true);
        check(DiffSuppress::TimeEqual, "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", true);
        check(
            DiffSuppress::TimeEqualToMinute,
            "2026-01-01T00:00:40Z",
            "2026-01-01T00:00:00Z",
            true,
        );
        check(
            DiffSuppress::TimeEqualToMinute,
            "2026-01-01T00:01:00Z",
            "2026-01-01T00:00:00Z",
            false,
        );
        check(DiffSuppress::CidrEqual, "2001:DB8::/56", "2001:db8:0::/56", true);
        check(DiffSuppress::IpEqual, "2001:db8::1", "2001:DB8:0:0::1", true);
        check(DiffSuppress::NumericEqual, "1.50", "1.5", true);
        check(DiffSuppress::CaseInsensitiveEqual, "HTTP", "http", true);
        check(DiffSuppress::IpProtocolEqual, "-1", "all", true);
        check(DiffSuppress::IpProtocolEqual, "tcp", "udp", false);
        check(DiffSuppress::IpProtocolNumberEqual, "6", "tcp", true);
        check(DiffSuppress::KmsKeyArnOrIdEqual, "arn:aws:kms:r:1:key/abc", "abc", true);
        check(DiffSuppress::KmsKeyArnOrIdEqual, "arn:aws:kms:r:1:key/abc", "abd", false);
        check(DiffSuppress::DbInstanceArnOrIdEqual, "main", "arn:aws:rds:r:1:db:main", true);
        check(DiffSuppress::TrailingZerosEqual, "0.050000", "0.05", true);
        check(DiffSuppress::TrailingZerosEqual, "0.05", "", true);
        check(DiffSuppress::PublicKeyEqual, "ssh-rsa AAAA name", "ssh-rsa AAAA me@host", true);
        check(DiffSuppress::PublicKeyEqual, "ssh-rsa AAAA", "ssh-rsa BBBB", false);
        check(DiffSuppress::UserDataEqual, "c22b5f9178342609428d6f51b2c5af4c0bde6a42", "hi", true);
        check(DiffSuppress::UserDataEqual, "hi", "aGk=", true);
        check(DiffSuppress::UserDataEqual, "hi", "ho", false);
    }
}
