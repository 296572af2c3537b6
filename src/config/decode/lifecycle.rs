//! `lifecycle` blocks.

use super::{Decoder, Quoted};
use crate::base::Mode;
use crate::config::codes;
use crate::config::content::Shape;
use crate::config::model::{IgnoreChanges, Lifecycle, ResourceKey};
use crate::config::reference::{Subject, subjects};
use crate::config::traversal;
use crate::syntax::ast::{Attribute, Block, Expr};
use crate::syntax::{Traversal, TraversalStep};
use crate::value::{AttrPath, PathStep, Value};

const SHAPE: Shape = Shape {
    required: &[],
    optional: &[
        "create_before_destroy",
        "prevent_destroy",
        "ignore_changes",
        "replace_triggered_by",
    ],
    blocks: &[("precondition", &[]), ("postcondition", &[])],
};

impl Decoder<'_> {
    pub(super) fn lifecycle(&mut self, block: Block, of: &ResourceKey) -> Lifecycle {
        let mut content = SHAPE.whole(block.body, &mut self.problems);
        let mut lifecycle = Lifecycle::default();
        for rule in content.blocks.drain(..) {
            let kind = rule.ident.name.clone();
            let Some(rule) = self.condition(rule) else { continue };
            if kind == "precondition" {
                self.check_self_reference(&rule, &kind, of);
                lifecycle.preconditions.push(rule);
            } else {
                self.check_self_reference(&rule, &kind, of);
                lifecycle.postconditions.push(rule);
            }
        }
        if of.mode != Mode::Managed {
            for attribute in &content.attributes {
                self.managed_only(attribute, of.mode);
            }
            return lifecycle;
        }
        lifecycle.create_before_destroy = self.truth(content.take("create_before_destroy"));
        lifecycle.prevent_destroy = self.truth(content.take("prevent_destroy")).unwrap_or(false);
        if let Some(attribute) = content.take("ignore_changes") {
            lifecycle.ignore_changes = self.ignore_changes(attribute.expr);
        }
        if let Some(attribute) = content.take("replace_triggered_by") {
            lifecycle.replace_triggered_by = self.replace_triggered_by(&attribute.expr);
        }
        lifecycle
    }

    fn managed_only(&mut self, attribute: &Attribute, mode: Mode) {
        let what = if mode == Mode::Data { "data" } else { "ephemeral" };
        let name = &attribute.name.name;
        let summary = format!("Invalid {what} resource lifecycle argument");
        let detail = format!(
            "The lifecycle argument \"{name}\" is defined only for managed resources (\"resource\" blocks), and is \
             not valid for {what} resources."
        );
        self.error(codes::MISPLACED, &summary, detail, attribute.name.span);
    }

    fn ignore_changes(&mut self, expr: Expr) -> IgnoreChanges {
        let whole = if self.json.contains(&expr.span.file) {
            self.unquoted(expr, Quoted::Keyword)
        } else {
            expr
        };
        if whole.as_keyword().is_some_and(|word| word == "all") {
            return IgnoreChanges::All;
        }
        let mut paths = Vec::new();
        for element in traversal::list(&whole, &mut self.problems) {
            if element.as_text().is_some_and(|text| text == "*") {
                self.problems.push(
                    crate::diag::Diagnostic::error(
                        codes::IGNORE_CHANGES,
                        "Invalid ignore_changes wildcard",
                        "The [\"*\"] form of ignore_changes wildcard was deprecated and is now invalid.",
                    )
                    .at(element.span)
                    .help("Use \"ignore_changes = all\" to ignore changes to all attributes."),
                );
                continue;
            }
            let element = self.unquoted(element.clone(), Quoted::Reference);
            if let Some(found) = traversal::required(&element, &mut self.problems) {
                paths.push((path(&found), found.span));
            }
        }
        IgnoreChanges::Paths(paths)
    }

    fn replace_triggered_by(&mut self, expr: &Expr) -> Vec<Expr> {
        let mut triggers = Vec::new();
        for element in traversal::list(expr, &mut self.problems) {
            let element = if self.json.contains(&element.span.file) {
                self.unquoted(element.clone(), Quoted::Reference)
            } else {
                element.clone()
            };
            if self.is_trigger(&element) {
                triggers.push(element);
            }
        }
        triggers
    }

    fn is_trigger(&mut self, element: &Expr) -> bool {
        let before = self.problems.len();
        let mut resources = 0;
        for subject in subjects(element) {
            match subject {
                Subject::Resource(key) if key.mode == Mode::Managed => resources += 1,
                Subject::Count | Subject::Each => {}
                _ => self.error(
                    codes::REPLACE_TRIGGERED_BY,
                    "Invalid reference in replace_triggered_by expression",
                    "Only resources, count.index, and each.key may be used in replace_triggered_by.",
                    element.span,
                ),
            }
        }
        let detail = match resources {
            0 => "Missing resource reference in replace_triggered_by expression.",
            1 => return self.problems.len() == before,
            _ => "Multiple resource references in replace_triggered_by expression.",
        };
        self.error(
            codes::REPLACE_TRIGGERED_BY,
            "Invalid replace_triggered_by expression",
            detail,
            element.span,
        );
        false
    }
}

/// A reference read as a way into the resource that it stands in. A key in brackets is told apart from a name: of an
/// object it means all of it.
fn path(reference: &Traversal) -> AttrPath {
    let steps = reference.steps.iter().map(|step| match step {
        TraversalStep::Attr(name) => PathStep::Name(name.name.clone()),
        TraversalStep::Key(key, _) => PathStep::Element(Value::string(key.clone())),
        TraversalStep::Index(index, _) => {
            let index = index.to_i64().and_then(|index| usize::try_from(index).ok());
            PathStep::Index(index.unwrap_or(usize::MAX))
        }
    });
    AttrPath(std::iter::once(PathStep::Name(reference.root.name.clone())).chain(steps).collect())
}
