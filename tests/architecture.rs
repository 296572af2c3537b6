//! Holds the code to what ARCHITECTURE.md says: the order of layers, who may use which crate, sizes, heads and names.

#![expect(clippy::disallowed_methods, reason = "it reads the source")]

use std::fs;
use std::path::{Path, PathBuf};

/// Each layer may use itself and those before it.
const LAYERS: [&str; 20] = [
    "base", "world", "diag", "value", "schema", "syntax", "config", "eval", "graph", "plan",
    "migrate", "provider", "engine", "ledger", "fetch", "aws", "sim", "testing", "report", "cli",
];

/// Crates that only some layers may name: what a layer is for is not to leak into others.
const CRATES: [(&str, &[&str]); 19] = [
    ("petgraph", &["graph"]),
    ("hcl_edit", &["syntax"]),
    ("annotate_snippets", &["diag"]),
    ("aws_config", &["aws"]),
    ("aws_credential_types", &["aws"]),
    ("aws_smithy_types", &["aws"]),
    ("aws_types", &["aws"]),
    ("anyhow", &["cli"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("indicatif", &["cli"]),
    ("anstream", &["cli"]),
    ("rustyline", &["cli"]),
    ("hyper", &["fetch"]),
    ("hyper_rustls", &["fetch"]),
    ("hyper_util", &["fetch"]),
    ("rustls", &["fetch"]),
    ("tar", &["fetch"]),
    ("zip", &["fetch"]),
];

/// Layers that are pure: no runtime, no clock, no files.
const PURE: usize = 11;
/// What a pure layer does not name.
const IMPURE: [&str; 6] =
    ["tokio::", "std::fs", "std::env", "SystemTime::now", "Instant::now", "std::net::Tcp"];

const MOST_LINES: usize = 500;
const BAD_NAMES: [&str; 6] = ["utils", "util", "helpers", "common", "manager", "misc"];

struct File {
    path: PathBuf,
    layer: Option<usize>,
    text: String,
}

fn files() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    let mut folders = ["src", "tests", "benches", "build"].map(|name| root.join(name)).to_vec();
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.expect("the folder can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let relative = path.strip_prefix(root).expect("below the root").to_owned();
                let mut parts = relative.iter().filter_map(|part| part.to_str());
                let layer = match (parts.next(), parts.next()) {
                    (Some("src"), Some(name)) => LAYERS.iter().position(|layer| *layer == name),
                    _ => None,
                };
                let text = fs::read_to_string(&path).expect("the file can be read");
                files.push(File { path: relative, layer, text });
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// The part of a file before its unit tests, without comments; nothing of a file that is tests as a whole.
fn code(file: &File) -> Vec<(usize, &str)> {
    let is_test = |part: &std::ffi::OsStr| part == "tests" || part == "tests.rs";
    if file.path.iter().any(is_test) {
        return Vec::new();
    }
    let lines = file.text.lines().enumerate().map(|(at, line)| (at + 1, line));
    lines
        .take_while(|(_, line)| !line.starts_with("#[cfg(test)]"))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .collect()
}

/// Names that follow `prefix` in the line: `value` of `crate::value::Value`.
fn names<'a>(line: &'a str, prefix: &str) -> Vec<&'a str> {
    line.match_indices(prefix)
        .map(|(at, _)| {
            let rest = &line[at + prefix.len()..];
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            &rest[..end]
        })
        .collect()
}

fn report(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

#[test]
fn layers_use_only_those_before_them() {
    let mut problems = Vec::new();
    for file in files() {
        let Some(layer) = file.layer else { continue };
        for (number, line) in code(&file) {
            for name in names(line, "crate::") {
                if LAYERS.iter().position(|other| *other == name).is_some_and(|other| other > layer)
                {
                    let place = file.path.display();
                    problems.push(format!("{place}:{number}: {} uses {name}", LAYERS[layer]));
                }
            }
        }
    }
    report(&problems);
}

#[test]
fn crates_stay_in_their_layers() {
    let mut problems = Vec::new();
    for file in files() {
        let Some(layer) = file.layer else { continue };
        for (number, line) in code(&file) {
            for (name, allowed) in CRATES {
                let uses = line.contains(&format!("{name}::"))
                    && !line.contains(&format!("::{name}::"))
                    && !line.contains(&format!("_{name}::"));
                if uses && !allowed.contains(&LAYERS[layer]) {
                    problems.push(format!("{}:{number}: uses {name}", file.path.display()));
                }
            }
            if line.contains("aws_sdk_") && line.contains("::") && LAYERS[layer] != "aws" {
                problems.push(format!("{}:{number}: uses an AWS SDK", file.path.display()));
            }
        }
    }
    report(&problems);
}

#[test]
fn pure_layers_do_not_reach_outside() {
    let mut problems = Vec::new();
    for file in files() {
        let world = file.layer == Some(1);
        if world || file.layer.is_none_or(|layer| layer >= PURE) {
            continue;
        }
        for (number, line) in code(&file) {
            for name in IMPURE.iter().filter(|name| line.contains(**name)) {
                problems.push(format!("{}:{number}: names {name}", file.path.display()));
            }
        }
    }
    report(&problems);
}

#[test]
fn only_the_printer_prints() {
    let mut problems = Vec::new();
    for file in files() {
        if file.layer.is_none() {
            continue;
        }
        for (number, line) in code(&file) {
            let prints = ["println!", "eprintln!", "print!(", "eprint!(", "dbg!"];
            if prints.iter().any(|name| line.contains(name)) {
                problems.push(format!("{}:{number}: prints", file.path.display()));
            }
        }
    }
    report(&problems);
}

#[test]
fn files_say_what_they_own_and_stay_short() {
    let mut problems = Vec::new();
    for file in files() {
        let place = file.path.display();
        if !file.text.starts_with("//!") {
            problems.push(format!("{place}: does not begin with //!"));
        }
        let lines = file.text.lines().count();
        if lines > MOST_LINES {
            problems.push(format!("{place}: {lines} lines; {MOST_LINES} are the most"));
        }
        let stem = file.path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        if BAD_NAMES.contains(&stem) {
            problems.push(format!("{place}: a name that says nothing"));
        }
    }
    report(&problems);
}

/// Texts in backquotes, in order.
fn quoted(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

#[test]
fn tests_that_hold_the_invariants_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let map = fs::read_to_string(root.join("ARCHITECTURE.md")).expect("the map can be read");
    let (_, invariants) = map.split_once("\n## Invariants\n").expect("there are invariants");
    let (invariants, _) = invariants.split_once("\n## ").expect("something follows them");
    let mut problems = Vec::new();
    for row in invariants.lines().filter(|line| line.starts_with("| ")).skip(2) {
        let held_by = row.trim_end_matches(" |").rsplit(" | ").next().unwrap_or_default();
        let (mut file, mut text, mut count) = ("", String::new(), 0);
        for name in quoted(held_by) {
            if Path::new(name).extension().is_some_and(|extension| extension == "rs") {
                (file, text) = (name, fs::read_to_string(root.join(name)).unwrap_or_default());
            } else if text.contains(&format!("fn {name}(")) {
                count += 1;
            } else {
                problems.push(format!("ARCHITECTURE.md: {file} has no test {name}"));
            }
        }
        if count == 0 {
            problems.push(format!("ARCHITECTURE.md: no test holds: {row}"));
        }
    }
    report(&problems);
}
