//! Values from one type to another, with the reasons why that cannot be, in Terraform's words.

use std::fmt;
use std::sync::Arc;

use ecow::EcoString;

use super::mismatch::mismatch;
use super::{AttrPath, Entries, Kind, Loss, Number, ObjectType, PathStep, Type, Value, unify};

/// Why a value cannot be converted, and where in it.
#[derive(Clone, PartialEq)]
pub struct ConversionError {
    /// The part that cannot; empty for the whole value.
    pub path: AttrPath,
    /// What is required there.
    pub message: String,
}

impl ConversionError {
    fn new(message: impl Into<String>) -> Self {
        Self { path: AttrPath::default(), message: message.into() }
    }

    fn below(mut self, step: PathStep) -> Self {
        self.path.0.insert(0, step);
        self
    }

    /// The message with the path before it: `.zones[0]: string required`.
    #[must_use]
    pub fn with_path(&self) -> String {
        use fmt::Write as _;
        if self.path.0.is_empty() {
            return self.message.clone();
        }
        let mut text = String::new();
        for step in &self.path.0 {
            match step {
                PathStep::Name(name) => write!(text, ".{name}"),
                PathStep::Index(index) => write!(text, "[{index}]"),
                PathStep::Element(_) => write!(text, "[...]"),
            }
            .expect("a String takes everything");
        }
        format!("{text}: {}", self.message)
    }
}

impl fmt::Display for ConversionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for ConversionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.with_path())
    }
}

impl std::error::Error for ConversionError {}

/// Whether values of type `from` can be converted to `want`; some may still fail where loss is allowed.
#[must_use]
pub fn can_convert(from: &Type, want: &Type, loss: Loss) -> bool {
    let lossy = loss == Loss::Allowed;
    match (from, want) {
        (_, Type::Dynamic) => true,
        (Type::Dynamic, _) => lossy,
        (Type::Bool | Type::Number | Type::String, Type::String) => true,
        (Type::String, Type::Bool | Type::Number) => lossy,
        (Type::Bool, Type::Bool) | (Type::Number, Type::Number) => true,
        (Type::Object(a), Type::Object(b)) => can_convert_object(a, b, loss),
        (Type::Tuple(a), Type::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| can_convert(a, b, loss))
        }
        (Type::List(a), Type::Set(b)) => lossy && can_convert(a, b, loss),
        (Type::List(a) | Type::Set(a), Type::List(b))
        | (Type::Set(a), Type::Set(b))
        | (Type::Map(a), Type::Map(b)) => can_convert(a, b, loss),
        (Type::Tuple(a), Type::Set(b)) => {
            lossy && is_of_one_kind(a, b) && can_convert_all(a.iter(), b, loss)
        }
        (Type::Tuple(a), Type::List(b)) => {
            is_of_one_kind(a, b) && can_convert_all(a.iter(), b, loss)
        }
        (Type::Object(a), Type::Map(b)) => can_convert_all(a.attributes.values(), b, loss),
        (Type::Map(a), Type::Object(b)) => {
            lossy && b.attributes.values().all(|want| can_convert(a, want, loss))
        }
        _ => false,
    }
}

fn can_convert_object(from: &ObjectType, want: &ObjectType, loss: Loss) -> bool {
    want.attributes.iter().all(|(name, want_ty)| match from.attributes.get(name) {
        Some(ty) => can_convert(ty, want_ty, loss),
        None => want.optional.contains(name),
    })
}

/// Whether elements that have no type in common but `any` are to go where nothing else is asked for.
fn is_of_one_kind(elements: &[Type], want: &Type) -> bool {
    let closed = |ty: &Type| *ty != Type::Dynamic;
    *want != Type::Dynamic
        || !elements.iter().any(closed)
        || unify(elements, Loss::Allowed).is_some_and(|common| closed(&common))
}

fn can_convert_all<'a>(
    from: impl Iterator<Item = &'a Type> + Clone,
    want: &Type,
    loss: Loss,
) -> bool {
    if *want == Type::Dynamic {
        let types: Vec<Type> = from.cloned().collect();
        return types.is_empty() || unify(&types, loss).is_some();
    }
    let mut from = from;
    from.all(|ty| can_convert(ty, want, loss))
}

/// The value as one of type `want`. Open parts of `want` take the type that the value has; collections of `any` get the
/// one type that all elements can have.
///
/// # Errors
/// What is required instead, and where.
pub fn convert(value: &Value, want: &Type) -> Result<Value, ConversionError> {
    if *want == Type::Dynamic {
        return Ok(value.clone());
    }
    if is_already(value, want) {
        return Ok(value.clone());
    }
    let from = value.ty();
    if from == want.without_optional() {
        return Ok(value.clone());
    }
    if !can_convert(&from, want, Loss::Allowed) {
        return Err(ConversionError::new(mismatch(&from, want)));
    }
    convert_checked(value, want)
}

/// The cheap answer for primitives.
const fn is_already(value: &Value, want: &Type) -> bool {
    matches!(
        (value.kind(), want),
        (Kind::String(_), Type::String)
            | (Kind::Number(_), Type::Number)
            | (Kind::Bool(_), Type::Bool)
    )
}

