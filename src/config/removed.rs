//! `removed` blocks against what is still declared.

use std::collections::BTreeSet;

use super::codes;
use super::model::{Module, ModuleId, Removed, ResourceKey, Target, Tree};
use crate::base::{ModulePath, ResourceAddress};
use crate::diag::{Diagnostic, Diagnostics, Span};

/// Finds what is declared although a `removed` block says that it is gone. The trees are those of the phases: what is
/// wrong in several of them is told once.
pub fn check(trees: &[&Tree]) -> Diagnostics {
    let mut told: BTreeSet<(Span, Span)> = BTreeSet::new();
    let mut problems = Diagnostics::none();
    for tree in trees {
        for (at, module) in tree.iter() {
            for removed in &module.removed {
                if let Some((kind, declared)) = still_declared(tree, at, removed)
                    && told.insert((removed.span, declared))
                {
                    problems.push(contradiction(kind, declared, removed));
                }
            }
        }
    }
    problems
}

/// Where that is declared which a block says is gone, and what it is.
fn still_declared(tree: &Tree, at: ModuleId, removed: &Removed) -> Option<(&'static str, Span)> {
    let block = |from: &ResourceAddress| {
        let module = below(tree, at, &from.module)?;
        let key = ResourceKey {
            mode: from.mode,
            type_name: from.type_name.clone(),
            name: from.name.clone(),
        };
        Some(("resource", module.resources.get(&key)?.span))
    };
    match &removed.from {
        Target::Module(path) => {
            let (call, callers) = path.steps().split_last()?;
            let caller = below(tree, at, &ModulePath::new(callers.to_vec()))?;
            Some(("module", caller.calls.get(&call.name)?.span))
        }
        Target::Resource(from) => block(from),
        Target::Instance(from) => block(&from.resource),
    }
}

/// The module that a path leads to from another one; keys do not matter.
fn below<'a>(tree: &'a Tree, at: ModuleId, path: &ModulePath) -> Option<&'a Module> {
    let mut steps = path.steps().iter();
    let found = steps.try_fold(at, |at, step| tree[at].children.get(&step.name).copied())?;
    Some(&tree[found])
}

fn contradiction(kind: &str, declared: Span, removed: &Removed) -> Diagnostic {
    let detail = format!(
        "A removed block says that {} is gone, but it is still declared in the configuration.",
        removed.from
    );
    Diagnostic::error(codes::REMOVED, format!("Removed {kind} still exists"), detail)
        .at(declared)
        .label(removed.from_span, "said to be removed here")
        .help("Take out the one of the two that does not hold.")
}
