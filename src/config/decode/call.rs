//! `module` blocks.

use camino::Utf8PathBuf;
use ecow::EcoString;

use super::{Decoder, Quoted};
use crate::config::content::{Shape, just_arguments};
use crate::config::model::{Call, Passed, ProviderRef, VersionConstraint};
use crate::config::package::{self, Address, ModuleSource};
use crate::config::{codes, constant, name};
use crate::diag::{Diagnostic, Span};
use crate::syntax::ast::{Attribute, Block, Body, Expr, ExprKind, ObjectKey};

const SHAPE: Shape = Shape {
    required: &["source"],
    optional: &["version", "count", "for_each", "depends_on", "providers"],
    blocks: &[("_", &[]), ("lifecycle", &[]), ("locals", &[]), ("provider", &["type"])],
};

/// Whether a variable cannot have that name, because it has a meaning in `module` blocks.
pub(super) fn is_reserved(name: &str) -> bool {
    SHAPE.required.iter().chain(SHAPE.optional).any(|known| *known == name)
        || SHAPE.blocks.iter().any(|(known, _)| *known == name)
}

impl Decoder<'_> {
    pub(super) fn call(&mut self, block: Block) {
        let Some(label) = block.labels.first().cloned() else { return };
        name::check(&label.text, label.span, "Invalid module instance name", &mut self.problems);
        let (mut content, mut body) = SHAPE.part(block.body, &mut self.problems);
        for nested in content.blocks.drain(..) {
            if nested.ident.name == "_" {
                body = super::resource::join(body, nested.body);
            } else {
                self.reserved_block(&nested, "module");
            }
        }
        if body.json.is_some() {
            // Everything else is an argument: a module has no blocks.
            let (span, end) = (body.span, body.end);
            let attributes = just_arguments(body, &mut self.problems);
            body = Body { attributes, span, end, ..Body::default() };
        }
        let version = content.take("version");
        let has_version = version.is_some();
        let version = version.and_then(|attribute| self.version_constraint(&attribute.expr));
        let (source, source_span) =
            self.module_source(content.take("source"), has_version, block.header);
        let (count, for_each) = (content.take("count"), content.take("for_each"));
        self.check_repetition(count.as_ref(), for_each.as_ref());
        let call = Call {
            source,
            source_span,
            version,
            providers: content.take("providers").map(|attribute| self.passed_providers(&attribute)),
            count: count.map(|attribute| attribute.expr),
            for_each: for_each.map(|attribute| attribute.expr),
            depends_on: self.references(content.take("depends_on")),
            body,
            span: block.header,
            name: label.text,
        };
        self.add_call(call);
    }

    fn add_call(&mut self, call: Call) {
        if let Some(first) = self.into.calls.get(&call.name) {
            let first = first.span;
            let detail = format!(
                "A module call named \"{}\" was already defined. Module calls must have unique names within a module.",
                call.name
            );
            self.duplicate("Duplicate module call".into(), detail, call.span, first);
            return;
        }
        self.into.calls.insert(call.name.clone(), call);
    }

    pub(super) fn module_source(
        &mut self,
        attribute: Option<Attribute>,
        has_version: bool,
        block: Span,
    ) -> (ModuleSource, Span) {
        let Some(attribute) = attribute else { return (ModuleSource::Invalid, block) };
        let span = attribute.expr.span;
        let Some(text) = constant::text(&attribute.expr, &mut self.problems) else {
            return (ModuleSource::Invalid, span);
        };
        match classify(&text, has_version) {
            Ok(source) => (source, span),
            Err(problem) => {
                // The line of a source with a token in it is not shown.
                let at = if package::may_hold_secret(&text) { block } else { span };
                self.problems.push(problem.at(at));
                (ModuleSource::Invalid, span)
            }
        }
    }

    /// Reads a version constraint; reports where it is none.
    pub(super) fn version_constraint(&mut self, expr: &Expr) -> Option<VersionConstraint> {
        let text = self.version_text(expr)?;
        if crate::config::version::Constraint::parse(&text).is_none() {
            self.error(
                codes::VERSION_CONSTRAINT,
                "Invalid version constraint",
                "This string does not use correct version constraint syntax.",
                expr.span,
            );
            return None;
        }
        Some(VersionConstraint { text, span: expr.span })
    }

    fn version_text(&mut self, expr: &Expr) -> Option<EcoString> {
        let mut found = crate::diag::Diagnostics::none();
        constant::check(expr, &mut found);
        if !found.is_empty() {
            self.problems.extend(found);
            return None;
        }
        match constant::fold(expr) {
            constant::Constant::Text(text) | constant::Constant::Number(text) => Some(text),
            _ => {
                self.error(
                    codes::VERSION_CONSTRAINT,
                    "Invalid version constraint",
                    "A string value is required for a version constraint.",
                    expr.span,
                );
                None
            }
        }
    }

    pub(super) fn passed_providers(&mut self, attribute: &Attribute) -> Vec<Passed> {
        let ExprKind::Object(items) = &attribute.expr.kind else {
            self.error(
                codes::STATIC_FORM,
                "Invalid expression",
                "A static map expression is required.",
                attribute.expr.span,
            );
            return Vec::new();
        };
        let mut passed: Vec<Passed> = Vec::new();
        for item in items {
            let inside = self.provider_ref(key_expr(&item.key), "providers");
            let outside = self.provider_ref(item.value.clone(), "providers");
            let (Some(inside), Some(outside)) = (inside, outside) else { continue };
            let same = |other: &&Passed| {
                other.inside.name == inside.name && other.inside.alias == inside.alias
            };
            if let Some(first) = passed.iter().find(same) {
                let detail = "Each child provider configuration can be assigned only once, but this one was already passed.";
                self.problems.push(
                    Diagnostic::error(codes::DUPLICATE, "Duplicate provider address", detail)
                        .at(outside.span)
                        .label(first.inside.span, "passed here first"),
                );
                continue;
            }
            passed.push(Passed { inside, outside });
        }
        passed
    }

    /// Reads a reference to a provider configuration, the value of `argument`.
    pub(super) fn provider_ref(&mut self, expr: Expr, argument: &str) -> Option<ProviderRef> {
        let expr = self.unquoted(expr, Quoted::Reference);
        if let ExprKind::Index { on, key, .. } = &expr.kind
            && let Some(mut reference) = plain_provider_ref(on)
            && reference.alias.is_some()
        {
            reference.key = Some((**key).clone());
            reference.span = expr.span;
            return Some(reference);
        }
        if let Some(reference) = plain_provider_ref(&expr) {
            return Some(reference);
        }
        let two = expr.as_traversal().filter(|found| found.steps.len() == 1);
        match two.as_ref().and_then(|found| found.steps.first()) {
            Some(step) => self.error(
                codes::PROVIDER_REFERENCE,
                "Invalid provider configuration reference",
                "Provider name must either stand alone or be followed by a period and then a configuration alias.",
                step.span(),
            ),
            None if matches!(expr.kind, ExprKind::Invalid) => {}
            None => {
                let detail = format!(
                    "The {argument} argument requires a provider type name, optionally followed by a period and then \
                     a configuration alias."
                );
                let title = "Invalid provider configuration reference";
                self.error(codes::PROVIDER_REFERENCE, title, detail, expr.span);
            }
        }
        None
    }
}

