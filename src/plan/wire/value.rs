//! Values in the saved-plan format. What is sensitive stands apart, in a list that is sealed.

use std::collections::BTreeMap;

use ecow::EcoString;
use serde::{Deserialize, Serialize};

use super::ReadError;
use crate::value::json::{type_from_json, type_to_json};
use crate::value::{AttrPath, Kind, Marks, Number, PathStep, Refinement, Type, Unknown, Value};

/// A value as it is written.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum WireValue {
    Null(String),
    Unknown {
        ty: String,
        not_null: bool,
    },
    Bool(bool),
    Number(String),
    String(EcoString),
    List(String, Vec<Self>),
    Set(String, Vec<Self>),
    Map(String, BTreeMap<EcoString, Self>),
    Tuple(Vec<Self>),
    Object(BTreeMap<EcoString, Self>),
    Marked {
        sensitive: bool,
        ephemeral: bool,
        value: Box<Self>,
    },
    /// The value of this number in the sealed list.
    Sealed(usize),
}

/// A step of a path as it is written.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum WirePathStep {
    Name(EcoString),
    Index(usize),
    Element(WireValue),
}

/// Writes values; what is sensitive goes to `sealed`.
#[derive(Default)]
pub(super) struct Encoder {
    pub sealed: Vec<WireValue>,
}

impl Encoder {
    pub fn value(&mut self, value: &Value) -> WireValue {
        let marks = value.marks();
        if marks.is_none() {
            return self.kind(value);
        }
        let bare = value.clone().unmark().0;
        let inner = if marks.is_sensitive() {
            let plain = plain(&bare);
            self.sealed.push(plain);
            WireValue::Sealed(self.sealed.len() - 1)
        } else {
            self.kind(&bare)
        };
        WireValue::Marked {
            sensitive: marks.is_sensitive(),
            ephemeral: marks.is_ephemeral(),
            value: Box::new(inner),
        }
    }

    fn kind(&mut self, value: &Value) -> WireValue {
        match value.kind() {
            Kind::Null(ty) => WireValue::Null(type_to_json(ty)),
            Kind::Unknown(unknown) => WireValue::Unknown {
                ty: type_to_json(&unknown.ty),
                not_null: unknown.refinement.not_null,
            },
            Kind::Bool(truth) => WireValue::Bool(*truth),
            Kind::Number(number) => WireValue::Number(number.to_string()),
            Kind::String(text) => WireValue::String(text.clone()),
            Kind::List(ty, elements) => WireValue::List(type_to_json(ty), self.all(elements)),
            Kind::Set(ty, elements) => WireValue::Set(type_to_json(ty), self.all(elements)),
            Kind::Tuple(elements) => WireValue::Tuple(self.all(elements)),
            Kind::Map(ty, entries) => WireValue::Map(type_to_json(ty), self.named(entries)),
            Kind::Object(entries) => WireValue::Object(self.named(entries)),
        }
    }

    fn all(&mut self, elements: &[Value]) -> Vec<WireValue> {
        elements.iter().map(|element| self.value(element)).collect()
    }

    fn named(&mut self, entries: &BTreeMap<EcoString, Value>) -> BTreeMap<EcoString, WireValue> {
        entries.iter().map(|(name, value)| (name.clone(), self.value(value))).collect()
    }

    pub fn path(&mut self, path: &AttrPath) -> Vec<WirePathStep> {
        let steps = path.0.iter().map(|step| match step {
            PathStep::Name(name) => WirePathStep::Name(name.clone()),
            PathStep::Index(index) => WirePathStep::Index(*index),
            PathStep::Element(element) => WirePathStep::Element(self.value(element)),
        });
        steps.collect()
    }
}

/// A value that is sealed as a whole needs no further sealing inside.
fn plain(value: &Value) -> WireValue {
    let mut inner = Encoder::default();
    inner.kind(&super::super::diff::marks::strip(value))
}

/// Reads values; sealed ones are null where nobody could open them.
pub(super) struct Decoder<'a> {
    pub sealed: Option<&'a [WireValue]>,
}

impl Decoder<'_> {
    pub fn value(&self, wire: &WireValue) -> Result<Value, ReadError> {
        Ok(match wire {
            WireValue::Null(ty) => Value::null(self.ty(ty)?),
            WireValue::Unknown { ty, not_null } => {
                let refinement = Refinement { not_null: *not_null, ..Refinement::default() };
                let unknown = Unknown { refinement, ..Unknown::of(self.ty(ty)?) };
                Value::new(Kind::Unknown(std::sync::Arc::new(unknown)))
            }
            WireValue::Bool(truth) => Value::bool(*truth),
            WireValue::Number(text) => {
                Value::number(Number::parse(text).ok_or(ReadError::Damaged)?)
            }
            WireValue::String(text) => Value::string(text.clone()),
            WireValue::List(ty, elements) => Value::list(self.ty(ty)?, self.all(elements)?),
            WireValue::Set(ty, elements) => Value::set(self.ty(ty)?, self.all(elements)?),
            WireValue::Tuple(elements) => Value::tuple(self.all(elements)?),
            WireValue::Map(ty, entries) => Value::map(self.ty(ty)?, self.named(entries)?),
            WireValue::Object(entries) => Value::object(self.named(entries)?),
            WireValue::Marked { sensitive, ephemeral, value } => {
                let sensitive = if *sensitive { Marks::SENSITIVE } else { Marks::NONE };
                let ephemeral = if *ephemeral { Marks::EPHEMERAL } else { Marks::NONE };
                self.value(value)?.with_marks(sensitive.union(ephemeral))
            }
            WireValue::Sealed(number) => match self.sealed {
                None => Value::null(Type::Dynamic),
                Some(sealed) => self.value(sealed.get(*number).ok_or(ReadError::Damaged)?)?,
            },
        })
    }

    fn ty(&self, text: &str) -> Result<Type, ReadError> {
        type_from_json(text).map_err(|_| ReadError::Damaged)
    }

    fn all(&self, elements: &[WireValue]) -> Result<Vec<Value>, ReadError> {
        elements.iter().map(|element| self.value(element)).collect()
    }

    fn named(
        &self,
        entries: &BTreeMap<EcoString, WireValue>,
    ) -> Result<Vec<(EcoString, Value)>, ReadError> {
        entries.iter().map(|(name, wire)| Ok((name.clone(), self.value(wire)?))).collect()
    }

    pub fn path(&self, steps: &[WirePathStep]) -> Result<AttrPath, ReadError> {
        let steps = steps.iter().map(|step| {
            Ok(match step {
                WirePathStep::Name(name) => PathStep::Name(name.clone()),
                WirePathStep::Index(index) => PathStep::Index(*index),
                WirePathStep::Element(wire) => PathStep::Element(self.value(wire)?),
            })
        });
        Ok(AttrPath(steps.collect::<Result<_, ReadError>>()?))
    }
}
