//! Ctrl-C and SIGTERM, through the real program: what is under way ends, nothing is lost and nothing made twice.

#![cfg(unix)]

use std::time::Duration;

use rustix::process::Signal;

use crate::running::Running;
use crate::sandbox::Sandbox;

/// Two objects, one after the other; the first takes a while.
const SLOW: &str = r#"
resource "terraform_data" "first" {
  provisioner "local-exec" {
    command = "echo begun; sleep ${var.seconds}; echo made >> made.txt"
  }
}

resource "terraform_data" "second" {
  input = terraform_data.first.id
}

variable "seconds" {
  default = 2
}
"#;

fn sandbox() -> Sandbox {
    let mut sandbox = Sandbox::of(SLOW);
    // Objects of the ledger's own take no cloud; beside the real one time is real.
    sandbox.set("TERRACE_CLOUD", "aws");
    sandbox.set("PATH", "/usr/bin:/bin");
    sandbox
}

fn finish(sandbox: &Sandbox) {
    let out = sandbox.run("apply -auto-approve -no-color -var seconds=0").ok();
    assert!(!out.err.contains("lock"), "the lock was given back: {}", out.err);
    sandbox.run("plan -detailed-exitcode").ok();
    let status = sandbox.run("status").ok().out;
    assert!(status.contains("objects    2"), "{status}{out}");
}

#[test]
fn the_first_signal_lets_what_is_under_way_end() {
    for signal in [Signal::INT, Signal::TERM] {
        let sandbox = sandbox();
        let run = Running::until(&sandbox, &["apply", "-auto-approve", "-no-color"], "begun");
        run.signal(signal);
        let (code, said, _) = run.end();
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("terraform_data.first: Creation complete"), "{said}");
        assert!(said.contains("Apply interrupted."), "{said}");
        assert!(!said.contains("terraform_data.second: Creat"), "{said}");
        assert!(sandbox.run("status").ok().out.contains("(interrupted)"));
        finish(&sandbox);
        assert_eq!(sandbox.read("made.txt"), "made\n", "it was made once");
    }
}

#[test]
fn the_second_signal_stops_at_once() {
    let sandbox = sandbox();
    let arguments = ["apply", "-auto-approve", "-no-color", "-var", "seconds=60"];
    let run = Running::until(&sandbox, &arguments, "begun");
    run.signal(Signal::INT);
    // Two signals that come together are one.
    std::thread::sleep(Duration::from_millis(300));
    run.signal(Signal::INT);
    let (code, said, took) = run.end();
    assert_eq!(code, Some(1), "{said}");
    assert!(took < Duration::from_secs(20), "{took:?}: {said}");
    finish(&sandbox);
}

#[test]
fn a_signal_at_the_question_changes_nothing() {
    let sandbox = sandbox();
    let run = Running::until(&sandbox, &["apply", "-no-color"], "Plan: 2 to add");
    std::thread::sleep(Duration::from_millis(300));
    run.signal(Signal::INT);
    let (code, said, _) = run.end();
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("Interrupted"), "{said}");
    let status = sandbox.run("status").ok().out;
    assert!(status.contains("objects    0") && status.contains("lock       free"), "{status}");
    finish(&sandbox);
}

#[test]
fn what_was_killed_is_settled_by_the_next_run() {
    let sandbox = sandbox();
    let run = Running::until(&sandbox, &["apply", "-auto-approve", "-no-color"], "begun");
    run.signal(Signal::KILL);
    let (code, ..) = run.end();
    assert_eq!(code, None);
    let status = sandbox.run("status").ok().out;
    assert!(status.contains("lock       left by"), "{status}");
    assert!(status.contains("the next run takes it over"), "{status}");
    sandbox.run("apply -auto-approve -var seconds=0").ok();
    sandbox.run("plan -detailed-exitcode").ok();
    assert!(sandbox.run("status").ok().out.contains("objects    2"));
}
