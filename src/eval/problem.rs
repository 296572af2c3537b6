//! What is wrong with references, in Terraform's words: those of a form that the language does not have, and those to
//! things that are not declared. Whoever implements a [`super::Scope`] reports with these.

use super::{Reference, Step};
use crate::diag::{Diagnostic, Diagnostics, Span};

/// The problems of a reference whose form alone is wrong: `var`, `var[0]`, `lazy.x`, a resource type without a name.
pub fn malformed(reference: &Reference<'_>) -> Diagnostics {
    let root = reference.root.as_str();
    let at = |problem: Diagnostic| Diagnostics::from(problem.at(reference.span_to(0)));
    match root {
        "var" | "local" | "module" | "count" | "each" | "path" | "terraform" | "phase"
        | "stack" => match reference.steps.first() {
            Some(Step::Attr(_)) => Diagnostics::none(),
            Some(Step::Index { .. }) => {
                at(invalid(format!("The {root:?} object does not support this operation.")))
            }
            None => at(invalid(format!(
                "The {root:?} object cannot be accessed directly. Instead, access one of its attributes."
            ))),
        },
        "self" => match reference.steps.first() {
            None | Some(Step::Attr(_)) => Diagnostics::none(),
            Some(Step::Index { .. }) => {
                at(invalid("The \"self\" object does not support this operation.".into()))
            }
        },
        "template" | "lazy" | "arg" => at(Diagnostic::error(
            335,
            "Reserved symbol name",
            format!(
                "The symbol name {root:?} is reserved for use in a future Terraform version. If you are using a provider \
                 that already uses this as a resource type name, add the prefix \"resource.\" to force interpretation \
                 as a resource type name."
            ),
        )),
        "data" | "resource" | "ephemeral" => resource_form(reference, 0),
        _ => resource_form(reference, 1),
    }
}

/// Whether type and name follow; `named` says how many of them the root already is.
fn resource_form(reference: &Reference<'_>, named: usize) -> Diagnostics {
    let (kind, needed) = (reference.root.as_str(), 2 - named);
    let names = reference.steps.iter().take(needed);
    if names.clone().count() == needed && names.clone().all(|step| matches!(step, Step::Attr(_))) {
        return Diagnostics::none();
    }
    let detail = if named == 0 {
        let article = if kind == "ephemeral" { "an" } else { "a" };
        format!(
            "The {kind:?} object must be followed by two attribute names: {article} {kind} type and the resource name."
        )
    } else if reference.steps.first().is_some_and(|step| matches!(step, Step::Index { .. })) {
        format!(
            "A reference to a resource type must be followed by at least one attribute access, specifying the resource name: {kind:?} has an index there."
        )
    } else {
        "A reference to a resource type must be followed by at least one attribute access, specifying the resource name."
            .to_owned()
    };
    invalid(detail).at(reference.span).into()
}

fn invalid(detail: String) -> Diagnostic {
    Diagnostic::error(334, "Invalid reference", detail)
}

/// `var.name` is not declared.
pub fn undeclared_variable<'a>(
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
    span: Span,
) -> Diagnostic {
    let detail = format!(
        "An input variable with the name {name:?} has not been declared. This variable can be declared with a variable \
         {name:?} {{}} block."
    );
    Diagnostic::error(330, "Reference to undeclared input variable", detail)
        .at(span)
        .did_you_mean(name, known)
}

/// `local.name` is not declared.
pub fn undeclared_local<'a>(
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
    span: Span,
) -> Diagnostic {
    let detail = format!("A local value with the name {name:?} has not been declared.");
    Diagnostic::error(331, "Reference to undeclared local value", detail)
        .at(span)
        .did_you_mean(name, known)
}

/// A resource of this type and name is not declared. `kind` is `managed`, `data` or `ephemeral`; `module` says which
/// module, as `the root module` or `module.web`.
pub fn undeclared_resource<'a>(
    kind: &str,
    (type_name, name): (&str, &str),
    module: &str,
    known: impl IntoIterator<Item = &'a str>,
    span: Span,
) -> Diagnostic {
    let detail =
        format!("A {kind} resource {type_name:?} {name:?} has not been declared in {module}.");
    Diagnostic::error(332, "Reference to undeclared resource", detail)
        .at(span)
        .did_you_mean(name, known)
}

/// `module.name` is not declared.
pub fn undeclared_module<'a>(
    name: &str,
    module: &str,
    known: impl IntoIterator<Item = &'a str>,
    span: Span,
) -> Diagnostic {
    let detail = format!("No module call named {name:?} is declared in {module}.");
    Diagnostic::error(333, "Reference to undeclared module", detail)
        .at(span)
        .did_you_mean(name, known)
}

/// `count.index` where nothing is counted.
#[must_use]
pub fn no_count(span: Span) -> Diagnostic {
    Diagnostic::error(
        336,
        "Reference to \"count\" in non-counted context",
        "The \"count\" object can only be used in \"module\", \"resource\", and \"data\" blocks, and only when the \
         \"count\" argument is set.",
    )
    .at(span)
}

/// `each.key` where nothing is repeated.
#[must_use]
pub fn no_each(span: Span) -> Diagnostic {
    Diagnostic::error(
        337,
        "Reference to \"each\" in context without for_each",
        "The \"each\" object can be used only in \"module\" or \"resource\" blocks, and only when the \"for_each\" \
         argument is set.",
    )
    .at(span)
}

/// `path.name`, `terraform.name`, `count.name`, `each.name` that do not exist. The summary names the object.
pub fn no_such_attribute<'a>(
    object: &str,
    name: &str,
    known: impl IntoIterator<Item = &'a str> + Clone,
    span: Span,
) -> Diagnostic {
    let list: Vec<String> = known.clone().into_iter().map(|name| format!("\"{name}\"")).collect();
    let detail = format!(
        "The {object:?} object does not have an attribute named {name:?}. The supported attributes are {}.",
        list.join(", ")
    );
    Diagnostic::error(338, format!("Invalid {object:?} attribute"), detail)
        .at(span)
        .did_you_mean(name, known)
}
