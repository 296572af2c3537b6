//! `moved`, `import` and `removed` blocks.

use super::{Decoder, target};
use crate::base::Mode;
use crate::config::content::Shape;
use crate::config::model::{Import, Moved, Provisioner, ProvisionerWhen, Removed, Target};
use crate::config::traversal;
use crate::config::{codes, constant};
use crate::diag::{Diagnostic, Span};
use crate::syntax::ast::{Attribute, Block, Expr, ExprKind};
use crate::syntax::{Traversal, TraversalStep};
use crate::value::Number;

const MOVED: Shape = Shape { required: &["from", "to"], optional: &[], blocks: &[] };

const IMPORT: Shape =
    Shape { required: &["id", "to"], optional: &["for_each", "provider"], blocks: &[] };

const REMOVED: Shape = Shape {
    required: &["from"],
    optional: &[],
    blocks: &[("lifecycle", &[]), ("connection", &[]), ("provisioner", &["type"])],
};

const REMOVED_LIFECYCLE: Shape = Shape { required: &[], optional: &["destroy"], blocks: &[] };

impl Decoder<'_> {
    pub(super) fn moved(&mut self, block: Block) {
        let mut content = MOVED.whole(block.body, &mut self.problems);
        let from = self.target(content.take("from"));
        let to = self.target(content.take("to"));
        let (Some((from, from_span)), Some((to, to_span))) = (from, to) else { return };
        if matches!(from, Target::Module(_)) != matches!(to, Target::Module(_)) {
            self.error(
                codes::MOVED,
                "Invalid \"moved\" addresses",
                "The \"from\" and \"to\" addresses must either both refer to resources or both refer to modules.",
                block.header,
            );
            return;
        }
        self.into.moved.push(Moved { from, from_span, to, to_span, span: block.header });
    }

    /// Reads an argument as the address of a module, a resource or an instance.
    pub(super) fn target(&mut self, attribute: Option<Attribute>) -> Option<(Target, Span)> {
        let reference = self.traversal(&attribute?.expr)?;
        match target::target(&reference) {
            Ok(found) => Some((found, reference.span)),
            Err(problem) => {
                self.problems.push(*problem);
                None
            }
        }
    }

    pub(super) fn import(&mut self, block: Block) {
        let mut content = IMPORT.whole(block.body, &mut self.problems);
        let to = content.take("to");
        let id = content.take("id").map(|attribute| attribute.expr);
        let for_each = content.take("for_each").map(|attribute| attribute.expr);
        if let Some(provider) = content.take("provider") {
            self.error(
                codes::IMPORT,
                "Invalid import provider argument",
                "The provider of an import is that of its target: name it in the resource block.",
                provider.span,
            );
        }
        let Some(to) = to else { return };
        let span = to.span;
        let to = if self.json.contains(&to.expr.span.file) {
            self.unquoted(to.expr, super::Quoted::Reference)
        } else {
            to.expr
        };
        let address = self.import_address(&to);
        let managed = address.filter(|address| address.mode == Mode::Managed);
        let Some(resource) = managed else {
            let detail = "Only managed resources can be imported.";
            self.error(codes::IMPORT, "Invalid import address", detail, span);
            return;
        };
        let Some(id) = id else { return };
        self.into.imports.push(Import { to, resource, id, for_each, span: block.header });
    }

    /// The resource that `to` names. Its instance keys may be calculated.
    fn import_address(&mut self, to: &Expr) -> Option<crate::base::ResourceAddress> {
        let Some(reference) = with_any_keys(to) else {
            traversal::required(to, &mut self.problems);
            return None;
        };
        match target::resource(&reference) {
            Ok(mut resource) => {
                resource.module = without_keys(&resource.module);
                Some(resource)
            }
            Err(problem) => {
                self.problems.push(*problem);
                None
            }
        }
    }

    pub(super) fn removed(&mut self, block: Block) {
        let mut content = REMOVED.whole(block.body, &mut self.problems);
        let from = content.take("from").and_then(|attribute| self.removed_target(&attribute.expr));
        let mut destroy = true;
        let mut provisioners = Vec::new();
        for nested in content.blocks {
            match nested.ident.name.as_str() {
                "lifecycle" => {
                    let mut content = REMOVED_LIFECYCLE.whole(nested.body, &mut self.problems);
                    destroy = self.truth(content.take("destroy")).unwrap_or(true);
                }
                "provisioner" => provisioners.extend(self.destroy_provisioner(nested)),
                _ => {}
            }
        }
        let Some((from, from_span)) = from else { return };
        self.into.removed.push(Removed {
            from,
            from_span,
            destroy,
            provisioners,
            span: block.header,
        });
    }

    fn destroy_provisioner(&mut self, block: Block) -> Option<Provisioner> {
        let provisioner = self.provisioner(block)?;
        if provisioner.when != ProvisionerWhen::Destroy {
            self.problems.push(
                Diagnostic::error(
                    codes::REMOVED,
                    "Invalid provisioner block",
                    "Only destroy-time provisioners are valid in \"removed\" blocks.",
                )
                .at(provisioner.span)
                .help("To declare a destroy-time provisioner, add: when = destroy"),
            );
            return None;
        }
        Some(provisioner)
    }

    fn removed_target(&mut self, expr: &Expr) -> Option<(Target, Span)> {
        let reference = self.traversal(expr)?;
        let found = match target::target(&reference) {
            Ok(found) => found,
            Err(problem) => {
                self.problems.push(*problem);
                return None;
            }
        };
        if let Some((span, title, detail)) = misplaced_key(&reference, &found) {
            self.error(codes::REMOVED, title, detail, span);
            return None;
        }
        if let Target::Resource(resource) = &found
            && resource.mode != Mode::Managed
        {
            self.error(
                codes::REMOVED,
                "Data source address not allowed",
                "Data sources are never destroyed, so they are not valid targets of removed blocks. To remove the \
                 data source, remove the data source block from configuration.",
                reference.span,
            );
            return None;
        }
        Some((found, reference.span))
    }

    /// Checks that what must be constant in a ledger or backend block is.
    pub(super) fn check_constants(&mut self, attributes: &[Attribute]) {
        for attribute in attributes {
            constant::check(&attribute.expr, &mut self.problems);
        }
    }
}

