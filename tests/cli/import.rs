//! Adopting what exists: the command, the blocks, and everything that is refused.

use crate::sandbox::Sandbox;

const PARAMETERS: &str = r#"
resource "aws_ssm_parameter" "a" {
  name  = "/a"
  type  = "String"
  value = "one"
}

resource "aws_ssm_parameter" "b" {
  for_each = toset(["x", "y"])
  name     = "/b/${each.key}"
  type     = "String"
  value    = each.key
}

module "inner" {
  source = "./inner"
}
"#;

const INNER: &str = r#"
resource "aws_ssm_parameter" "c" {
  count = 1
  name  = "/c"
  type  = "String"
  value = "three"
}
"#;

/// Lets go of everything, so that it exists and is nobody's.
const LET_GO: &str = r"
removed {
  from = aws_ssm_parameter.a
  lifecycle {
    destroy = false
  }
}

removed {
  from = aws_ssm_parameter.b
  lifecycle {
    destroy = false
  }
}

removed {
  from = module.inner
  lifecycle {
    destroy = false
  }
}
";

/// Four parameters that are nobody's, and the configuration that declares them.
fn orphans() -> Sandbox {
    let sandbox = Sandbox::of(PARAMETERS);
    sandbox.write("inner/main.tf", INNER);
    sandbox.run("init").ok();
    sandbox.run("apply -auto-approve").ok();
    sandbox.write("main.tf", LET_GO);
    sandbox.run("apply -auto-approve").ok();
    assert!(sandbox.run("show").ok().out.contains("The stack owns nothing."));
    sandbox.write("main.tf", PARAMETERS);
    sandbox.run("init").ok();
    sandbox
}

/// The command fails with one error and these words, and changes nothing.
#[track_caller]
fn refused(sandbox: &Sandbox, arguments: &[&str], words: &str) {
    let run = sandbox.run_all(arguments).fails(words);
    assert_eq!(run.err.matches("Error: ").count(), 1, "{run}");
    let status = sandbox.run("status").ok().out;
    assert!(status.contains("lock       free"), "{status}");
}

#[test]
fn objects_are_adopted_at_every_kind_of_address() {
    let sandbox = orphans();
    sandbox.run("import aws_ssm_parameter.a /a").ok();
    sandbox.run_all(&["import", "aws_ssm_parameter.b[\"x\"]", "/b/x"]).ok();
    sandbox.run("import module.inner.aws_ssm_parameter.c[0] /c").ok();
    let plan = sandbox.run("plan -no-color").ok().out;
    assert!(plan.contains("Plan: 1 to add, 0 to change, 0 to destroy."), "{plan}");
    assert!(plan.contains("aws_ssm_parameter.b[\"y\"] will be created"), "{plan}");
    sandbox.run_all(&["import", "aws_ssm_parameter.b[\"y\"]", "/b/y"]).ok();
    sandbox.run("plan -detailed-exitcode").ok();
}

#[test]
fn what_cannot_be_adopted_is_told() {
    let sandbox = orphans();
    let cases: [(&[&str], &str); 8] = [
        (
            &["import", "aws_ssm_parameter.a", "/nowhere"],
            "Cannot import non-existent remote object",
        ),
        (&["import", "aws_ssm_parameter.a", ""], "Cannot import non-existent remote object"),
        (&["import", "aws_ssm_parameter.missing", "/a"], "Resource address does not exist"),
        (&["import", "aws_ssm_parameter.b", "/b/x"], "Resource address does not exist"),
        (&["import", "aws_ssm_parameter.b[\"z\"]", "/b/x"], "Resource address does not exist"),
        (&["import", "module.other.aws_ssm_parameter.c", "/c"], "Resource address does not exist"),
        (&["import", "data.aws_vpc.a", "vpc-1"], "Only managed resources can be imported"),
        (&["import", "aws_ssm_parameter", "/a"], "Invalid address"),
    ];
    for (arguments, words) in cases {
        refused(&sandbox, arguments, words);
    }
    sandbox.run("import aws_ssm_parameter.a /a").ok();
    refused(&sandbox, &["import", "aws_ssm_parameter.a", "/a"], "Resource already managed");
    let other = &["import", "aws_ssm_parameter.b[\"x\"]", "/a"][..];
    refused(&sandbox, other, "The object belongs to somebody else");
    sandbox.write("broken.tf", "resource \"aws_vpc\" {");
    sandbox.run("import aws_ssm_parameter.a /a").fails("broken.tf");
}

