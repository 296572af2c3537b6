//! What an expression refers to.

use ecow::EcoString;

use super::model::ResourceKey;
use crate::base::Mode;
use crate::diag::Span;
use crate::syntax::ast::{Body, Expr};
use crate::syntax::{self, Arguments, Asked, Traversal, TraversalStep};

/// Every reference in an expression, in the order of the text, names bound by `for` left out. Of `a.b[var.i].c` these
/// are `a.b` and `var.i`.
pub fn references(expr: &Expr) -> Vec<Traversal> {
    let mut found = Vec::new();
    syntax::asked(expr, Arguments::Followed, |asked| {
        if let Asked::Name(name) = asked {
            found.extend(name.as_traversal());
        }
    });
    found
}

/// What keeps an expression from being a constant: references and calls, with what is in the arguments of calls left
/// out.
pub fn variable_parts(expr: &Expr) -> (Vec<Traversal>, Vec<Span>) {
    let (mut found, mut calls) = (Vec::new(), Vec::new());
    syntax::asked(expr, Arguments::Skipped, |asked| match asked {
        Asked::Name(name) => found.extend(name.as_traversal()),
        Asked::Call(call) => calls.push(call.span),
    });
    (found, calls)
}

/// Every expression of a body, at any depth, in the order of arguments and then blocks. Of JSON only what is already
/// told apart.
pub fn expressions(body: &Body) -> Vec<&Expr> {
    let mut found: Vec<&Expr> = body.attributes.iter().map(|attribute| &attribute.expr).collect();
    for block in &body.blocks {
        found.extend(expressions(&block.body));
    }
    found
}

/// What a reference names.
#[derive(Clone, Debug, PartialEq)]
pub enum Subject {
    /// `var.name`
    Variable(EcoString),
    /// `aws_vpc.main`, `resource.x.y`, `data.x.y`, `ephemeral.x.y`
    Resource(ResourceKey),
    /// `count.index`
    Count,
    /// `each.key`, `each.value`
    Each,
    /// `self`
    Itself,
    /// `path.*`, `terraform.*`, `phase.*`, `stack.*`
    Builtin,
    /// Anything else.
    Other,
}

/// What the references of an expression name.
pub fn subjects(expr: &Expr) -> impl Iterator<Item = Subject> {
    references(expr).into_iter().map(|reference| subject(&reference))
}

/// What a reference names.
pub fn subject(reference: &Traversal) -> Subject {
    let name =
        |at: usize| reference.steps.get(at).and_then(TraversalStep::attr).map(|n| n.name.clone());
    match reference.root.name.as_str() {
        "var" => name(0).map_or(Subject::Other, Subject::Variable),
        "count" => Subject::Count,
        "each" => Subject::Each,
        "self" => Subject::Itself,
        "path" | "terraform" | "phase" | "stack" => Subject::Builtin,
        "local" | "module" | "template" | "lazy" | "arg" => Subject::Other,
        "data" => resource(Mode::Data, name(0), name(1)),
        "ephemeral" => resource(Mode::Ephemeral, name(0), name(1)),
        "resource" => resource(Mode::Managed, name(0), name(1)),
        root => resource(Mode::Managed, Some(root.into()), name(0)),
    }
}

fn resource(mode: Mode, type_name: Option<EcoString>, name: Option<EcoString>) -> Subject {
    match (type_name, name) {
        (Some(type_name), Some(name)) => {
            Subject::Resource(ResourceKey { mode, type_name: type_name.into(), name })
        }
        _ => Subject::Other,
    }
}
