//! Filling in what a cloud would compute: given values where there are some, else made-up ones.

use std::collections::BTreeMap;

use ecow::EcoString;
use fastrand::Rng;

use crate::base::Digest;
use crate::schema::Block;
use crate::value::{Kind, Type, Value, convert};

/// How long made-up texts are.
const LENGTH: usize = 8;

/// A given value that does not fit.
pub struct Misfit {
    /// The attribute.
    pub attribute: EcoString,
    /// Why, in words.
    pub why: String,
}

/// Where what is made up comes from: the same for the same seed, object and attribute.
pub struct Source<'a> {
    /// The seed of the whole run.
    pub seed: u64,
    /// Whose value it is.
    pub subject: &'a str,
}

impl Source<'_> {
    fn rng(&self, path: &str) -> Rng {
        let seed = self.seed.to_string();
        let digest = Digest::of_parts([seed.as_str(), self.subject, path]);
        Rng::with_seed(u64::from_str_radix(digest.short(16), 16).unwrap_or(self.seed))
    }
}

/// The value with every computed attribute that is null or unknown filled in.
///
/// # Errors
/// Where a given value does not fit its attribute.
pub fn fill(
    block: &Block,
    value: &Value,
    given: Option<&Value>,
    source: &Source<'_>,
) -> Result<Value, Misfit> {
    fill_at("", block, value, given, source)
}

fn fill_at(
    at: &str,
    block: &Block,
    value: &Value,
    given: Option<&Value>,
    source: &Source<'_>,
) -> Result<Value, Misfit> {
    let Some(entries) = value.as_entries() else { return Ok(value.clone()) };
    let mut entries = entries.clone();
    for (name, attribute) in &block.attributes {
        let open = entries.get(name).is_none_or(|value| value.is_null() || !value.is_known());
        if !open || !attribute.presence.is_computed() || attribute.write_only {
            continue;
        }
        let path = format!("{at}{name}");
        let given = given.and_then(|given| given.attribute(name));
        let filled = match given {
            Some(given) => complete(given, &attribute.ty, &path, source)?,
            None => made_up(&attribute.ty, &path, source),
        };
        entries.insert(name.clone(), filled);
    }
    for (name, nested) in &block.blocks {
        let Some(value) = entries.get(name) else { continue };
        let given = given.and_then(|given| given.attribute(name));
        let path = format!("{at}{name}.");
        let filled = fill_blocks(&path, &nested.block, value, given, source)?;
        entries.insert(name.clone(), filled);
    }
    Ok(Value::object(entries).with_marks(value.marks()))
}

/// Every block of one type.
fn fill_blocks(
    at: &str,
    block: &Block,
    value: &Value,
    given: Option<&Value>,
    source: &Source<'_>,
) -> Result<Value, Misfit> {
    let each = |(index, element): (usize, &Value)| {
        fill_at(&format!("{at}{index}."), block, element, given, source)
    };
    let filled = match value.kind() {
        Kind::List(ty, elements) => {
            let elements = elements.iter().enumerate().map(each).collect::<Result<Vec<_>, _>>()?;
            Value::list(ty.clone(), elements)
        }
        Kind::Set(ty, elements) => {
            let elements = elements.iter().enumerate().map(each).collect::<Result<Vec<_>, _>>()?;
            Value::set(ty.clone(), elements)
        }
        Kind::Object(_) => return fill_at(at, block, value, given, source),
        _ => return Ok(value.clone()),
    };
    Ok(filled.with_marks(value.marks()))
}

/// A given value as its attribute's type; objects may be given in part, also those in lists, sets and maps.
fn complete(given: &Value, ty: &Type, path: &str, source: &Source<'_>) -> Result<Value, Misfit> {
    let misfit = |why: String| Misfit { attribute: path.into(), why };
    if let (Type::Object(object), Some(entries)) = (ty, given.as_entries()) {
        let mut whole = BTreeMap::new();
        for (name, ty) in &object.attributes {
            let path = format!("{path}.{name}");
            let value = match entries.get(name) {
                Some(value) => complete(value, ty, &path, source)?,
                None => made_up(ty, &path, source),
            };
            whole.insert(name.clone(), value);
        }
        return Ok(Value::object(whole));
    }
    let given = match (ty, given.as_sequence(), given.as_entries()) {
        (Type::List(element) | Type::Set(element), Some(elements), _) => {
            let each = |(at, one): (usize, &Value)| {
                complete(one, element, &format!("{path}[{at}]"), source)
            };
            Value::tuple(elements.iter().enumerate().map(each).collect::<Result<Vec<_>, _>>()?)
        }
        (Type::Map(element), _, Some(entries)) => {
            let each = |(name, one): (&EcoString, &Value)| {
                Ok((name.clone(), complete(one, element, &format!("{path}.{name}"), source)?))
            };
            Value::object(entries.iter().map(each).collect::<Result<Vec<_>, Misfit>>()?)
        }
        _ => given.clone(),
    };
    convert(&given, ty).map_err(|error| misfit(error.with_path()))
}

/// A value for which nothing is given: a random text, nothing, or as much of it as there must be.
fn made_up(ty: &Type, path: &str, source: &Source<'_>) -> Value {
    match ty {
        Type::String => {
            let mut rng = source.rng(path);
            let text: String =
                (0..LENGTH).map(|_| rng.alphanumeric().to_ascii_lowercase()).collect();
            Value::string(text)
        }
        Type::Number => Value::number(0),
        Type::Bool => Value::bool(false),
        Type::List(element) => Value::list((**element).clone(), []),
        Type::Set(element) => Value::set((**element).clone(), []),
        Type::Map(element) => {
            Value::map((**element).clone(), std::iter::empty::<(EcoString, Value)>())
        }
        Type::Object(object) => Value::object(
            object
                .attributes
                .iter()
                .map(|(name, ty)| (name.clone(), made_up(ty, &format!("{path}.{name}"), source))),
        ),
        other => Value::null(other.clone()),
    }
}