/// `aws` or `aws.west`.
fn plain_provider_ref(expr: &Expr) -> Option<ProviderRef> {
    let found = expr.as_traversal()?;
    let alias = match found.steps.as_slice() {
        [] => None,
        [step] => Some(step.attr()?.name.clone()),
        _ => return None,
    };
    Some(ProviderRef { name: found.root.name, alias, key: None, span: found.span })
}

/// An object key as the expression that it would be elsewhere.
fn key_expr(key: &ObjectKey) -> Expr {
    match key {
        ObjectKey::Name(name) => {
            Expr { kind: ExprKind::Variable(name.name.clone()), span: name.span }
        }
        ObjectKey::Expr(expr) => expr.clone(),
    }
}

/// Tells local directories from packages elsewhere.
fn classify(text: &EcoString, has_version: bool) -> Result<ModuleSource, Box<Diagnostic>> {
    if package::is_local(text) && !has_version {
        return Ok(ModuleSource::Local(Utf8PathBuf::from(text.as_str())));
    }
    if has_version {
        let title = "Invalid registry module source address";
        return match Address::registry(text) {
            Ok(address) => Ok(ModuleSource::Package(Box::new(address))),
            Err(error) => {
                let problem = Diagnostic::error(codes::MODULE_SOURCE, title, error.detail);
                Err(Box::new(problem.help(error.help.unwrap_or_else(|| {
                    "The argument \"version\" applies only to registry modules; remove it for other sources."
                        .to_owned()
                }))))
            }
        };
    }
    match Address::parse(text) {
        Ok(address) => Ok(ModuleSource::Package(Box::new(address))),
        Err(error) => {
            let title = "Invalid module source address";
            let problem = Diagnostic::error(codes::MODULE_SOURCE, title, error.detail);
            Err(Box::new(match error.help {
                Some(help) => problem.help(help),
                None => problem,
            }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_go_with_registries_alone() {
        for (text, has_version, expected) in [
            ("./m", false, true),
            ("./m", true, false),
            ("a/b/c", true, true),
            ("github.com/a/b", false, true),
            ("github.com/a/b", true, false),
            ("m", false, false),
        ] {
            assert_eq!(classify(&text.into(), has_version).is_ok(), expected, "{text}");
        }
    }
}
