//! Names that nobody gave.

use crate::schema::NameGeneration;
use crate::value::Value;

/// The name of an object to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Name {
    /// The configuration gives it.
    Given(String),
    /// It depends on a value that is not known yet.
    Unknown,
    /// It is made from a prefix.
    Generated(String),
}

/// The name that a create uses. The same generator state gives the same name: a prefix, 18 digits and 8 hex digits.
#[must_use]
pub fn generate_name(rule: &NameGeneration, config: &Value, rng: &mut fastrand::Rng) -> Name {
    let read = |attr: &str| config.attribute(attr).filter(|value| !value.is_null());
    if let Some(name) = read(&rule.attr) {
        return match name.as_str() {
            Some("") => generated(rule, config, &rule.default_prefix, rng),
            Some(name) => Name::Given(name.into()),
            None => Name::Unknown,
        };
    }
    match read(&rule.prefix_attr).map(Value::as_str) {
        Some(None) => Name::Unknown,
        Some(Some(prefix)) if !prefix.is_empty() => generated(rule, config, prefix, rng),
        _ => generated(rule, config, &rule.default_prefix, rng),
    }
}

/// How long the generated end of a name is.
const GENERATED: usize = 26;

/// The prefix from which a name was made; none where it does not end as generated names do.
#[must_use]
pub fn name_prefix<'a>(rule: &NameGeneration, name: &'a str) -> Option<&'a str> {
    let mut ends =
        rule.suffix_if.iter().filter_map(|(_, suffix)| name.strip_suffix(suffix.as_str()));
    let name = ends.next_back().unwrap_or(name);
    let at = name.len().checked_sub(GENERATED).filter(|at| name.is_char_boundary(*at))?;
    let (prefix, end) = name.split_at(at);
    let is_made = |digit: u8| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit);
    (!prefix.is_empty() && end.bytes().all(is_made)).then_some(prefix)
}

fn generated(rule: &NameGeneration, config: &Value, prefix: &str, rng: &mut fastrand::Rng) -> Name {
    let digits: String = (0..18).map(|_| char::from(b'0' + rng.u8(0..10))).collect();
    let suffix = rule
        .suffix_if
        .iter()
        .find(|(flag, _)| config.attribute(flag).and_then(Value::as_bool) == Some(true));
    let suffix = suffix.map(|(_, suffix)| suffix.as_str()).unwrap_or_default();
    Name::Generated(format!("{prefix}{digits}{:08x}{suffix}", rng.u32(..)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Type;

    #[test]
    fn names_are_given_or_made() {
        let rule = NameGeneration {
            attr: "name".into(),
            prefix_attr: "name_prefix".into(),
            default_prefix: "tf-".into(),
            suffix_if: [("fifo".into(), ".fifo".into())].into_iter().collect(),
        };
        let make = |name: Value, prefix: Value| {
            let config = [("name", name), ("name_prefix", prefix), ("fifo", Value::bool(true))];
            generate_name(&rule, &Value::object(config), &mut fastrand::Rng::with_seed(7))
        };
        let null = || Value::null(Type::String);
        assert_eq!(make(Value::string("web"), null()), Name::Given("web".into()));
        assert_eq!(make(Value::unknown(Type::String), null()), Name::Unknown);
        let Name::Generated(name) = make(null(), Value::string("web-")) else { panic!("made") };
        let tail = name.strip_suffix(".fifo");
        assert!(name.starts_with("web-") && tail.is_some() && name.len() == 4 + 26 + 5);
        assert_eq!(make(null(), Value::string("web-")), Name::Generated(name.clone()));
        assert_eq!(name_prefix(&rule, &name), Some("web-"));
        let Name::Generated(name) = make(null(), null()) else { panic!("made") };
        assert!(name.starts_with("tf-"));
        for given in ["web", "", "web-20260101", "a-name-that-is-rather-long-but-given"] {
            assert_eq!(name_prefix(&rule, given), None, "{given}");
        }
    }
}
