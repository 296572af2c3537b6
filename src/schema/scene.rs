//! Whether a condition holds: the objects that it looks at, and the answer in three values.

use serde_json::Value as Json;

use super::condition::{Condition, Operand, Side, Test};
use super::semantic::is_zero;
use crate::value::{AttrPath, Kind, Number, PathStep, Value};

/// The objects that a condition may look at.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// The live object; none on create.
    pub prior: Option<&'a Value>,
    /// The object as intended, with defaults.
    pub planned: &'a Value,
    /// The configuration as written.
    pub config: &'a Value,
}

impl<'a> Scene<'a> {
    /// A configuration by itself, before anything is known of a live object.
    #[must_use]
    pub const fn of_config(config: &'a Value) -> Self {
        Self { prior: None, planned: config, config }
    }

    fn side(&self, side: Side) -> Option<&'a Value> {
        match side {
            Side::Prior => self.prior,
            Side::Planned => Some(self.planned),
            Side::Config => Some(self.config),
        }
    }

    fn read(&self, operand: &Operand, about: &AttrPath) -> Option<&'a Value> {
        value_at(self.side(operand.side)?, &resolve(&operand.path, about))
    }
}

impl Condition {
    /// Whether it certainly holds of the attribute `about`. Words for a reader never do.
    #[must_use]
    pub fn holds(&self, scene: &Scene<'_>, about: &AttrPath) -> bool {
        self.evaluate(scene, about) == Some(true)
    }

    /// Whether it holds; none where an unknown value decides.
    #[must_use]
    pub fn evaluate(&self, scene: &Scene<'_>, about: &AttrPath) -> Option<bool> {
        match self {
            Self::Note(_) => Some(false),
            Self::All(parts) => all(parts.iter().map(|part| part.evaluate(scene, about))),
            Self::Any(parts) => {
                all(parts.iter().map(|part| part.evaluate(scene, about).map(|b| !b))).map(|b| !b)
            }
            Self::Not(part) => part.evaluate(scene, about).map(|holds| !holds),
            Self::Exists => Some(scene.prior.is_some()),
            Self::Changed(operand) => changed(scene, operand, about),
            Self::Set(operand) => match scene.read(operand, about) {
                Some(value) if !value.is_known() => None,
                Some(value) => Some(!is_zero(value)),
                None => Some(false),
            },
            Self::Configured(operand) => {
                let config = value_at(scene.config, &resolve(&operand.path, about));
                Some(config.is_some_and(|value| !value.is_null()))
            }
            Self::Unknown(operand) => {
                Some(scene.read(operand, about).is_some_and(|value| !value.is_known()))
            }
            Self::Compare(operand, test) => compare(scene, operand, test, about),
        }
    }
}

/// And, in three values.
fn all(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut answer = Some(true);
    for part in parts {
        match part {
            Some(false) => return Some(false),
            Some(true) => {}
            None => answer = None,
        }
    }
    answer
}

fn changed(scene: &Scene<'_>, operand: &Operand, about: &AttrPath) -> Option<bool> {
    let path = resolve(&operand.path, about);
    let planned = value_at(scene.planned, &path);
    if planned.is_some_and(|value| !value.is_wholly_known()) {
        return None;
    }
    let Some(prior) = scene.prior else { return Some(planned.is_some_and(|v| !is_zero(v))) };
    let prior = value_at(prior, &path);
    Some(match (prior, planned) {
        (Some(prior), Some(planned)) => prior != planned && !(is_zero(prior) && is_zero(planned)),
        (Some(value), None) | (None, Some(value)) => !is_zero(value),
        (None, None) => false,
    })
}

fn compare(scene: &Scene<'_>, operand: &Operand, test: &Test, about: &AttrPath) -> Option<bool> {
    let value = scene.read(operand, about);
    if value.is_some_and(|value| !value.is_known()) {
        return None;
    }
    let number =
        |value: Option<&Value>| value.and_then(Value::as_number).map_or(0.0, Number::to_f64);
    let other = |operand: &Operand| {
        let other = scene.read(operand, about);
        if other.is_some_and(|value| !value.is_known()) { None } else { Some(other) }
    };
    Some(match test {
        Test::Equals(json) => equals(value, json),
        Test::In(literals) => literals.iter().any(|json| equals(value, json)),
        Test::Prefix(prefix) => text(value).starts_with(prefix.as_str()),
        Test::Contains(part) => match value.and_then(Value::as_sequence) {
            Some(elements) => elements.iter().any(|element| element.as_str() == Some(part)),
            None => text(value).contains(part.as_str()),
        },
        Test::Above(limit) => number(value) > *limit,
        Test::Below(limit) => number(value) < *limit,
        Test::Same(operand) => {
            let other = other(operand)?;
            match (value, other) {
                (Some(a), Some(b)) => a == b || is_zero(a) && is_zero(b),
                (Some(one), None) | (None, Some(one)) => is_zero(one),
                (None, None) => true,
            }
        }
        Test::AboveOf(operand) => number(value) > number(other(operand)?),
        Test::BelowOf(operand) => number(value) < number(other(operand)?),
        Test::Extends(operand) => {
            let (whole, start) = (text(value), text(other(operand)?));
            !start.is_empty()
                && whole
                    .strip_prefix(start)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        }
    })
}

fn text(value: Option<&Value>) -> &str {
    value.and_then(Value::as_str).unwrap_or_default()
}

