//! Version constraints: `>= 1.2, < 2.0, != 1.5.0`.

use std::cmp::Ordering;

/// The version of Terraform's language that terrace reads.
pub const LANGUAGE: &str = "1.11.4";

/// Conditions that a version must all meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constraint(Vec<(Operator, Version)>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    Pessimistic,
}

/// A version: numbers, and a pre-release name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    numbers: Vec<u64>,
    prerelease: String,
}

impl Constraint {
    /// Reads a constraint; none where it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        text.split(',').map(condition).collect::<Option<_>>().map(Self)
    }

    /// Whether a version meets every condition.
    pub fn allows(&self, version: &Version) -> bool {
        self.0.iter().all(|(operator, bound)| operator.holds(version, bound))
    }
}

fn condition(text: &str) -> Option<(Operator, Version)> {
    const OPERATORS: &[(&str, Operator)] = &[
        ("!=", Operator::NotEqual),
        (">=", Operator::GreaterOrEqual),
        ("<=", Operator::LessOrEqual),
        ("~>", Operator::Pessimistic),
        ("=", Operator::Equal),
        (">", Operator::Greater),
        ("<", Operator::Less),
    ];
    let text = text.trim();
    let (operator, rest) = OPERATORS
        .iter()
        .find_map(|(sign, operator)| Some((*operator, text.strip_prefix(sign)?)))
        .unwrap_or((Operator::Equal, text));
    Some((operator, Version::parse(rest.trim())?))
}

impl Operator {
    fn holds(self, version: &Version, bound: &Version) -> bool {
        let order = version.compare(bound);
        match self {
            Self::Equal => order == Ordering::Equal,
            Self::NotEqual => order != Ordering::Equal,
            Self::Greater => order == Ordering::Greater,
            Self::Less => order == Ordering::Less,
            Self::GreaterOrEqual => order != Ordering::Less,
            Self::LessOrEqual => order != Ordering::Greater,
            Self::Pessimistic => {
                let fixed = bound.numbers.len().saturating_sub(1);
                order != Ordering::Less
                    && (0..fixed).all(|at| version.number(at) == bound.number(at))
            }
        }
    }
}

impl Version {
    /// Reads a version; none where it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let text = text.split('+').next().unwrap_or(text);
        let (numbers, prerelease) = text.split_once('-').unwrap_or((text, ""));
        let numbers = numbers.split('.').map(number).collect::<Option<Vec<_>>>()?;
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '~');
        prerelease.chars().all(is_name).then(|| Self { numbers, prerelease: prerelease.to_owned() })
    }

    fn number(&self, at: usize) -> u64 {
        self.numbers.get(at).copied().unwrap_or(0)
    }

    /// The order of versions; a pre-release comes before its release.
    pub fn compare(&self, other: &Self) -> Ordering {
        let length = self.numbers.len().max(other.numbers.len());
        (0..length)
            .map(|at| self.number(at).cmp(&other.number(at)))
            .find(|order| order.is_ne())
            .unwrap_or_else(|| match (self.prerelease.as_str(), other.prerelease.as_str()) {
                (a, b) if a == b => Ordering::Equal,
                ("", _) => Ordering::Greater,
                (_, "") => Ordering::Less,
                (a, b) => crate::base::natural_cmp(a, b),
            })
    }
}

fn number(text: &str) -> Option<u64> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_are_go_versions() {
        let ours = Version::parse(LANGUAGE).expect("a version");
        let check = |text: &str| Constraint::parse(text).map(|constraint| constraint.allows(&ours));
        for (text, expected) in [
            (">= 1.5", Some(true)),
            ("1.11.4", Some(true)),
            ("~> 1.11", Some(true)),
            ("~> 1.11.0", Some(true)),
            ("~> 1.10.0", Some(false)),
            ("~>1", Some(true)),
            ("~> 2", Some(false)),
            (">= 1.0, < 1.11.4", Some(false)),
            ("!= 1.11.4", Some(false)),
            ("> 1.11.4-beta1", Some(true)),
            ("v1.11.4", Some(true)),
            ("", None),
            ("about one", None),
            ("1.x", None),
            (">= ", None),
        ] {
            assert_eq!(check(text), expected, "{text}");
        }
    }
}
