//! `terraform` blocks.

use super::Decoder;
use crate::config::content::Shape;
use crate::config::model::VersionConstraint;
use crate::config::version::{Constraint, LANGUAGE, Version};
use crate::config::{codes, constant, reference};
use crate::diag::{Diagnostic, Span};
use crate::syntax::ast::{Attribute, Block};

const SHAPE: Shape = Shape {
    required: &[],
    optional: &["required_version", "experiments", "language"],
    blocks: &[
        ("backend", &["type"]),
        ("cloud", &[]),
        ("required_providers", &[]),
        ("provider_meta", &["provider"]),
    ],
};

/// The backends of the language; `local` is the one that every configuration has.
const BACKENDS: &[&str] = &[
    "azurerm",
    "consul",
    "cos",
    "gcs",
    "http",
    "inmem",
    "kubernetes",
    "local",
    "oss",
    "pg",
    "remote",
    "s3",
];

const LOCAL_BACKEND: Shape =
    Shape { required: &[], optional: &["path", "workspace_dir"], blocks: &[] };

impl Decoder<'_> {
    pub(super) fn terraform(&mut self, block: Block) {
        let mut content = SHAPE.whole(block.body, &mut self.problems);
        if let Some(attribute) = content.take("required_version")
            && let Some(constraint) = self.version_constraint(&attribute.expr)
        {
            self.check_language(&attribute, &constraint);
            self.into.required_versions.push(constraint);
        }
        if let Some(attribute) = content.take("experiments") {
            self.error(
                codes::UNSUPPORTED_ARGUMENT,
                "Module uses experimental features",
                "Experimental features of the language are not available.",
                attribute.name.span,
            );
        }
        for nested in content.blocks {
            match nested.ident.name.as_str() {
                "required_providers" => self.required_providers(nested),
                "backend" => self.backend(&nested),
                "cloud" => self.cloud(&nested),
                _ => {}
            }
        }
        if let (Some(backend), Some(cloud)) = (self.backend, self.cloud.take()) {
            self.problems.push(
                Diagnostic::error(
                    codes::BACKEND,
                    "Both a backend and cloud configuration are present",
                    "A module may declare either one 'cloud' block or one 'backend' block.",
                )
                .at(backend)
                .label(cloud, "the cloud block"),
            );
        }
    }

    fn check_language(&mut self, attribute: &Attribute, constraint: &VersionConstraint) {
        let ours = Version::parse(LANGUAGE).expect("a version of three numbers");
        let allowed = Constraint::parse(&constraint.text).is_none_or(|c| c.allows(&ours));
        if !allowed {
            let detail = format!(
                "This configuration does not support version {LANGUAGE} of the language, which is the one that \
                 terrace reads."
            );
            self.problems.push(
                Diagnostic::error(
                    codes::UNSUPPORTED_VERSION,
                    "Unsupported Terraform Core version",
                    detail,
                )
                .at(attribute.span)
                .help(
                    "Update the version constraint if the configuration works with this version.",
                ),
            );
        }
    }

    fn backend(&mut self, block: &Block) {
        let kind = block.labels.first().map(|label| label.text.clone()).unwrap_or_default();
        for expr in reference::expressions(&block.body) {
            constant::check(expr, &mut self.problems);
        }
        if let Some(first) = self.backend {
            let detail = "A module may have only one backend configuration.";
            self.duplicate(
                "Duplicate backend configuration".into(),
                detail.into(),
                block.header,
                first,
            );
            return;
        }
        self.backend = Some(block.header);
        if kind == "local" {
            self.local_backend = Some(block.header);
            LOCAL_BACKEND.whole(block.body.clone(), &mut self.problems);
        } else if BACKENDS.contains(&kind.as_str()) {
            self.replaced_by_ledger("Backend configuration ignored", "backend", block.header);
        } else {
            let detail = format!("There is no backend type named \"{kind}\".");
            self.problems.push(
                Diagnostic::error(codes::BACKEND, "Invalid backend type", detail)
                    .at(block.labels.first().map_or(block.header, |label| label.span))
                    .did_you_mean(&kind, BACKENDS.iter().copied()),
            );
        }
    }

    fn cloud(&mut self, block: &Block) {
        if let Some(first) = self.cloud {
            let detail = "A module may have only one 'cloud' block.";
            let title = "Duplicate HCP Terraform configurations";
            self.duplicate(title.into(), detail.into(), block.header, first);
            return;
        }
        self.cloud = Some(block.header);
        self.replaced_by_ledger("Cloud configuration ignored", "cloud", block.header);
    }

    fn replaced_by_ledger(&mut self, summary: &str, kind: &str, at: Span) {
        let detail = format!(
            "There is no state to store, so the {kind} block has no effect. What a stack owns is written on the \
             resources themselves; the record beside them is the ledger."
        );
        self.problems.push(
            Diagnostic::warning(codes::BACKEND, summary, detail).at(at).help(
                "To share the ledger, add: stack \"name\" { ledger \"s3\" { bucket = \"…\" } }",
            ),
        );
    }
}
