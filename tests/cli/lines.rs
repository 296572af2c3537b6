//! Lines for programs, held against what Terraform 1.11.4 printed: `tests/cli/lines/` has its output as it was recorded,
//! without times, with ids as `ID` and without the details of diagnostics, whose words are terrace's own.
//!
//! What runs at the same time may be told in any order, and what is independent stands in another order: of each stretch
//! of lines of one kind, those of one object have to come as Terraform's do.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value as Json};

use crate::sandbox::{Run, Sandbox};

static IDS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(~[0-9]+)?").expect("a pattern")
});
static SECONDS: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"after \d+s").expect("a pattern"));

/// The stretch of a run that a line belongs to, its object, and what it says.
type Line = (&'static str, String, String);

/// Whether the lines of the first stretch, of what is looked at, are compared.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Looks {
    Compared,
    Ignored,
}

fn stretch(kind: &str, planned: bool) -> &'static str {
    match kind {
        "version" => "version",
        "planned_change" => "plan",
        "change_summary" => "totals",
        "outputs" => "outputs",
        "diagnostic" => "problems",
        _ if planned => "work",
        _ => "look",
    }
}

/// Takes out what differs from run to run, and what terrace adds.
fn tidied(json: &mut Json) {
    match json {
        Json::String(text) => {
            *text = IDS.replace_all(text, "ID").into_owned();
            *text = SECONDS.replace_all(text, "after Ns").into_owned();
        }
        Json::Array(all) => all.iter_mut().for_each(tidied),
        Json::Object(entries) => {
            for name in ["@timestamp", "@module", "terrace", "detail", "elapsed_seconds"] {
                if entries.remove(name).is_some() && name == "elapsed_seconds" {
                    entries.insert(name.to_owned(), "N".into());
                }
            }
            entries.values_mut().for_each(tidied);
        }
        _ => {}
    }
}

/// Leaves where a problem is and which values it tells: the words and what is underlined are terrace's own.
fn tidy_problem(problem: &mut Map<String, Json>) {
    problem.remove("address");
    if let Some(range) = problem.remove("range") {
        let place = format!("{}:{}", range["filename"], range["start"]["line"]);
        problem.insert("place".to_owned(), place.into());
    }
    if let Some(snippet) = problem.remove("snippet") {
        let values = snippet["values"].as_array().into_iter().flatten();
        let traversals = values.map(|value| value["traversal"].clone()).collect();
        problem.insert("values".to_owned(), traversals);
    }
}

fn lines(text: &str) -> Vec<Line> {
    let mut planned = false;
    let mut lines: Vec<Line> = Vec::new();
    for text in text.lines().filter(|line| !line.is_empty()) {
        let mut json: Json =
            serde_json::from_str(text).unwrap_or_else(|_| panic!("no JSON: {text}"));
        tidied(&mut json);
        let kind = json["type"].as_str().expect("a type").to_owned();
        let stretch = stretch(&kind, planned);
        planned |= matches!(stretch, "plan" | "totals" | "outputs");
        if kind == "version" {
            json = Json::Null;
        }
        if let Some(problem) = json.get_mut("diagnostic").and_then(Json::as_object_mut) {
            tidy_problem(problem);
        }
        let address = ["hook", "change"].map(|body| json[body]["resource"]["addr"].as_str());
        let address = address.into_iter().flatten().next().unwrap_or_default().to_owned();
        lines.push((stretch, address, json.to_string()));
    }
    // Within a stretch the order counts for each object alone.
    let mut ordered = Vec::new();
    for part in lines.chunk_by(|a, b| a.0 == b.0) {
        let mut part = part.to_vec();
        part.sort_by(|a, b| a.1.cmp(&b.1));
        ordered.extend(part);
    }
    ordered
}

