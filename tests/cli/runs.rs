//! `terrace test`: modules of runs from elsewhere, runs beside each other, providers that follow from earlier runs, and
//! somebody who presses Ctrl-C.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};

use crate::packages::{Repository, call, module, sandbox, zip};
use crate::server::{Page, Server};

#[test]
fn modules_of_runs_are_fetched_from_elsewhere() {
    let sandbox = sandbox();
    let repository = Repository::new(&sandbox, "repository");
    repository.commit(&[("main.tf", &module("git")), ("sub/main.tf", &module("sub"))]);
    let server = Server::start();
    server.page("/m.zip", Page::of(zip(&[("main.tf", module("zip").as_bytes())])));
    let git = repository.url();
    sandbox.write("main.tf", module("root"));
    // A module beside the tests may itself call one from elsewhere.
    sandbox.write("tests/beside/main.tf", call(&server.url("/m.zip")));
    let run = |name: &str, source: &str, expected: &str| {
        format!(
            "run \"{name}\" {{\n  module {{\n    source = \"{source}\"\n  }}\n  assert {{\n    condition = \
             output.name == \"{expected}\"\n    error_message = output.name\n  }}\n}}\n"
        )
    };
    let tests = run("git", &git, "git")
        + &run("sub", &format!("{git}//sub"), "sub")
        + &run("beside", "./tests/beside", "zip");
    sandbox.write("tests/main.tftest.hcl", &tests);
    let before = sandbox.run("test").fails("Module not installed");
    assert!(before.err.contains("terrace init"), "{before}");
    let out = sandbox.run("init").ok().out;
    assert!(out.contains("- test.tests.main.git in .terrace/modules/test.tests.main.git"), "{out}");
    assert!(sandbox.read(".terrace.lock.hcl").contains("commit"), "it is locked");
    let out = sandbox.run("test -no-color").ok().out;
    assert!(out.contains("Success! 3 passed, 0 failed."), "{out}");

    sandbox.write(
        "tests/main.tftest.hcl",
        tests.replace(&format!("{git}\""), &format!("{git}?ref=main\"")),
    );
    sandbox.run("test").fails("Module source has changed");
    sandbox.run("get").ok();
    sandbox.run("test").ok();
    std::fs::remove_dir_all(sandbox.path("tests")).expect("removed");
    sandbox.run("init").ok();
    assert!(!sandbox.path(".terrace/modules/test.tests.main.git").exists(), "nobody tests it");
}

/// Each run leaves a file and waits for that of the other.
const MEETING: &str = r#"
variable "me" {}
variable "other" {}
resource "terraform_data" "a" {
  input = var.me
  provisioner "local-exec" {
    command = "touch ${var.me}; for i in $(seq 200); do [ -e ${var.other} ] && exit 0; sleep 0.05; done; exit 1"
  }
}
output "me" { value = terraform_data.a.output }
"#;

fn meeting(more: &str) -> String {
    let run = |me: &str, other: &str| {
        format!(
            "run \"{me}\" {{\n  state_key = \"{me}\"\n  {more}\n  variables {{\n    me = \"{me}\"\n    other = \
             \"{other}\"\n  }}\n}}\n"
        )
    };
    run("a", "b") + &run("b", "a")
}

#[test]
fn parallel_runs_are_carried_out_beside_each_other() {
    let mut sandbox = sandbox();
    // Beside the real cloud time is real; objects of the ledger's own take no cloud.
    sandbox.set("TERRACE_CLOUD", "aws");
    sandbox.write("main.tf", MEETING);
    let last = "run \"c\" {\n  parallel = true\n  state_key = \"c\"\n  variables {\n    me = run.a.me\n    other = \
                run.b.me\n  }\n  assert {\n    condition = output.me == \"a\"\n    error_message = \"no\"\n  }\n}\n";
    sandbox.write("all.tftest.hcl", meeting("parallel = true") + last);
    let run = sandbox.run("test -no-color").ok();
    assert!(run.out.contains("Success! 3 passed, 0 failed."), "{run}");
    for file in ["a", "b"] {
        std::fs::remove_file(sandbox.path(file)).expect("removed");
    }
    sandbox.write("all.tftest.hcl", format!("test {{\n  parallel = true\n}}\n{}", meeting("")));
    sandbox.run("test -no-color").ok();
}

