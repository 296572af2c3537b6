//! `provisioner` and `connection` blocks.

use ecow::EcoString;

use super::{Decoder, Quoted};
use crate::config::codes;
use crate::config::content::Shape;
use crate::config::model::{OnFailure, Provisioner, ProvisionerWhen};
use crate::config::reference::{Subject, expressions, references, subject};
use crate::diag::{Diagnostic, Span};
use crate::syntax::ast::{Attribute, Block, Body};

const SHAPE: Shape = Shape {
    required: &[],
    optional: &["when", "on_failure"],
    blocks: &[("connection", &[]), ("lifecycle", &[]), ("_", &[])],
};

const REMOVED: &[&str] = &["chef", "habitat", "puppet", "salt-masterless"];

impl Decoder<'_> {
    pub(super) fn provisioner(&mut self, block: Block) -> Option<Provisioner> {
        let label = block.labels.first()?.clone();
        if REMOVED.contains(&label.text.as_str()) {
            let summary = format!("The \"{}\" provisioner has been removed", label.text);
            let detail = "It was removed from the language long ago. Use user data or a machine image instead.";
            self.error(codes::PROVISIONER, &summary, detail, label.span);
            return None;
        }
        let (mut content, mut body) = SHAPE.part(block.body, &mut self.problems);
        let when = self.keyword(content.take("when"), "when", &["create", "destroy"]);
        let on_failure =
            self.keyword(content.take("on_failure"), "on_failure", &["continue", "fail"]);
        let mut connection = None;
        for nested in content.blocks {
            match nested.ident.name.as_str() {
                "connection" => self.connection(nested, "provisioner", &mut connection),
                "_" => body = super::resource::join(body, nested.body),
                _ => self.reserved_block(&nested, "provisioner"),
            }
        }
        let connection = connection.map(|(_, body)| body);
        let when = match when.as_deref() {
            Some("destroy") => ProvisionerWhen::Destroy,
            _ => ProvisionerWhen::Create,
        };
        if when == ProvisionerWhen::Destroy {
            for body in connection.iter().chain([&body]) {
                self.check_destroy_references(body);
            }
        }
        let on_failure = match on_failure.as_deref() {
            Some("continue") => OnFailure::Continue,
            _ => OnFailure::Fail,
        };
        Some(Provisioner {
            kind: label.text,
            when,
            on_failure,
            connection,
            body,
            span: block.header,
        })
    }

    /// Takes a `connection` block; the second of one owner is reported.
    pub(super) fn connection(
        &mut self,
        block: Block,
        owner: &str,
        seen: &mut Option<(Span, Body)>,
    ) {
        if let Some((first, _)) = seen {
            let detail = format!("This {owner} already has a connection block.");
            self.duplicate_nested("Duplicate connection block", &detail, block.header, *first);
            return;
        }
        *seen = Some((block.header, block.body));
    }

    fn keyword(
        &mut self,
        attribute: Option<Attribute>,
        name: &str,
        allowed: &[&str],
    ) -> Option<EcoString> {
        let expr = self.unquoted(attribute?.expr, Quoted::Keyword);
        let word = expr.as_keyword().map(EcoString::from);
        if let Some(word) = word.filter(|word| allowed.contains(&word.as_str())) {
            return Some(word);
        }
        let summary = format!("Invalid \"{name}\" keyword");
        let detail = format!(
            "The \"{name}\" argument requires one of the following keywords: {}.",
            allowed.join(" or ")
        );
        self.error(codes::PROVISIONER, &summary, detail, expr.span);
        None
    }

    fn check_destroy_references(&mut self, body: &Body) {
        let references = expressions(body).into_iter().flat_map(references);
        let foreign = references.filter(|reference| {
            !matches!(
                subject(reference),
                Subject::Itself | Subject::Count | Subject::Each | Subject::Builtin
            )
        });
        for reference in foreign {
            self.problems.push(
                Diagnostic::error(
                    codes::PROVISIONER,
                    "Invalid reference from destroy provisioner",
                    "Destroy-time provisioners and their connection configurations may only reference attributes of \
                     the related resource, via 'self', 'count.index', or 'each.key'. References to other resources \
                     during the destroy phase can cause dependency cycles.",
                )
                .at(reference.span),
            );
        }
    }
}
