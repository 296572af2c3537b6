//! The scope within the content of a `dynamic` block: its iterator, and everything from outside.

use crate::diag::{Diagnostic, Diagnostics};
use crate::eval::{Found, Outside, Reference, Scope};
use crate::value::Value;

/// One element of a `dynamic` block's `for_each`.
pub(super) struct Iteration<'a> {
    pub(super) outer: &'a dyn Scope,
    pub(super) name: &'a str,
    /// `{ key, value }`
    pub(super) item: Value,
}

impl<'a> Iteration<'a> {
    pub(super) fn new(outer: &'a dyn Scope, name: &'a str, key: Value, value: Value) -> Self {
        Self { outer, name, item: Value::object([("key", key), ("value", value)]) }
    }
}

impl Scope for Iteration<'_> {
    fn resolve(&self, reference: &Reference<'_>) -> Result<Found, Box<Diagnostic>> {
        if reference.root == self.name {
            return Ok(Found { value: self.item.clone(), used: 0 });
        }
        self.outer.resolve(reference)
    }

    fn check(&self, reference: &Reference<'_>) -> Diagnostics {
        if reference.root == self.name {
            return Diagnostics::none();
        }
        self.outer.check(reference)
    }

    fn outside(&self) -> &Outside {
        self.outer.outside()
    }
}
