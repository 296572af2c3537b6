//! Runs the conformance cases of `tests/conformance` with the built program and holds the reached level.

#![expect(clippy::print_stdout, reason = "the level reached is for people to read")]

use std::path::Path;
use std::process::Command;

/// Cases that must pass, in percent: kind, core, strict. Raised as the program improves, never lowered.
const FLOORS: [(&str, f64, f64); 3] =
    [("expr", 100.0, 99.6), ("config", 100.0, 97.0), ("fmt", 100.0, 100.0)];

/// Runs one kind of case and returns the percentages of core and strict.
fn run(kind: &str) -> (f64, f64) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance");
    let output = Command::new("python3")
        .arg(folder.join("run.py"))
        .arg(env!("CARGO_BIN_EXE_terrace"))
        .args(["--provider", "schema", "--jobs", "2", "--only", kind])
        .output()
        .expect("python3 runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let total = text.lines().find(|line| line.starts_with("TOTAL")).unwrap_or_else(|| {
        panic!("no total in\n{text}\n{}", String::from_utf8_lossy(&output.stderr))
    });
    let percent = |name: &str| -> f64 {
        let rest = total.split(name).nth(1).expect("the total names it");
        rest.trim().split('%').next().expect("a figure").trim().parse().expect("a number")
    };
    println!("{text}");
    (percent("core"), percent("strict"))
}

fn check(kind: &str) {
    let (_, core, strict) = FLOORS.into_iter().find(|floor| floor.0 == kind).expect("a floor");
    let reached = run(kind);
    assert!(reached.0 >= core && reached.1 >= strict, "{kind}: {reached:?} is below the floor");
}

#[test]
fn expressions() {
    check("expr");
}

#[test]
fn configurations() {
    check("config");
}

#[test]
fn formatting() {
    check("fmt");
}
