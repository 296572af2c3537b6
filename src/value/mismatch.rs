//! Why one type does not convert to another, in Terraform's words.

use super::convert::can_convert;
use super::{Loss, ObjectType, Type};

/// What is required where a value of type `from` was given for `want`.
#[must_use]
pub fn mismatch(from: &Type, want: &Type) -> String {
    let open = |element: &Type| *element == Type::Dynamic;
    match (from, want) {
        (Type::Object(from), Type::Object(want)) => object_mismatch(from, want),
        (Type::Tuple(_), Type::List(element)) if open(element) => {
            "all list elements must have the same type".into()
        }
        (Type::Tuple(_), Type::Set(element)) if open(element) => {
            "all set elements must have the same type".into()
        }
        (Type::Object(_), Type::Map(element)) if open(element) => {
            "all map elements must have the same type".into()
        }
        (Type::Tuple(elements), Type::List(want) | Type::Set(want)) => {
            elements.iter().enumerate().find(|(_, ty)| !converts(ty, want)).map_or_else(
                || required(&Type::list((**want).clone())),
                |(index, ty)| format!("element {index}: {}", mismatch(ty, want)),
            )
        }
        (Type::Object(object), Type::Map(want)) => {
            object.attributes.iter().find(|(_, ty)| !converts(ty, want)).map_or_else(
                || required(&Type::map((**want).clone())),
                |(name, ty)| format!("element {name:?}: {}", mismatch(ty, want)),
            )
        }
        (Type::List(from) | Type::Set(from), Type::List(element)) => {
            format!("incorrect list element type: {}", mismatch(from, element))
        }
        (Type::List(from) | Type::Set(from), Type::Set(element)) => {
            format!("incorrect set element type: {}", mismatch(from, element))
        }
        (Type::Map(from), Type::Map(element)) => {
            format!("incorrect map element type: {}", mismatch(from, element))
        }
        (_, want) => required(want),
    }
}

fn required(want: &Type) -> String {
    format!("{} required", want.constraint_name())
}

fn converts(from: &Type, want: &Type) -> bool {
    from == want || can_convert(from, want, Loss::Allowed)
}

fn object_mismatch(from: &ObjectType, want: &ObjectType) -> String {
    let missing: Vec<String> = want
        .attributes
        .keys()
        .filter(|name| !want.optional.contains(*name) && !from.attributes.contains_key(*name))
        .map(|name| format!("{name:?}"))
        .collect();
    match missing.as_slice() {
        [] => {}
        [one] => return format!("attribute {one} is required"),
        [first, second] => return format!("attributes {first} and {second} are required"),
        [others @ .., last] => {
            return format!("attributes {}, and {last} are required", others.join(", "));
        }
    }
    for (name, want) in &want.attributes {
        if let Some(ty) = from.attributes.get(name)
            && !converts(ty, want)
        {
            return format!("attribute {name:?}: {}", mismatch(ty, want));
        }
    }
    "object required".into()
}
