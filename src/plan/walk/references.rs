//! References to what is not there: checked before anything is evaluated, also in branches that are never taken.

use ecow::EcoString;

use super::instance::Repetition;
use super::scope::Place;
use super::traversal;
use crate::base::Mode;
use crate::config::{Module, Resource, ResourceKey};
use crate::diag::{Diagnostic, Diagnostics};
use crate::eval::{Reference, Step, problem};
use crate::graph::resource_key;
use crate::syntax::ast::{Expr, Ident};

type Problem = Box<Diagnostic>;

fn error(code: u16, summary: &str, detail: impl Into<String>, at: &Reference<'_>) -> Problem {
    Box::new(Diagnostic::error(code, summary, detail).at(at.span))
}

fn words(names: impl IntoIterator<Item = impl AsRef<str>>) -> Vec<String> {
    names.into_iter().map(|name| name.as_ref().to_owned()).collect()
}

pub(super) fn undeclared_variable(at: &Reference<'_>, name: &str, module: &Module) -> Problem {
    let known = module.variables.keys().map(EcoString::as_str);
    Box::new(problem::undeclared_variable(name, known, at.span))
}

pub(super) fn undeclared_local(at: &Reference<'_>, name: &str, module: &Module) -> Problem {
    let known = module.locals.keys().map(EcoString::as_str);
    Box::new(problem::undeclared_local(name, known, at.span))
}

pub(super) fn undeclared_module(at: &Reference<'_>, name: &Ident, module: &Module) -> Problem {
    let known = module.calls.keys().map(EcoString::as_str);
    Box::new(problem::undeclared_module(&name.name, &place_of(module), known, at.span))
}

/// The module as messages call it.
fn place_of(module: &Module) -> String {
    match module.path.as_slice() {
        [] => "the root module".to_owned(),
        path => path.iter().map(|name| format!("module.{name}")).collect::<Vec<_>>().join("."),
    }
}

pub(super) fn undeclared_resource(at: &Reference<'_>, module: &Module) -> Problem {
    let Some((key, _)) = resource_key(at) else { return malformed(at) };
    let names = (key.type_name.as_str(), key.name.as_str());
    let data = ResourceKey { mode: Mode::Data, ..key.clone() };
    let known = words(module.resources.keys().map(ToString::to_string));
    let words = known.iter().map(String::as_str);
    let undeclared = problem::undeclared_resource(key.mode, names, &place_of(module), [], at.span);
    Box::new(if key.mode == Mode::Managed && module.resources.contains_key(&data) {
        undeclared.help(format!("Did you mean the data resource {data}?"))
    } else {
        undeclared.did_you_mean(&key.to_string(), words)
    })
}

fn scoped_resource(at: &Reference<'_>, resource: &Resource) -> Problem {
    let detail = format!(
        "The referenced data resource \"{}\" \"{}\" is not available from this context: it belongs to the check block \
         around it.",
        resource.key.type_name, resource.key.name
    );
    error(510, "Reference to scoped resource", detail, at)
}

pub(super) fn no_each(at: &Reference<'_>) -> Problem {
    if at.attr(0).is_some_and(|name| name.name == "value") {
        let detail = "A reference to \"each.value\" has been used in a context in which it is unavailable, such as \
                      when the configuration no longer contains the value in its \"for_each\" expression. Remove \
                      this reference to each.value in your configuration to work around this error.";
        return error(337, "each.value cannot be used in this context", detail, at);
    }
    Box::new(problem::no_each(at.span))
}

pub(super) fn no_count(at: &Reference<'_>) -> Problem {
    Box::new(problem::no_count(at.span))
}

pub(super) fn no_self(at: &Reference<'_>) -> Problem {
    Box::new(problem::no_self(at.span))
}

/// An attribute that `each`, `count`, `path`, `terraform`, `phase` or `stack` does not have.
pub(super) fn no_such_attribute(at: &Reference<'_>) -> Problem {
    let name = at.attr(0).map(|name| name.name.clone()).unwrap_or_default();
    let known: &[&str] = match at.root.as_str() {
        "path" => &["module", "root", "cwd"],
        "terraform" => &["workspace", "applying"],
        "phase" => &["name", "index", "serves"],
        "stack" => &["name"],
        _ => &[],
    };
    Box::new(problem::no_such_attribute(at.root, &name, known.iter().copied(), at.span))
}

