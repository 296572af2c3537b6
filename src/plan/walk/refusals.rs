//! What the cloud would refuse, foreseen: rules of a type that apply where an object is made, changed or deleted.

use super::Walk;
use super::decide::{Draft, Wish};
use super::resource::Subject;
use crate::config::Resource;
use crate::diag::{Diagnostics, Span};
use crate::plan::Action;
use crate::schema::{Operation, Scene, validate_operation};
use crate::value::AttrPath;

impl Walk {
    /// Errors of what is about to be made, or changed in place.
    pub(super) fn refused(
        &self,
        subject: &Subject<'_>,
        wish: &Wish<'_>,
        operation: Operation,
        scene: &Scene<'_>,
    ) -> Diagnostics {
        if self.is_made_up(&subject.address, &wish.scope) {
            return Diagnostics::none();
        }
        let span_of = |path: &AttrPath| Some(place(subject.resource, path));
        let problems = validate_operation(wish.schema, operation, scene, &span_of).into_iter();
        problems.map(|problem| problem.of(&subject.address)).collect()
    }

    /// Errors of what the plan deletes.
    pub(in crate::plan) fn refused_deletes(&self) -> Diagnostics {
        self.drafts.iter().flat_map(|draft| self.refused_delete(draft)).collect()
    }

    fn refused_delete(&self, draft: &Draft) -> Diagnostics {
        let step = &draft.step;
        let schema = self.state.registry.resource(step.address.type_name().as_str());
        let (Action::Delete, Some(prior), Some(schema)) = (step.action, &step.prior, schema) else {
            return Diagnostics::none();
        };
        if self.is_made_up(&step.address, &step.scope) {
            return Diagnostics::none();
        }
        let block = self.drafted_from(draft);
        let span_of = |path: &AttrPath| block.map(|block| place(block, path));
        let scene = Scene { prior: Some(prior), planned: prior, config: prior };
        let problems = validate_operation(schema, Operation::Delete, &scene, &span_of).into_iter();
        let help = "Apply that first, then plan again: what counts is what the object was last applied with.";
        problems.map(|problem| problem.of(&step.address).help(help)).collect()
    }
}

/// Where a block says something of an attribute, or the head of the block.
fn place(block: &Resource, path: &AttrPath) -> Span {
    let mut attributes = block.body.attributes.iter();
    let written = attributes.find(|attribute| Some(attribute.name.name.as_str()) == path.root());
    written.map_or(block.span, |attribute| attribute.expr.span)
}
