//! `required_providers` blocks.

use ecow::EcoString;

use super::Decoder;
use crate::config::content::just_arguments;
use crate::config::model::{ProviderRef, RequiredProvider};
use crate::config::{codes, constant, traversal};
use crate::diag::Span;
use crate::syntax::ast::{Attribute, Block, Expr, ExprKind, ObjectItem, ObjectKey};

impl Decoder<'_> {
    pub(super) fn required_providers(&mut self, block: Block) {
        let first = self.required_providers.replace(block.header);
        let before = self.into.required_providers.len();
        for attribute in just_arguments(block.body, &mut self.problems) {
            self.required_provider(&attribute);
        }
        if let Some(first) = first {
            self.required_providers = Some(first);
            self.into.required_providers.truncate(before);
            let detail = "A module may have only one required providers configuration.";
            let title = "Duplicate required providers configuration";
            self.duplicate(title.into(), detail.into(), block.header, first);
        }
    }

    fn required_provider(&mut self, attribute: &Attribute) {
        let name = attribute.name.name.clone();
        let mut provider = RequiredProvider {
            name: name.clone(),
            source: None,
            version: None,
            aliases: Vec::new(),
            span: attribute.span,
        };
        self.check_provider_name(&name, attribute.expr.span);
        match &attribute.expr.kind {
            ExprKind::Template(_) => {
                provider.version = self.version_constraint(&attribute.expr);
            }
            ExprKind::Object(items) => {
                for item in items {
                    self.requirement(item, &mut provider);
                }
            }
            ExprKind::Invalid => {}
            _ => self.error(
                codes::REQUIRED_PROVIDERS,
                "Invalid required_providers object",
                "required_providers entries must be strings or objects.",
                attribute.expr.span,
            ),
        }
        self.into.required_providers.insert(name, provider);
    }

    fn requirement(&mut self, item: &ObjectItem, provider: &mut RequiredProvider) {
        let (name, span) = match &item.key {
            ObjectKey::Name(name) => (name.name.clone(), name.span),
            ObjectKey::Expr(key) => (EcoString::from(key.as_text().unwrap_or_default()), key.span),
        };
        match name.as_str() {
            "version" => {
                if matches!(item.value.kind, ExprKind::Template(_)) {
                    provider.version = self.version_constraint(&item.value);
                } else {
                    let detail = "Version must be specified as a string.";
                    let title = "Invalid version constraint";
                    self.error(codes::VERSION_CONSTRAINT, title, detail, item.value.span);
                }
            }
            "source" => provider.source = self.provider_source(&item.value),
            "configuration_aliases" => {
                provider.aliases = self.configuration_aliases(&item.value, &provider.name);
            }
            _ => self.error(
                codes::REQUIRED_PROVIDERS,
                "Invalid required_providers object",
                "required_providers objects can only contain \"version\", \"source\" and \"configuration_aliases\" \
                 attributes. To configure a provider, use a \"provider\" block.",
                span,
            ),
        }
    }

    fn provider_source(&mut self, expr: &Expr) -> Option<EcoString> {
        let constant::Constant::Text(text) = constant::fold(expr) else {
            let detail = "Source must be specified as a string.";
            self.error(codes::REQUIRED_PROVIDERS, "Invalid source", detail, expr.span);
            return None;
        };
        let parts: Vec<&str> = text.split('/').collect();
        if parts.len() > 3 || parts.iter().any(|part| part.is_empty()) {
            self.error(
                codes::REQUIRED_PROVIDERS,
                "Invalid provider source string",
                "The \"source\" attribute must be in the format \"[hostname/][namespace/]name\".",
                expr.span,
            );
            return None;
        }
        let names = &parts[parts.len().saturating_sub(2)..];
        for (part, summary) in
            names.iter().rev().zip(["Invalid provider type", "Invalid provider namespace"])
        {
            self.check_source_part(part, summary, expr.span);
        }
        Some(text)
    }

    fn check_source_part(&mut self, part: &str, summary: &str, at: Span) {
        let is_part = |c: char| c.is_alphanumeric() || c == '-';
        if !part.chars().all(is_part) || part.starts_with('-') || part.ends_with('-') {
            let detail = format!(
                "\"{part}\" must contain only letters, digits, and dashes, and may not use leading or trailing dashes."
            );
            self.error(codes::REQUIRED_PROVIDERS, summary, detail, at);
        }
    }

    fn configuration_aliases(&mut self, expr: &Expr, provider: &str) -> Vec<ProviderRef> {
        let mut aliases = Vec::new();
        for element in traversal::list(expr, &mut self.problems) {
            let Some(found) = self.traversal(element) else { continue };
            let alias = match found.steps.as_slice() {
                [step] => step.attr(),
                _ => None,
            };
            let detail = match alias {
                Some(alias) if found.root.name == provider => {
                    aliases.push(ProviderRef {
                        name: found.root.name.clone(),
                        alias: Some(alias.name.clone()),
                        key: None,
                        span: found.span,
                    });
                    continue;
                }
                Some(_) => format!(
                    "Configuration aliases must be prefixed with the provider name. Expected \"{provider}\", but \
                     found \"{}\".",
                    found.root.name
                ),
                None => "Configuration aliases can only contain references to local provider configuration names in \
                         the format of provider.alias."
                    .into(),
            };
            let title = "Invalid configuration_aliases value";
            self.error(codes::REQUIRED_PROVIDERS, title, detail, found.span);
        }
        aliases
    }
}
