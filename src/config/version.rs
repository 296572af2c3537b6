//! Version constraints: `>= 1.2, < 2.0, != 1.5.0`.

use std::cmp::Ordering;
use std::fmt;

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

    /// Whether a version may be chosen among others: one that meets every condition and, if it is a pre-release, is asked
    /// for by name.
    pub fn selects(&self, version: &Version) -> bool {
        let named = matches!(self.0.as_slice(), [(Operator::Equal, only)] if only == version);
        self.allows(version) && (named || !version.is_prerelease())
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
            // A pre-release as the bound leaves nothing but pre-releases.
            Self::Pessimistic if bound.is_prerelease() != version.is_prerelease() => false,
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
        // The dash may be left out: 1.0beta.
        let end = text.find(|c: char| c != '.' && !c.is_ascii_digit()).unwrap_or(text.len());
        let (numbers, prerelease) = text.split_at(end);
        let prerelease = prerelease.strip_prefix('-').unwrap_or(prerelease);
        let numbers = numbers.split('.').map(number).collect::<Option<Vec<_>>>()?;
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '~');
        prerelease.chars().all(is_name).then(|| Self { numbers, prerelease: prerelease.to_owned() })
    }

    /// Whether it comes before a release: `1.0.0-beta1`.
    pub fn is_prerelease(&self) -> bool {
        !self.prerelease.is_empty()
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
                (a, b) => compare_prereleases(a, b),
            })
    }
}

/// At least three numbers, as everybody writes versions.
impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.number(0), self.number(1), self.number(2))?;
        for number in self.numbers.iter().skip(3) {
            write!(f, ".{number}")?;
        }
        if self.is_prerelease() { write!(f, "-{}", self.prerelease) } else { Ok(()) }
    }
}

/// Part by part: numbers before names, fewer parts before more.
fn compare_prereleases(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a.split('.'), b.split('.'));
    loop {
        let (a, b) = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(a), Some(b)) => (a, b),
        };
        let order = match (number(a), number(b)) {
            (Some(a), Some(b)) => a.cmp(&b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => a.cmp(b),
        };
        if order.is_ne() {
            return order;
        }
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
    /// Terraform's own choices among these versions of a registry.
    #[test]
    fn the_newest_version_that_is_asked_for_is_chosen() {
        let versions = [
            "0.9.0",
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0",
            "1.0.1",
            "1.1.0",
            "1.2.0-rc1",
            "1.2.0",
            "1.2.5",
            "2.0.0",
            "2.1.0-beta1",
            "v2.2.0",
            "3.0.0-alpha1",
        ];
        let versions = versions.map(|text| Version::parse(text).expect("a version"));
        for (text, expected) in [
            ("1.0.0", Some("1.0.0")),
            ("~> 1.0", Some("1.2.5")),
            ("~> 1.0.0", Some("1.0.1")),
            ("~> 1", Some("2.2.0")),
            (">= 1.0, < 2.0", Some("1.2.5")),
            ("!= 2.2.0", Some("2.0.0")),
            ("> 2.0.0, < 2.2.0", None),
            ("1.0.0-beta.2", Some("1.0.0-beta.2")),
            ("~> 1.0.0-beta.2", None),
            (">= 1.0.0-beta.2", Some("2.2.0")),
            ("< 1.0.0", Some("0.9.0")),
            ("> 1.0.0-alpha, < 1.0.0", None),
            ("3.0.0-alpha1", Some("3.0.0-alpha1")),
            (">= 3.0.0-alpha1", None),
            ("<= 1.2.0-rc1", Some("1.1.0")),
            ("1.2.0-rc1, != 1.0.0", None),
            ("1.0", Some("1.0.0")),
            ("1.0.0+build", Some("1.0.0")),
            ("1.0beta", None),
            ("~> 1.0, ~> 1.2.0", Some("1.2.5")),
            ("2.2", Some("2.2.0")),
        ] {
            let constraint = Constraint::parse(text).expect(text);
            let chosen = versions.iter().filter(|version| constraint.selects(version));
            let chosen = chosen.max_by(|a, b| a.compare(b)).map(ToString::to_string);
            assert_eq!(chosen.as_deref(), expected, "{text}");
        }
        let order: Vec<_> = versions.windows(2).map(|two| two[0].compare(&two[1])).collect();
        assert!(order.iter().all(|order| order.is_lt()), "{order:?}");
    }
}