/// A `removed` block names no instances; where it does, the place and what is said.
fn misplaced_key(
    reference: &Traversal,
    found: &Target,
) -> Option<(Span, &'static str, &'static str)> {
    let (at, span) = reference.steps.iter().enumerate().find_map(|(at, step)| match step {
        TraversalStep::Attr(_) => None,
        TraversalStep::Key(_, span) | TraversalStep::Index(_, span) => Some((at, *span)),
    })?;
    let is_resource_key = matches!(found, Target::Instance(_)) && at + 1 == reference.steps.len();
    Some(if is_resource_key {
        (
            span,
            "Resource instance keys not allowed",
            "Resource address must be a resource (e.g. \"test_instance.foo\"), not a resource instance (e.g. \
             \"test_instance.foo[1]\").",
        )
    } else {
        (
            span,
            "Module instance keys not allowed",
            "Module address must be a module (e.g. \"module.foo\"), not a module instance (e.g. \"module.foo[1]\").",
        )
    })
}

/// The reference that an expression is when calculated keys are taken for any key.
fn with_any_keys(expr: &Expr) -> Option<Traversal> {
    with_first_keys(expr).as_traversal()
}

/// The expression with 0 in place of every calculated key.
fn with_first_keys(expr: &Expr) -> Expr {
    let kind = match &expr.kind {
        ExprKind::Attr { on, name } => {
            ExprKind::Attr { on: Box::new(with_first_keys(on)), name: name.clone() }
        }
        ExprKind::Index { on, key, legacy } => {
            let is_literal = matches!(key.kind, ExprKind::Number(_)) || key.as_text().is_some();
            let first = Expr { kind: ExprKind::Number(Number::from(0)), span: key.span };
            let key = if is_literal { key.clone() } else { Box::new(first) };
            ExprKind::Index { on: Box::new(with_first_keys(on)), key, legacy: *legacy }
        }
        other => other.clone(),
    };
    Expr { kind, span: expr.span }
}

fn without_keys(path: &crate::base::ModulePath) -> crate::base::ModulePath {
    let steps = path.steps().iter();
    crate::base::ModulePath::new(
        steps.map(|step| crate::base::ModuleStep { name: step.name.clone(), key: None }).collect(),
    )
}
