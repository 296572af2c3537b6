//! Terraform's machine-readable UI: one JSON object per line for each thing that happens.

use serde_json::{Map, Value as Json, json};

use super::TERRAFORM_VERSION;
use super::modules::key;
use super::values::{plain, type_of};
use crate::base::Address;
use crate::diag::{Diagnostic, Severity, SourceMap, render};
use crate::engine::Counts;
use crate::plan::{Plan, Reason};
use crate::report::{Change, Purpose, Totals, Verb};
use crate::value::Value;

/// Makes lines; knows the time of each.
pub struct Lines<'a> {
    now: &'a dyn Fn() -> String,
}

impl<'a> Lines<'a> {
    /// Lines that take their time from `now`, which answers RFC 3339.
    #[must_use]
    pub const fn new(now: &'a dyn Fn() -> String) -> Self {
        Self { now }
    }

    pub(in crate::report) fn line(
        &self,
        level: &str,
        message: &str,
        kind: &str,
        body: Json,
    ) -> String {
        let mut line = Map::new();
        line.insert("@level".into(), level.into());
        line.insert("@message".into(), message.into());
        line.insert("@module".into(), "terrace.ui".into());
        line.insert("@timestamp".into(), (self.now)().into());
        line.insert("type".into(), kind.into());
        if let Json::Object(body) = body {
            line.extend(body);
        }
        Json::Object(line).to_string()
    }

    /// The first line of every run.
    #[must_use]
    pub fn version(&self, version: &str) -> String {
        let body =
            json!({"terraform": TERRAFORM_VERSION, "ui": "1.2", "terrace": {"version": version}});
        self.line("info", &format!("terrace {version}"), "version", body)
    }

    /// A problem.
    #[must_use]
    pub fn diagnostic(&self, diagnostic: &Diagnostic, sources: &SourceMap) -> String {
        self.diagnostic_about(diagnostic, sources, Map::new())
    }

    /// A problem of something that the other entries name.
    pub(in crate::report) fn diagnostic_about(
        &self,
        diagnostic: &Diagnostic,
        sources: &SourceMap,
        about: Map<String, Json>,
    ) -> String {
        self.problem(diagnostic, render::json(diagnostic, sources), about)
    }

    /// A problem that was made into JSON before.
    #[must_use]
    pub fn rendered(&self, diagnostic: &Diagnostic, rendered: Json) -> String {
        self.problem(diagnostic, rendered, Map::new())
    }

    fn problem(
        &self,
        diagnostic: &Diagnostic,
        rendered: Json,
        mut about: Map<String, Json>,
    ) -> String {
        let (level, word) = match diagnostic.severity {
            Severity::Error => ("error", "Error"),
            Severity::Warning => ("warn", "Warning"),
        };
        about.insert("diagnostic".into(), rendered);
        self.line(level, &format!("{word}: {}", diagnostic.summary), "diagnostic", about.into())
    }

    /// Anything that is only to be logged.
    #[must_use]
    pub fn log(&self, message: &str) -> String {
        self.line("info", message, "log", json!({}))
    }

    /// The totals of a plan.
    #[must_use]
    pub fn plan_summary(&self, plan: &Plan) -> String {
        let totals = Totals::of(plan);
        let body = json!({"changes": {
            "add": totals.add, "change": totals.change, "import": totals.import,
            "remove": totals.destroy, "operation": "plan",
        }});
        // What is given up is told by the changes themselves.
        let message = Totals { forget: 0, ..totals }.to_string();
        self.line("info", &message, "change_summary", body)
    }

    /// The totals of an apply.
    #[must_use]
    pub fn apply_summary(&self, counts: Counts, purpose: Purpose) -> String {
        let imported = match counts.imported {
            0 => String::new(),
            many => format!("{many} imported, "),
        };
        let message = match purpose {
            Purpose::Apply | Purpose::Refresh => format!(
                "Apply complete! Resources: {imported}{} added, {} changed, {} destroyed.",
                counts.added, counts.changed, counts.destroyed
            ),
            Purpose::Destroy => {
                format!("Destroy complete! Resources: {} destroyed.", counts.destroyed)
            }
        };
        let operation = purpose.operation();
        let body = json!({"changes": {
            "add": counts.added, "change": counts.changed, "import": counts.imported,
            "remove": counts.destroyed, "operation": operation,
        }});
        self.line("info", &message, "change_summary", body)
    }

