//! What happens while tests run, as Terraform's machine-readable lines.

use std::time::Duration;

use serde_json::{Map, Value as Json, json};

use super::summary;
use crate::config::{RunCommand, TestFile};
use crate::diag::{Diagnostics, SourceMap};
use crate::report::json::{self, Lines};
use crate::testing::{Detail, Event, FileProgress, RunResult, Suite};

/// The lines of an event. `time` is now, RFC 3339.
#[must_use]
pub fn lines(event: &Event<'_>, sources: &SourceMap, lines: &Lines<'_>, time: &str) -> Vec<String> {
    let teller = Teller { sources, lines, time };
    match event {
        Event::Found(suite) => vec![teller.found(suite)],
        Event::File(file, progress) => vec![teller.file(file, *progress)],
        Event::FileProblems(file, problems) => teller.problems(problems, file, None),
        Event::RunStarted(file, run) => vec![teller.progress(file, run, "starting", "in progress")],
        Event::RunGoesOn { file, run, elapsed, .. } => vec![teller.goes_on(file, run, *elapsed)],
        Event::RunTearDown(file, run) => {
            vec![teller.progress(file, run, "teardown", "tearing down")]
        }
        Event::RunDone(file, run) => {
            let mut told = vec![teller.done(file, run)];
            told.extend(run.detail.as_ref().map(|detail| teller.detail(file, run, detail)));
            told.extend(teller.problems(&run.problems, file, Some(&run.name)));
            told
        }
        Event::Cleaned { file, run, problems, left } => {
            let mut told = teller.problems(problems, file, Some(run));
            if !left.is_empty() {
                let message = format!(
                    "terrace left some resources in state after executing {}/{run}, they need to be cleaned up \
                     manually.",
                    file.path
                );
                let left: Vec<Json> =
                    left.iter().map(|address| json!({"instance": address.to_string()})).collect();
                let body = json!({"failed_resources": left});
                told.push(teller.line(("error", &message, "test_cleanup"), body, file, Some(run)));
            }
            told
        }
        Event::Interrupted => {
            vec![lines.line(
                "error",
                "Interrupted",
                "test_interrupt",
                json!({"test_interrupt": {}}),
            )]
        }
        Event::Done(results) => {
            let tally = results.tally();
            let (success, rest) = summary(results);
            let word = if success { "Success!" } else { "Failure!" };
            let body = json!({"test_summary": {
                "status": results.status().word(),
                "passed": tally.passed, "failed": tally.failed,
                "errored": tally.errored, "skipped": tally.skipped,
            }});
            vec![lines.line("info", &format!("{word} {rest}"), "test_summary", body)]
        }
    }
}

/// What is said of sensitive values in place of them.
const REDACTED: &str = "(sensitive value)";

/// A document without sensitive values: these lines are logged, while `show --json` is asked for by name.
fn redacted(document: Json) -> Json {
    let Json::Object(mut object) = document else {
        return match document {
            Json::Array(elements) => elements.into_iter().map(redacted).collect(),
            plain => plain,
        };
    };
    // Values of variables stand without a mask.
    object.remove("variables");
    for (name, mask) in [
        ("before", "before_sensitive"),
        ("after", "after_sensitive"),
        ("values", "sensitive_values"),
    ] {
        if let (Some(mask), Some(value)) = (object.get(mask).cloned(), object.get_mut(name)) {
            hide(value, &mask);
        }
    }
    if object.get("sensitive") == Some(&Json::Bool(true))
        && let Some(value) = object.get_mut("value")
    {
        *value = REDACTED.into();
    }
    object.into_iter().map(|(name, value)| (name, redacted(value))).collect::<Map<_, _>>().into()
}

/// Hides what a mask marks.
fn hide(value: &mut Json, mask: &Json) {
    match (value, mask) {
        (value, Json::Bool(true)) => *value = REDACTED.into(),
        (Json::Object(entries), Json::Object(masks)) => {
            for (name, mask) in masks {
                if let Some(value) = entries.get_mut(name) {
                    hide(value, mask);
                }
            }
        }
        (Json::Array(elements), Json::Array(masks)) => {
            for (value, mask) in elements.iter_mut().zip(masks) {
                hide(value, mask);
            }
        }
        _ => {}
    }
}

struct Teller<'a> {
    sources: &'a SourceMap,
    lines: &'a Lines<'a>,
    time: &'a str,
}

