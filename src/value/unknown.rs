//! Values that are not known yet, and what is known of them all the same.

use ecow::EcoString;

use super::{Number, Type};

/// A value that is decided later: its type, what is already certain, and what will decide it.
#[derive(Clone, PartialEq)]
pub struct Unknown {
    /// The type it will have; `Dynamic` where even that is open.
    pub ty: Type,
    /// What is certain of it.
    pub refinement: Refinement,
    /// The attributes that will decide it (`aws_vpc.main.id`), for people to read; may be empty.
    pub origins: Vec<EcoString>,
}

impl Unknown {
    /// Nothing but the type is certain.
    #[must_use]
    pub fn of(ty: Type) -> Self {
        Self { ty, refinement: Refinement::default(), origins: Vec::new() }
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
