//! The conformance cases for whole configurations, in process: problems, steps and outputs as Terraform has them.

#![expect(clippy::disallowed_methods, reason = "the cases are files of the repository")]

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::Stage;
use crate::diag::{Diagnostics, Severity};
use crate::plan::{Action, Intent, Outcome, Reason, diff::marks};
use crate::schema::Registry;
use crate::value::{Kind, Value};

/// How many cases agree. Raise it, never lower it.
const FLOOR: usize = 188;

#[test]
fn configurations_mean_what_they_mean_in_terraform() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance");
    let schema = read(&root.join("fixtures/provider/schema.json"));
    let mut registry = Registry::embedded();
    registry.add_provider(&schema).expect("the test provider is understood");
    let registry = Arc::new(registry);
    let mut names: Vec<_> = std::fs::read_dir(root.join("config"))
        .expect("the cases are there")
        .map(|entry| entry.expect("it can be read").path())
        .collect();
    names.sort();
    let only = option_env!("TERRACE_CASE");
    let (mut passed, mut total) = (0, 0);
    for case in &names {
        let name = case.file_name().expect("it has a name").to_string_lossy().into_owned();
        if only.is_some_and(|only| !name.contains(only)) {
            continue;
        }
        total += 1;
        let outcome = std::panic::catch_unwind(|| run(case, registry.clone()));
        match outcome {
            Ok(Ok(())) => passed += 1,
            Ok(Err(why)) => println!("CASE {name}: {why}"),
            Err(_) => println!("CASE {name}: panicked"),
        }
    }
    println!("CASES {passed} of {total}");
    assert!(passed >= FLOOR || only.is_some(), "{passed} of {total}");
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn json(path: &Path) -> Json {
    serde_json::from_str(&read(path)).expect("it is JSON")
}

fn run(case: &Path, registry: Arc<Registry>) -> Result<(), String> {
    let steps = json(&case.join("case.json"))["steps"].as_array().cloned();
    let steps = steps.unwrap_or_else(|| usual_steps(case));
    let expected =
        json(&case.join("expected.json"))["steps"].as_array().cloned().unwrap_or_default();
    let mut stage = Stage::new("");
    stage.registry = registry;
    for (step, expected) in steps.iter().zip(&expected) {
        let dir = case.join(step["dir"].as_str().unwrap_or("."));
        let mut files = Vec::new();
        collect(&dir, &dir, &mut files);
        stage.set_files(files);
        stage.arguments(step);
        one(&mut stage, step, expected)?;
    }
    Ok(())
}

/// Without a list: the folders `step1`, `step2` … in order, all but the last applied; or the case's own folder, planned.
fn usual_steps(case: &Path) -> Vec<Json> {
    let folders: Vec<String> =
        (1..=100).map(|n| format!("step{n}")).take_while(|name| case.join(name).is_dir()).collect();
    let Some((last, others)) = folders.split_last() else {
        return vec![serde_json::json!({"dir": ".", "cmd": "plan"})];
    };
    let mut steps: Vec<Json> =
        others.iter().map(|dir| serde_json::json!({"dir": dir, "cmd": "apply"})).collect();
    steps.push(serde_json::json!({"dir": last, "cmd": "plan"}));
    steps
}

fn collect(root: &Path, dir: &Path, files: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(dir).expect("it can be read") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            collect(root, &path, files);
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            let name = path.strip_prefix(root).expect("it is below").to_string_lossy().into_owned();
            if !matches!(name.as_str(), "case.json" | "expected.json") {
                files.push((name, text));
            }
        }
    }
}

