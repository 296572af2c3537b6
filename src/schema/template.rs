//! Templates of the values that AWS computes: `arn:{partition}:ec2:{region}:{account}:vpc/{id}`, `vpc-{hex(17)}`.
//!
//! A template is text with places in braces: an attribute of the object (`{id}`, `{traffic_source.type}`), a word of
//! its surroundings (`{region}`, `{account}`, `{partition}`), or a function (`{ref(subnet_id, vpc_id)}`). Braces around
//! anything else, and behind a `$`, are text: JSON needs no escapes. `docs/schema-format.md` lists the functions.

use ecow::EcoString;

use super::Condition;

/// A value that AWS computes.
#[derive(Clone, Debug, PartialEq)]
pub struct Computed {
    /// How it is made.
    pub template: Template,
    /// When there is one; else the attribute is empty.
    pub when: Option<Condition>,
    /// Whether it is a number that every update raises by one.
    pub counts: bool,
}

/// A parsed template.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    /// Its parts in order.
    pub parts: Vec<Part>,
}

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Text as it is.
    Text(EcoString),
    /// `region`, `account` or `partition`, or the path of an attribute.
    Name(EcoString),
    /// A function of arguments, which are paths, literals in single quotes, or what the function says.
    Call(EcoString, Vec<EcoString>),
}

impl Template {
    /// Splits a text into its parts.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('{') {
            let dollar = rest[..at].ends_with('$');
            plain.push_str(&rest[..at]);
            if let Some((part, length)) = place(&rest[at..]).filter(|_| !dollar) {
                flush(&mut plain, &mut parts);
                parts.push(part);
                rest = &rest[at + length..];
            } else {
                plain.push('{');
                rest = &rest[at + 1..];
            }
        }
        plain.push_str(rest);
        flush(&mut plain, &mut parts);
        Self { parts }
    }
}

fn flush(plain: &mut String, parts: &mut Vec<Part>) {
    if !plain.is_empty() {
        parts.push(Part::Text(std::mem::take(plain).into()));
    }
}

/// The place that begins with the brace at the start of `text`, and its length; none where the brace is text.
fn place(text: &str) -> Option<(Part, usize)> {
    let name =
        text[1..].find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '.' | '/'));
    let end = name? + 1;
    let name = text[1..end].into();
    if end == 1 {
        return None;
    }
    if text[end..].starts_with('}') {
        return Some((Part::Name(name), end + 1));
    }
    let inside = text[end..].strip_prefix('(')?;
    let close = inside.find(")}")?;
    let arguments = arguments(&inside[..close]);
    Some((Part::Call(name, arguments), end + 1 + close + 2))
}

/// Arguments between commas; commas in single quotes do not count.
fn arguments(text: &str) -> Vec<EcoString> {
    if text.is_empty() {
        return Vec::new();
    }
    let mut quoted = false;
    let split = text.split(|c: char| {
        quoted ^= c == '\'';
        c == ',' && !quoted
    });
    split.map(|argument| argument.trim().trim_matches('\'').into()).collect()
}

impl From<&str> for Template {
    fn from(text: &str) -> Self {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{self, Kind};

    #[test]
    fn templates_have_parts() {
        let check = |text: &str, expect: &[Part]| assert_eq!(Template::parse(text).parts, expect);
        let plain = |text: &str| Part::Text(text.into());
        let name = |text: &str| Part::Name(text.into());
        let call = |name: &str, arguments: &[&str]| {
            Part::Call(name.into(), arguments.iter().map(|a| EcoString::from(*a)).collect())
        };
        check("", &[]);
        check("vpc-{hex(17)}", &[plain("vpc-"), call("hex", &["17"])]);
        check("{id}{uuid()}", &[name("id"), call("uuid", &[])]);
        check("{prefixed(',', owner)}", &[call("prefixed", &[",", "owner"])]);
        check("{\"a\": \"{arn}\"}", &[plain("{\"a\": \""), name("arn"), plain("\"}")]);
        check("${version}", &[plain("${version}")]);
    }

    /// Functions and how many arguments they take, at least and at most.
    const FUNCTIONS: &[(&str, usize, usize)] = &[
        ("after", 2, 2),
        ("alnum", 1, 2),
        ("choose", 1, 9),
        ("compute_domain", 0, 0),
        ("crc32", 1, 99),
        ("dashed", 1, 1),
        ("default_group", 1, 1),
        ("default_subnet", 0, 0),
        ("default_vpc", 0, 0),
        ("digits", 1, 1),
        ("fqdn", 2, 2),
        ("hex", 1, 2),
        ("hex_pairs", 1, 1),
        ("internal_domain", 0, 0),
        ("ipv4_cidr", 1, 1),
        ("ipv6_cidr", 1, 1),
        ("list", 1, 1),
        ("lower", 1, 1),
        ("mac", 0, 0),
        ("major", 1, 1),
        ("match", 2, 99),
        ("mixed", 1, 1),
        ("next", 2, 2),
        ("next_run", 1, 1),
        ("now", 0, 0),
        ("pascal", 1, 1),
        ("prefixed", 2, 2),
        ("private_ip", 1, 1),
        ("public_ip", 0, 0),
        ("ref", 2, 2),
        ("refs", 2, 2),
        ("replaced", 3, 3),
        ("short_region", 0, 0),
        ("table", 2, 2),
        ("trimmed", 2, 2),
        ("unique", 0, 0),
        ("upper", 1, 1),
        ("uuid", 0, 0),
        ("zone", 0, 0),
        ("zone_id", 1, 1),
        ("zones", 0, 0),
    ];

    #[test]
    fn every_template_uses_what_there_is() {
        for type_name in schema::names(Kind::Resource) {
            let schema = schema::resource(type_name).expect("listed");
            for (path, computed) in &schema.terrace.computed {
                assert!(schema.block.attribute_at(path).is_some(), "{type_name}: {path}");
                for part in &computed.template.parts {
                    match part {
                        Part::Text(_) => {}
                        Part::Name(name) => {
                            let known = matches!(name.as_str(), "region" | "account" | "partition");
                            let attribute = schema.block.attribute_at(name);
                            assert!(known || attribute.is_some(), "{type_name}.{path}: {name}");
                        }
                        Part::Call(name, arguments) => {
                            let function = FUNCTIONS.iter().find(|(known, ..)| known == name);
                            let Some((_, least, most)) = function else {
                                panic!("{type_name}.{path}: {name}")
                            };
                            let count = arguments.len();
                            assert!(
                                (*least..=*most).contains(&count),
                                "{type_name}.{path}: {name}"
                            );
                        }
                    }
                }
            }
        }
    }
}
