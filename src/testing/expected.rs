//! Failures that a run expects: which of its problems they are, and which of them did not come.

use std::collections::BTreeMap;

use ecow::EcoString;

use crate::base::Address;
use crate::config::{Selected, TestRun};
use crate::diag::{Diagnostic, Diagnostics, Severity, Span};
use crate::plan::VariableInput;
use crate::syntax::Traversal;

/// Codes of conditions: one that cannot be judged, is not known yet, or does not hold.
const CONDITIONS: std::ops::RangeInclusive<u16> = 530..=533;

/// An object of the root module with conditions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Checkable {
    Variable(EcoString),
    Output(EcoString),
    Check(EcoString),
    /// A resource or data source, as its address is written.
    Resource(String),
}

impl std::fmt::Display for Checkable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Variable(name) => write!(f, "var.{name}"),
            Self::Output(name) => write!(f, "output.{name}"),
            Self::Check(name) => write!(f, "check.{name}"),
            Self::Resource(address) => f.write_str(address),
        }
    }
}

/// What a run expects to fail.
pub struct Expected {
    /// The objects, where they are written, and whether they failed.
    objects: BTreeMap<Checkable, (Span, bool)>,
    /// Which object a place in the configuration belongs to.
    places: BTreeMap<Span, Checkable>,
}

impl Expected {
    /// What a run expects of a module.
    pub fn of(run: &TestRun, selected: &Selected, inputs: &[VariableInput]) -> (Self, Diagnostics) {
        let mut problems = Diagnostics::none();
        let mut objects = BTreeMap::new();
        for reference in &run.expect_failures {
            match checkable(reference) {
                Ok(object) => {
                    objects.insert(object, (reference.span, false));
                }
                Err(problem) => problems.push(*problem),
            }
        }
        (Self { objects, places: places(selected, inputs) }, problems)
    }

    /// Takes the failures that were expected out, and reports those that did not come. Failures of checks that nobody
    /// expected, which otherwise only warn, are errors.
    pub fn filter(&mut self, problems: Diagnostics) -> Diagnostics {
        let mut left = Diagnostics::none();
        for mut problem in problems {
            match self.origin(&problem) {
                Some(object @ Checkable::Check(_)) => {
                    if !self.note(&object, &problem) {
                        problem.severity = Severity::Error;
                        left.push(problem);
                    }
                }
                Some(object) if problem.severity == Severity::Error => {
                    if !self.note(&object, &problem) {
                        left.push(problem);
                    }
                }
                _ => left.push(problem),
            }
        }
        for (object, (span, failed)) in &self.objects {
            if !failed {
                left.push(did_not_fail(object, *span));
            }
        }
        left
    }

    /// Says of failures while planning for an apply that they were expected, and prevent it all the same. Checks are
    /// left for the apply, which judges them again.
    pub fn explain(&self, problems: Diagnostics) -> Diagnostics {
        let mut told = Diagnostics::none();
        for problem in problems {
            match self.origin(&problem) {
                Some(Checkable::Check(_)) if problem.severity == Severity::Warning => continue,
                Some(object) if problem.severity == Severity::Error => {
                    if let Some(object) = self.meant(&object, &problem) {
                        told.push(while_planning(&object));
                    }
                }
                _ => {}
            }
            told.push(problem);
        }
        told
    }

    /// The object whose condition a problem is about.
    fn origin(&self, problem: &Diagnostic) -> Option<Checkable> {
        let object = self.places.get(&problem.subject?)?;
        let is_condition = CONDITIONS.contains(&problem.code.0);
        // Whatever a data source in a check meets is the check's.
        (is_condition || matches!(object, Checkable::Check(_))).then(|| object.clone())
    }

    /// The expected object that a failure of `object` is one of: the instance, or all instances.
    fn meant(&self, object: &Checkable, problem: &Diagnostic) -> Option<Checkable> {
        if self.objects.contains_key(object) {
            return Some(object.clone());
        }
        let address = problem.address.clone().map(Checkable::Resource);
        address.filter(|one| {
            matches!(object, Checkable::Resource(_)) && self.objects.contains_key(one)
        })
    }

    fn note(&mut self, object: &Checkable, problem: &Diagnostic) -> bool {
        let meant = self.meant(object, problem);
        if let Some((_, failed)) = meant.and_then(|meant| self.objects.get_mut(&meant)) {
            *failed = true;
            return true;
        }
        false
    }
}

