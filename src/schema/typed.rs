//! A struct for each type that has code for AWS, generated at build time from its schema file.
//!
//! `schemas/typed.txt` lists the types. Required attributes are plain; optional and computed ones are `Option`;
//! collections and repeated blocks are `Vec` or `BTreeMap` (empty when unset; `Option` for types that tell unset from
//! empty); blocks that occur at most once are `Option`. `self_` stands for the attribute `self`.

use std::collections::BTreeMap;

use super::{Field, Fields, ObjectWriter, Secret, Shape, ShapeError, Typed};
use crate::value::{Type, Value};

/// Lets a generated struct be the field of another.
macro_rules! nested {
    ($name:ident) => {
        impl Field for $name {
            fn read(value: &Value) -> Result<Self, ShapeError> {
                Shape::read(value)
            }

            fn write(&self, ty: &Type) -> Value {
                Shape::write(self, ty)
            }
        }
    };
}

include!(concat!(env!("OUT_DIR"), "/schema_typed.rs"));
