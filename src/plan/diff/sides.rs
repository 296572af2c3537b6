//! The objects that conditions of a schema look at, by the paths of this folder.

use crate::schema::{Condition, DiffSuppress, Scene, suppresses};
use crate::value::{AttrPath, PathStep, Value};

/// Prior, planned and configured object.
#[derive(Clone, Copy)]
pub(super) struct Sides<'a> {
    pub prior: Option<&'a Value>,
    pub planned: &'a Value,
    pub config: &'a Value,
}

impl<'a> Sides<'a> {
    const fn scene(&self) -> Scene<'a> {
        Scene { prior: self.prior, planned: self.planned, config: self.config }
    }

    /// Whether a condition holds of the attribute at a dotted path.
    pub fn holds(&self, condition: &Condition, at: &str) -> bool {
        condition.holds(&self.scene(), &path(at))
    }

    /// Whether the difference at a dotted path does not count.
    pub fn suppresses(&self, suppress: &DiffSuppress, at: &str) -> bool {
        suppresses(suppress, &self.scene(), &path(at))
    }
}

fn path(dotted: &str) -> AttrPath {
    let steps = dotted.split('.').filter(|step| !step.is_empty());
    AttrPath(
        steps
            .map(|step| match step.parse() {
                Ok(index) => PathStep::Index(index),
                Err(_) => PathStep::Name(step.into()),
            })
            .collect(),
    )
}