#[test]
fn an_id_of_another_type_is_not_found() {
    let sandbox = Sandbox::of("resource \"aws_vpc\" \"v\" {\n  cidr_block = \"10.0.0.0/16\"\n}\n");
    sandbox.run("apply -auto-approve").ok();
    let shown = sandbox.run("show").ok().out;
    let id = shown.split('"').find(|text| text.starts_with("vpc-")).expect("an id").to_owned();
    let subnet = "resource \"aws_subnet\" \"s\" {\n  vpc_id     = aws_vpc.v.id\n  cidr_block = \"10.0.0.0/24\"\n}\n";
    sandbox.write("subnet.tf", subnet);
    refused(&sandbox, &["import", "aws_subnet.s", &id], "Cannot import non-existent remote object");
}

#[test]
fn blocks_adopt_in_a_plan_and_in_modules() {
    let sandbox = orphans();
    sandbox.write(
        "imports.tf",
        r#"
import {
  to = aws_ssm_parameter.a
  id = "/a"
}

import {
  for_each = toset(["x", "y"])
  to       = aws_ssm_parameter.b[each.key]
  id       = "/b/${each.key}"
}

import {
  to = module.inner.aws_ssm_parameter.c[0]
  id = "/c"
}
"#,
    );
    let plan = sandbox.run("plan -no-color").ok().out;
    assert!(plan.contains("Plan: 4 to import, 0 to add, 0 to change, 0 to destroy."), "{plan}");
    sandbox.run("apply -auto-approve").ok();
    // The blocks may stay: what they name is the stack's by now.
    sandbox.run("plan -detailed-exitcode").ok();
    std::fs::remove_file(sandbox.path("imports.tf")).expect("it is there");
    sandbox.run("plan -detailed-exitcode").ok();
}

#[test]
fn blocks_that_cannot_be_followed_are_told_where_they_are() {
    let sandbox = orphans();
    let block = |to: &str, id: &str| format!("import {{\n  to = {to}\n  id = {id}\n}}\n");
    let cases = [
        (block("aws_ssm_parameter.a", "\"/nowhere\""), "Cannot import non-existent remote object"),
        (block("aws_ssm_parameter.missing", "\"/a\""), "import target does not exist"),
        (block("aws_ssm_parameter.a", "\"\""), "Invalid import id argument"),
        (block("aws_ssm_parameter.a", "null"), "Invalid import id argument"),
        (block("data.aws_vpc.a", "\"vpc-1\""), "imports.tf:2"),
    ];
    for (text, words) in cases {
        sandbox.write("imports.tf", text);
        let run = sandbox.run("plan -no-color").fails(words);
        assert_eq!(run.err.matches("Error: ").count(), 1, "{run}");
        assert!(run.says("imports.tf:"), "{run}");
    }
    sandbox.write("imports.tf", block("aws_ssm_parameter.a", "\"/a\""));
    sandbox.run("plan").ok();
}

#[test]
fn a_block_does_not_take_what_is_somebody_elses() {
    let sandbox = Sandbox::of(
        "resource \"aws_ssm_parameter\" \"a\" {\n  name  = \"/a\"\n  type  = \"String\"\n  value = \"one\"\n}\n",
    );
    sandbox.run("apply -auto-approve").ok();
    let import = "import {\n  to = aws_ssm_parameter.b\n  id = \"/a\"\n}\n";
    let second = sandbox.read("main.tf").replace("\"a\"", "\"b\"");
    sandbox.write("imports.tf", format!("{import}{second}"));
    let run = sandbox.run("plan").fails("The object belongs to somebody else");
    assert!(run.says("aws_ssm_parameter.a"), "{run}");
    assert!(run.says("imports.tf:2"), "{run}");
    sandbox.give_live("aws_ssm_parameter", "other");
    sandbox.write(".terrace/journal-0.jsonl", "");
    sandbox.write("main.tf", "");
    let run = sandbox.run("apply -auto-approve").fails("The object belongs to somebody else");
    assert!(run.says("the stack \"other\""), "{run}");
    assert_eq!(run.err.matches("Error: ").count(), 1, "{run}");
}