fn one(stage: &mut Stage, step: &Json, expected: &Json) -> Result<(), String> {
    let (input, problems, sources) = stage.input_with_sources();
    let phase = expected["phase"].as_str().unwrap_or("ok");
    if problems.has_errors() {
        return compare_problems(&problems, expected, &sources);
    }
    if step["cmd"] == "validate" {
        return compare_problems(&crate::plan::validate(input), expected, &sources);
    }
    let mut outcome = stage.plan();
    let mut all = problems.clone();
    all.extend(std::mem::replace(&mut outcome.problems, Diagnostics::none()));
    if phase != "ok" || all.has_errors() {
        if phase == "apply" && !all.has_errors() {
            let problems = stage.apply_outcome(outcome).err().unwrap_or_else(Diagnostics::none);
            return compare_problems(&problems, expected, &sources);
        }
        return compare_problems(&all, expected, &sources);
    }
    compare_problems(&all, expected, &sources)?;
    compare_plan(&outcome, &expected["plan"])?;
    if step["cmd"] == "apply" {
        stage.apply_outcome(outcome).map_err(|problems| format!("apply: {problems:?}"))?;
    }
    Ok(())
}

fn compare_problems(
    problems: &Diagnostics,
    expected: &Json,
    sources: &crate::diag::SourceMap,
) -> Result<(), String> {
    for (severity, key) in [(Severity::Error, "errors"), (Severity::Warning, "warnings")] {
        let wanted = expected[key].as_array().cloned().unwrap_or_default();
        let mut wanted: Vec<(String, u64)> = wanted
            .iter()
            .map(|w| (w["summary"].as_str().unwrap_or("").into(), w["line"].as_u64().unwrap_or(0)))
            .collect();
        let mut found: Vec<(String, u64)> = problems
            .iter()
            .filter(|problem| problem.severity == severity)
            .map(|problem| {
                let line = problem.subject.and_then(|span| {
                    Some(u64::from(sources.file(span.file)?.locate(span.start).line))
                });
                (
                    problem.summary.replace(" (expand)", "").replace(" (close)", ""),
                    line.unwrap_or(0),
                )
            })
            .collect();
        wanted.sort();
        found.sort();
        if wanted != found {
            return Err(format!("{key}: expected {wanted:?}, found {found:?}"));
        }
    }
    Ok(())
}

fn compare_plan(outcome: &Outcome, expected: &Json) -> Result<(), String> {
    let mut found: BTreeMap<String, Json> = BTreeMap::new();
    for step in &outcome.plan.steps {
        let mut actions = vec![match step.action {
            Action::Create => "create",
            Action::Read => "read",
            Action::Update => "update",
            Action::Delete => "delete",
            Action::Forget => "forget",
            Action::NoOp => "no-op",
        }];
        if let Some(half) = step.replaces {
            if step.action == Action::Delete {
                continue;
            }
            if half < step.id { actions.insert(0, "delete") } else { actions.push("delete") }
        }
        let mut change = Map::new();
        change.insert("actions".into(), actions.into());
        if let Some(planned) = &step.planned {
            change.insert("after".into(), known(&marks::strip(planned)).unwrap_or(Json::Null));
        }
        if step.reason != Reason::None {
            change
                .insert("reason".into(), serde_json::to_value(step.reason).expect("it is a word"));
        }
        found.insert(step.address.to_string(), Json::Object(change));
    }
    let wanted = expected["resources"].as_object().cloned().unwrap_or_default();
    let keys = |map: Vec<&String>| map.into_iter().cloned().collect::<Vec<_>>();
    if keys(wanted.keys().collect()) != keys(found.keys().collect()) {
        let (a, b): (Vec<_>, Vec<_>) = (wanted.keys().collect(), found.keys().collect());
        return Err(format!("resources: expected {a:?}, found {b:?}"));
    }
    for (address, wanted) in &wanted {
        let found = &found[address];
        if wanted["actions"] != found["actions"] {
            return Err(format!(
                "{address}: expected {}, found {}",
                wanted["actions"], found["actions"]
            ));
        }
        let reason = wanted.get("reason").or(wanted.get("action_reason"));
        if let Some(reason) = reason.filter(|reason| **reason != found["reason"]) {
            return Err(format!("{address}: expected {reason}, found {}", found["reason"]));
        }
        let (want, got) = (without_ids(&wanted["after"]), without_ids(&found["after"]));
        if wanted.get("after").is_some() && want != got {
            return Err(format!("{address}: expected {want}, found {got}"));
        }
    }
    compare_outputs(outcome, &expected["outputs"])
}

