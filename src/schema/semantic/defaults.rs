//! Whole objects with defaults filled in and texts in normal form.

use std::collections::BTreeMap;

use ecow::EcoString;

use super::normalize::normalize;
use crate::schema::{Attribute, Block, NestedBlock, Nesting, Scene};
use crate::value::{AttrPath, Kind, PathStep, Value};

/// The object with the defaults of attributes that are null.
#[must_use]
pub fn with_defaults(block: &Block, object: &Value) -> Value {
    let scene = Scene::of_config(object);
    rewrite(block, object, &AttrPath::default(), &|attribute, value, path| {
        if !value.is_null() || !attribute.presence.is_writable() {
            return None;
        }
        if attribute.default_if.as_ref().is_some_and(|when| !when.holds(&scene, path)) {
            return None;
        }
        attribute.default_value()
    })
}

/// The object with every attribute that has a `state_func` in normal form.
#[must_use]
pub fn normalized(block: &Block, object: &Value) -> Value {
    rewrite(block, object, &AttrPath::default(), &|attribute, value, _| {
        let text = value.as_str()?;
        Some(Value::string(normalize(attribute.state_func?, text)).with_marks(value.marks()))
    })
}

/// An object in which nothing is set: null attributes, no occurrences of blocks.
#[must_use]
pub fn empty_object(block: &Block) -> Value {
    let attributes =
        block.attributes.iter().map(|(name, a)| (name.clone(), Value::null(a.ty.clone())));
    let blocks = block.blocks.iter().map(|(name, nested)| {
        let object = || nested.block.implied_type().clone();
        let value = match nested.nesting {
            Nesting::List => Value::list(object(), []),
            Nesting::Set => Value::set(object(), []),
            Nesting::Map => Value::map::<EcoString>(object(), []),
            Nesting::Single => Value::null(object()),
            Nesting::Group => empty_object(&nested.block),
        };
        (name.clone(), value)
    });
    Value::object(attributes.chain(blocks))
}

/// What an attribute's value becomes; none where it stays.
type Change<'a> = &'a dyn Fn(&Attribute, &Value, &AttrPath) -> Option<Value>;

fn rewrite(block: &Block, object: &Value, path: &AttrPath, change: Change<'_>) -> Value {
    let Kind::Object(entries) = object.kind() else { return object.clone() };
    let entries: BTreeMap<EcoString, Value> = entries
        .iter()
        .map(|(name, value)| {
            let path = path.join(PathStep::Name(name.clone()));
            let value = match (block.attributes.get(name), block.blocks.get(name)) {
                (Some(attribute), _) => rewrite_attribute(attribute, value, &path, change),
                (None, Some(nested)) => rewrite_nested(nested, value, &path, change),
                (None, None) => value.clone(),
            };
            (name.clone(), value)
        })
        .collect();
    Value::object(entries).with_marks(object.marks())
}

fn rewrite_attribute(
    attribute: &Attribute,
    value: &Value,
    path: &AttrPath,
    change: Change<'_>,
) -> Value {
    let value = change(attribute, value, path).unwrap_or_else(|| value.clone());
    match &attribute.as_block {
        Some(nested) => rewrite_nested(nested, &value, path, change),
        None => value,
    }
}

fn rewrite_nested(
    nested: &NestedBlock,
    value: &Value,
    path: &AttrPath,
    change: Change<'_>,
) -> Value {
    let inner =
        |object: &Value, step: PathStep| rewrite(&nested.block, object, &path.join(step), change);
    let marks = value.marks();
    match value.kind() {
        Kind::Object(_) if matches!(nested.nesting, Nesting::Single | Nesting::Group) => {
            rewrite(&nested.block, value, path, change)
        }
        Kind::List(ty, objects) => {
            let objects = objects.iter().enumerate();
            Value::list(ty.clone(), objects.map(|(i, object)| inner(object, PathStep::Index(i))))
                .with_marks(marks)
        }
        Kind::Set(ty, objects) => {
            let objects = objects.iter();
            let objects = objects.map(|object| inner(object, PathStep::Element(object.clone())));
            Value::set(ty.clone(), objects).with_marks(marks)
        }
        Kind::Map(ty, objects) => {
            let objects = objects
                .iter()
                .map(|(name, object)| (name.clone(), inner(object, PathStep::Name(name.clone()))));
            Value::map(ty.clone(), objects).with_marks(marks)
        }
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;

    #[test]
    fn unset_attributes_take_their_defaults() {
        let schema = schema::resource("aws_vpc").expect("embedded");
        let empty = crate::schema::empty_object(&schema.block);
        let filled = with_defaults(&schema.block, &empty);
        assert_eq!(filled.attribute("enable_dns_support").and_then(Value::as_bool), Some(true));
        assert_eq!(filled.attribute("instance_tenancy").and_then(Value::as_str), Some("default"));
        assert!(filled.attribute("cidr_block").is_some_and(Value::is_null));
    }
}