/// Which object of the root module each place belongs to, at which its conditions are reported.
fn places(selected: &Selected, inputs: &[VariableInput]) -> BTreeMap<Span, Checkable> {
    let root = selected.tree.root();
    let mut places = BTreeMap::new();
    for (name, variable) in &root.variables {
        let object = Checkable::Variable(name.clone());
        places.insert(variable.span, object.clone());
        for validation in &variable.validations {
            places.insert(validation.condition.span, object.clone());
        }
    }
    for input in inputs {
        if let crate::plan::Given::Value(_, Some(span)) = &input.given {
            places.insert(*span, Checkable::Variable(input.name.clone()));
        }
    }
    for (name, output) in &root.outputs {
        for condition in &output.preconditions {
            places.insert(condition.condition.span, Checkable::Output(name.clone()));
        }
    }
    for (name, check) in &root.checks {
        let object = Checkable::Check(name.clone());
        for condition in &check.asserts {
            places.insert(condition.condition.span, object.clone());
        }
        let data = check.data.as_ref().and_then(|key| root.resources.get(key));
        if let Some(data) = data {
            places.insert(data.span, object);
        }
    }
    for (key, resource) in &root.resources {
        let object = Checkable::Resource(key.to_string());
        let lifecycle = &resource.lifecycle;
        for condition in lifecycle.preconditions.iter().chain(&lifecycle.postconditions) {
            places.insert(condition.condition.span, object.clone());
        }
    }
    places
}

/// The object that a reference names.
fn checkable(reference: &Traversal) -> Result<Checkable, Box<Diagnostic>> {
    let root = reference.root.name.as_str();
    let name = reference.steps.first().and_then(|step| step.attr()).map(|name| name.name.clone());
    match (root, name) {
        ("var", Some(name)) => Ok(Checkable::Variable(name)),
        ("output", Some(name)) => Ok(Checkable::Output(name)),
        ("check", Some(name)) => Ok(Checkable::Check(name)),
        ("var" | "output" | "check", None) => {
            let detail = format!(
                "The \"{root}\" object cannot be accessed directly. Instead, access one of its attributes."
            );
            let problem = Diagnostic::error(1125, "Invalid reference", detail);
            Err(Box::new(problem.at(reference.span)))
        }
        (
            "local" | "module" | "path" | "self" | "each" | "count" | "terraform" | "run" | "phase"
            | "stack",
            _,
        ) => Err(Box::new(not_checkable(reference))),
        _ => resource(reference).ok_or_else(|| Box::new(not_checkable(reference))),
    }
}

/// The resource that a reference names; what follows its name or key does not matter.
fn resource(reference: &Traversal) -> Option<Checkable> {
    let mut text = reference.root.name.to_string();
    let names = if matches!(text.as_str(), "data" | "resource" | "ephemeral") { 2 } else { 1 };
    for (at, step) in reference.steps.iter().take(names + 1).enumerate() {
        match step {
            crate::syntax::TraversalStep::Attr(name) if at < names => {
                text.push('.');
                text.push_str(&name.name);
            }
            crate::syntax::TraversalStep::Key(key, _) if at == names => {
                text.push_str(&crate::base::Key::Str(key.clone()).to_string());
            }
            crate::syntax::TraversalStep::Index(index, _) if at == names => {
                let index = u64::try_from(index.to_i64()?).ok()?;
                text.push_str(&crate::base::Key::Int(index).to_string());
            }
            _ => {}
        }
    }
    let address: Address = text.parse().ok()?;
    Some(Checkable::Resource(address.to_string()))
}

fn not_checkable(reference: &Traversal) -> Diagnostic {
    let mut shown = reference.root.name.to_string();
    if let Some(name) = reference.steps.first().and_then(|step| step.attr()) {
        shown.push('.');
        shown.push_str(&name.name);
    }
    let detail = format!(
        "You cannot expect failures from {shown}. You can only expect failures from checkable objects such as input \
         variables, output values, check blocks, managed resources and data sources."
    );
    Diagnostic::error(1125, "Invalid `expect_failures` reference", detail).at(reference.span)
}

fn did_not_fail(object: &Checkable, at: Span) -> Diagnostic {
    let detail =
        format!("The checkable object, {object}, was expected to report an error but did not.");
    Diagnostic::error(1123, "Missing expected failure", detail).at(at)
}

fn while_planning(object: &Checkable) -> Diagnostic {
    let detail = format!(
        "A custom condition within {object} failed during the planning stage and prevented the requested apply \
         operation. While this was an expected failure, the apply operation could not be executed and so the overall \
         test case will be marked as a failure and the original diagnostic included in the test report."
    );
    Diagnostic::warning(1124, "Expected failure while planning", detail)
        .help("Set `command = plan` in the run block.")
}