pub(super) fn malformed(at: &Reference<'_>) -> Problem {
    let detail = "A reference has to name what it refers to, and one of its attributes.";
    let found = problem::malformed(at).into_iter().next();
    found.map_or_else(|| error(334, "Invalid reference", detail, at), Box::new)
}

/// What is wrong with a reference, before anything is evaluated.
pub(in crate::plan) fn check(place: &Place<'_>, at: &Reference<'_>) -> Diagnostics {
    let problems = crate::eval::problem::malformed(at);
    if problems.has_errors() {
        return problems;
    }
    let module = &place.state.config.tree[place.state.instances[place.at].module];
    match check_one(place, module, at) {
        Ok(()) => Diagnostics::none(),
        Err(problem) => (*problem).into(),
    }
}

fn check_one(place: &Place<'_>, module: &Module, at: &Reference<'_>) -> Result<(), Problem> {
    let name = at.attr(0).map(|ident| ident.name.as_str());
    match (at.root.as_str(), name) {
        ("var", Some(name)) if !module.variables.contains_key(name) => {
            Err(undeclared_variable(at, name, module))
        }
        ("local", Some(name)) if !module.locals.contains_key(name) => {
            Err(undeclared_local(at, name, module))
        }
        ("module", Some(_)) => check_module(module, at),
        ("each", Some("key" | "value")) => match place.repetition {
            Repetition::Each { .. } => Ok(()),
            _ => Err(no_each(at)),
        },
        ("each", Some(_)) => Err(no_such_attribute(at)),
        ("count", Some("index")) => match place.repetition {
            Repetition::Count(_) => Ok(()),
            _ => Err(no_count(at)),
        },
        ("count", Some(_)) => Err(no_such_attribute(at)),
        ("self", _) if place.this.is_none() => Err(no_self(at)),
        ("self", _) => Ok(()),
        ("path" | "terraform" | "phase" | "stack", Some(name)) => {
            let known = place.state.constant(crate::config::ModuleId::ROOT, at.root, name);
            known.map(|_| ()).ok_or_else(|| no_such_attribute(at))
        }
        (
            "var" | "local" | "module" | "each" | "count" | "path" | "terraform" | "phase"
            | "stack",
            None,
        ) => Err(malformed(at)),
        ("template" | "lazy" | "arg", _) => Err(malformed(at)),
        ("var" | "local", _) => Ok(()),
        _ => check_resource(place, module, at),
    }
}

fn check_module(module: &Module, at: &Reference<'_>) -> Result<(), Problem> {
    let Some(name) = at.attr(0) else { return Err(malformed(at)) };
    let Some(call) = module.calls.get(&name.name) else {
        return Err(undeclared_module(at, name, module));
    };
    let keyed = call.count.is_some() || call.for_each.is_some();
    match at.steps.get(1) {
        Some(Step::Attr(_)) if keyed => {
            let address = format!("module.{}", name.name);
            let missing = missing_key(at, &address, call.count.is_some());
            Err(Box::new(Diagnostic { summary: "Unsupported attribute".into(), ..*missing }))
        }
        Some(Step::Index { .. }) if !keyed => {
            Err(unexpected_key(at, &format!("module.{}", name.name), "module"))
        }
        _ => Ok(()),
    }
}

