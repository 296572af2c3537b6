//! The root module as tests see it: everything that was evaluated, to be referred to from outside of it.

use super::walk::{InstanceId, Place, State, check_reference};
use crate::diag::{Diagnostic, Diagnostics};
use crate::eval::{Effects, Found, Outside, Reference, Scope};

/// A scope in which the names of the root module mean what they came to.
pub struct RootScope<'a> {
    state: &'a State,
    outside: Outside,
}

impl<'a> RootScope<'a> {
    pub(super) fn new(state: &'a State) -> Self {
        let mut outside = state.outside(crate::config::ModuleId::ROOT).clone();
        outside.effects = Effects::Now;
        Self { state, outside }
    }

    fn place(&self) -> Place<'_> {
        Place { outside: &self.outside, ..self.state.place(InstanceId::ROOT) }
    }

    /// The value of a root output; none where there is no such output.
    #[must_use]
    pub fn output(&self, name: &str) -> Option<crate::value::Value> {
        self.state.output(InstanceId::ROOT, name)
    }

    /// All root outputs as one object.
    #[must_use]
    pub fn outputs(&self) -> crate::value::Value {
        self.state.module_value(InstanceId::ROOT)
    }
}

impl Scope for RootScope<'_> {
    fn resolve(&self, reference: &Reference<'_>) -> Result<Found, Box<Diagnostic>> {
        self.place().resolve(reference)
    }

    fn check(&self, reference: &Reference<'_>) -> Diagnostics {
        check_reference(&self.place(), reference)
    }

    fn outside(&self) -> &Outside {
        &self.outside
    }
}
