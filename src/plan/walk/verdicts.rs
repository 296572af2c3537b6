//! What conditions and checks came to, gathered per object of the configuration.

use std::collections::BTreeMap;

use ecow::EcoString;

use super::conditions::{Kind, Verdict, judge, worse};
use super::instance::InstanceId;
use super::{Place, Walk, without_keys};
use crate::base::{Address, Key, ModulePath};
use crate::config::{ModuleId, Resource};
use crate::diag::{Diagnostic, Diagnostics, Severity};
use crate::plan::{CheckInstance, CheckResult, CheckStatus, Checkable, Intent};

/// Results of conditions so far.
#[derive(Clone, Debug, Default)]
pub(in crate::plan) struct Verdicts {
    found: BTreeMap<Checkable, Vec<CheckInstance>>,
}

impl Verdicts {
    /// Notes what the conditions of one instance came to; added to what is known of it.
    pub fn record(
        &mut self,
        object: Checkable,
        address: String,
        module: ModulePath,
        key: Option<Key>,
        verdict: &Verdict,
    ) {
        let instances = self.found.entry(object).or_default();
        match instances.iter_mut().rev().find(|instance| instance.address == address) {
            Some(known) => {
                known.status = worse(known.status, verdict.status);
                known.messages.extend(verdict.messages.iter().cloned());
            }
            None => instances.push(CheckInstance {
                address,
                module,
                key,
                status: verdict.status,
                messages: verdict.messages.clone(),
            }),
        }
    }

    /// What the conditions of one instance came to, where that was noted.
    pub fn status(&self, object: &Checkable, address: &str) -> Option<CheckStatus> {
        let mut instances = self.found.get(object)?.iter();
        instances.find(|instance| instance.address == address).map(|instance| instance.status)
    }

    /// Notes that an object has conditions, of which nothing is known.
    pub fn declare(&mut self, object: Checkable) {
        self.found.entry(object).or_default();
    }

    /// Forgets what is known of an instance, before it is judged anew.
    pub fn forget(&mut self, object: &Checkable, address: &str) {
        if let Some(instances) = self.found.get_mut(object) {
            instances.retain(|instance| instance.address != address);
        }
    }

    /// The results, in order.
    pub fn results(&self) -> Vec<CheckResult> {
        let status = |instances: &[CheckInstance]| {
            let all = instances.iter().map(|instance| instance.status);
            all.reduce(worse).unwrap_or(CheckStatus::Unknown)
        };
        let result = |(object, instances): (&Checkable, &Vec<CheckInstance>)| CheckResult {
            object: object.clone(),
            status: status(instances),
            instances: instances.clone(),
        };
        self.found.iter().map(result).collect()
    }
}

impl Walk {
    /// Judges a variable's validations in every instance of its module.
    pub(super) fn validation(&mut self, module: ModuleId, index: usize) -> bool {
        let instances = self.state.instances.of(module).to_vec();
        let mut well = true;
        for id in instances {
            well &= self.validation_in(id, index);
        }
        well
    }

    /// Judges a variable's validations in one instance of its module.
    pub(super) fn validation_in(&mut self, id: InstanceId, index: usize) -> bool {
        let config = self.state.config.clone();
        let variables = &config.tree[self.state.instances[id].module].variables;
        let Some((name, variable)) = variables.get_index(index) else { return true };
        let place = self.state.place(id);
        let mut verdict = judge(&place, Kind::Validation, &variable.validations);
        let given = self.written_in_test(id, name).unwrap_or(variable.span);
        for problem in verdict.problems.iter_mut().filter(|p| p.code.0 == 532) {
            if let Some(rule) = problem.subject.replace(given) {
                *problem = problem.clone().label(rule, "the rule that it breaks");
            }
            if let (Some(call), Some(_)) = (self.call_of(id), self.state.instances[id].parent) {
                let argument = call.body.attributes.iter().find(|a| a.name.name == *name);
                problem.subject = argument.map_or(problem.subject, |a| Some(a.expr.span));
            }
        }
        let failed = verdict.problems.iter().any(|p| p.severity == Severity::Error);
        self.problems.extend(verdict.problems.clone());
        let path = self.state.instances[id].path.clone();
        let (object, address) = validated(&path, name);
        self.checks.forget(&object, &address);
        self.checks.record(object, address, path, None, &verdict);
        !failed
    }

