//! Flags that mean what they mean in Terraform.

use crate::sandbox::Sandbox;

const VPC: &str = r#"
resource "aws_vpc" "a" {
  cidr_block = "10.0.0.0/16"
  tags       = { Name = "a" }
}

resource "aws_subnet" "b" {
  vpc_id     = aws_vpc.a.id
  cidr_block = "10.0.1.0/24"
}

resource "terraform_data" "c" {}
"#;

#[test]
fn exit_codes_tell_what_came_of_it() {
    let sandbox = Sandbox::of(VPC);
    assert_eq!(sandbox.run("plan").code, 0);
    assert_eq!(sandbox.run("plan -detailed-exitcode").code, 2);
    assert_eq!(sandbox.run("plan -detailed-exitcode -out=p").code, 2);
    assert_eq!(sandbox.run("apply -auto-approve").code, 0);
    assert_eq!(sandbox.run("plan -detailed-exitcode").code, 0);
    assert_eq!(sandbox.run("drift -detailed-exitcode").code, 0);
    assert_eq!(sandbox.run("plan -destroy -detailed-exitcode").code, 2);
    sandbox.write("broken.tf", "x");
    assert_eq!(sandbox.run("plan -detailed-exitcode").code, 1);
    assert_eq!(sandbox.run("nonsense").code, 1);
}

#[test]
fn without_a_refresh_the_last_run_is_believed() {
    let sandbox = Sandbox::of(VPC);
    sandbox.run("apply -auto-approve").ok();
    sandbox.change_live("aws_vpc", |value| value["enable_dns_support"] = false.into());
    assert_eq!(sandbox.run("plan -detailed-exitcode").code, 2);
    assert_eq!(sandbox.run("plan -detailed-exitcode -refresh=false").code, 0);
    sandbox.run("plan -refresh-only -refresh=false").fails("Incompatible refresh options");
}

#[test]
fn parts_are_planned_where_that_is_asked() {
    let sandbox = Sandbox::of(VPC);
    let plan = |arguments: &str| sandbox.run(&format!("plan -no-color {arguments}")).ok().out;
    assert!(plan("-target=terraform_data.c").contains("Plan: 1 to add"));
    assert!(plan("-target=aws_subnet.b").contains("Plan: 2 to add"));
    assert!(plan("-exclude=aws_vpc.a").contains("Plan: 1 to add"));
    sandbox.run("apply -auto-approve").ok();
    let replaced = plan("-replace=terraform_data.c");
    assert!(replaced.contains("will be replaced, as requested"), "{replaced}");
    for (flag, title) in
        [("target", "Invalid target"), ("exclude", "Invalid exclude"), ("replace", "force-replace")]
    {
        let run = sandbox.run(&format!("plan -{flag}=not..an[address")).fails(title);
        assert!(run.err.contains("An address is like"), "{}", run.err);
    }
}

#[test]
fn a_plan_waits_for_the_lock_and_may_go_without() {
    let sandbox = Sandbox::of(VPC);
    sandbox.run("apply -auto-approve").ok();
    let free = sandbox.read(".terrace/lock.json");
    let held = free.replace("\"released\": true", "\"released\": false");
    let held = held.replace("2026-01-31T12:01:00Z", "2026-01-31T12:59:00Z");
    // Another machine's process cannot be looked at: only its lease tells whether it lives.
    let host = held.split("\"host\": \"").nth(1).and_then(|rest| rest.split('"').next());
    let held = held.replace(host.expect("the lock names a host"), "elsewhere");
    assert_ne!(free, held);
    sandbox.write(".terrace/lock.json", &held);
    for command in ["plan", "apply -auto-approve", "destroy -auto-approve", "drift"] {
        let run = sandbox.run(command).fails("The ledger is locked");
        assert!(run.err.contains("terrace force-unlock"), "{}", run.err);
    }
    sandbox.run("plan -lock-timeout=1s").fails("The ledger is locked");
    sandbox.run("plan -lock=false").ok();
    sandbox.run("show").ok();
    let status = sandbox.run("status -json").ok().out;
    let status: serde_json::Value = serde_json::from_str(&status).expect("JSON");
    let id = status["lock"]["id"].as_str().expect("an id");
    sandbox.run("force-unlock -force wrong").fails("No such lock");
    sandbox.run(&format!("force-unlock {id}")).fails("Approval needed");
    assert_eq!(sandbox.run_with(&format!("force-unlock {id}"), "yes\n").code, 0);
    sandbox.run("plan").ok();
    let run = sandbox.run("apply -auto-approve -lock=false").ok();
    assert!(run.err.contains("The lock is taken all the same"), "{}", run.err);
}

