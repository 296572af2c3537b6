//! Ephemeral resources: opened for a plan, opened again for its apply, and nowhere kept.

use serde_json::Value as Json;

use crate::sandbox::Sandbox;

/// One password in two places, on the way to one of them through a local and a module.
const PASSWORD: &str = r#"
ephemeral "random_password" "db" {
  length = 24
}
locals {
  password = "pw-${ephemeral.random_password.db.result}"
}
variable "generation" {
  default = 1
}
resource "aws_ssm_parameter" "a" {
  name             = "/a"
  type             = "SecureString"
  value_wo         = local.password
  value_wo_version = var.generation
}
module "b" {
  source     = "./b"
  password   = local.password
  generation = var.generation
}
ephemeral "aws_ssm_parameter" "a" {
  arn = aws_ssm_parameter.a.arn
}
ephemeral "aws_secretsmanager_secret_version" "b" {
  secret_id = module.b.id
}
resource "terraform_data" "seen" {
  triggers_replace = var.generation
  provisioner "local-exec" {
    command = "printf '%s\n' \"$SENT\" \"$PARAMETER\" \"$SECRET\" > seen"
    environment = {
      SENT      = local.password
      PARAMETER = ephemeral.aws_ssm_parameter.a.value
      SECRET    = ephemeral.aws_secretsmanager_secret_version.b.secret_string
    }
  }
}
"#;

const MODULE: &str = r#"
variable "password" {
  type      = string
  ephemeral = true
}
variable "generation" {}
resource "aws_secretsmanager_secret" "b" {
  name = "b"
}
resource "aws_secretsmanager_secret_version" "b" {
  secret_id                = aws_secretsmanager_secret.b.id
  secret_string_wo         = var.password
  secret_string_wo_version = var.generation
}
output "id" {
  value = aws_secretsmanager_secret_version.b.secret_id
}
"#;

fn stack() -> Sandbox {
    let sandbox = Sandbox::of(PASSWORD);
    sandbox.write("b/main.tf", MODULE);
    sandbox
}

/// The password as it was sent, which everything that was given it has to have.
fn sent(sandbox: &Sandbox) -> String {
    let seen = sandbox.read("seen");
    let lines: Vec<&str> = seen.lines().collect();
    assert!(lines.len() == 3 && lines.iter().all(|line| *line == lines[0]), "{lines:?}");
    assert!(lines[0].starts_with("pw-") && lines[0].len() == 27, "{lines:?}");
    lines[0].to_owned()
}

fn operations(lines: &str) -> Vec<String> {
    let json = |line| serde_json::from_str::<Json>(line).expect("JSON");
    let told = lines.lines().map(json).filter(|line| {
        let kind = line["type"].as_str().unwrap_or_default();
        kind.starts_with("ephemeral_op") || kind == "apply_start"
    });
    let told = told.map(|line| {
        let (kind, hook) = (line["type"].as_str().unwrap_or_default().to_owned(), &line["hook"]);
        let address = hook["resource"]["addr"].as_str().unwrap_or_default();
        format!("{kind} {address} {}", hook["action"].as_str().unwrap_or_default())
    });
    told.collect()
}

#[test]
fn a_value_is_opened_for_the_plan_and_again_for_its_apply() {
    const ONE: &str = "ephemeral.random_password.db";
    let sandbox = stack();
    let planned = sandbox.run("plan -json -out=p").ok().out;
    let round = |action: &str| {
        ["start", "complete"].map(|state| format!("ephemeral_op_{state} {ONE} {action}"))
    };
    // The secrets that are yet to be made are opened when they are there.
    assert_eq!(operations(&planned), [round("open"), round("close")].concat());
    let shown = sandbox.run("show p").ok().out;
    assert_eq!(shown.matches("(write-only attribute)").count(), 2, "{shown}");
    let document: Json = serde_json::from_str(&sandbox.run("show -json p").ok().out).expect("JSON");
    let parameter = &document["resource_changes"][0];
    assert_eq!(parameter["address"], "aws_ssm_parameter.a");
    assert_eq!(parameter["change"]["after"]["value_wo"], Json::Null);
    let changes = document["resource_changes"].to_string();
    assert!(!changes.contains("pw-"), "{changes}");

    let applied = sandbox.run("apply -json p").ok().out;
    let told = operations(&applied);
    // What the plan is made of is looked at again; then once for both that use it, before either begins.
    let begins = told.iter().position(|line| line.starts_with("apply_start aws_ssm_parameter.a"));
    let opened = told.iter().rposition(|line| *line == format!("ephemeral_op_complete {ONE} open"));
    assert!(opened < begins && begins.is_some(), "{told:?}");
    assert_eq!(
        told.iter().filter(|line| **line == format!("ephemeral_op_start {ONE} open")).count(),
        2
    );
    let closed = format!("ephemeral_op_complete {ONE} close");
    assert_eq!(told.iter().filter(|line| **line == closed).count(), 2, "{told:?}");
    assert!(told.last().is_some_and(|line| line.ends_with(" close")), "{told:?}");
    sandbox.run("plan -detailed-exitcode").ok();
}

