//! `provider` blocks.

use super::Decoder;
use crate::config::content::Shape;
use crate::config::model::ProviderConfig;
use crate::config::{codes, constant, name};
use crate::diag::{Diagnostic, Span};
use crate::syntax::ast::{Attribute, Block};

const SHAPE: Shape = Shape {
    required: &[],
    optional: &["version", "alias", "count", "depends_on", "for_each", "source"],
    blocks: &[("_", &[]), ("lifecycle", &[]), ("locals", &[])],
};

impl Decoder<'_> {
    pub(super) fn provider(&mut self, block: Block) {
        let Some(label) = block.labels.first().cloned() else { return };
        self.check_provider_name(&label.text, label.span);
        let (mut content, mut body) = SHAPE.part(block.body, &mut self.problems);
        for nested in content.blocks.drain(..) {
            if nested.ident.name == "_" {
                body = super::resource::join(body, nested.body);
            } else {
                self.reserved_block(&nested, "provider");
            }
        }
        if let Some(version) = content.take("version") {
            self.provider_version(&version);
        }
        let alias = content.take("alias");
        let for_each = content.take("for_each");
        for reserved in &content.attributes {
            let detail = format!(
                "The provider argument name \"{}\" is reserved for use by the language in a future version.",
                reserved.name.name
            );
            let title = "Reserved argument name in provider block";
            self.error(codes::RESERVED, title, detail, reserved.name.span);
        }
        if let (Some(for_each), None) = (&for_each, &alias) {
            let title = "Provider for_each without alias";
            let detail = "A provider block with \"for_each\" makes one configuration per key, which are referred to \
                          by alias and key.";
            self.problems.push(
                Diagnostic::error(codes::PROVIDER_ALIAS, title, detail)
                    .at(for_each.name.span)
                    .help("Add an argument such as alias = \"by_region\"."),
            );
        }
        let config = ProviderConfig {
            alias: alias.map(|attribute| self.alias(&attribute)),
            for_each: for_each.map(|attribute| attribute.expr),
            body,
            span: block.header,
            name: label.text,
        };
        self.add_provider(config);
    }

    fn alias(&mut self, attribute: &Attribute) -> ecow::EcoString {
        let alias = constant::text(&attribute.expr, &mut self.problems).unwrap_or_default();
        if !name::is_valid(&alias) {
            let detail = format!("An alias must be a valid name. {}", name::BAD_NAME);
            let title = "Invalid provider configuration alias";
            self.problems.push(
                Diagnostic::error(codes::PROVIDER_ALIAS, title, detail).at(attribute.expr.span),
            );
        }
        alias
    }

    fn provider_version(&mut self, attribute: &Attribute) {
        self.version_constraint(&attribute.expr);
        let title = "Version constraints inside provider configuration blocks are deprecated";
        self.problems.push(
            Diagnostic::warning(
                codes::REQUIRED_PROVIDERS,
                title,
                "Version constraints belong into the required_providers block.",
            )
            .at(attribute.name.span)
            .help("Move the constraint into terraform { required_providers { … } }."),
        );
    }

    /// Reports a provider's local name that is not one.
    pub(super) fn check_provider_name(&mut self, name: &str, at: Span) {
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let valid = !name.is_empty()
            && name.chars().all(is_part)
            && !name.starts_with('-')
            && !name.ends_with('-')
            && !name.starts_with(|c: char| c.is_ascii_digit());
        if !valid {
            let detail = format!(
                "{name} is an invalid provider local name: must contain only letters, digits, and dashes, and may \
                 not use leading or trailing dashes."
            );
            self.error(codes::INVALID_NAME, "Invalid provider local name", detail, at);
        } else if name.chars().any(|c| c.is_ascii_uppercase()) {
            let lower = name.to_ascii_lowercase();
            let title = "Invalid provider local name";
            self.problems.push(
                Diagnostic::error(codes::INVALID_NAME, title, "Provider names are in lower case.")
                    .at(at)
                    .help(format!("Replace \"{name}\" with \"{lower}\".")),
            );
        }
    }

    fn add_provider(&mut self, config: ProviderConfig) {
        let key = (config.name.clone(), config.alias.clone());
        if let Some(first) = self.into.providers.get(&key) {
            let first = first.span;
            let detail = match &config.alias {
                Some(alias) => format!(
                    "A provider configuration for \"{}\" with alias \"{alias}\" was already given. Each configuration \
                     for the same provider must have a distinct alias.",
                    config.name
                ),
                None => format!(
                    "A default (non-aliased) provider configuration for \"{}\" was already given. If multiple \
                     configurations are required, set the \"alias\" argument for alternative configurations.",
                    config.name
                ),
            };
            self.duplicate("Duplicate provider configuration".into(), detail, config.span, first);
            return;
        }
        self.into.providers.insert(key, config);
    }
}
