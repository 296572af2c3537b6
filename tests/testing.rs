//! `terrace test` beside `terraform test`: each case under `tests/testing/cases` holds files and what Terraform said of
//! them (`tests/testing/record.py` wrote it down), or for what is terrace's own what it has to say.

#![expect(clippy::disallowed_methods, reason = "it drives the program in folders of its own")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Map, Value};

/// What a case says of its results.
const RESULTS: [&str; 5] = ["exit", "stdout", "problems", "events", "junit"];

/// What terrace says in other words, or at no place: Terraform's line and terrace's.
const OTHERWISE: [(&str, &str); 2] = [
    ("Terraform left some", "terrace left some"),
    // Terraform says nothing at all.
    (
        "assertions failed: \"",
        "assertions failed: The error message included a sensitive value, so it will not be displayed.\"",
    ),
];

struct Case {
    name: String,
    sections: BTreeMap<String, String>,
}

impl Case {
    fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).expect("the case can be read");
        let mut sections = BTreeMap::new();
        let mut open: Option<String> = None;
        for line in text.split_inclusive('\n') {
            let head = line.trim_end().strip_prefix("-- ").and_then(|l| l.strip_suffix(" --"));
            match (head, &open) {
                (Some(name), _) => {
                    open = Some(name.to_owned());
                    sections.insert(name.to_owned(), String::new());
                }
                (None, Some(name)) => sections.entry(name.clone()).or_default().push_str(line),
                (None, None) => {}
            }
        }
        let name = path.file_stem().expect("a file").to_string_lossy().into_owned();
        Self { name, sections }
    }

    fn section(&self, name: &str) -> &str {
        self.sections.get(name).map_or("", String::as_str)
    }

    fn run(&self, folder: &Path, more: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_terrace"));
        command.current_dir(folder).env_clear().env("HOME", folder);
        command.arg("test").args(more).args(self.section("args").split_whitespace());
        command.output().expect("terrace can be started")
    }

    /// Every difference between what the case says and what terrace does.
    fn differences(&self) -> String {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        for (name, text) in &self.sections {
            if !RESULTS.contains(&name.as_str()) && name != "args" {
                let path = folder.path().join(name);
                fs::create_dir_all(path.parent().expect("below the folder")).expect("made");
                fs::write(path, text).expect("written");
            }
        }
        let plain = self.run(folder.path(), &["-no-color"]);
        let told = self.run(folder.path(), &["-json", "-junit-xml=report.xml"]);
        let events = events(&String::from_utf8_lossy(&told.stdout));
        let report = fs::read_to_string(folder.path().join("report.xml")).unwrap_or_default();
        let (problems, others): (Vec<_>, Vec<_>) =
            events.iter().partition(|event| event["type"] == "diagnostic");
        let found = [
            ("exit", format!("{}\n", plain.status.code().unwrap_or(-1))),
            ("stdout", progress(&String::from_utf8_lossy(&plain.stdout))),
            ("problems", problems.into_iter().map(problem).collect()),
            ("events", others.into_iter().filter_map(event).collect()),
            ("junit", junit(&report)),
        ];
        let mut differences = String::new();
        for (name, found) in found {
            let mut expected = self.section(name).to_owned();
            for (theirs, ours) in OTHERWISE {
                expected = expected.replace(theirs, ours);
            }
            if name == "stdout" {
                expected = progress(&expected);
            }
            // Files are told as a whole before any test runs: in which order does not matter.
            let (expected, found) = if name == "problems" && expected.starts_with("-: ") {
                (sorted(&expected), sorted(&found))
            } else {
                (expected, found)
            };
            if expected.trim_end() != found.trim_end() {
                let diff = similar::TextDiff::from_lines(expected.trim_end(), found.trim_end());
                let diff = diff.unified_diff().context_radius(1).to_string();
                write!(differences, "\n{} {name}:\n{diff}", self.name).expect("a String");
            }
        }
        differences
    }
}

fn sorted(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines.join("\n")
}

/// The lines about files and runs, without problems and plans.
fn progress(text: &str) -> String {
    let is_progress = |line: &&str| {
        let file = line.split("... ").next().unwrap_or_default();
        file.ends_with(".tftest.hcl")
            || file.ends_with(".tftest.json")
            || line.starts_with("  run \"")
            || line.starts_with("Success! ")
            || line.starts_with("Failure! ")
    };
    text.lines().filter(is_progress).fold(String::new(), |all, line| all + line + "\n")
}

fn events(text: &str) -> Vec<Map<String, Value>> {
    let lines = text.lines().filter(|line| line.starts_with('{'));
    lines.map(|line| serde_json::from_str(line).expect("each line is an object")).collect()
}

fn problem(event: &Map<String, Value>) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let names: Vec<String> =
        ["@testfile", "@testrun"].iter().filter_map(|key| event.get(*key).map(text)).collect();
    let whose = if names.is_empty() { "-".to_owned() } else { names.join("/") };
    let problem = &event["diagnostic"];
    let range = &problem["range"];
    let place = if range.is_object() {
        format!(" at {}:{}", text(&range["filename"]), range["start"]["line"])
    } else {
        String::new()
    };
    format!("{whose}: {}: {}{place}\n", text(&problem["severity"]), text(&problem["summary"]))
}

/// One line for an event, as `record.py` writes it.
fn event(event: &Map<String, Value>) -> Option<String> {
    let kind = event["type"].as_str().filter(|kind| *kind != "version")?;
    let detail = kind == "test_plan" || kind == "test_state";
    let content = event.get(kind).filter(|_| !detail).cloned().unwrap_or(Value::Null);
    let message = event["@message"].as_str().unwrap_or_default();
    Some(format!("{kind} '{message}' {content}\n"))
}

/// The report without times and without the texts of problems.
fn junit(report: &str) -> String {
    let mut text = report.to_owned();
    for name in [" time=\"", " timestamp=\""] {
        while let Some(start) = text.find(name) {
            let end = text[start + name.len()..].find('"').expect("it is closed");
            text.replace_range(start..=start + name.len() + end, "");
        }
    }
    for element in ["<error ", "<failure ", "<system-err>"] {
        let mut from = 0;
        while let Some(at) = text[from..].find(element).map(|at| from + at) {
            let content = at + text[at..].find('>').expect("it is closed") + 1;
            let end = content + text[content..].find("</").expect("it is closed");
            text.replace_range(content..end, "");
            from = content;
        }
    }
    text
}

#[test]
fn tests_come_to_what_they_come_to_in_terraform() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/testing/cases");
    let mut paths: Vec<_> = fs::read_dir(folder)
        .expect("there are cases")
        .map(|entry| entry.expect("it can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect();
    paths.sort();
    assert!(paths.len() > 20, "the cases are there");
    let differences: String = paths.iter().map(|path| Case::read(path).differences()).collect();
    assert!(differences.is_empty(), "{differences}");
}

/// Passes the tests of a folder of this project, which begin in its own folder.
fn passes(folder: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut command = Command::new(env!("CARGO_BIN_EXE_terrace"));
    command.current_dir(&root).env_clear().args(["test", "-no-color"]);
    let output = command.output().expect("terrace can be started");
    let (out, err) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{folder}:\n{out}\n{err}");
    assert!(out.contains("Success!") && !out.contains("0 passed"), "{folder} has tests:\n{out}");
}

#[test]
fn the_example_passes_its_tests() {
    passes("examples/shop");
}

#[test]
fn modules_pass_their_tests() {
    for module in ["app-tier", "database", "network", "single-box"] {
        passes(&format!("modules/{module}"));
    }
}
