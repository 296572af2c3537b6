//! What a plan or an apply refuses because of what there is: names of others, values out of range, types without a cloud.

use crate::sandbox::Sandbox;

const ROLE: &str = r#"
resource "aws_iam_role" "r" {
  name               = "deploy"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}
"#;

#[test]
fn a_name_that_somebody_else_took_is_told_with_how_to_adopt_it() {
    let sandbox = Sandbox::of(ROLE);
    sandbox.run("apply -auto-approve").ok();
    // Another stack's from now on, and nothing here remembers it.
    sandbox.give_live("aws_iam_role", "other");
    sandbox.write(".terrace/journal-0.jsonl", "");
    let run = sandbox.run("apply -auto-approve").fails("The name is taken");
    assert!(run.err.contains("terrace import 'aws_iam_role.r' 'deploy'"), "{run}");
    assert!(run.err.contains("of stack other"), "{run}");
    assert_eq!(run.err.matches("Error: ").count(), 1, "{run}");
    sandbox.run("import aws_iam_role.r deploy").fails("The object belongs to somebody else");
    sandbox.write("main.tf", ROLE.replace("\"deploy\"", "\"deploy-2\""));
    sandbox.run("apply -auto-approve").ok();
    sandbox.run("plan -detailed-exitcode").ok();
}

#[test]
fn what_was_deleted_by_hand_is_made_again() {
    let sandbox = Sandbox::of(ROLE);
    sandbox.run("apply -auto-approve").ok();
    sandbox.remove_live("aws_iam_role");
    let plan = sandbox.run("plan -no-color").ok().out;
    assert!(plan.contains("Plan: 1 to add, 0 to change, 0 to destroy."), "{plan}");
    sandbox.run("apply -auto-approve").ok();
    sandbox.run("plan -detailed-exitcode").ok();
    sandbox.remove_live("aws_iam_role");
    sandbox.run("destroy -auto-approve").ok();
}

#[test]
fn values_out_of_range_are_refused_before_anything_is_asked() {
    let text = "resource \"aws_lb_target_group\" \"g\" {\n  port        = 70000\n  protocol    = \"HTTP\"\n  target_type = \"lambda\"\n}\n";
    let sandbox = Sandbox::of(text);
    let run = sandbox.run("plan").fails("Value out of range");
    assert!(run.err.contains("main.tf:2"), "{run}");
    let text = "resource \"aws_instance\" \"v\" {\n  ami           = \"ami-1\"\n  instance_type = \"t3.nano\"\n  tenancy       = \"odd\"\n}\n";
    let sandbox = Sandbox::of(text);
    let run = sandbox.run("plan").fails("main.tf:4");
    assert_eq!(run.err.matches("Error: ").count(), 1, "{run}");
}

#[cfg(not(feature = "aws"))]
#[test]
fn a_type_that_the_cloud_lacks_is_an_error_only_where_it_has_an_instance() {
    let mut sandbox = Sandbox::of(
        "resource \"aws_vpc\" \"a\" {\n  count      = 0\n  cidr_block = \"10.0.0.0/16\"\n}\n",
    );
    sandbox.set("TERRACE_CLOUD", "aws");
    sandbox.run("plan").ok();
    sandbox.write("main.tf", "resource \"aws_vpc\" \"a\" {\n  cidr_block = \"10.0.0.0/16\"\n}\n");
    let run = sandbox.run("plan").fails("main.tf:1");
    assert_eq!(run.err.matches("Error: ").count(), 1, "{run}");
}

#[test]
fn a_stack_is_described_before_and_after() {
    let sandbox = Sandbox::of("phase \"mvp\" {}\nphase \"growth\" {\n  after = \"mvp\"\n}\n");
    let status = sandbox.run("status").ok().out;
    assert!(status.contains("phase      mvp → growth (none applied yet)"), "{status}");
    assert!(status.contains("objects    0") && status.contains("lock       free"), "{status}");
    sandbox.write("x.tf", ROLE);
    sandbox.run("apply -auto-approve -phase growth").ok();
    let status = sandbox.run("status").ok().out;
    assert!(status.contains("phase      mvp → [growth]"), "{status}");
    assert!(status.contains("T12:00:00Z: 1 added, 0 changed, 0 destroyed (complete)"), "{status}");
    let phases = sandbox.run("phases -no-color").ok().out;
    assert!(phases.contains("growth after mvp ← the stack is here\n"), "{phases}");
    assert!(phases.starts_with("mvp\n") && !phases.contains("live "), "{phases}");
}