fn check_resource(place: &Place<'_>, module: &Module, at: &Reference<'_>) -> Result<(), Problem> {
    let Some((key, used)) = resource_key(at) else { return Err(malformed(at)) };
    let Some((index, _, resource)) = module.resources.get_full(&key) else {
        return Err(undeclared_resource(at, module));
    };
    if place.own == Some(index) {
        return Err(self_reference(at, resource));
    }
    if resource.check.as_ref().is_some_and(|check| place.check != Some(check)) {
        return Err(scoped_resource(at, resource));
    }
    let keyed = resource.count.is_some() || resource.for_each.is_some();
    let rest = match at.steps.get(used) {
        Some(Step::Attr(_)) if keyed => {
            return Err(missing_key(at, &key.to_string(), resource.count.is_some()));
        }
        Some(Step::Index { .. }) if !keyed => {
            return Err(unexpected_key(at, &key.to_string(), "resource"));
        }
        Some(Step::Index { .. }) => used + 1,
        _ => used,
    };
    match place.state.schema(&key) {
        Some(schema) => traversal::check(&schema.block, at.steps.get(rest..).unwrap_or_default()),
        None => Ok(()),
    }
}

fn missing_key(at: &Reference<'_>, address: &str, counted: bool) -> Problem {
    let example = if counted { "[count.index]" } else { "[each.key]" };
    let word = if counted { "count" } else { "for_each" };
    let detail = format!(
        "Because {address} has \"{word}\" set, its attributes must be accessed on specific instances.\n\nFor \
         example, to correlate with indices of a referring resource, use:\n    {address}{example}"
    );
    error(513, "Missing resource instance key", detail, at)
}

fn unexpected_key(at: &Reference<'_>, address: &str, kind: &str) -> Problem {
    let detail = format!(
        "Because {address} does not have \"count\" or \"for_each\" set, references to it must not include an index \
         key. Remove the bracketed index to refer to the single instance of this {kind}."
    );
    error(513, &format!("Unexpected {kind} instance key"), detail, at)
}

pub(super) fn self_reference(at: &Reference<'_>, resource: &Resource) -> Problem {
    let detail = format!("Configuration for {} may not refer to itself.", resource.key);
    error(514, "Self-referential block", detail, at)
}

/// What is wrong with `depends_on`: entries name whole objects, and each is there. After the first mistake only the
/// form of the others is looked at.
pub(super) fn check_depends_on(place: &Place<'_>, entries: &[Expr]) -> Diagnostics {
    let mut problems = Diagnostics::none();
    let place = Place { own: None, ..*place };
    for reference in entries.iter().flat_map(crate::eval::references) {
        let malformed = crate::eval::problem::malformed(&reference);
        if malformed.has_errors() {
            problems.extend(malformed);
        } else if reference.steps.len() > object_steps(&reference) {
            let detail = "References in depends_on must be to a whole object (resource, etc), not to an attribute of \
                          an object.";
            problems.push(*error(536, "Invalid depends_on reference", detail, &reference));
        }
        if !problems.has_errors() {
            problems.extend(check(&place, &reference));
        }
    }
    problems
}

/// How many steps of a reference name the object; those after them are attributes of it.
fn object_steps(at: &Reference<'_>) -> usize {
    let with_key = |used: usize| match at.steps.get(used) {
        Some(Step::Index { .. }) => used + 1,
        _ => used,
    };
    match at.root.as_str() {
        "self" => 0,
        "var" | "local" | "each" | "count" | "path" | "terraform" | "phase" | "stack" => 1,
        "module" => with_key(1) + 1,
        _ => resource_key(at).map_or(0, |(_, used)| with_key(used)),
    }
}

/// Whether what a reference names is declared; whether it needs an instance key does not matter.
pub(super) fn check_existence(place: &Place<'_>, at: &Reference<'_>) -> Diagnostics {
    let module = &place.state.config.tree[place.state.instances[place.at].module];
    let found = match at.root.as_str() {
        "var" | "local" => check_one(place, module, at),
        "module" => match at.attr(0) {
            Some(name) if module.calls.contains_key(&name.name) => Ok(()),
            Some(name) => Err(undeclared_module(at, name, module)),
            None => Err(malformed(at)),
        },
        _ => match resource_key(at) {
            Some((key, _)) if module.resources.contains_key(&key) => Ok(()),
            Some(_) => Err(undeclared_resource(at, module)),
            None => Err(malformed(at)),
        },
    };
    found.map_or_else(|problem| (*problem).into(), |()| Diagnostics::none())
}
