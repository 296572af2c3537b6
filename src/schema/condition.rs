//! Conditions across attributes, as data: `{"all": [{"changed": "engine"}, {"attr": "multi_az", "equals": true}]}`.
//!
//! A path is read from the top of the resource; `.` is the attribute that the condition is about, `./x` stands next to
//! it and `../x` next to its block. `old:` in front reads the prior object, `config:` the configuration; else the
//! planned object is read. A path steps into the first element of a list on its way.

use ecow::EcoString;
use serde::Deserialize;
use serde_json::Value as Json;

/// When a rule, a normalisation or a class applies.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "Json")]
pub enum Condition {
    /// Words for a reader; never holds.
    Note(EcoString),
    /// Every part holds.
    All(Vec<Self>),
    /// Some part holds.
    Any(Vec<Self>),
    /// The part does not hold.
    Not(Box<Self>),
    /// The object is already there.
    Exists,
    /// The value differs between prior and planned.
    Changed(Operand),
    /// The value is not null, empty, false or zero.
    Set(Operand),
    /// The configuration has the attribute, whatever its value.
    Configured(Operand),
    /// The value is not known yet.
    Unknown(Operand),
    /// A comparison of a value.
    Compare(Operand, Test),
}

/// Which object a path reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The object before the change.
    Prior,
    /// The object after it.
    Planned,
    /// What the configuration says.
    Config,
}

/// A value of one of the objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operand {
    /// Which object.
    pub side: Side,
    /// The path in it.
    pub path: EcoString,
}

/// What a value is compared with.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// Equal to a literal; an absent value equals the zero value of the literal's type.
    Equals(Json),
    /// Equal to one of the literals.
    In(Vec<Json>),
    /// Begins with the text.
    Prefix(EcoString),
    /// Contains the text, or the element.
    Contains(EcoString),
    /// A number above a literal.
    Above(f64),
    /// A number below a literal.
    Below(f64),
    /// Equal to another value.
    Same(Operand),
    /// A number above another value.
    AboveOf(Operand),
    /// A number below another value.
    BelowOf(Operand),
    /// The other text, or one that goes on from it behind a dot: the version `16.4` where `16` was asked for.
    Extends(Operand),
}

impl Condition {
    /// Whether it is words for a reader and nothing to evaluate.
    #[must_use]
    pub const fn is_note(&self) -> bool {
        matches!(self, Self::Note(_))
    }

    /// Whether it looks at the attribute that it is about, or at what stands next to it.
    #[must_use]
    pub fn is_about_its_attribute(&self) -> bool {
        let relative = |operand: &Operand| operand.path.starts_with('.');
        match self {
            Self::Note(_) | Self::Exists => false,
            Self::All(parts) | Self::Any(parts) => parts.iter().any(Self::is_about_its_attribute),
            Self::Not(part) => part.is_about_its_attribute(),
            Self::Changed(operand)
            | Self::Set(operand)
            | Self::Configured(operand)
            | Self::Unknown(operand) => relative(operand),
            Self::Compare(operand, test) => {
                relative(operand)
                    || matches!(test, Test::Same(other) | Test::AboveOf(other) | Test::BelowOf(other) | Test::Extends(other) if relative(other))
            }
        }
    }
}

impl Operand {
    fn parse(text: &str) -> Self {
        let (side, path) = match text.split_once(':') {
            Some(("old", path)) => (Side::Prior, path),
            Some(("config", path)) => (Side::Config, path),
            Some(("new", path)) => (Side::Planned, path),
            _ => (Side::Planned, text),
        };
        Self { side, path: path.into() }
    }

    fn from_json(json: &Json) -> Result<Self, String> {
        json.as_str().map(Self::parse).ok_or_else(|| format!("\"{json}\" is not a path"))
    }
}

impl TryFrom<Json> for Condition {
    type Error = String;

    fn try_from(json: Json) -> Result<Self, String> {
        let entries = match json {
            Json::String(text) => return Ok(Self::Note(text.into())),
            Json::Object(entries) => entries,
            other => return Err(format!("\"{other}\" is not a condition")),
        };
        if let Some(attr) = entries.get("attr") {
            return compare(Operand::from_json(attr)?, &entries);
        }
        let mut entries = entries.into_iter();
        let (Some((word, body)), None) = (entries.next(), entries.next()) else {
            return Err("a condition has one word".into());
        };
        match word.as_str() {
            "all" => Ok(Self::All(parts(body)?)),
            "any" => Ok(Self::Any(parts(body)?)),
            "not" => Ok(Self::Not(Box::new(Self::try_from(body)?))),
            "exists" if body == Json::Bool(true) => Ok(Self::Exists),
            "exists" => Ok(Self::Not(Box::new(Self::Exists))),
            "changed" => Operand::from_json(&body).map(Self::Changed),
            "set" => Operand::from_json(&body).map(Self::Set),
            "configured" => Operand::from_json(&body).map(Self::Configured),
            "unknown" => Operand::from_json(&body).map(Self::Unknown),
            _ => Err(format!("\"{word}\" is not a word of conditions")),
        }
    }
}

fn parts(json: Json) -> Result<Vec<Condition>, String> {
    match json {
        Json::Array(parts) => parts.into_iter().map(Condition::try_from).collect(),
        other => Err(format!("\"{other}\" is not a list of conditions")),
    }
}

fn compare(operand: Operand, entries: &serde_json::Map<String, Json>) -> Result<Condition, String> {
    let mut tests = entries.iter().filter(|(word, _)| *word != "attr");
    let (Some((word, body)), None) = (tests.next(), tests.next()) else {
        return Err("a comparison has one test".into());
    };
    let literal = || body.as_str().map(EcoString::from).ok_or("expected a text");
    let number = || body.as_f64().ok_or("expected a number");
    let test = match word.as_str() {
        "equals" => Test::Equals(body.clone()),
        "in" => Test::In(body.as_array().cloned().ok_or("expected a list of literals")?),
        "prefix" => Test::Prefix(literal()?),
        "contains" => Test::Contains(literal()?),
        "above" => Test::Above(number()?),
        "below" => Test::Below(number()?),
        "same" => Test::Same(Operand::from_json(body)?),
        "above_of" => Test::AboveOf(Operand::from_json(body)?),
        "below_of" => Test::BelowOf(Operand::from_json(body)?),
        "extends" => Test::Extends(Operand::from_json(body)?),
        _ => return Err(format!("\"{word}\" is not a test")),
    };
    Ok(Condition::Compare(operand, test))
}
