//! Deletion protection, foreseen: a plan that would delete a protected object is refused before anything is deleted.

use super::Walk;
use super::decide::Draft;
use crate::diag::Diagnostic;
use crate::plan::{Action, Step};
use crate::value::Value;

impl Walk {
    /// One error for all objects that are to go although a switch of their own forbids it.
    pub(in crate::plan) fn protected(&self) -> Option<Diagnostic> {
        let deletes = self.drafts.iter().filter(|draft| draft.step.action == Action::Delete);
        let found: Vec<(&Draft, &str)> =
            deletes.filter_map(|draft| Some((draft, self.switch_of(&draft.step)?))).collect();
        let (first, attr) = found.first()?;
        let list = found.iter().map(|(draft, attr)| format!("  - {} ({attr})", draft.step.address));
        let list: Vec<String> = list.collect();
        let detail = format!(
            "The plan deletes or replaces objects that are protected against deletion, so nothing of it is begun:\n{}",
            list.join("\n")
        );
        let problem = Diagnostic::error(572, "Deletion protection is on", detail)
            .of(&first.step.address)
            .help(format!("Set {attr} = false and apply that first; then plan again."));
        Some(match self.drafted_from(first) {
            Some(block) => problem.at(block.span),
            None => problem,
        })
    }

    /// The switch of a live object that is on and keeps it from being deleted.
    fn switch_of(&self, step: &Step) -> Option<&str> {
        let schema = self.state.registry.resource(step.address.type_name().as_str())?;
        let prior = step.prior.as_ref()?;
        let is_on = |name: &str| prior.attribute(name).and_then(Value::as_bool) == Some(true);
        // With force_destroy the delete itself takes the protection off.
        if self.is_made_up(&step.address, &step.scope) || is_on("force_destroy") {
            return None;
        }
        schema.terrace.protection.iter().map(AsRef::as_ref).find(|name| is_on(name))
    }
}
