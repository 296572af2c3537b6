//! Defaults of variables: whether each fits the type that its variable has.

use std::collections::HashSet;
use std::sync::Arc;

use super::{Found, Outside, Reference, Scope, evaluate_checked, type_constraint};
use crate::config::{Config, Variable};
use crate::diag::{Code, Diagnostic, Diagnostics};
use crate::value::{Defaults, convert};

/// A reference where only constants are allowed.
const NOT_CONSTANT: Code = Code(213);
/// A type constraint that is none.
const NO_TYPE: Code = Code(215);

/// Reports defaults that do not fit the type constraint of their variable, and defaults of optional attributes that do
/// not fit theirs. Every variable is looked at once, however often its module is called and in however many phases.
pub fn check_defaults(config: &Config, outside: &Outside) -> Diagnostics {
    let scope = NoNames(outside);
    let mut modules = HashSet::new();
    let mut variables = HashSet::new();
    let mut problems = Diagnostics::none();
    for (_, module) in config.modules().filter(|(_, m)| modules.insert(Arc::as_ptr(&m.declared))) {
        for variable in module.variables.values().filter(|v| variables.insert(v.span)) {
            problems.extend(check_variable(variable, &scope));
        }
    }
    problems
}

fn check_variable(variable: &Variable, scope: &dyn Scope) -> Diagnostics {
    let constraint = &variable.constraint;
    let mut problems = Diagnostics::none();
    let mut defaults = Defaults::default();
    if let Some(written) = &constraint.with_defaults {
        let (_, found, wrong) = type_constraint(written, scope);
        // What is wrong with the type itself, and references, were reported when the block was read.
        let reported = |problem: &Diagnostic| matches!(problem.code, NOT_CONSTANT | NO_TYPE);
        let (reported, fresh): (Vec<_>, Vec<_>) = wrong.into_iter().partition(reported);
        if !reported.is_empty() {
            return fresh.into_iter().collect();
        }
        problems.extend(fresh);
        defaults = found;
    }
    let Some(default) = &variable.default else { return problems };
    let (value, wrong) = evaluate_checked(default, scope);
    if wrong.has_errors() || problems.has_errors() {
        // References were reported when the block was read.
        problems.extend(wrong.into_iter().filter(|problem| problem.code != NOT_CONSTANT));
        return problems;
    }
    if let Err(error) = convert(&defaults.apply(value, &constraint.ty), &constraint.ty) {
        const TITLE: &str = "Invalid default value for variable";
        let error = error.with_path();
        problems.push(if let Some(block) = constraint.overridden_in {
            let detail = format!(
                "Overriding this variable's type constraint has made its default value invalid: {error}."
            );
            Diagnostic::error(216, TITLE, detail).at(block).label(default.span, "the default value")
        } else {
            let detail = format!(
                "This default value is not compatible with the variable's type constraint: {error}."
            );
            Diagnostic::error(216, TITLE, detail)
                .at(default.span)
                .label(constraint.span.unwrap_or(variable.span), "the type constraint")
        });
    }
    problems
}

/// A scope without names: constants refer to nothing.
struct NoNames<'a>(&'a Outside);

impl Scope for NoNames<'_> {
    fn resolve(&self, reference: &Reference<'_>) -> Result<Found, Box<Diagnostic>> {
        let detail = "Variables may not be used here.";
        Err(Box::new(
            Diagnostic::error(NOT_CONSTANT.0, "Variables not allowed", detail)
                .at(reference.root_span),
        ))
    }

    fn outside(&self) -> &Outside {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use camino::Utf8Path;
    use jiff::Timestamp;

    use super::*;
    use crate::config::{Manifest, load};
    use crate::diag::SourceMap;
    use crate::world::World;
    use crate::world::memory::FileTree;

    #[test]
    fn defaults_fit_their_types() {
        let check = |text: &str| {
            let files: FileTree = [("main.tf", text)].into_iter().collect();
            let mut sources = SourceMap::default();
            let (config, problems) =
                load(&files, Utf8Path::new("."), &mut sources, &Manifest::default());
            assert!(problems.is_empty(), "{text}: {problems:?}");
            let world = World::in_memory(Timestamp::UNIX_EPOCH, 0);
            let problems = check_defaults(&config, &Outside::new(world, "."));
            let shown = |problem: &Diagnostic| {
                let at = problem.subject.map_or("", |span| sources.text(span));
                format!("{} | {at}", problem.summary)
            };
            problems.iter().map(shown).collect::<Vec<_>>()
        };
        let none: [&str; 0] = [];
        let wrong = ["Invalid default value for variable | \"x\""];
        assert_eq!(check("variable \"a\" {\n  type = number\n  default = \"1\"\n}\n"), none);
        assert_eq!(check("variable \"a\" {\n  type = number\n  default = \"x\"\n}\n"), wrong);
        assert_eq!(check("variable \"a\" {\n  type = number\n  default = null\n}\n"), none);
        let optional =
            "variable \"a\" {\n  type = object({ n = optional(number, 1), s = string })\n";
        assert_eq!(check(&format!("{optional}  default = {{ s = 1 }}\n}}\n")), none);
        assert_eq!(
            check(&format!("{optional}  default = {{}}\n}}\n")),
            ["Invalid default value for variable | {}"]
        );
        assert_eq!(
            check("variable \"a\" {\n  type = object({ n = optional(number, \"x\") })\n}\n"),
            ["Invalid default value for optional attribute | \"x\""]
        );
    }
}
