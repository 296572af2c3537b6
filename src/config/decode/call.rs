//! `module` blocks.

use camino::Utf8PathBuf;
use ecow::EcoString;

use super::{Decoder, Quoted};
use crate::config::content::{Shape, just_arguments};
use crate::config::model::{Call, ModuleSource, Passed, ProviderRef, VersionConstraint};
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

    fn module_source(
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
                self.problems.push(problem.at(span));
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

    fn passed_providers(&mut self, attribute: &Attribute) -> Vec<Passed> {
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

/// Tells local directories, registry addresses and everything else apart.
fn classify(text: &EcoString, has_version: bool) -> Result<ModuleSource, Box<Diagnostic>> {
    let is_local =
        text.starts_with("./") || text.starts_with("../") || *text == "." || *text == "..";
    if has_version && (is_local || !is_registry(text)) {
        let detail = format!("\"{text}\" is not an address in a module registry.");
        let title = "Invalid registry module source address";
        let problem = Diagnostic::error(codes::MODULE_SOURCE, title, detail);
        return Err(Box::new(problem.help(
            "The argument \"version\" applies only to registry modules; remove it for other sources.",
        )));
    }
    if is_local {
        return Ok(ModuleSource::Local(Utf8PathBuf::from(text.as_str())));
    }
    if is_registry(text) {
        return Ok(ModuleSource::Registry(text.clone()));
    }
    if text.contains("::") || text.contains("://") || is_known_host(text) || text.starts_with('/') {
        return Ok(ModuleSource::Remote(text.clone()));
    }
    let problem = Diagnostic::error(
        codes::MODULE_SOURCE,
        "Invalid module source address",
        format!("It is not clear how to fetch a module from \"{text}\"."),
    );
    Err(Box::new(if text.is_empty() {
        problem
    } else {
        problem.help(format!("For a directory beside this file write \"./{text}\"."))
    }))
}

fn is_registry(text: &str) -> bool {
    let package = text.split("//").next().unwrap_or(text);
    let parts: Vec<&str> = package.split('/').collect();
    let parts = match parts.as_slice() {
        [host, rest @ ..] if rest.len() == 3 && host.contains('.') && !is_known_host(text) => rest,
        [_, _, _] => &parts[..],
        _ => return false,
    };
    !is_known_host(text)
        && parts.iter().all(|part| {
            !part.is_empty()
                && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        })
}

fn is_known_host(text: &str) -> bool {
    ["github.com/", "bitbucket.org/", "git@", "gitlab.com/"]
        .iter()
        .any(|host| text.starts_with(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_told_apart() {
        let kind = |text: &str| match classify(&text.into(), false) {
            Ok(ModuleSource::Local(_)) => "local",
            Ok(ModuleSource::Registry(_)) => "registry",
            Ok(ModuleSource::Remote(_)) => "remote",
            _ => "invalid",
        };
        for (text, expected) in [
            ("./m", "local"),
            ("../m/n", "local"),
            ("terraform-aws-modules/vpc/aws", "registry"),
            ("registry.example.com/a/b/c//sub", "registry"),
            ("git::https://example.com/x.git?ref=v1", "remote"),
            ("github.com/a/b", "remote"),
            ("git@github.com:a/b.git", "remote"),
            ("https://example.com/m.zip", "remote"),
            ("m", "invalid"),
            ("a/b", "invalid"),
            ("", "invalid"),
        ] {
            assert_eq!(kind(text), expected, "{text}");
        }
        assert!(classify(&"./m".into(), true).is_err());
    }
}
