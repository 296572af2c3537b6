//! Values that are not known yet, and what is known of them all the same.

use std::sync::{Arc, LazyLock};

use ecow::EcoString;

use super::{Number, Type};

/// A value that is decided later: its type, and what is already certain.
#[derive(Clone, PartialEq)]
pub struct Unknown {
    /// The type it will have; `Dynamic` where even that is open.
    pub ty: Type,
    /// What is certain of it.
    pub refinement: Refinement,
}

impl Unknown {
    /// Nothing but the type is certain.
    #[must_use]
    pub fn of(ty: Type) -> Self {
        Self { ty, refinement: Refinement::default() }
    }

    /// The same, in one place for all: most of what a plan does not know is a text of which nothing else is certain.
    pub(super) fn shared(ty: Type) -> Arc<Self> {
        static DYNAMIC: LazyLock<Arc<Unknown>> =
            LazyLock::new(|| Unknown::of(Type::Dynamic).into());
        static BOOL: LazyLock<Arc<Unknown>> = LazyLock::new(|| Unknown::of(Type::Bool).into());
        static NUMBER: LazyLock<Arc<Unknown>> = LazyLock::new(|| Unknown::of(Type::Number).into());
        static STRING: LazyLock<Arc<Unknown>> = LazyLock::new(|| Unknown::of(Type::String).into());
        match ty {
            Type::Dynamic => DYNAMIC.clone(),
            Type::Bool => BOOL.clone(),
            Type::Number => NUMBER.clone(),
            Type::String => STRING.clone(),
            ty => Arc::new(Self::of(ty)),
        }
    }

    /// The same, of what is not null: every id of an object that is still to be made.
    pub(super) fn shared_not_null(ty: Type) -> Arc<Self> {
        static STRING: LazyLock<Arc<Unknown>> =
            LazyLock::new(|| Unknown::not_null(Type::String).into());
        match ty {
            Type::String => STRING.clone(),
            ty => Arc::new(Self::not_null(ty)),
        }
    }

    fn not_null(ty: Type) -> Self {
        Self { ty, refinement: Refinement { not_null: true, ..Refinement::default() } }
    }
}

/// What is certain of an unknown value.
#[derive(Clone, Default, PartialEq)]
pub struct Refinement {
    /// It will not be null.
    pub not_null: bool,
    /// A string will begin so.
    pub prefix: Option<EcoString>,
    /// A number will be at least this; whether the bound itself is allowed.
    pub lower: Option<(Number, Inclusive)>,
    /// A number will be at most this; whether the bound itself is allowed.
    pub upper: Option<(Number, Inclusive)>,
    /// A collection will have at least this many elements.
    pub min_length: usize,
    /// A collection will have at most this many elements.
    pub max_length: Option<usize>,
}

/// Whether a bound is itself allowed.
pub type Inclusive = bool;
