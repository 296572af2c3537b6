//! Deletion protection, foreseen: a plan that would delete a protected object is refused before anything is deleted.

use super::Walk;
use crate::diag::Diagnostic;
use crate::plan::{Action, Step};
use crate::value::Value;

impl Walk {
    /// One error for all objects that are to go although a switch of their own forbids it.
    pub(in crate::plan) fn protected(&self) -> Option<Diagnostic> {
        let deletes = self.drafts.iter().map(|draft| &draft.step);
        let deletes = deletes.filter(|step| step.action == Action::Delete);
        let found: Vec<(&Step, &str)> =
            deletes.filter_map(|step| Some((step, self.switch_of(step)?))).collect();
        let (first, attr) = found.first()?;
        let list: Vec<String> =
            found.iter().map(|(step, attr)| format!("  - {} ({attr})", step.address)).collect();
        let detail = format!(
            "The plan deletes or replaces objects that are protected against deletion, so nothing of it is begun:\n{}",
            list.join("\n")
        );
        let source = self.drafts.iter().find(|draft| draft.step.id == first.id);
        let span = source.and_then(|draft| draft.source).and_then(|source| {
            let tree = &self.state.config.tree;
            tree[source.module].resources.get_index(source.index).map(|(_, block)| block.span)
        });
        let problem = Diagnostic::error(572, "Deletion protection is on", detail)
            .of(&first.address)
            .help(format!("Set {attr} = false and apply that first; then plan again."));
        Some(match span {
            Some(span) => problem.at(span),
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