fn convert_checked(value: &Value, want: &Type) -> Result<Value, ConversionError> {
    if *want == Type::Dynamic || is_already(value, want) {
        return Ok(value.clone());
    }
    let marks = value.marks();
    let converted = match value.kind() {
        Kind::Unknown(_) => Ok(convert_unknown(value, want)),
        Kind::Null(from) => Ok(Value::null(closed(from, &want.without_optional()))),
        Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => convert_primitive(value, want),
        Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => {
            convert_sequence(value, elements, want)
        }
        Kind::Map(_, entries) | Kind::Object(entries) => convert_entries(value, entries, want),
    };
    converted.map(|value| value.with_marks(marks))
}

/// The type with its open parts filled from the type of the value, where the shapes agree.
fn closed(from: &Type, want: &Type) -> Type {
    match (from, want) {
        (from, Type::Dynamic) => from.clone(),
        (from, Type::List(want)) if want.has_dynamic() => Type::list(closed_element(from, want)),
        (from, Type::Set(want)) if want.has_dynamic() => Type::set(closed_element(from, want)),
        (from, Type::Map(want)) if want.has_dynamic() => Type::map(closed_element(from, want)),
        (Type::Tuple(from), Type::Tuple(want)) => {
            Type::tuple(from.iter().zip(want.iter()).map(|(from, want)| closed(from, want)))
        }
        (Type::Object(from), Type::Object(want)) => {
            Type::object(want.attributes.iter().map(|(name, want)| {
                let ty = from.attributes.get(name).map_or(want.clone(), |from| closed(from, want));
                (name.clone(), ty)
            }))
        }
        (_, want) => want.clone(),
    }
}

fn closed_element(from: &Type, want: &Type) -> Type {
    let of_all = |types: Vec<Type>| unify(&types, Loss::Allowed);
    let element = match from {
        Type::List(element) | Type::Set(element) | Type::Map(element) => Some((**element).clone()),
        Type::Tuple(elements) => of_all(elements.to_vec()),
        Type::Object(object) => of_all(object.attributes.values().cloned().collect()),
        _ => None,
    };
    element.map_or_else(|| want.clone(), |element| closed(&element, want))
}

/// An unknown keeps what still holds of it after the conversion.
fn convert_unknown(value: &Value, want: &Type) -> Value {
    let ty = closed(&value.ty(), &want.without_optional());
    let not_null = value.is_surely_not_null();
    let (least, most) = value.length_bounds();
    let lengths = ty.is_collection() && value.ty() != Type::Dynamic;
    let becomes_set = matches!(ty, Type::Set(_)) && !matches!(value.ty(), Type::Set(_));
    Value::unknown(ty).refine(|refinement| {
        refinement.not_null = not_null;
        if lengths {
            // Equal elements become one.
            refinement.min_length = if becomes_set { least.min(1) } else { least };
            refinement.max_length = most;
        }
    })
}

fn convert_primitive(value: &Value, want: &Type) -> Result<Value, ConversionError> {
    match (value.kind(), want) {
        (Kind::Bool(truth), Type::String) => {
            Ok(Value::string(if *truth { "true" } else { "false" }))
        }
        (Kind::Number(number), Type::String) => {
            Ok(Value::new(Kind::String(ecow::eco_format!("{number}"))))
        }
        (Kind::String(text), Type::Number) => Number::parse(text)
            .map(Value::number)
            .ok_or_else(|| ConversionError::new("a number is required")),
        (Kind::String(text), Type::Bool) => match text.as_str() {
            "true" | "1" => Ok(Value::bool(true)),
            "false" | "0" => Ok(Value::bool(false)),
            "True" | "TRUE" => Err(ConversionError::new(
                "a bool is required; to convert from string, use lowercase \"true\"",
            )),
            "False" | "FALSE" => Err(ConversionError::new(
                "a bool is required; to convert from string, use lowercase \"false\"",
            )),
            _ => Err(ConversionError::new("a bool is required")),
        },
        (_, want) => Err(ConversionError::new(mismatch(&value.ty(), want))),
    }
}

fn convert_sequence(
    value: &Value,
    elements: &Arc<Vec<Value>>,
    want: &Type,
) -> Result<Value, ConversionError> {
    let step = |index: usize, element: &Value| match value.kind() {
        Kind::Set(..) => PathStep::Element(element.clone()),
        _ => PathStep::Index(index),
    };
    let all = |element: &Type| -> Result<Vec<Value>, ConversionError> {
        let one = |(index, value): (usize, &Value)| {
            convert_checked(value, element).map_err(|error| error.below(step(index, value)))
        };
        elements.iter().enumerate().map(one).collect()
    };
    match want {
        // Neither how many there will be nor which comes first is known.
        Type::List(_) if value.may_shrink() => Ok(convert_unknown(value, want)),
        Type::List(element) => {
            let element = element_type(value, elements.iter(), element)?;
            let settled = settle(all(&element)?, &element, value, Settling::Converted)?;
            Ok(Value::list(settled.0, settled.1))
        }
        Type::Set(element) => {
            let element = element_type(value, elements.iter(), element)?;
            let settled = settle(all(&element)?, &element, value, Settling::AsTheyAre)?;
            Ok(Value::set(settled.0, settled.1))
        }
        Type::Tuple(wants) => {
            let one = |(index, (value, want)): (usize, (&Value, &Type))| {
                convert_checked(value, want).map_err(|error| error.below(step(index, value)))
            };
            let converted: Result<Vec<_>, _> =
                elements.iter().zip(wants.iter()).enumerate().map(one).collect();
            Ok(Value::tuple(converted?))
        }
        want => Err(ConversionError::new(mismatch(&value.ty(), want))),
    }
}

