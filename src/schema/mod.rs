//! What a resource type is: schema files, validation, defaults, and the typed structs generated from them.
//!
//! One file per type under `schemas/` is embedded at build time. [`resource`], [`data`], [`ephemeral`] and
//! [`provider`] look types up; a [`Registry`] does so too and may know further providers. `docs/schema-format.md`
//! describes the files.

mod checks;
mod condition;
mod facts;
mod file;
mod json;
mod model;
mod registry;
mod type_text;
mod typed_value;
mod wire;
mod words;

#[cfg(feature = "aws")]
pub mod typed;

pub use checks::Checks;
pub use condition::{Condition, Operand, Side, Test};
pub use facts::{
    Api, Describe, Duration, Durations, Facts, Idempotency, Interruption, InterruptionCase,
    InterruptionClass, Limit, LiveOwned, Overlap, Owner, Reference, Scope, Unique,
};
pub use file::FileError;
pub use model::{
    Attribute, Block, Effect, ForceNew, Framework, Identity, Import, Kind, NameGeneration,
    NestedBlock, Nesting, Nullable, Presence, Relations, Rule, Schema,
};
pub use registry::{Registry, aliases, data, ephemeral, names, provider, resource};
pub use typed_value::{Field, Fields, ObjectWriter, Secret, Shape, ShapeError, Typed};
pub use words::{DiffSuppress, Normalize};
