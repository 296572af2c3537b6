//! How typed structs become values and back.
//!
//! The build generates the structs (`schema::typed`); this file says how a field of each Rust type reads and writes.

use std::collections::BTreeMap;
use std::fmt;

use ecow::EcoString;
use zeroize::Zeroize;

use super::json::number_of;
use crate::value::{Entries, Kind, Marks, ObjectType, Type, Value};

/// A text that must not be shown; wiped from memory when dropped.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, to be passed on and never to be shown.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

/// A value that does not fit its struct. Names the place and the types, never the value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: expected {expected}, found {found}")]
pub struct ShapeError {
    /// Where: `ingress[0].from_port`.
    pub path: String,
    /// What should be there.
    pub expected: &'static str,
    /// What is there instead.
    pub found: String,
}

impl ShapeError {
    fn new(expected: &'static str, found: &Value) -> Self {
        let found = match found.kind() {
            Kind::Null(_) => "nothing".into(),
            Kind::Unknown(_) => "a value that is not known yet".into(),
            _ => found.ty().friendly_name(),
        };
        Self { path: String::new(), expected, found }
    }

    fn under(mut self, step: &str) -> Self {
        let joint = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("{step}{joint}{}", self.path);
        self
    }
}

/// A type whose objects have a generated struct.
pub trait Typed: Shape {
    /// The name of the type: `aws_vpc`.
    const TYPE: &'static str;

    /// The type of its values.
    fn implied_type() -> &'static Type;

    /// The struct of a known object.
    ///
    /// # Errors
    ///
    /// A required attribute is null, an attribute is unknown, or a value has another type.
    fn from_value(value: &Value) -> Result<Self, ShapeError> {
        Self::read(value)
    }

    /// The object; conforms to [`Typed::implied_type`].
    fn to_value(&self) -> Value {
        self.write(Self::implied_type())
    }
}

/// A generated struct: an object's fields by name.
pub trait Shape: Sized + Default {
    /// Takes the fields from an object.
    ///
    /// # Errors
    ///
    /// A field does not fit.
    fn read_fields(fields: &Fields<'_>) -> Result<Self, ShapeError>;

    /// Puts the fields into an object.
    fn write_fields(&self, object: &mut ObjectWriter<'_>);

    /// The struct of an object value.
    ///
    /// # Errors
    ///
    /// The value is no object, or a field does not fit.
    fn read(value: &Value) -> Result<Self, ShapeError> {
        let entries = value.as_entries().ok_or_else(|| ShapeError::new("an object", value))?;
        Self::read_fields(&Fields(entries))
    }

    /// The object value of type `ty`.
    fn write(&self, ty: &Type) -> Value {
        let Type::Object(object) = ty else { return Value::null(ty.clone()) };
        let mut writer = ObjectWriter { ty: object, values: BTreeMap::new() };
        self.write_fields(&mut writer);
        writer.finish()
    }
}

/// The fields of an object that is read.
pub struct Fields<'a>(&'a Entries);

impl Fields<'_> {
    /// Reads one field.
    ///
    /// # Errors
    ///
    /// The field does not fit.
    pub fn take<F: Field>(&self, name: &str) -> Result<F, ShapeError> {
        match self.0.get(name) {
            Some(value) => F::read(value),
            None => F::read(&Value::null(Type::Dynamic)),
        }
        .map_err(|error| error.under(name))
    }

    /// Reads a block that occurs at most once: a list or set of at most one object, or an object or null.
    ///
    /// # Errors
    ///
    /// The object in it does not fit.
    pub fn take_single<T: Shape>(&self, name: &str) -> Result<Option<T>, ShapeError> {
        let Some(value) = self.0.get(name).filter(|value| !value.is_null()) else {
            return Ok(None);
        };
        let object = match value.as_sequence() {
            Some([]) => return Ok(None),
            Some([object, ..]) => object,
            None => value,
        };
        T::read(object).map(Some).map_err(|error| error.under(name))
    }
}

/// An object that is written.
pub struct ObjectWriter<'a> {
    ty: &'a ObjectType,
    values: BTreeMap<EcoString, Value>,
}

impl ObjectWriter<'_> {
    /// Writes one field.
    pub fn put<F: Field>(&mut self, name: &str, field: &F) {
        if let Some((name, ty)) = self.ty.attributes.get_key_value(name) {
            self.values.insert(name.clone(), field.write(ty));
        }
    }

    /// Writes a block that occurs at most once.
    pub fn put_single<T: Shape>(&mut self, name: &str, field: Option<&T>) {
        let Some((name, ty)) = self.ty.attributes.get_key_value(name) else { return };
        let value = match ty {
            Type::List(element) => {
                Value::list((**element).clone(), field.map(|field| field.write(element)))
            }
            Type::Set(element) => {
                Value::set((**element).clone(), field.map(|field| field.write(element)))
            }
            ty => field.map_or_else(|| Value::null(ty.clone()), |field| field.write(ty)),
        };
        self.values.insert(name.clone(), value);
    }

    fn finish(mut self) -> Value {
        for (name, ty) in &self.ty.attributes {
            if !self.values.contains_key(name) {
                self.values.insert(name.clone(), Value::null(ty.clone()));
            }
        }
        Value::object(self.values)
    }
}