#[test]
fn a_value_is_sent_to_all_who_use_it_and_kept_nowhere() {
    let sandbox = stack();
    sandbox.run("apply -auto-approve").ok();
    let one = sent(&sandbox);
    for entry in std::fs::read_dir(sandbox.path(".terrace")).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_file() {
            let bytes = std::fs::read(&path).expect("a file");
            let text = String::from_utf8_lossy(&bytes);
            assert!(!text.contains(&one), "{} has it", path.display());
        }
    }
    let state = sandbox.run("show -json").ok().out;
    assert!(!state.contains(&one), "{state}");
    // Another value each time it is opened is no difference; another version says that it is sent again.
    sandbox.run("plan -detailed-exitcode").ok();
    let text = sandbox.run("apply -auto-approve -var generation=2").ok().out;
    assert!(text.contains("2 added, 1 changed, 2 destroyed"), "{text}");
    assert_ne!(sent(&sandbox), one);
}

#[test]
fn what_is_only_known_while_applying_is_opened_then() {
    let sandbox = Sandbox::of(
        r#"
resource "aws_secretsmanager_secret" "s" {
  name = "s"
}
resource "aws_secretsmanager_secret_version" "s" {
  secret_id     = aws_secretsmanager_secret.s.id
  secret_string = "canary-e8"
}
ephemeral "aws_secretsmanager_secret_version" "s" {
  secret_id = aws_secretsmanager_secret_version.s.secret_id
}
resource "aws_ssm_parameter" "copy" {
  name             = "/copy"
  type             = "SecureString"
  value_wo         = ephemeral.aws_secretsmanager_secret_version.s.secret_string
  value_wo_version = 1
}
ephemeral "aws_ssm_parameter" "copy" {
  arn = aws_ssm_parameter.copy.arn
}
resource "terraform_data" "uses" {
  provisioner "local-exec" {
    command     = "test \"$SECRET\" = canary-e8 && echo \"got $SECRET\" > got"
    environment = { SECRET = ephemeral.aws_ssm_parameter.copy.value }
  }
}
"#,
    );
    let planned = sandbox.run("plan -json").ok().out;
    assert_eq!(operations(&planned), Vec::<String>::new(), "nothing can be opened yet");
    let applied = sandbox.run("apply -json -auto-approve").ok().out;
    assert_eq!(sandbox.read("got"), "got canary-e8\n");
    assert!(!applied.contains("canary-e8"), "{applied}");
    let told = operations(&applied);
    let at = |line: &str| told.iter().position(|told| told == line).expect(line);
    let second = "ephemeral_op_start ephemeral.aws_ssm_parameter.copy open";
    assert!(at("apply_start aws_ssm_parameter.copy create") < at(second), "{told:?}");
    assert!(at(second) < at("apply_start terraform_data.uses create"), "{told:?}");
    // By now all of it is known, and opened while planning.
    let planned = sandbox.run("plan -json -detailed-exitcode").ok().out;
    assert_eq!(operations(&planned).len(), 8, "{planned}");
}

#[test]
fn what_cannot_be_opened_is_told_once_and_stops_who_uses_it() {
    let sandbox = Sandbox::of(
        r#"
resource "terraform_data" "name" {}
ephemeral "aws_secretsmanager_secret_version" "none" {
  secret_id = terraform_data.name.id
}
resource "aws_ssm_parameter" "a" {
  count            = 2
  name             = "/a${count.index}"
  type             = "SecureString"
  value_wo         = ephemeral.aws_secretsmanager_secret_version.none.secret_string
  value_wo_version = 1
}
resource "terraform_data" "other" {}
"#,
    );
    let run = sandbox.run("apply -auto-approve");
    assert_eq!(run.code, 1, "{run}");
    assert_eq!(run.err.matches("has no such version").count(), 1, "{run}");
    assert!(run.out.contains("terraform_data.other: Creation complete"), "{run}");
    assert!(!run.out.contains("aws_ssm_parameter.a[0]: Creating"), "{run}");
}