#[test]
fn an_answer_may_come_through_a_pipe() {
    let sandbox = Sandbox::of(VPC);
    let no = sandbox.run_with("apply", "no\n");
    assert_eq!((no.code, no.err.contains("Not approved")), (1, true), "{no}");
    let yes = sandbox.run_with("apply", "yes\n");
    assert_eq!((yes.code, yes.out.contains("Apply complete!")), (0, true), "{yes}");
    let destroyed = sandbox.run_with("destroy", "yes\n");
    assert!(destroyed.out.contains("Destroy complete! Resources: 3 destroyed."), "{destroyed}");
}

#[test]
fn warnings_may_be_short() {
    let text = "resource \"terraform_data\" \"a\" {}\nresource \"terraform_data\" \"b\" {}\n";
    let sandbox = Sandbox::of(text);
    let long = sandbox.run("plan -target=terraform_data.a").ok().err;
    assert!(long.contains("Resource targeting is in effect") && long.len() > 300, "{long}");
    let short = sandbox.run("plan -target=terraform_data.a -compact-warnings").ok().err;
    assert!(short.contains("Warnings:\n\n- Resource targeting is in effect\n"), "{short}");
    assert!(!short.contains("routine"), "{short}");
}

#[test]
fn colours_are_for_terminals_and_for_who_asks() {
    let mut sandbox = Sandbox::of(VPC);
    assert!(!sandbox.run("plan").ok().out.contains('\u{1b}'));
    sandbox.set("CLICOLOR_FORCE", "1");
    assert!(sandbox.run("plan").ok().out.contains('\u{1b}'));
    assert!(!sandbox.run("plan -no-color").ok().out.contains('\u{1b}'));
    sandbox.set("NO_COLOR", "1");
    assert!(!sandbox.run("plan").ok().out.contains('\u{1b}'));
}

#[test]
fn terraforms_other_commands_name_what_does_their_job() {
    let sandbox = Sandbox::of(VPC);
    sandbox.run("apply -auto-approve").ok();
    for (command, words) in [
        ("state mv aws_vpc.a aws_vpc.b", "moved"),
        ("state rm aws_vpc.a", "removed"),
        ("state pull", "terrace show -json"),
        ("state frobnicate", "terrace state list"),
        ("taint aws_vpc.a", "-replace=ADDRESS"),
        ("untaint -lock=false aws_vpc.a", "-replace"),
        ("workspace new x", "terrace phases"),
        ("providers schema", "terrace version"),
        ("login", "TF_TOKEN_host"),
    ] {
        let run = sandbox.run(command).fails(words);
        assert_eq!(run.err.matches("Error: ").count(), 1, "{run}");
    }
    let list = sandbox.run("state list").ok().out;
    assert_eq!(list, "aws_subnet.b\naws_vpc.a\nterraform_data.c\n");
    assert_eq!(sandbox.run("state list aws_vpc.a").ok().out, "aws_vpc.a\n");
    let one = sandbox.run("state show aws_vpc.a").ok().out;
    assert!(one.contains("resource \"aws_vpc\" \"a\" {") && one.contains("10.0.0.0/16"), "{one}");
    sandbox.run("state show aws_vpc.z").fails("No instance found");
}

#[test]
fn what_is_live_is_shown_without_values_of_variables() {
    let text = "variable \"v\" {}\nresource \"terraform_data\" \"a\" {\n  input = var.v\n}\n";
    let sandbox = Sandbox::of(text);
    sandbox.run("apply -auto-approve -var v=seen").ok();
    for command in ["show", "show -json", "state show terraform_data.a"] {
        assert!(sandbox.run(command).ok().out.contains("seen"), "{command}");
    }
}

#[test]
fn an_early_end_of_the_reader_is_no_crash() {
    use std::process::{Command, Stdio};
    let sandbox = Sandbox::of(VPC);
    let program = env!("CARGO_BIN_EXE_terrace");
    let line = format!("{program} plan --cloud sim -no-color | head -n 1");
    let output = Command::new("sh")
        .args(["-c", &line])
        .current_dir(sandbox.path("."))
        .stdin(Stdio::null())
        .output()
        .expect("a shell");
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && err.is_empty(), "{err}");
}