/// A Rust type that a field of a generated struct may have.
pub trait Field: Sized {
    /// Takes it from a value.
    ///
    /// # Errors
    ///
    /// The value has another type, or is null or unknown where that does not fit.
    fn read(value: &Value) -> Result<Self, ShapeError>;

    /// The value of type `ty`.
    fn write(&self, ty: &Type) -> Value;
}

impl Field for String {
    fn read(value: &Value) -> Result<Self, ShapeError> {
        value.as_str().map(Self::from).ok_or_else(|| ShapeError::new("a string", value))
    }

    fn write(&self, _: &Type) -> Value {
        Value::string(self.as_str())
    }
}

impl Field for Secret {
    fn read(value: &Value) -> Result<Self, ShapeError> {
        value.as_str().map(Self::from).ok_or_else(|| ShapeError::new("a string", value))
    }

    fn write(&self, _: &Type) -> Value {
        Value::string(self.expose()).with_marks(Marks::SENSITIVE)
    }
}

impl Field for bool {
    fn read(value: &Value) -> Result<Self, ShapeError> {
        value.as_bool().ok_or_else(|| ShapeError::new("a bool", value))
    }

    fn write(&self, _: &Type) -> Value {
        Value::bool(*self)
    }
}

impl Field for i64 {
    fn read(value: &Value) -> Result<Self, ShapeError> {
        let number = value.as_number().and_then(crate::value::Number::to_i64);
        number.ok_or_else(|| ShapeError::new("a whole number", value))
    }

    fn write(&self, _: &Type) -> Value {
        Value::number(*self)
    }
}

impl Field for f64 {
    fn read(value: &Value) -> Result<Self, ShapeError> {
        let number = value.as_number().map(crate::value::Number::to_f64);
        number.ok_or_else(|| ShapeError::new("a number", value))
    }

    fn write(&self, _: &Type) -> Value {
        number_of(*self).unwrap_or_else(|| Value::null(Type::Number))
    }
}

impl Field for Value {
    fn read(value: &Value) -> Result<Self, ShapeError> {
        Ok(value.clone())
    }

    fn write(&self, _: &Type) -> Value {
        self.clone()
    }
}

impl<T: Field> Field for Option<T> {
    fn read(value: &Value) -> Result<Self, ShapeError> {
        if value.is_null() { Ok(None) } else { T::read(value).map(Some) }
    }

    fn write(&self, ty: &Type) -> Value {
        match self {
            Some(field) => field.write(ty),
            None => Value::null(ty.clone()),
        }
    }
}

impl<T: Field> Field for Vec<T> {
    fn read(value: &Value) -> Result<Self, ShapeError> {
        if value.is_null() {
            return Ok(Self::new());
        }
        let elements = value.as_sequence().ok_or_else(|| ShapeError::new("a list", value))?;
        let read = |(index, element)| {
            T::read(element).map_err(|error: ShapeError| error.under(&format!("[{index}]")))
        };
        elements.iter().enumerate().map(read).collect()
    }

    fn write(&self, ty: &Type) -> Value {
        match ty {
            Type::List(element) => {
                Value::list((**element).clone(), self.iter().map(|field| field.write(element)))
            }
            Type::Set(element) => {
                Value::set((**element).clone(), self.iter().map(|field| field.write(element)))
            }
            _ => Value::tuple(self.iter().map(|field| field.write(&Type::Dynamic))),
        }
    }
}

impl<T: Field> Field for BTreeMap<String, T> {
    fn read(value: &Value) -> Result<Self, ShapeError> {
        if value.is_null() {
            return Ok(Self::new());
        }
        let entries = value.as_entries().ok_or_else(|| ShapeError::new("a map", value))?;
        let read = |(name, element): (&EcoString, &Value)| {
            let element = T::read(element).map_err(|error| error.under(&format!("[{name:?}]")))?;
            Ok((name.to_string(), element))
        };
        entries.iter().map(read).collect()
    }

    fn write(&self, ty: &Type) -> Value {
        let element = match ty {
            Type::Map(element) => (**element).clone(),
            _ => Type::Dynamic,
        };
        let entries: Vec<_> = self
            .iter()
            .map(|(name, field)| (EcoString::from(name.as_str()), field.write(&element)))
            .collect();
        Value::map(element, entries)
    }
}