/// The type to which the elements of a new collection are converted: the wanted one, or where that is open, one that fits
/// all. It may still be open further down.
fn element_type<'a>(
    value: &Value,
    elements: impl Iterator<Item = &'a Value>,
    want: &Type,
) -> Result<Type, ConversionError> {
    if *want != Type::Dynamic {
        return Ok(want.clone());
    }
    if let Some(own) = own_element_type(value) {
        return Ok(own.clone());
    }
    let types: Vec<Type> = elements.map(Value::ty).collect();
    if types.is_empty() {
        return Ok(Type::Dynamic);
    }
    unify(&types, Loss::Allowed).ok_or_else(|| no_common_type(value))
}

/// The type of the elements of a collection.
const fn own_element_type(value: &Value) -> Option<&Type> {
    match value.kind() {
        Kind::List(element, _) | Kind::Set(element, _) | Kind::Map(element, _) => Some(element),
        _ => None,
    }
}

fn no_common_type(value: &Value) -> ConversionError {
    ConversionError::new(mismatch(&value.ty(), &Type::list(Type::Dynamic)))
}

/// What is done to elements that were converted each by itself, and may differ in what was left open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Settling {
    /// They are converted once more, to a type that fits all.
    Converted,
    /// They are refused where they differ.
    AsTheyAre,
}

/// The type that all elements have, and the elements, of which those of unknown type take it on.
fn settle(
    elements: Vec<Value>,
    wanted: &Type,
    from: &Value,
    settling: Settling,
) -> Result<(Type, Vec<Value>), ConversionError> {
    if !wanted.has_dynamic() || own_element_type(from) == Some(wanted) {
        return Ok((wanted.without_optional(), elements));
    }
    let mut types: Vec<Type> = elements.iter().map(Value::ty).collect();
    if types.is_empty() {
        let wanted = wanted.without_optional();
        let closed = own_element_type(from).map(|own| closed(own, &wanted));
        return Ok((closed.unwrap_or(wanted), elements));
    }
    let mut elements = elements;
    if settling == Settling::Converted {
        let common = unify(&types, Loss::Allowed).ok_or_else(|| no_common_type(from))?;
        elements = elements
            .iter()
            .map(|element| convert_checked(element, &common))
            .collect::<Result<_, _>>()?;
        types = elements.iter().map(Value::ty).collect();
    }
    let mut closed = types.iter().filter(|ty| **ty != Type::Dynamic);
    let Some(one) = closed.next() else { return Ok((Type::Dynamic, elements)) };
    if closed.any(|other| other != one) {
        return Err(no_common_type(from));
    }
    let elements = elements.iter().map(|element| convert_checked(element, one));
    Ok((one.clone(), elements.collect::<Result<_, _>>()?))
}

fn convert_entries(
    value: &Value,
    entries: &Entries,
    want: &Type,
) -> Result<Value, ConversionError> {
    let one = |name: &EcoString, value: &Value, want: &Type| {
        convert_checked(value, want).map_err(|error| error.below(PathStep::Name(name.clone())))
    };
    match want {
        Type::Map(element) => {
            let element = element_type(value, entries.values(), element)?;
            let converted: Result<Vec<_>, _> = entries
                .iter()
                .map(|(name, value)| Ok((name.clone(), one(name, value, &element)?)))
                .collect();
            let (names, values): (Vec<_>, Vec<_>) = converted?.into_iter().unzip();
            let nested = !element.is_primitive() && element != Type::Dynamic;
            let settling = if nested { Settling::Converted } else { Settling::AsTheyAre };
            let (element, values) = settle(values, &element, value, settling)?;
            Ok(Value::map(element, names.into_iter().zip(values)))
        }
        Type::Object(object) => {
            let mut attributes = Vec::with_capacity(object.attributes.len());
            for (name, want) in &object.attributes {
                let attribute = match entries.get(name) {
                    Some(value) => one(name, value, want)?,
                    None if object.optional.contains(name) => Value::null(want.without_optional()),
                    None => {
                        return Err(ConversionError::new(format!(
                            "map has no element for required attribute {name:?}"
                        )));
                    }
                };
                attributes.push((name.clone(), attribute));
            }
            Ok(Value::object(attributes))
        }
        want => Err(ConversionError::new(mismatch(&value.ty(), want))),
    }
}
