//! Input variables and their type constraints.

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
    /// The constraint itself, where it has `optional(type, default)` at any depth: `eval::type_constraint` yields the
    /// defaults.
    pub with_defaults: Option<Expr>,
    /// The constraint's text; none where nothing is written.
    pub span: Option<Span>,
    /// The head of the block of an override file that holds it, where one does.
    pub overridden_in: Option<Span>,
}

impl Default for TypeConstraint {
    fn default() -> Self {
        Self { ty: Type::Dynamic, with_defaults: None, span: None, overridden_in: None }
    }
}