#[test]
fn runs_of_one_state_wait_for_each_other() {
    let mut sandbox = sandbox();
    sandbox.set("TERRACE_CLOUD", "aws");
    sandbox.write(
        "main.tf",
        "variable \"n\" {}\nresource \"terraform_data\" \"a\" {\n  input = var.n\n  triggers_replace = var.n\n  provisioner \
         \"local-exec\" {\n    command = \"mkdir busy; sleep 0.2; rmdir busy\"\n  }\n}\n",
    );
    let run = |n: u8| {
        format!("run \"r{n}\" {{\n  parallel = true\n  variables {{\n    n = {n}\n  }}\n}}\n")
    };
    sandbox.write("all.tftest.hcl", run(1) + &run(2) + &run(3));
    let run = sandbox.run("test -no-color").ok();
    assert!(run.out.contains("Success! 3 passed, 0 failed."), "{run}");
}

#[test]
fn providers_may_follow_from_runs_and_variables_of_the_file() {
    let sandbox = sandbox();
    sandbox.write("tests/setup/main.tf", "output \"region\" {\n  value = \"eu-west-3\"\n}\n");
    sandbox.write("main.tf", "data \"aws_region\" \"here\" {}\noutput \"region\" {\n  value = data.aws_region.here.region\n}\n");
    let run = "run \"setup\" {\n  module {\n    source = \"./tests/setup\"\n  }\n}\nrun \"main\" {\n  assert {\n    \
               condition = output.region == \"REGION\"\n    error_message = output.region\n  }\n}\n";
    for (provider, region) in [
        ("region = run.setup.region", "eu-west-3"),
        ("region = \"${var.area}-${2 - 1}\"", "us-west-1"),
        ("region = \"us-west-2\"", "us-west-2"),
    ] {
        let file = format!(
            "variables {{\n  area = \"us-west\"\n}}\nprovider \"aws\" {{\n  {provider}\n}}\n{}",
            run.replace("REGION", region)
        );
        sandbox.write("tests/main.tftest.hcl", file);
        let run = sandbox.run("test -no-color");
        // The first run has no provider that could follow from it.
        assert_eq!(run.code, 0, "{provider}: {run}");
    }
    let file = "provider \"aws\" {\n  region = run.later.region\n}\nrun \"main\" {\n}\nrun \"later\" {\n}\n";
    sandbox.write("tests/main.tftest.hcl", file);
    sandbox.run("test").fails("has not executed yet");
}

#[test]
fn interrupted_tests_delete_what_they_made() {
    let mut sandbox = sandbox();
    sandbox.set("TERRACE_CLOUD", "aws");
    sandbox.write(
        "main.tf",
        "resource \"terraform_data\" \"a\" {\n  provisioner \"local-exec\" {\n    command = \"echo made >> log; sleep 1\"\n  }\n  \
         provisioner \"local-exec\" {\n    when = destroy\n    command = \"echo gone >> log\"\n  }\n}\n",
    );
    sandbox.write("all.tftest.hcl", "run \"first\" {\n}\nrun \"second\" {\n}\n");
    let mut command = sandbox.command(&["test", "-no-color"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it runs");
    let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
    while !sandbox.path("log").exists() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let id = i32::try_from(child.id()).expect("a process id");
    kill_process(Pid::from_raw(id).expect("a process id"), Signal::INT).expect("it is alive");
    let mut said = String::new();
    while out.read_line(&mut said).expect("it talks") > 0 {}
    child.stderr.take().expect("a pipe").read_to_string(&mut said).expect("it talks");
    assert_eq!(child.wait().expect("it ends").code(), Some(1), "{said}");
    assert!(said.contains("run \"second\"... skip"), "{said}");
    assert_eq!(sandbox.read("log"), "made\ngone\n", "{said}");
}

#[test]
fn what_a_killed_test_left_is_told_by_the_next() {
    let mut sandbox = sandbox();
    sandbox.set("TERRACE_CLOUD", "aws");
    // The other one never comes, and is waited for longer than this test takes.
    sandbox.write("main.tf", MEETING.replace("seq 200", "seq 1200"));
    sandbox.write(
        "all.tftest.hcl",
        meeting("parallel = true").replace("other = \"b\"", "other = \"never\""),
    );
    let mut command = sandbox.command(&["test"]);
    let mut run = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it runs");
    while !sandbox.path("a").exists() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let ledgers = || std::fs::read_dir(sandbox.path(".terrace/tests")).map(Iterator::count);
    assert!(ledgers().expect("they are kept") >= 1);
    sandbox.write("all.tftest.hcl", "");
    let beside = sandbox.run("test").ok();
    assert!(!beside.err.contains("are left"), "that test is still under way: {beside}");
    assert!(ledgers().expect("they are kept") >= 1);
    run.kill().expect("killed");
    run.wait().expect("it is over");
    let next = sandbox.run("test").ok();
    assert!(!next.err.contains("are left"), "objects of the ledger's own go with it: {next}");
    assert!(!sandbox.path(".terrace/tests").exists(), "nothing is left");
}
