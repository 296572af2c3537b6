//! `lifecycle`, `depends_on` and provisioners: what they may name, and what triggers a replacement.

use super::instance::InstanceId;
use super::resource::Subject;
use super::scope::{Place, key_at};
use super::{Walk, references, traversal};
use crate::base::Mode;
use crate::config::{IgnoreChanges, Resource};
use crate::diag::{Diagnostic, Diagnostics, Span};
use crate::eval::{self, Reference, Step};
use crate::graph::resource_key;
use crate::plan::Action;
use crate::plan::diff::marks;
use crate::schema::{self, Presence, Schema};
use crate::value::{AttrPath, PathStep, Type, Value};

impl Walk {
    /// What `depends_on`, `ignore_changes` and `replace_triggered_by` name has to be there.
    pub(super) fn validate_lifecycle(
        &self,
        at: InstanceId,
        resource: &Resource,
        schema: &Schema,
    ) -> Diagnostics {
        let mut problems = Diagnostics::none();
        let place = self.state.place(at);
        problems.extend(references::check_depends_on(&place, &resource.depends_on));
        if let IgnoreChanges::Paths(paths) = &resource.lifecycle.ignore_changes {
            for (path, span) in paths {
                problems.extend(ignored_path(schema, path, (*span, resource.span)));
            }
        }
        for trigger in &resource.lifecycle.replace_triggered_by {
            for reference in eval::references(trigger) {
                if !matches!(reference.root.as_str(), "each" | "count") {
                    problems.extend(references::check_existence(&place, &reference));
                }
            }
        }
        problems
    }

