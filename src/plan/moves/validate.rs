//! Moves that cannot be meant.

use std::collections::{BTreeMap, BTreeSet};

use super::endpoint::Endpoint;
use super::{Retyped, Statement, statements};
use crate::base::{Address, ModulePath};
use crate::config::Tree;
use crate::diag::{Diagnostic, Diagnostics};

/// Checks the `moved` blocks against what the configuration declares: all instances and all module instances of it.
pub fn validate(
    tree: &Tree,
    owned: &BTreeSet<Address>,
    declared: &BTreeSet<Address>,
    modules: &BTreeSet<ModulePath>,
) -> Diagnostics {
    let mut problems = Diagnostics::none();
    let mut by_from: BTreeMap<Endpoint, &Statement> = BTreeMap::new();
    let mut by_to: BTreeMap<Endpoint, &Statement> = BTreeMap::new();
    let statements = statements(tree, owned);
    for statement in &statements {
        if statement.from == statement.to {
            problems.push(redundant(statement));
            continue;
        }
        if still_exists(&statement.from, declared, modules) {
            problems.push(exists(statement));
        }
        if let Some(other) = by_from.insert(statement.from.clone(), statement)
            && other.to != statement.to
        {
            problems.push(ambiguous(statement, other, "from"));
        }
        if let Some(other) = by_to.insert(statement.to.clone(), statement)
            && other.from != statement.from
        {
            problems.push(ambiguous(statement, other, "to"));
        }
    }
    problems
}

/// Objects that would become of another type by moving. A type cannot say what of its objects another one would keep.
pub fn retyped(found: &[Retyped]) -> Diagnostics {
    let problem = |Retyped { from, to, span }: &Retyped| {
        let detail = format!(
            "{from} cannot move to {to}: moves from {} to {} are not supported.",
            from.type_name(),
            to.type_name()
        );
        Diagnostic::error(544, "Unsupported `moved` across resource types", detail).at(*span).help(
            "To manage the same object as the other type, give it up with a `removed` block that does not destroy it, \
             and import it.",
        )
    };
    found.iter().map(problem).collect()
}

/// Objects that move while only a part is planned, and not with both of their addresses: `moved` is (to, from).
pub fn outside<'a>(moved: impl Iterator<Item = (&'a Address, &'a Address)>) -> Option<Diagnostic> {
    let wanted: Vec<String> =
        moved.flat_map(|(to, from)| [from, to]).map(|at| format!("  -target='{at}'")).collect();
    if wanted.is_empty() {
        return None;
    }
    let detail = format!(
        "Objects of this stack have moved to new addresses in the configuration. They have to be planned for the result \
         to be right, but the targets of this plan do not cover both of their addresses.\n\nEither plan without targets, \
         or add these:\n{}",
        wanted.join("\n")
    );
    Some(Diagnostic::error(562, "Moved resource instances excluded by targeting", detail))
}

fn still_exists(
    from: &Endpoint,
    declared: &BTreeSet<Address>,
    modules: &BTreeSet<ModulePath>,
) -> bool {
    match from {
        Endpoint::Instance(address) => declared.contains(address),
        Endpoint::Resource(resource) => declared
            .range(resource.instance(None)..)
            .next()
            .is_some_and(|address| *address.resource == *resource),
        Endpoint::Module(path) => modules.contains(path),
        Endpoint::Call(path) => {
            let Some((last, init)) = path.steps().split_last() else { return false };
            modules.iter().any(|module| {
                module.steps().len() == path.steps().len()
                    && module.steps().starts_with(init)
                    && module.steps().last().is_some_and(|step| step.name == last.name)
            })
        }
    }
}

fn redundant(statement: &Statement) -> Diagnostic {
    let detail = format!(
        "This statement declares a move from {} to the same address, so it does nothing.",
        statement.from
    );
    Diagnostic::error(541, "Redundant move statement", detail).at(statement.span)
}

fn exists(statement: &Statement) -> Diagnostic {
    let detail = format!(
        "This statement declares a move from {}, but that object is still declared in the configuration.",
        statement.from
    );
    Diagnostic::error(542, "Moved object still exists", detail)
        .at(statement.span)
        .label(statement.from_span, "this is still declared")
        .help("Change the configuration so that it is declared as the new address only.")
}

fn ambiguous(statement: &Statement, other: &Statement, end: &str) -> Diagnostic {
    let detail = if end == "from" {
        format!(
            "A statement already declares that {} moved to {}, but this one says that it moved to {}.",
            statement.from, other.to, statement.to
        )
    } else {
        format!(
            "A statement already declares that {} moved to {}, but this one says that {} moved there instead.",
            other.from, statement.to, statement.from
        )
    };
    let at = if end == "from" { statement.from_span } else { statement.to_span };
    Diagnostic::error(543, "Ambiguous move statements", detail)
        .at(statement.span)
        .label(at, "this address")
        .label(other.span, "the other statement")
}