impl Teller<'_> {
    /// A line about a file or a run.
    fn line(
        &self,
        (level, message, kind): (&str, &str, &str),
        content: Json,
        file: &TestFile,
        run: Option<&str>,
    ) -> String {
        let mut body = Map::new();
        body.insert("@testfile".into(), file.path.as_str().into());
        if let Some(run) = run {
            body.insert("@testrun".into(), run.into());
        }
        body.insert(kind.into(), content);
        self.lines.line(level, message, kind, body.into())
    }

    fn found(&self, suite: &Suite) -> String {
        let count = |count: usize, word: &str| match count {
            1 => format!("1 {word}"),
            count => format!("{count} {word}s"),
        };
        let (files, runs) =
            (count(suite.files.len(), "file"), count(suite.run_count(), "run block"));
        let names: Map<String, Json> = suite
            .files
            .iter()
            .map(|file| {
                let names: Vec<&str> = file.runs.iter().map(|run| run.name.as_str()).collect();
                // A file without runs has nothing, as Terraform has it.
                let names = if names.is_empty() { Json::Null } else { names.into() };
                (file.path.to_string(), names)
            })
            .collect();
        let body = json!({"test_abstract": names});
        self.lines.line("info", &format!("Found {files} and {runs}"), "test_abstract", body)
    }

    fn file(&self, file: &TestFile, progress: FileProgress) -> String {
        let path = file.path.as_str();
        let (shown, content) = match progress {
            FileProgress::Starting => {
                ("in progress", json!({"path": path, "progress": "starting"}))
            }
            FileProgress::TearDown => {
                ("tearing down", json!({"path": path, "progress": "teardown"}))
            }
            FileProgress::Complete(status) => (
                status.shown(),
                json!({"path": path, "progress": "complete", "status": status.word()}),
            ),
        };
        self.line(("info", &format!("{path}... {shown}"), "test_file"), content, file, None)
    }

    fn progress(&self, file: &TestFile, run: &str, progress: &str, shown: &str) -> String {
        let content =
            json!({"path": file.path.as_str(), "run": run, "progress": progress, "elapsed": 0});
        self.line(
            ("info", &format!("  \"{run}\"... {shown}"), "test_run"),
            content,
            file,
            Some(run),
        )
    }

    fn goes_on(&self, file: &TestFile, run: &str, elapsed: Duration) -> String {
        let elapsed = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        let content = json!({
            "path": file.path.as_str(), "run": run, "progress": "running", "elapsed": elapsed,
        });
        let message = format!("  \"{run}\"... running");
        self.line(("info", &message, "test_run"), content, file, Some(run))
    }

    fn done(&self, file: &TestFile, run: &RunResult) -> String {
        let content = json!({
            "path": file.path.as_str(), "run": run.name.as_str(),
            "progress": "complete", "status": run.status.word(),
        });
        let message = format!("  \"{}\"... {}", run.name, run.status.shown());
        self.line(("info", &message, "test_run"), content, file, Some(&run.name))
    }

    fn detail(&self, file: &TestFile, run: &RunResult, detail: &Detail) -> String {
        let outcome = &detail.outcome;
        let (message, kind, content) = match detail.command {
            RunCommand::Plan => {
                let plan = json::plan(outcome, Json::Null, self.time);
                ("-verbose flag enabled, printing plan", "test_plan", plan)
            }
            RunCommand::Apply => {
                ("-verbose flag enabled, printing state", "test_state", json::state(outcome))
            }
        };
        self.line(("info", message, kind), redacted(content), file, Some(&run.name))
    }

    fn problems(&self, problems: &Diagnostics, file: &TestFile, run: Option<&str>) -> Vec<String> {
        let tell = |problem| {
            let mut about = Map::new();
            about.insert("@testfile".into(), file.path.as_str().into());
            if let Some(run) = run {
                about.insert("@testrun".into(), run.into());
            }
            self.lines.diagnostic_about(problem, self.sources, about)
        };
        problems.iter().map(tell).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sensitive_values_are_in_no_line() {
        let document = json!({
            "variables": {"password": {"value": "s3cret"}},
            "resource_changes": [{"change": {
                "before": null, "before_sensitive": false,
                "after": {"name": "a", "password": "s3cret", "tags": ["s3cret", "b"]},
                "after_sensitive": {"password": true, "tags": [true, false]},
            }}],
            "values": {"outputs": {"p": {"sensitive": true, "value": "s3cret"}}},
            "output_changes": {"p": {"after": "s3cret", "after_sensitive": true}},
            "planned_values": {"resources": [
                {"values": {"password": "s3cret"}, "sensitive_values": {"password": true}},
            ]},
        });
        let text = redacted(document).to_string();
        assert!(!text.contains("s3cret"), "{text}");
        assert!(text.contains("\"name\":\"a\"") && text.contains("\"b\""), "{text}");
    }
}