    /// Whether something that `replace_triggered_by` names changes.
    pub(super) fn triggered(&self, subject: &Subject<'_>) -> Result<bool, Diagnostics> {
        let place = self.place_of(subject.at, subject.index, &subject.repetition);
        for trigger in &subject.resource.lifecycle.replace_triggered_by {
            let resolved = resolve_keys(&place, trigger)?;
            for reference in eval::references(&resolved) {
                if self.trigger_fires(subject, &reference) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    fn trigger_fires(&self, subject: &Subject<'_>, reference: &Reference<'_>) -> bool {
        let Some((key, used)) = resource_key(reference) else { return false };
        let block = crate::base::ResourceAddress {
            module: self.state.instances[subject.at].path.clone(),
            mode: Mode::Managed,
            type_name: key.type_name,
            name: key.name,
        };
        let (instance, rest) = match key_at(reference, used) {
            Some(key) => (Some(key), used + 1),
            None => (None, used),
        };
        let steps = reference.steps.get(rest..).unwrap_or_default();
        let exact = instance.is_some() || !steps.is_empty();
        let first = block.instance(instance);
        let drafts = self.drafts_from(&first).take_while(|(address, _)| {
            if exact { *address == first } else { *address.resource == block }
        });
        drafts.map(|(_, at)| at).map(|at| &self.drafts[*at].step).any(|step| {
            if steps.is_empty() {
                step.action == Action::Update || step.replaces.is_some()
            } else {
                step.action != Action::NoOp
                    && differs(step.prior.as_ref(), step.planned.as_ref(), steps)
            }
        })
    }
}

/// Whether two values differ at the end of the steps.
fn differs(prior: Option<&Value>, planned: Option<&Value>, steps: &[Step<'_>]) -> bool {
    let follow = |value: Option<&Value>| -> Value {
        let start = value.map_or_else(|| Value::null(Type::Dynamic), marks::strip);
        steps.iter().fold(start, |value, step| {
            let found = match step {
                Step::Attr(name) => value.attribute(&name.name).cloned(),
                Step::Index { key, .. } => match (key.as_str(), key.as_number()) {
                    (Some(key), _) => value.attribute(key).cloned(),
                    (None, Some(index)) => index
                        .to_i64()
                        .and_then(|index| usize::try_from(index).ok())
                        .and_then(|index| value.as_sequence()?.get(index).cloned()),
                    (None, None) => None,
                },
            };
            found.unwrap_or_else(|| Value::null(Type::Dynamic))
        })
    };
    follow(prior).kind() != follow(planned).kind()
}

/// The expression with `count.index` and `each.key` in keys replaced by what they are here.
fn resolve_keys(
    place: &Place<'_>,
    expr: &crate::syntax::ast::Expr,
) -> Result<crate::syntax::ast::Expr, Diagnostics> {
    use crate::syntax::ast::{Expr, ExprKind, Template, TemplateForm, TemplatePart};
    let kind = match &expr.kind {
        ExprKind::Attr { on, name } => {
            ExprKind::Attr { on: Box::new(resolve_keys(place, on)?), name: name.clone() }
        }
        ExprKind::Index { on, key, legacy } => {
            let (value, problems) = place.evaluate(key);
            if problems.has_errors() {
                return Err(problems);
            }
            let literal = match (value.as_str(), value.as_number()) {
                (Some(text), _) => ExprKind::Template(Template {
                    parts: vec![TemplatePart::Literal(text.into(), key.span)],
                    form: TemplateForm::Quoted,
                }),
                (None, Some(number)) => ExprKind::Number(number.clone()),
                (None, None) => key.kind.clone(),
            };
            ExprKind::Index {
                on: Box::new(resolve_keys(place, on)?),
                key: Box::new(Expr { kind: literal, span: key.span }),
                legacy: *legacy,
            }
        }
        other => other.clone(),
    };
    Ok(Expr { kind, span: expr.span })
}

/// What is wrong with a path of `ignore_changes`.
fn ignored_path(schema: &Schema, path: &AttrPath, (span, block): (Span, Span)) -> Diagnostics {
    let PathStep::Name(first) = &path.0[0] else { return Diagnostics::none() };
    let attribute = schema.block.attributes.get(first);
    if attribute.is_some_and(|attribute| attribute.presence == Presence::Computed) {
        let detail = format!(
            "The cloud alone decides about {first}, so there is no value in the configuration to go on with, and to \
             ignore its changes has no effect."
        );
        return Diagnostic::warning(515, "Redundant ignore_changes element", detail)
            .at(block)
            .label(span, "this one")
            .help(format!("Remove {first} from ignore_changes."))
            .into();
    }
    if attribute.is_some() || schema.block.blocks.contains_key(first) {
        return traversal::check_path(&schema.block, path, span);
    }
    let hint = schema
        .block
        .suggest_any(first)
        .map_or_else(String::new, |word| format!(" Did you mean \"{word}\"?"));
    let detail = format!(
        "This object has no argument, nested block, or exported attribute named \"{first}\".{hint}"
    );
    Diagnostic::error(515, "Unsupported attribute", detail).at(span).into()
}

impl Place<'_> {
    /// Provisioners: that there is such a kind, and what they and their connections are told.
    pub(super) fn check_provisioners(&self, resource: &Resource) -> Diagnostics {
        let mut problems = Diagnostics::none();
        for provisioner in &resource.provisioners {
            let Some(block) = schema::provisioner(&provisioner.kind) else {
                let detail = format!(
                    "This configuration requires provisioner plugin \"{}\", which isn't available.",
                    provisioner.kind
                );
                problems.push(
                    Diagnostic::error(537, "Missing required provisioner plugin", detail)
                        .at(provisioner.span),
                );
                continue;
            };
            problems.extend(eval::decode::decode_body(&provisioner.body, block, self).2);
        }
        let own = resource.provisioners.iter().filter_map(|one| one.connection.as_ref());
        let shared = resource.connection.as_deref().filter(|_| !resource.provisioners.is_empty());
        for connection in own.chain(shared) {
            problems.extend(eval::decode::decode_body(connection, schema::connection(), self).2);
        }
        problems
    }
}
