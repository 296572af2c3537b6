//! One step into a value: `.name`, `[key]`.

use crate::diag::Diagnostic;
use crate::value::{Kind, Marks, Number, Type, Value, convert};

/// `value.name`
///
/// # Errors
/// Why there is no such attribute; without a place.
pub fn attribute(value: &Value, name: &str) -> Result<Value, Box<Diagnostic>> {
    let marks = value.marks();
    let found = match value.kind() {
        Kind::Object(attributes) => match attributes.get(name) {
            Some(found) => found.clone(),
            None => return Err(no_attribute(name, shown_names(attributes.keys(), marks))),
        },
        Kind::Map(_, elements) => match elements.get(name) {
            Some(found) => found.clone(),
            None => return Err(no_element(name, shown_names(elements.keys(), marks))),
        },
        Kind::Null(_) => {
            return problem(
                303,
                "Attempt to get attribute from null value",
                "This value is null, so it does not have any attributes.",
            );
        }
        Kind::Unknown(unknown) => match &unknown.ty {
            Type::Object(object) => match object.attributes.get(name) {
                Some(ty) => Value::unknown(ty.clone()),
                None => {
                    return Err(no_attribute(
                        name,
                        object.attributes.keys().map(ecow::EcoString::as_str),
                    ));
                }
            },
            Type::Map(element) => Value::unknown((**element).clone()),
            Type::Dynamic => Value::open(),
            ty => return problem(300, UNSUPPORTED, &no_attributes(ty, name)),
        },
        _ => return problem(300, UNSUPPORTED, &no_attributes(&value.ty(), name)),
    };
    Ok(found.with_marks(marks))
}

/// Names to suggest; none of a value that must not be shown.
fn shown_names<'a>(
    names: impl Iterator<Item = &'a ecow::EcoString>,
    marks: Marks,
) -> impl Iterator<Item = &'a str> {
    names.filter(move |_| !marks.is_sensitive()).map(ecow::EcoString::as_str)
}

const UNSUPPORTED: &str = "Unsupported attribute";
const INVALID_INDEX: &str = "Invalid index";
const NOT_AN_ELEMENT: &str = "The given key does not identify an element in this collection value";

fn problem<T>(code: u16, summary: &str, detail: &str) -> Result<T, Box<Diagnostic>> {
    Err(Box::new(Diagnostic::error(code, summary, detail)))
}

fn no_attribute<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Box<Diagnostic> {
    let detail = format!("This object does not have an attribute named {name:?}.");
    Box::new(Diagnostic::error(300, UNSUPPORTED, detail).did_you_mean(name, known))
}

fn no_element<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Box<Diagnostic> {
    let detail = format!("This map does not have an element with the key {name:?}.");
    Box::new(Diagnostic::error(302, "Missing map element", detail).did_you_mean(name, known))
}

/// Why a value of this type has no attribute to take.
fn no_attributes(ty: &Type, name: &str) -> String {
    let of_objects = |element: &Type| matches!(element, Type::Object(_));
    match ty {
        Type::List(element) if of_objects(element) => format!(
            "Can't access attributes on a list of objects. Did you mean to access attribute {name:?} for a specific \
             element of the list, or across all elements of the list?"
        ),
        Type::Set(element) if of_objects(element) => format!(
            "Can't access attributes on a set of objects. Did you mean to access attribute {name:?} across all \
             elements of the set?"
        ),
        ty if ty.is_primitive() => {
            format!("Can't access attributes on a primitive-typed value ({}).", ty.friendly_name())
        }
        _ => "This value does not have any attributes.".into(),
    }
}

/// `value[key]`
///
/// # Errors
/// Why there is no such element; without a place.
pub fn element(value: &Value, key: &Value) -> Result<Value, Box<Diagnostic>> {
    if value.is_null() {
        let detail = "This value is null, so it does not have any indices.";
        return problem(304, "Attempt to index null value", detail);
    }
    if key.is_null() {
        return problem(301, INVALID_INDEX, "Can't use a null value as an indexing key.");
    }
    // Which attribute of an object is asked for is no secret of the object.
    let marks = match Shape::of(value) {
        Shape::Object => value.marks(),
        _ => value.marks().union(key.marks()),
    };
    // The commonest case costs nothing.
    if let (Kind::List(_, elements) | Kind::Tuple(elements), Kind::Number(number)) =
        (value.kind(), key.kind())
    {
        return nth(elements, number).map(|found| found.with_marks(marks));
    }
    if is_open(key) || is_open(value) {
        return Ok(Value::open().with_marks(marks));
    }
    let found = match Shape::of(value) {
        Shape::Sequence => sequence_element(value, &key_as(key, &Type::Number)?)?,
        Shape::Map => map_element(value, &key_as(key, &Type::String)?)?,
        Shape::Object => object_element(value, key)?,
        Shape::Set => {
            return problem(
                301,
                INVALID_INDEX,
                "Elements of a set are identified only by their value and don't have any separate index or key to \
                 select with, so it's only possible to perform operations across all elements of the set.",
            );
        }
        Shape::Single => {
            return problem(301, INVALID_INDEX, "This value does not have any indices.");
        }
    };
    Ok(found.with_marks(marks))
}