fn compare_outputs(outcome: &Outcome, expected: &Json) -> Result<(), String> {
    let mut found = Map::new();
    for (name, change) in &outcome.outputs {
        let action = match change.action() {
            Action::Create => "create",
            Action::Update => "update",
            Action::Delete => "delete",
            _ => "no-op",
        };
        let mut entry = Map::new();
        entry.insert("actions".into(), vec![action].into());
        if let Some(after) = change.after.as_ref().and_then(|v| known(&marks::strip(v))) {
            entry.insert("after".into(), after);
        }
        found.insert(name.to_string(), Json::Object(entry));
    }
    let wanted = expected.as_object().cloned().unwrap_or_default();
    for (name, wanted) in &wanted {
        let Some(found) = found.get(name) else { return Err(format!("output {name} is missing")) };
        if wanted["actions"] != found["actions"] {
            return Err(format!("output {name}: {} but {}", wanted["actions"], found["actions"]));
        }
        let (want, got) = (without_ids(&wanted["after"]), without_ids(&found["after"]));
        if wanted.get("after").is_some() && want != got {
            return Err(format!("output {name}: expected {want}, found {got}"));
        }
    }
    match found.keys().find(|name| !wanted.contains_key(*name)) {
        Some(extra) => Err(format!("output {extra} is too much")),
        None => Ok(()),
    }
}

/// Random ids are not compared.
fn without_ids(json: &Json) -> Json {
    match json {
        Json::String(text) if text == "<uuid>" || text.starts_with("id-") => {
            Json::String("<id>".into())
        }
        Json::Array(elements) => elements.iter().map(without_ids).collect(),
        Json::Object(entries) => {
            entries.iter().map(|(name, value)| (name.clone(), without_ids(value))).collect()
        }
        other => other.clone(),
    }
}

/// What is known of a value, as the JSON plan has it.
fn known(value: &Value) -> Option<Json> {
    Some(match value.kind() {
        Kind::Unknown(_) => return None,
        Kind::Null(_) => Json::Null,
        Kind::Bool(truth) => (*truth).into(),
        Kind::Number(number) => serde_json::from_str(&number.to_string()).unwrap_or(Json::Null),
        Kind::String(text) => text.as_str().into(),
        Kind::List(_, elements) | Kind::Set(_, elements) | Kind::Tuple(elements) => {
            elements.iter().map(|element| known(element).unwrap_or(Json::Null)).collect()
        }
        Kind::Map(_, entries) | Kind::Object(entries) => entries
            .iter()
            .filter_map(|(name, value)| Some((name.to_string(), known(value)?)))
            .collect::<Map<String, Json>>()
            .into(),
    })
}

impl Stage {
    fn set_files(&mut self, files: Vec<(String, String)>) {
        self.files = files;
    }

    fn arguments(&mut self, step: &Json) {
        self.options = crate::plan::Options::default();
        self.inputs.clear();
        let input = |name: &str, text: &str, origin| crate::plan::VariableInput {
            name: name.into(),
            given: crate::plan::Given::Text(text.into()),
            origin,
        };
        for (name, value) in step["env"].as_object().into_iter().flatten() {
            if let (Some(name), Some(value)) = (name.strip_prefix("TF_VAR_"), value.as_str()) {
                self.inputs.push(input(name, value, crate::plan::Origin::Environment));
            }
        }
        self.variables = step["vars"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| {
                (name.clone(), value.as_str().map_or_else(|| value.to_string(), Into::into))
            })
            .collect();
        for arg in step["args"].as_array().into_iter().flatten().filter_map(Json::as_str) {
            match arg.split_once('=').unwrap_or((arg, "")) {
                ("-destroy", _) => self.options.intent = Intent::Destroy,
                ("-refresh-only", _) => self.options.intent = Intent::RefreshOnly,
                ("-replace", address) => {
                    self.options.replace.push(address.parse().expect("an address"));
                }
                ("-target", target) => {
                    self.options.targets.push(crate::plan::parse_target(target).expect("a target"));
                }
                _ => {}
            }
        }
    }
}