    /// The outputs: as planned with their actions, or as they are.
    #[must_use]
    pub fn outputs(&self, outputs: &Map<String, Json>) -> String {
        let message = format!("Outputs: {}", outputs.len());
        self.line("info", &message, "outputs", json!({"outputs": outputs}))
    }

    /// A difference between what the last apply left and what is live.
    #[must_use]
    pub fn drift(&self, address: &Address, verb: &str) -> String {
        let message = format!("{address}: Drift detected ({verb})");
        let body = json!({"change": {"resource": resource(address), "action": verb}});
        self.line("info", &message, "resource_drift", body)
    }

    /// A change that is planned.
    #[must_use]
    pub fn planned_change(&self, change: &Change<'_>) -> String {
        let verb = match change.verb {
            Verb::DeleteThenCreate | Verb::CreateThenDelete => "replace",
            Verb::Forget => "remove",
            Verb::NoOp if change.step.moved_from.is_some() => "move",
            Verb::NoOp if change.step.importing.is_some() => "import",
            other => other.actions()[0],
        };
        let mut body = Map::new();
        body.insert("resource".into(), resource(change.address()));
        if let Some(from) = &change.step.moved_from {
            body.insert("previous_resource".into(), resource(from));
        }
        if let Some(id) = &change.step.importing {
            body.insert("importing".into(), json!({"id": id}));
        }
        body.insert("action".into(), verb.into());
        if let Some(reason) = reason(change.reason()) {
            body.insert("reason".into(), reason.into());
        }
        let message = format!("{}: Plan to {verb}", change.address());
        self.line("info", &message, "planned_change", json!({"change": body}))
    }
}

/// An output's value for the line at the end of an apply; sensitive ones without it.
#[must_use]
pub fn output_value(value: &Value, sensitive: bool) -> Json {
    let mut entry = Map::new();
    entry.insert("sensitive".into(), sensitive.into());
    entry.insert("type".into(), type_of(&value.ty()));
    if !sensitive {
        entry.insert("value".into(), plain(value).unwrap_or(Json::Null));
    }
    entry.into()
}

pub(super) fn resource(address: &Address) -> Json {
    let resource = &address.resource;
    let local = crate::base::ResourceAddress {
        module: crate::base::ModulePath::root(),
        ..(**resource).clone()
    };
    let implied = resource.type_name.as_str().split('_').next().unwrap_or_default();
    json!({
        "addr": address.to_string(),
        "module": resource.module.to_string(),
        "resource": local.instance(address.key.clone()).to_string(),
        "implied_provider": implied,
        "resource_type": resource.type_name,
        "resource_name": resource.name,
        "resource_key": address.key.as_ref().map(key),
    })
}

const fn reason(reason: Reason) -> Option<&'static str> {
    Some(match reason {
        Reason::None => return None,
        Reason::ReplaceBecauseTainted => "tainted",
        Reason::ReplaceByRequest => "requested",
        Reason::ReplaceBecauseCannotUpdate => "cannot_update",
        Reason::ReplaceByTriggers => "replace_by_triggers",
        Reason::DeleteBecauseNoResourceConfig => "delete_because_no_resource_config",
        Reason::DeleteBecauseNoModule => "delete_because_no_module",
        Reason::DeleteBecauseWrongRepetition => "delete_because_wrong_repetition",
        Reason::DeleteBecauseCountIndex => "delete_because_count_index",
        Reason::DeleteBecauseEachKey => "delete_because_each_key",
        Reason::DeleteBecauseNoMoveTarget => "delete_because_no_move_target",
        Reason::ReadBecauseConfigUnknown => "read_because_config_unknown",
        Reason::ReadBecauseDependencyPending => "read_because_dependency_pending",
        Reason::ReadBecauseCheckNested => "read_because_check_nested",
    })
}