fn compare(run: &Run, expected: &str, looks: Looks, what: &str) {
    let counts = |line: &Line| looks == Looks::Compared || line.0 != "look";
    let told: Vec<Line> = lines(&run.out).into_iter().filter(counts).collect();
    let wanted: Vec<Line> = lines(expected).into_iter().filter(counts).collect();
    let show = |lines: &[Line]| {
        lines
            .iter()
            .map(|(stretch, _, text)| format!("{stretch}: {text}"))
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert!(
        told == wanted,
        "{what}\n--- Terraform\n{}\n--- terrace\n{}",
        show(&wanted),
        show(&told)
    );
}

/// Carries a recording out: files are written and taken away as it says, runs are compared.
fn check(recording: &str) {
    let mut sandbox = Sandbox::new();
    let schema =
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conformance/fixtures/provider/schema.json");
    sandbox.set("TERRACE_TEST_PROVIDERS", schema);
    for section in format!("\n{recording}").split("\n== ").skip(1) {
        let section = format!("{section}\n");
        let (head, body) = section.split_once('\n').expect("it was added");
        let (looks, head) = match head.strip_prefix("blind ") {
            // Terraform tells of an object that moved under its new address, terrace under the one in its tags.
            Some(rest) => (Looks::Ignored, rest),
            None => (Looks::Compared, head),
        };
        let words: Vec<&str> = head.split(' ').collect();
        match words.as_slice() {
            ["file", path] => sandbox.write(path, body),
            ["gone", path] => std::fs::remove_file(sandbox.path(path)).expect("it is there"),
            ["run", code, command @ ..] => {
                let run = sandbox.run_all(command);
                assert_eq!(run.code.to_string(), *code, "{head}\n{run}");
                // A saved plan is made again before it is applied, for which everything is looked at again.
                let is_saved = command.first() == Some(&"apply")
                    && command.last().is_some_and(|last| !last.starts_with('-') && last.len() == 1);
                let looks = if is_saved { Looks::Ignored } else { looks };
                compare(&run, body, looks, head);
            }
            _ => panic!("no such section: {head}"),
        }
    }
}

#[test]
fn a_life_is_told_as_terraform_tells_it() {
    check(include_str!("lines/basic.txt"));
}

#[test]
fn what_fails_is_told_as_terraform_tells_it() {
    check(include_str!("lines/errors.txt"));
}

#[test]
fn imports_are_told_as_terraform_tells_them() {
    check(include_str!("lines/imported.txt"));
}

#[test]
fn what_moves_and_what_is_given_up_is_told_as_terraform_tells_it() {
    check(include_str!("lines/moved.txt"));
}

#[test]
fn saved_plans_are_told_as_terraform_tells_them() {
    check(include_str!("lines/saved.txt"));
}

fn kinds(text: &str) -> Vec<String> {
    let kind = |line: &str| {
        let json: Json = serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
        json["type"].as_str().unwrap_or_default().to_owned()
    };
    text.lines().map(kind).collect()
}

#[test]
fn a_command_that_fails_under_json_says_so_in_json() {
    let sandbox = Sandbox::of("output \"a\" {\n  value = 1\n}\n");
    for command in [
        "plan -json -nope",
        "plan -json -lock-timeout=soon",
        "plan -json -target=a..b",
        "apply -json",
        "apply -json no.plan",
        "-chdir=nowhere plan -json",
        "test -json -nope",
        "init -json extra",
    ] {
        let run = sandbox.run(command);
        assert_eq!((run.code, run.err.as_str()), (1, ""), "{command}\n{run}");
        assert_eq!(kinds(&run.out), ["version", "diagnostic"], "{command}\n{run}");
    }
    // A document stands alone on standard output.
    for command in
        ["show -json -nope", "output -json a", "show -json no.plan", "-chdir=nowhere status -json"]
    {
        let run = sandbox.run(command);
        assert_eq!((run.code, run.out.as_str()), (1, ""), "{command}\n{run}");
        assert_eq!(kinds(&run.err), ["diagnostic"], "{command}\n{run}");
    }
}

#[test]
fn values_of_ephemeral_variables_are_needed_again_and_in_no_plan() {
    const CANARY: &str = "canary-5f2c";
    let sandbox = Sandbox::of(
        "variable \"token\" {\n  type = string\n  ephemeral = true\n}\n\
         variable \"other\" {\n  type = string\n  ephemeral = true\n  default = \"x\"\n}\n\
         variable \"size\" {\n  default = 1\n}\n\
         resource \"terraform_data\" \"a\" {\n  input = var.size\n}\n",
    );
    sandbox.write("terraform.tfvars", format!("token = \"{CANARY}\"\n"));
    sandbox.run("plan -out=p -var size=2").ok();
    std::fs::remove_file(sandbox.path("terraform.tfvars")).expect("it is there");
    let missing = sandbox.run("apply p").fails("No value for required variable");
    assert!(
        missing.err.contains("\"token\"") && missing.err.contains("-var 'token=…'"),
        "{missing}"
    );
    let added = sandbox.run("apply -var token=again -var other=y p");
    added.fails("Ephemeral variable was not set during planning");
    let other = sandbox.run("apply -var token=again -var size=3 p");
    other.fails("Can't change variable when applying a saved plan");
    assert!(!sandbox.run("show -json p").ok().out.contains(CANARY));
    sandbox.run("apply -var token=again -var size=2 p").ok();
}

#[test]
fn commands_of_provisioners_are_told_unless_they_are_secret_or_quiet() {
    let sandbox = Sandbox::of(
        "variable \"secret\" {\n  default = \"canary-71\"\n  sensitive = true\n}\n\
         resource \"terraform_data\" \"open\" {\n  provisioner \"local-exec\" {\n    command = \"echo out-1\"\n  }\n}\n\
         resource \"terraform_data\" \"quiet\" {\n  provisioner \"local-exec\" {\n    command = \"echo out-2\"\n    \
         quiet = true\n  }\n}\n\
         resource \"terraform_data\" \"secret\" {\n  provisioner \"local-exec\" {\n    command = \"echo ${var.secret}\"\n  \
         }\n}\n",
    );
    let text = sandbox.run("apply -auto-approve").ok().out;
    for told in [
        "Executing: [\"/bin/sh\" \"-c\" \"echo out-1\"]",
        ": out-1",
        "local-exec: Executing: Suppressed by quiet=true",
        ": out-2",
        "(output suppressed due to sensitive value in config)",
    ] {
        assert!(text.contains(told), "{told} is not in {text}");
    }
    assert!(!text.contains("canary-71") && !text.contains("echo out-2"), "{text}");
}