    /// Whether it is known what a variable's validations come to.
    pub(super) fn is_validated(&self, id: InstanceId, index: usize) -> bool {
        let instance = &self.state.instances[id];
        let variables = &self.state.config.tree[instance.module].variables;
        let Some((name, _)) = variables.get_index(index) else { return true };
        let (object, address) = validated(&instance.path, name);
        let status = self.checks.status(&object, &address);
        status.is_some_and(|status| matches!(status, CheckStatus::Pass))
    }

    /// Notes that the data source of a check could not be read, which is all that the check comes to. Answers the
    /// warnings; none for a data source that is not a check's own.
    pub(in crate::plan) fn note_unread(
        &mut self,
        id: InstanceId,
        resource: &Resource,
        address: &Address,
        problems: &Diagnostics,
    ) -> Option<Diagnostics> {
        let check = resource.check.clone()?;
        let errors = problems.iter().filter(|problem| problem.severity == Severity::Error);
        let messages = errors.map(|one| format!("{}: {}", one.summary, one.detail)).collect();
        self.unread.insert((id, check), messages);
        let warning = |problem: &Diagnostic| {
            let mut problem = problem.clone();
            problem.severity = Severity::Warning;
            problem.subject.get_or_insert(resource.span);
            problem.address.get_or_insert_with(|| address.to_string());
            problem
        };
        Some(problems.iter().map(warning).collect())
    }

    /// Notes that the data source of a check was read after all.
    pub(in crate::plan) fn note_read(&mut self, id: InstanceId, resource: &Resource) {
        if let Some(check) = &resource.check {
            self.unread.remove(&(id, check.clone()));
        }
    }

    /// Notes that there is a check, of which nothing is asked.
    pub(super) fn declare_check(&mut self, module: ModuleId, index: usize) {
        let config = self.state.config.clone();
        let Some((name, _)) = config.tree[module].checks.get_index(index) else { return };
        let path = &config.tree[module].path;
        let path =
            path.iter().fold(ModulePath::root(), |path, name| path.child(name.clone(), None));
        self.checks.declare(asserted(&path, name).0);
    }

    /// Notes a check that cannot be judged because something that it is about has errors.
    pub(super) fn leave_check_open(&mut self, module: ModuleId, index: usize) {
        let config = self.state.config.clone();
        let Some((name, _)) = config.tree[module].checks.get_index(index) else { return };
        for id in self.state.instances.of(module).to_vec() {
            let path = self.state.instances[id].path.clone();
            let (object, address) = asserted(&path, name);
            let verdict = Verdict { status: CheckStatus::Unknown, ..Verdict::PASS };
            self.checks.record(object, address, path, None, &verdict);
        }
    }

    /// Judges the assertions of a check in every instance of its module. They only warn.
    pub(super) fn check(&mut self, module: ModuleId, index: usize) {
        for id in self.state.instances.of(module).to_vec() {
            self.check_instance(module, index, id);
        }
    }

    pub(in crate::plan) fn check_instance(
        &mut self,
        module: ModuleId,
        index: usize,
        id: InstanceId,
    ) {
        let config = self.state.config.clone();
        let Some((name, check)) = config.tree[module].checks.get_index(index) else { return };
        if self.is_stood_in(id) {
            return;
        }
        let path = self.state.instances[id].path.clone();
        let (object, address) = asserted(&path, name);
        if self.input.options.intent == Intent::Destroy {
            // What is about to go is not judged.
            return self.checks.declare(object);
        }
        let verdict = match self.unread.get(&(id, name.clone())) {
            Some(messages) => Verdict {
                status: CheckStatus::Fail,
                messages: messages.clone(),
                problems: Diagnostics::none(),
            },
            None => {
                let place = Place { check: Some(name), ..self.state.place(id) };
                judge(&place, Kind::Assertion, &check.asserts)
            }
        };
        self.problems.extend(verdict.problems.clone());
        self.checks.forget(&object, &address);
        self.checks.record(object, address, path, None, &verdict);
    }
}

/// A variable as what is checked, and its address in one instance of its module.
fn validated(path: &ModulePath, name: &EcoString) -> (Checkable, String) {
    (Checkable::Variable(without_keys(path), name.clone()), within(path, &format!("var.{name}")))
}

/// The same of a check.
fn asserted(path: &ModulePath, name: &EcoString) -> (Checkable, String) {
    (Checkable::Check(without_keys(path), name.clone()), within(path, &format!("check.{name}")))
}

fn within(path: &ModulePath, name: &str) -> String {
    if path.is_root() { name.to_owned() } else { format!("{path}.{name}") }
}