/// Whether a value is a literal; an absent one is the zero value of the literal's type.
fn equals(value: Option<&Value>, json: &Json) -> bool {
    match json {
        Json::Null => value.is_none_or(Value::is_null),
        Json::Bool(truth) => value.and_then(Value::as_bool).unwrap_or(false) == *truth,
        Json::String(word) => text(value) == word,
        Json::Number(number) => {
            let given = value.and_then(Value::as_number).map_or(0.0, Number::to_f64);
            Some(given) == number.as_f64()
        }
        Json::Array(literals) => {
            let elements = value.and_then(Value::as_sequence).unwrap_or_default();
            let same = |(element, literal)| equals(Some(element), literal);
            elements.len() == literals.len() && elements.iter().zip(literals).all(same)
        }
        Json::Object(_) => false,
    }
}

/// The path that a condition's path means, seen from the attribute `about`.
fn resolve(path: &str, about: &AttrPath) -> AttrPath {
    if path == "." {
        return about.clone();
    }
    let (mut base, rest) = if let Some(rest) = path.strip_prefix("./") {
        (block_of(about), rest)
    } else if let Some(rest) = path.strip_prefix("../") {
        (block_of(&block_of(about)), rest)
    } else {
        (AttrPath::default(), path)
    };
    for name in rest.split('.') {
        base.0.push(match name.parse() {
            Ok(index) => PathStep::Index(index),
            Err(_) => PathStep::Name(name.into()),
        });
    }
    base
}

/// The path of the block that a path leads into: without its last name, and what selects an occurrence.
fn block_of(path: &AttrPath) -> AttrPath {
    let mut steps = path.0.clone();
    while steps.pop().is_some_and(|step| !matches!(step, PathStep::Name(_))) {}
    AttrPath(steps)
}

/// The value at a path; names step into the first element of a list on the way.
#[must_use]
pub fn value_at<'a>(value: &'a Value, path: &AttrPath) -> Option<&'a Value> {
    let mut at = value;
    for step in &path.0 {
        at = match step {
            PathStep::Name(name) => match at.kind() {
                Kind::List(_, elements) | Kind::Set(_, elements) => {
                    elements.first()?.attribute(name)?
                }
                _ if !at.is_known() => return Some(at),
                _ => at.attribute(name)?,
            },
            PathStep::Index(index) => match at.as_sequence() {
                Some(elements) => elements.get(*index)?,
                None if !at.is_known() => return Some(at),
                None => return None,
            },
            PathStep::Element(element) => {
                at.as_sequence()?.iter().find(|candidate| *candidate == element)?
            }
        };
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Type;

    fn condition(json: &str) -> Condition {
        serde_json::from_str(json).expect("a condition")
    }

    #[test]
    fn conditions_are_evaluated() {
        let block = |iops: i64| {
            let block =
                Value::object([("kind", Value::string("gp3")), ("iops", Value::number(iops))]);
            Value::list(block.ty(), [block])
        };
        let prior = Value::object([("engine", Value::string("mysql")), ("disk", block(0))]);
        let names = Value::list(Type::String, [Value::string("a"), Value::string("b")]);
        let planned = Value::object([
            ("engine", Value::string("postgres")),
            ("disk", block(5)),
            ("names", names),
        ]);
        let config = Value::object([("engine", Value::unknown(Type::String))]);
        let scene = Scene { prior: Some(&prior), planned: &planned, config: &config };
        let iops = AttrPath::attribute("disk")
            .join(PathStep::Index(0))
            .join(PathStep::Name("iops".into()));
        let check = |json: &str, expect: Option<bool>| {
            assert_eq!(condition(json).evaluate(&scene, &iops), expect, "{json}");
        };
        check(r#"{"exists": true}"#, Some(true));
        check(r#"{"changed": "engine"}"#, Some(true));
        check(r#"{"changed": "disk.kind"}"#, Some(false));
        check(r#"{"changed": "."}"#, Some(true));
        check(r#"{"set": "old:."}"#, Some(false));
        check(r#"{"attr": "./kind", "in": ["gp2", "gp3"]}"#, Some(true));
        check(r#"{"attr": "../engine", "equals": "postgres"}"#, Some(true));
        check(r#"{"attr": "old:engine", "prefix": "my"}"#, Some(true));
        check(r#"{"attr": "names", "equals": ["a", "b"]}"#, Some(true));
        check(r#"{"attr": "names", "equals": ["a"]}"#, Some(false));
        check(r#"{"attr": "names", "equals": ["b", "a"]}"#, Some(false));
        check(r#"{"attr": "old:names", "equals": []}"#, Some(true));
        check(r#"{"attr": "config:engine", "equals": "mysql"}"#, None);
        check(
            r#"{"all": [{"attr": "config:engine", "equals": ""}, {"exists": false}]}"#,
            Some(false),
        );
        check(
            r#"{"any": [{"attr": "config:engine", "equals": ""}, {"exists": true}]}"#,
            Some(true),
        );
        check(r#"{"not": {"set": "nothing"}}"#, Some(true));
        check(r#"{"attr": "old:.", "below_of": "."}"#, Some(true));
        check(r#"{"configured": "engine"}"#, Some(true));
        check(r#"{"configured": "disk"}"#, Some(false));
        check(r#""words""#, Some(false));
    }
}