/// How a value is indexed. Told without its type, which would have to be put together from all of its parts.
enum Shape {
    Sequence,
    Set,
    Map,
    Object,
    Single,
}

impl Shape {
    fn of(value: &Value) -> Self {
        match value.kind() {
            Kind::List(..) | Kind::Tuple(_) => Self::Sequence,
            Kind::Set(..) => Self::Set,
            Kind::Map(..) => Self::Map,
            Kind::Object(_) => Self::Object,
            Kind::Unknown(unknown) => match &unknown.ty {
                Type::List(_) | Type::Tuple(_) => Self::Sequence,
                Type::Set(_) => Self::Set,
                Type::Map(_) => Self::Map,
                Type::Object(_) => Self::Object,
                _ => Self::Single,
            },
            _ => Self::Single,
        }
    }
}

/// Whether not even the type is known.
fn is_open(value: &Value) -> bool {
    matches!(value.kind(), Kind::Unknown(unknown) if unknown.ty == Type::Dynamic)
}

fn key_as(key: &Value, ty: &Type) -> Result<Value, Box<Diagnostic>> {
    convert(key, ty)
        .or_else(|error| problem(301, INVALID_INDEX, &format!("{NOT_AN_ELEMENT}: {error}.")))
}

fn nth(elements: &[Value], number: &Number) -> Result<Value, Box<Diagnostic>> {
    let found = number
        .to_i64()
        .and_then(|index| usize::try_from(index).ok())
        .and_then(|index| elements.get(index));
    match found {
        Some(found) => Ok(found.clone()),
        None => problem(301, INVALID_INDEX, &out_of_range(elements.len(), number)),
    }
}

fn out_of_range(length: usize, number: &Number) -> String {
    let reason = if !number.is_whole() {
        "indexing a sequence requires a whole number, but the given index has a fractional part."
    } else if number.signum() < 0 {
        return format!("{NOT_AN_ELEMENT}: a negative number is not a valid index for a sequence.");
    } else if length == 0 {
        "the collection has no elements."
    } else {
        "the given index is greater than or equal to the length of the collection."
    };
    format!("{NOT_AN_ELEMENT}: {reason}")
}

fn sequence_element(value: &Value, key: &Value) -> Result<Value, Box<Diagnostic>> {
    let number = key.as_number();
    match (value.kind(), number) {
        (Kind::List(_, elements) | Kind::Tuple(elements), Some(number)) => nth(elements, number),
        (Kind::List(element, _), None) => Ok(Value::unknown(element.clone())),
        (Kind::Unknown(unknown), number) => match (&unknown.ty, number) {
            (Type::List(element), Some(number)) => {
                let limit = unknown.refinement.max_length;
                let beyond = limit.is_some_and(|limit| {
                    number
                        .to_i64()
                        .is_some_and(|index| usize::try_from(index).is_ok_and(|i| i >= limit))
                });
                if beyond {
                    return problem(301, INVALID_INDEX, &out_of_range(limit.unwrap_or(1), number));
                }
                Ok(Value::unknown((**element).clone()))
            }
            (Type::List(element), None) => Ok(Value::unknown((**element).clone())),
            (Type::Tuple(types), Some(number)) => {
                let elements: Vec<Value> = types.iter().cloned().map(Value::unknown).collect();
                nth(&elements, number)
            }
            _ => Ok(Value::open()),
        },
        _ => Ok(Value::open()),
    }
}

fn map_element(value: &Value, key: &Value) -> Result<Value, Box<Diagnostic>> {
    match (value.kind(), key.as_str()) {
        (Kind::Map(_, elements), Some(name)) => {
            if let Some(found) = elements.get(name) {
                Ok(found.clone())
            } else {
                let known = shown_names(elements.keys(), value.marks().union(key.marks()));
                let problem = Diagnostic::error(301, INVALID_INDEX, format!("{NOT_AN_ELEMENT}."));
                Err(Box::new(problem.did_you_mean(name, known)))
            }
        }
        (Kind::Map(element, _), None) => Ok(Value::unknown(element.clone())),
        (Kind::Unknown(unknown), _) => {
            Ok(Value::unknown(unknown.ty.element().cloned().unwrap_or(Type::Dynamic)))
        }
        _ => Ok(Value::open()),
    }
}

fn object_element(value: &Value, key: &Value) -> Result<Value, Box<Diagnostic>> {
    let by_number = matches!(key.ty(), Type::Number);
    let key = key_as(key, &Type::String)?;
    let (Kind::Object(attributes), Some(name)) = (value.kind(), key.as_str()) else {
        return Ok(Value::open());
    };
    match attributes.get(name) {
        Some(found) => Ok(found.clone()),
        None if by_number => problem(
            301,
            INVALID_INDEX,
            &format!(
                "{NOT_AN_ELEMENT}. An object only supports looking up attributes by name, not by numeric index."
            ),
        ),
        None => {
            let known = shown_names(attributes.keys(), value.marks().union(key.marks()));
            let problem = Diagnostic::error(301, INVALID_INDEX, format!("{NOT_AN_ELEMENT}."));
            Err(Box::new(problem.did_you_mean(name, known)))
        }
    }
}
