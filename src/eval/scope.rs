//! What names mean: the seam between the evaluator and whoever walks a configuration.

use camino::Utf8PathBuf;
use jiff::Timestamp;

use crate::diag::{Diagnostic, Diagnostics};
use crate::value::Value;
use crate::world::World;

use super::Reference;

/// What the names in an expression mean, at one place of a configuration.
pub trait Scope {
    /// The value that a reference begins with, and how many of its steps that value answers already.
    ///
    /// For `aws_vpc.main[0].id` it may answer with the instance and 2 (`.main`, `[0]`), or with all instances and 1. The
    /// evaluator takes the remaining steps. Keys of steps may be any values, unknown and marked ones too: use a step
    /// only where its key is known, unmarked, and answers to exactly one thing.
    ///
    /// # Errors
    /// What is wrong with the reference.
    fn resolve(&self, reference: &Reference<'_>) -> Result<Found, Box<Diagnostic>>;

    /// What is wrong with a reference before anything is evaluated: Terraform reports references to undeclared things
    /// all at once, also in branches that are not taken and inside `try`. Keys that are not literals end `steps` here.
    ///
    /// Says nothing by default, for scopes whose expressions were checked beforehand.
    fn check(&self, reference: &Reference<'_>) -> Diagnostics {
        let _ = reference;
        Diagnostics::none()
    }

    /// What functions may reach.
    fn outside(&self) -> &Outside;

    /// Whether this is the inside of a template that a function renders, which may not render others.
    fn is_template(&self) -> bool {
        false
    }
}

/// What a reference begins with.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "a secret must not be printed by accident")]
pub struct Found {
    /// The value.
    pub value: Value,
    /// How many steps of the reference it answers.
    pub used: usize,
}

/// What functions may reach of the outside.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "the environment holds secrets")]
pub struct Outside {
    /// Files, clock, randomness, environment.
    pub world: World,
    /// The folder against which relative paths are read.
    pub base: Utf8PathBuf,
    /// When this plan was made; unknown as long as there is none.
    pub plan_time: Option<Timestamp>,
    /// Whether functions that answer differently each time (`timestamp`, `uuid`, `bcrypt`) may be called now.
    pub effects: Effects,
    /// Who asks.
    pub caller: Caller,
}

/// Whether functions that answer differently each time are called, or unknown until apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effects {
    /// They are called.
    Now,
    /// They yield unknown values: a plan must not promise what apply would not repeat.
    Later,
}

/// Who evaluates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A configuration.
    Configuration,
    /// The console, which has the function `type` besides.
    Console,
}

impl Outside {
    /// The outside of a configuration at plan time, with paths relative to `base`.
    #[must_use]
    pub fn new(world: World, base: impl Into<Utf8PathBuf>) -> Self {
        Self {
            world,
            base: base.into(),
            plan_time: None,
            effects: Effects::Later,
            caller: Caller::Configuration,
        }
    }
}
