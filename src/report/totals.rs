//! The figures of a plan's summary line.

use crate::plan::{Action, Plan};

/// How many objects a plan touches, as the summary line counts them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Imported.
    pub import: usize,
    /// Made, replacements among them.
    pub add: usize,
    /// Changed in place.
    pub change: usize,
    /// Deleted, replacements among them.
    pub destroy: usize,
    /// Given up without being deleted.
    pub forget: usize,
}

impl Totals {
    /// Counts the steps of a plan.
    #[must_use]
    pub fn of(plan: &Plan) -> Self {
        let mut totals = Self::default();
        for step in &plan.steps {
            match step.action {
                Action::Create => totals.add += 1,
                Action::Update => totals.change += 1,
                Action::Delete => totals.destroy += 1,
                Action::Forget => totals.forget += 1,
                Action::Read | Action::NoOp => {}
            }
            // Of a replacement both halves tell that the object is imported.
            let is_old_half = step.action == Action::Delete && step.replaces.is_some();
            totals.import += usize::from(step.importing.is_some() && !is_old_half);
        }
        totals
    }
}

impl std::fmt::Display for Totals {
    /// `Plan: 2 to add, 1 to change, 0 to destroy.`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Plan: ")?;
        if self.import > 0 {
            write!(f, "{} to import, ", self.import)?;
        }
        write!(f, "{} to add, {} to change, {} to destroy", self.add, self.change, self.destroy)?;
        if self.forget > 0 {
            write!(f, ", {} to forget", self.forget)?;
        }
        f.write_str(".")
    }
}
