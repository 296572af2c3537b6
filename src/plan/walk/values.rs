//! Module calls, local values and outputs.

use std::borrow::Cow;

use ecow::EcoString;

use super::conditions::{Kind, judge};
use super::expand::expand;
use super::instance::{Calls, Instance, InstanceId};
use super::references::check_depends_on;
use super::{Ran, Walk};
use crate::config::{Call, Module, ModuleId, Output};
use crate::diag::{Diagnostic, Diagnostics};
use crate::plan::Checkable;
use crate::syntax::ast::{Body, BodySchema};
use crate::value::{Marks, Value};

impl Walk {
    /// The block that calls a module instance; none for the root.
    pub(super) fn call_of(&self, at: InstanceId) -> Option<&Call> {
        let module = &self.state.config.tree[self.state.instances[at].module];
        self.state.config.tree[module.parent?].calls.get(module.path.last()?)
    }

    /// Makes the instances of a module within every instance of its caller.
    pub(super) fn expand_module(&mut self, module: ModuleId) -> Ran {
        let config = self.state.config.clone();
        let declared = &config.tree[module];
        let (Some(parent), Some(name)) = (declared.parent, declared.path.last()) else {
            return Ran::Done;
        };
        let Some(call) = config.tree[parent].calls.get(name) else { return Ran::Failed };
        let position = config.tree[parent].children.get_index_of(name).unwrap_or_default();
        let mut ran = Ran::Done;
        for caller in self.state.instances.of(parent).to_vec() {
            let place = self.state.place(caller);
            let (expansion, problems) = expand(&place, call.count.as_ref(), call.for_each.as_ref());
            self.problems.extend(problems);
            let Some(expansion) = expansion else {
                ran = Ran::Failed;
                continue;
            };
            let mut members = Vec::new();
            for (at, key) in expansion.shape.keys().into_iter().enumerate() {
                let path = self.state.instances[caller].path.child(name.clone(), key);
                let repetition = expansion.repetition(at, call.count.is_some());
                let instance = Instance::new(&config.tree, module, path, Some(caller), repetition);
                members.push(self.state.instances.add(instance));
            }
            self.state.instances[caller].calls[position] =
                Some(Calls { shape: expansion.shape, members });
        }
        if self.state.validating && !self.check_call(call, module) {
            return Ran::Failed;
        }
        ran
    }

    /// What a call depends on, and its arguments against the variables of its module.
    fn check_call(&mut self, call: &Call, module: ModuleId) -> bool {
        let config = self.state.config.clone();
        let declared = &config.tree[module];
        let before = self.problems.len();
        let caller = declared.parent.and_then(|parent| self.state.instances.of(parent).first());
        if let Some(caller) = caller {
            let place = self.state.place(*caller);
            self.problems.extend(check_depends_on(&place, &call.depends_on));
        }
        let body = arguments(call, declared);
        for (name, variable) in &declared.variables {
            let given = body.attributes.iter().any(|a| a.name.name == *name);
            if !given && variable.default.is_none() {
                let detail =
                    format!("The argument \"{name}\" is required, but no definition was found.");
                self.problems.push(
                    Diagnostic::error(507, "Missing required argument", detail).at(call.span),
                );
            }
        }
        for argument in &body.attributes {
            let name = &argument.name.name;
            if !declared.variables.contains_key(name) {
                let known = declared.variables.keys().map(EcoString::as_str);
                let detail = format!("An argument named \"{name}\" is not expected here.");
                self.problems.push(
                    Diagnostic::error(507, "Unsupported argument", detail)
                        .at(argument.name.span)
                        .did_you_mean(name, known),
                );
            }
        }
        for block in &body.blocks {
            let name = &block.ident.name;
            let detail = format!("Blocks of type \"{name}\" are not expected here.");
            self.problems
                .push(Diagnostic::error(507, "Unsupported block type", detail).at(block.header));
        }
        self.problems.len() == before
    }

    /// Evaluates a local value in every instance of its module.
    pub(super) fn local(&mut self, module: ModuleId, index: usize) -> bool {
        let instances = self.state.instances.of(module).to_vec();
        let mut well = true;
        for at in instances {
            well &= self.local_in(at, index);
        }
        well
    }

