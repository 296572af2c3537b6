//! Files of the ledger that were cut off or changed, and disks that are full: told clearly, and the next run works.

use std::process::Command;

use crate::sandbox::Sandbox;

const STACK: &str = r#"
resource "aws_vpc" "a" {
  cidr_block = "10.0.0.0/16"
}

resource "terraform_data" "b" {
  triggers_replace = sensitive("x")
}

output "id" {
  value = aws_vpc.a.id
}
"#;

const JOURNAL: &str = ".terrace/journal-0.jsonl";

fn applied() -> Sandbox {
    let sandbox = Sandbox::of(STACK);
    sandbox.run("apply -auto-approve").ok();
    sandbox
}

#[test]
fn a_journal_cut_off_at_its_end_is_used_as_far_as_it_goes() {
    let sandbox = applied();
    let whole = sandbox.read(JOURNAL);
    sandbox.write(JOURNAL, &whole[..whole.len() - 20]);
    let run = sandbox.run("plan").ok();
    assert!(run.err.contains("The end of the ledger was cut off"), "{}", run.err);
    sandbox.run("apply -auto-approve").ok();
    let run = sandbox.run("plan -detailed-exitcode").ok();
    assert!(!run.err.contains("cut off"), "{}", run.err);
}

#[test]
fn a_journal_damaged_in_its_middle_is_refused_with_the_line() {
    let sandbox = applied();
    let whole = sandbox.read(JOURNAL);
    let mut lines: Vec<&str> = whole.lines().collect();
    let half = lines[1].len() / 2;
    let cut = lines[1][..half].to_owned();
    lines[1] = &cut;
    sandbox.write(JOURNAL, lines.join("\n") + "\n");
    for command in
        ["plan", "apply -auto-approve", "show", "status", "output", "destroy -auto-approve"]
    {
        let run = sandbox.run(command).fails("The ledger is damaged");
        assert!(run.err.contains("journal-0.jsonl, line 2"), "{}", run.err);
        assert!(run.err.contains("Restore"), "{}", run.err);
        assert_eq!(run.err.matches("Error: ").count(), 1, "{}", run.err);
    }
    // The lock was given back each time, and a copy restores everything.
    sandbox.write(JOURNAL, &whole);
    let run = sandbox.run("plan -detailed-exitcode").ok();
    assert!(!run.err.contains("lock"), "{}", run.err);
}

#[test]
fn a_lost_journal_loses_no_object_of_the_cloud() {
    let sandbox = applied();
    sandbox.write(JOURNAL, "");
    let plan = sandbox.run("plan -no-color").ok().out;
    assert!(!plan.contains("aws_vpc.a will be created"), "{plan}");
    assert!(plan.contains("terraform_data.b will be created"), "{plan}");
    sandbox.run("apply -auto-approve").ok();
    sandbox.run("plan -detailed-exitcode").ok();
}

#[test]
fn other_files_of_the_ledger_are_told_too() {
    let sandbox = applied();
    let lock = sandbox.read(".terrace/lock.json");
    sandbox.write(".terrace/lock.json", &lock[..lock.len() / 2]);
    let run = sandbox.run("apply -auto-approve");
    assert!(run.code == 0 || run.err.contains("lock.json"), "{run}");
    sandbox.write(".terrace/lock.json", &lock);
    let history = sandbox.read(".terrace/history.jsonl");
    sandbox.write(".terrace/history.jsonl", &history[..history.len() / 2]);
    sandbox.run("status").ok();
    sandbox.run("apply -auto-approve").ok();
    std::fs::remove_file(sandbox.path(".terrace/key")).expect("there is a key");
    let run = sandbox.run("plan").fails("A sealed value cannot be opened");
    assert!(run.err.contains("TERRACE_LEDGER_KEY") && run.err.contains("E0909"), "{run}");
    assert!(!run.err.contains("E0820"), "{run}");
    assert_eq!(run.err.matches("Error: ").count(), 1, "{run}");
}

#[test]
fn the_ledger_of_another_stack_is_refused() {
    let sandbox = applied();
    sandbox.write("main.tf", format!("stack \"other\" {{}}\n{STACK}"));
    let run = sandbox.run("plan").fails("The ledger is another stack's");
    assert!(run.err.contains("ledger folder") || run.err.contains("name"), "{}", run.err);
    sandbox.write("main.tf", STACK);
    sandbox.run("plan -detailed-exitcode").ok();
}

#[test]
fn a_full_disk_is_told_and_the_next_run_goes_on() {
    let sandbox = Sandbox::of(STACK);
    // Writes beyond the limit fail instead of ending the process: as on a full disk.
    let program = env!("CARGO_BIN_EXE_terrace");
    let line = format!("trap '' XFSZ; ulimit -f 0; exec {program} apply --cloud sim -auto-approve");
    let output = Command::new("sh")
        .args(["-c", &line])
        .current_dir(sandbox.path("."))
        .output()
        .expect("a shell");
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{err}");
    assert!(err.contains("The disk is full"), "{err}");
    assert_eq!(err.matches("Error: ").count(), 1, "{err}");
    sandbox.run("apply -auto-approve").ok();
    sandbox.run("plan -detailed-exitcode").ok();
}

#[test]
fn a_plan_that_cannot_be_written_is_told() {
    let sandbox = Sandbox::of(STACK);
    sandbox.run("plan -out=missing/p").fails("Cannot write the plan file");
    sandbox.run("plan -out=.").fails("Cannot write the plan file");
    if std::path::Path::new("/dev/full").exists() {
        sandbox.run("plan -out=/dev/full").fails("Cannot write the plan file");
        assert!(std::path::Path::new("/dev/full").metadata().is_ok_and(|it| !it.is_file()));
    }
    sandbox.run("plan -out=p").ok();
}
