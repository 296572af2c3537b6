//! What is wrong with references, in Terraform's words: those of a form that the language does not have, and those to
//! things that are not declared. Whoever implements a [`super::Scope`] reports with these.

use super::{Reference, Step};
use crate::base::Mode;
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
    let needed = 2 - named;
    if (0..needed).all(|at| reference.attr(at).is_some()) {
        return Diagnostics::none();
    }
    let kind = match reference.root.as_str() {
        "data" => "data source",
        "ephemeral" => "ephemeral resource type",
        _ => "resource type",
    };
    let article = if kind.starts_with('e') { "an" } else { "a" };
    let too_short = named == 0 && reference.steps.len() < needed;
    let detail = if too_short {
        let root = reference.root;
        format!(
            "The {root:?} object must be followed by two attribute names: the {} and the resource name.",
            if kind == "data source" { "data source type" } else { kind }
        )
    } else {
        format!(
            "A reference to {article} {kind} must be followed by at least one attribute access, specifying the resource \
             name."
        )
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
    let detail = format!("An input variable with the name {name:?} has not been declared.");
    let mut problem = Diagnostic::error(330, "Reference to undeclared input variable", detail)
        .at(span)
        .did_you_mean(name, known);
    if problem.help.is_none() {
        let declare =
            format!(" This variable can be declared with a variable {name:?} {{}} block.");
        problem.detail.push_str(&declare);
    }
    problem
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

/// A resource of this type and name is not declared. `module` says which module: `the root module`, `module.web`.
pub fn undeclared_resource<'a>(
    mode: Mode,
    (type_name, name): (&str, &str),
    module: &str,
    known: impl IntoIterator<Item = &'a str>,
    span: Span,
) -> Diagnostic {
    let kind = match mode {
        Mode::Managed => "A managed",
        Mode::Data => "A data",
        Mode::Ephemeral => "An ephemeral",
    };
    let detail =
        format!("{kind} resource {type_name:?} {name:?} has not been declared in {module}.");
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

/// `self` where nothing is at hand.
#[must_use]
pub fn no_self(span: Span) -> Diagnostic {
    Diagnostic::error(
        339,
        "Invalid \"self\" reference",
        "The \"self\" object is not available in this context. This object can be used only in resource provisioner, \
         connection, and postcondition blocks.",
    )
    .at(span)
}

/// An attribute of `path`, `terraform`, `count`, `each`, `phase` or `stack` that does not exist; empty where none is
/// named at all. The summary names the object.
pub fn no_such_attribute<'a>(
    object: &str,
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
    span: Span,
) -> Diagnostic {
    let supported = match object {
        "count" => {
            " The only supported attribute is count.index, which is the index of each instance of a resource block that \
             has the \"count\" argument set."
        }
        "each" => {
            " The supported attributes are each.key and each.value, the current key and value pair of the \"for_each\" \
             attribute set."
        }
        "terraform" => {
            " The only supported attributes are terraform.workspace, the name of the currently-selected workspace, and \
             terraform.applying, a boolean which is true only during apply."
        }
        _ => "",
    };
    let detail =
        format!("The {object:?} object does not have an attribute named {name:?}.{supported}");
    Diagnostic::error(338, format!("Invalid {object:?} attribute"), detail)
        .at(span)
        .did_you_mean(name, known)
}