    /// Evaluates a local value in one instance of its module.
    pub(super) fn local_in(&mut self, at: InstanceId, index: usize) -> bool {
        let config = self.state.config.clone();
        let module = self.state.instances[at].module;
        let Some((_, local)) = config.tree[module].locals.get_index(index) else { return true };
        let (value, problems) = self.state.evaluate(at, &local.expr);
        let well = !problems.has_errors();
        self.problems.extend(problems);
        self.state.instances[at].locals[index] = Some(value);
        well
    }

    /// Evaluates an output in every instance of its module.
    pub(super) fn output(&mut self, module: ModuleId, index: usize) -> bool {
        let instances = self.state.instances.of(module).to_vec();
        let mut well = true;
        for at in instances {
            well &= self.output_in(at, index);
        }
        well
    }

    /// Evaluates an output in one instance of its module.
    pub(super) fn output_in(&mut self, at: InstanceId, index: usize) -> bool {
        let config = self.state.config.clone();
        let module = self.state.instances[at].module;
        let Some((name, output)) = config.tree[module].outputs.get_index(index) else {
            return true;
        };
        if let Some(value) = self.stood_in_output(at, name) {
            self.state.instances[at].outputs[index] = Some(mark(output, value));
            return true;
        }
        let (value, mut problems) = self.state.evaluate(at, &output.value);
        if !problems.has_errors() {
            problems.extend(allowed(output, &value, module == ModuleId::ROOT));
        }
        if self.state.validating {
            problems.extend(check_depends_on(&self.state.place(at), &output.depends_on));
        }
        if !output.preconditions.is_empty() {
            let place = self.state.place(at);
            let verdict = judge(&place, Kind::OutputPrecondition, &output.preconditions);
            problems.extend(verdict.problems.clone());
            let path = self.state.instances[at].path.clone();
            let object = Checkable::Output(without_keys(&path), name.clone());
            let address = if path.is_root() {
                format!("output.{name}")
            } else {
                format!("{path}.output.{name}")
            };
            self.checks.forget(&object, &address);
            self.checks.record(object, address, path, None, &verdict);
        }
        let well = !problems.has_errors();
        self.problems.extend(problems);
        self.state.instances[at].outputs[index] = Some(mark(output, value));
        well
    }
}

/// A call's arguments; in JSON they are told apart by the variables of the module.
pub(super) fn arguments<'a>(call: &'a Call, module: &Module) -> Cow<'a, Body> {
    if call.body.json.is_none() {
        return Cow::Borrowed(&call.body);
    }
    let schema = BodySchema {
        attributes: module.variables.keys().cloned().collect(),
        ..BodySchema::default()
    };
    Cow::Owned(crate::config::expand_json(&call.body, &schema).0)
}

/// The path without instance keys.
pub(in crate::plan) fn without_keys(path: &crate::base::ModulePath) -> crate::base::ModulePath {
    let steps = path.steps().iter();
    steps.fold(crate::base::ModulePath::root(), |path, step| path.child(step.name.clone(), None))
}

fn mark(output: &Output, value: Value) -> Value {
    let sensitive = if output.sensitive { Marks::SENSITIVE } else { Marks::NONE };
    let ephemeral = if output.ephemeral { Marks::EPHEMERAL } else { Marks::NONE };
    value.with_marks(sensitive.union(ephemeral))
}

/// Whether an output may hold what it holds.
fn allowed(output: &Output, value: &Value, root: bool) -> Diagnostics {
    let mut problems = Diagnostics::none();
    if root && output.ephemeral {
        let detail = "Outputs of the root module are kept, so they cannot be ephemeral.";
        problems
            .push(Diagnostic::error(509, "Ephemeral output not allowed", detail).at(output.span));
    }
    let marks = value.deep_marks();
    if root && marks.is_sensitive() && !output.sensitive {
        let detail = "To reduce the risk of accidentally exporting sensitive data that was intended to be only \
                      internal, terrace requires that any root module output containing sensitive data be explicitly \
                      marked as sensitive, to confirm your intent.\n\nIf you do intend to export this data, annotate \
                      the output value as sensitive by adding the following argument:\n    sensitive = true";
        problems.push(
            Diagnostic::error(508, "Output refers to sensitive values", detail).at(output.span),
        );
    }
    if marks.is_ephemeral() && !output.ephemeral {
        let detail = "This output value is not declared as returning an ephemeral value, so it cannot be set to a \
                      result derived from an ephemeral value.";
        problems.push(
            Diagnostic::error(509, "Ephemeral value not allowed", detail).at(output.value.span),
        );
    }
    problems
}
