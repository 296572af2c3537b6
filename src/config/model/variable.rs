//! Input variables and their type constraints.

use std::collections::BTreeMap;

use ecow::EcoString;

use super::Condition;
use crate::diag::Span;
use crate::syntax::ast::Expr;
use crate::value::Type;

/// A `variable` block.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    /// Its name.
    pub name: EcoString,
    /// What it says about itself.
    pub description: Option<EcoString>,
    /// The type that values are converted to; `any` where none is written.
    pub constraint: TypeConstraint,
    /// The value where none is given: an expression without references and function calls. `None` makes the variable
    /// required.
    pub default: Option<Expr>,
    /// Must not be shown.
    pub sensitive: bool,
    /// Must not outlive the run.
    pub ephemeral: bool,
    /// Whether null is a value of its own; where not, null means the default.
    pub nullable: bool,
    /// Rules for its value.
    pub validations: Vec<Condition>,
    /// The head of the block.
    pub span: Span,
}

/// What a `type` argument says.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeConstraint {
    /// The type, with its optional attributes.
    pub ty: Type,
    /// Defaults of optional attributes at any depth; none where there are none.
    pub defaults: Option<Defaults>,
    /// The constraint's text; none where nothing is written.
    pub span: Option<Span>,
}

impl Default for TypeConstraint {
    fn default() -> Self {
        Self { ty: Type::Dynamic, defaults: None, span: None }
    }
}

/// Defaults of `optional(type, default)` attributes within a type constraint.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Defaults {
    /// The defaults of this object type's own attributes: expressions without references and function calls.
    pub attributes: BTreeMap<EcoString, Expr>,
    /// Defaults further in, by attribute name, by index for tuples (`"0"`), and under `""` for elements of lists, sets
    /// and maps.
    pub children: BTreeMap<EcoString, Self>,
}

impl Defaults {
    /// Whether there is no default at any depth.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.attributes.is_empty() && self.children.values().all(Self::is_empty)
    }
}
