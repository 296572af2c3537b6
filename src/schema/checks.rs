//! What the value of an attribute must satisfy, as the schema files say it.

use std::sync::OnceLock;

use ecow::EcoString;
use regex::Regex;
use serde::Deserialize;
use serde_json::Value as Json;

/// Checks on one value. Unset ones are absent; all that are present must hold.
#[expect(clippy::struct_excessive_bools, reason = "the flags of the schema files, each on its own")]
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Checks {
    /// Whole numbers only.
    pub int: bool,
    /// One of these.
    #[serde(rename = "enum")]
    pub one_of: Vec<Json>,
    /// Letter case does not count in `one_of`.
    pub enum_ignore_case: bool,
    /// Lowest and highest number; none for an open end.
    pub range: Option<(Option<f64>, Option<f64>)>,
    /// A number above this.
    pub exclusive_min: Option<f64>,
    /// A multiple of this.
    pub divisible_by: Option<f64>,
    /// Shortest and longest text, in characters.
    pub len: Option<(Option<usize>, Option<usize>)>,
    /// Fewest and most entries of a map.
    pub map_size: Option<(Option<usize>, Option<usize>)>,
    /// Regular expressions that must all match.
    #[serde(deserialize_with = "one_or_more")]
    pub pattern: Vec<Pattern>,
    /// Regular expressions of which none may match.
    #[serde(deserialize_with = "one_or_more")]
    pub not_pattern: Vec<Pattern>,
    /// The text begins so.
    pub prefix: Option<EcoString>,
    /// None of these characters.
    pub not_chars: Option<EcoString>,
    /// Not the zero value.
    pub non_zero: bool,
    /// Not white space alone.
    pub not_blank: bool,
    /// The empty text passes whatever the others say.
    pub empty_ok: bool,
    /// Shortest and longest prefix of a CIDR.
    pub prefix_len: Option<(u8, u8)>,
    /// Allowed prefix lengths of a CIDR.
    pub prefix_len_in: Vec<u8>,
    /// Allowed beside what the others say.
    pub also: Vec<Json>,
    /// One of these groups of checks must hold.
    pub any_of: Vec<Checks>,
    /// The form of a text: `arn`, `cidr_network`, `json` …
    pub format: Option<EcoString>,
    /// Further forms that must hold as well.
    pub also_format: Vec<EcoString>,
    /// The form that a text must not have.
    pub not_format: Option<EcoString>,
    /// The form of a text that is worth a warning.
    pub warn_if: Option<EcoString>,
    /// Checks on each element.
    pub items: Option<Box<Checks>>,
    /// Fewest elements of a collection.
    pub min_items: Option<usize>,
    /// Most elements of a collection.
    pub max_items: Option<usize>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(Pattern),
    More(Vec<Pattern>),
}

fn one_or_more<'de, D: serde::Deserializer<'de>>(source: D) -> Result<Vec<Pattern>, D::Error> {
    Ok(match OneOrMore::deserialize(source)? {
        OneOrMore::One(one) => vec![one],
        OneOrMore::More(more) => more,
    })
}

/// A regular expression; compiled when first used.
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "EcoString")]
pub struct Pattern {
    text: EcoString,
    compiled: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// The expression as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it matches somewhere in the text; an expression that cannot be compiled matches everything.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        self.regex().is_none_or(|regex| regex.is_match(text))
    }

    /// The compiled expression.
    pub(super) fn regex(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| Regex::new(&self.text).ok()).as_ref()
    }
}

impl From<EcoString> for Pattern {
    fn from(text: EcoString) -> Self {
        Self { text, compiled: OnceLock::new() }
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}
