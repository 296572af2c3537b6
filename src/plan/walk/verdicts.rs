//! What conditions and checks came to, gathered per object of the configuration.

use std::collections::BTreeMap;

use super::conditions::{Kind, Verdict, judge, worse};
use super::instance::InstanceId;
use super::{Place, Walk, without_keys};
use crate::base::{Key, ModulePath};
use crate::config::ModuleId;
use crate::diag::Severity;
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
        let config = self.state.config.clone();
        let Some((name, variable)) = config.tree[module].variables.get_index(index) else {
            return true;
        };
        let mut well = true;
        for id in self.state.instances.of(module).to_vec() {
            let place = self.state.place(id);
            let mut verdict = judge(&place, Kind::Validation, &variable.validations);
            let given = self.written_in_test(id, name).unwrap_or(variable.span);
            for problem in verdict.problems.iter_mut().filter(|p| p.code.0 == 532) {
                problem.subject = Some(given);
                if let (Some(call), Some(_)) = (self.call_of(id), self.state.instances[id].parent) {
                    let argument = call.body.attributes.iter().find(|a| a.name.name == *name);
                    problem.subject = argument.map_or(problem.subject, |a| Some(a.expr.span));
                }
            }
            let failed = verdict.problems.iter().any(|p| p.severity == Severity::Error);
            well &= !failed;
            let path = self.state.instances[id].path.clone();
            self.problems.extend(verdict.problems.clone());
            let object = Checkable::Variable(without_keys(&path), name.clone());
            let address =
                if path.is_root() { format!("var.{name}") } else { format!("{path}.var.{name}") };
            self.checks.record(object, address, path, None, &verdict);
        }
        well
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
        let object = Checkable::Check(without_keys(&path), name.clone());
        if self.input.options.intent == Intent::Destroy {
            // What is about to go is not judged.
            return self.checks.declare(object);
        }
        let place = Place { check: Some(name), ..self.state.place(id) };
        let verdict = judge(&place, Kind::Assertion, &check.asserts);
        self.problems.extend(verdict.problems.clone());
        let address =
            if path.is_root() { format!("check.{name}") } else { format!("{path}.check.{name}") };
        self.checks.forget(&object, &address);
        self.checks.record(object, address, path, None, &verdict);
    }
}
