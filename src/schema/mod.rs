//! What a resource type is: schema files, validation, defaults, and the typed structs generated from them.
//!
//! One file per type under `schemas/` is embedded at build time. [`resource`], [`data`], [`ephemeral`] and
//! [`provider`] look types up; a [`Registry`] does so too and may know further providers. `docs/schema-format.md`
//! describes the files.

mod checks;
mod condition;
mod facts;
#[cfg(test)]
mod facts_tests;
mod file;
mod json;
mod model;
mod protocol;
mod provisioner;
mod rate;
mod registry;
mod scene;
mod semantic;
mod template;
mod type_text;
mod typed_value;
mod validate;
mod wire;
mod words;

#[cfg(any(feature = "aws", test))]
pub mod typed;
#[cfg(test)]
mod typed_tests;

pub use checks::{Checks, Pattern};
pub use condition::{Condition, Operand, Side, Test};
pub use facts::{
    Api, Describe, Duration, Durations, Facts, Idempotency, Interruption, InterruptionCase,
    InterruptionClass, Limit, LiveOwned, Mirror, Overlap, Owner, Reference, Scope, Unique,
};
pub use file::FileError;
pub use model::{
    Attribute, Block, Effect, ForceNew, Framework, Identity, Import, Kind, NameGeneration,
    NestedBlock, Nesting, Nullable, Operation, Presence, Relations, Rule, Schema,
};
pub use provisioner::{connection, provisioner};
pub use rate::{Call, CallRate, rates};
pub use registry::{Registry, aliases, data, ephemeral, names, provider, resource};
pub use scene::{Scene, value_at};
pub use semantic::{
    Name, element_key, empty_object, equal, generate_name, is_zero, name_prefix, normalized,
    policies_equal, set_key, suppresses, with_defaults,
};
pub use template::{Computed, Part, Template};
pub use typed_value::{Field, Fields, ObjectWriter, Secret, Shape, ShapeError, Typed};
pub use validate::{SpanOf, validate, validate_operation};
pub use words::{DiffSuppress, Normalize};
