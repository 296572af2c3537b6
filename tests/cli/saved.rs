//! Saved plans: what they hold, and when they are refused.

use serde_json::Value as Json;

use crate::sandbox::Sandbox;

const VPC: &str = r#"
variable "name" {
  default = "one"
}

variable "token" {
  default   = "none"
  ephemeral = true
}

resource "aws_vpc" "a" {
  cidr_block = "10.0.0.0/16"
  tags       = { Name = var.name, Motto = trimspace(file("motto.txt")) }
}

output "name" {
  value = aws_vpc.a.tags["Name"]
}
"#;

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::of(VPC);
    sandbox.write("motto.txt", "carpe diem\n");
    sandbox
}

#[test]
fn a_plan_is_applied_with_the_files_that_it_was_made_from() {
    let sandbox = sandbox();
    sandbox.run("plan -out=p -var name=two").ok();
    sandbox.write("main.tf", "this is no longer HCL {");
    std::fs::remove_file(sandbox.path("motto.txt")).expect("it was there");
    sandbox.run("plan").fails("main.tf");
    sandbox.run("apply p").ok();
    sandbox.write("main.tf", VPC);
    sandbox.write("motto.txt", "carpe diem");
    let plan = sandbox.run("plan -var name=two -detailed-exitcode").ok().out;
    assert!(plan.contains("No changes."), "{plan}");
}

#[test]
fn plan_files_that_cannot_be_used_are_refused() {
    let sandbox = sandbox();
    sandbox.run("plan -out=p").ok();
    let whole = sandbox.read("p");
    for length in [whole.len() / 2, 40, 20, whole.len() - 2] {
        sandbox.write("cut", &whole[..length]);
        sandbox.run("apply cut").fails("cut: it was cut off");
    }
    sandbox.write("newer", whole.replacen("\"version\":1", "\"version\":99", 1));
    sandbox.run("apply newer").fails("The plan file is of another version");
    sandbox.write("changed", whole.replacen("sealed1:", "sealed1:A", 1));
    sandbox.run("apply changed").fails("it is not what was written");
    sandbox.write("text", "hello");
    sandbox.run("apply text").fails("This is no plan file");
    sandbox.run("show text").fails("This is no plan file");
    sandbox.run("apply missing").fails("Cannot read the plan file");
    sandbox.run("apply .").fails("Cannot read the plan file");
    sandbox.run("apply p").ok();
}

#[test]
fn the_plan_of_another_stack_is_refused() {
    let sandbox = sandbox();
    sandbox.run("plan -out=p").ok();
    sandbox.write("main.tf", format!("stack \"other\" {{}}\n{VPC}"));
    sandbox.run("apply p").fails("The plan is of another stack");
    let other = Sandbox::new();
    other.write("p", sandbox.read("p"));
    other.run("apply p").fails("The plan file cannot be opened");
}

#[test]
fn a_plan_whose_objects_changed_since_is_refused() {
    let sandbox = sandbox();
    sandbox.run("apply -auto-approve").ok();
    sandbox.run("plan -out=p -var name=two").ok();
    let before = sandbox.read(".terrace/sim/cloud.json");
    sandbox.change_live("aws_vpc", |value| {
        value["tags"]["Name"] = "by hand".into();
        value["tags_all"]["Name"] = "by hand".into();
    });
    let run = sandbox.run("apply p").fails("The plan is stale");
    assert!(run.err.contains("aws_vpc.a"), "{}", run.err);
    // What somebody else tagged is not the plan's business.
    sandbox.write(".terrace/sim/cloud.json", &before);
    sandbox.change_live("aws_vpc", |value| {
        value["tags_all"]["Owner"] = "finance".into();
    });
    sandbox.run("plan -out=p -var name=two").ok();
    sandbox.remove_live("aws_vpc");
    sandbox.run("apply p").fails("The plan is stale");
    sandbox.run("apply -auto-approve").ok();
    sandbox.run("plan -detailed-exitcode").ok();
}

#[test]
fn a_plan_whose_sensitive_values_changed_since_is_refused() {
    let sandbox = Sandbox::of(
        "variable \"v\" {\n  default = \"one\"\n}\n\nresource \"terraform_data\" \"a\" {\n  input = sensitive(var.v)\n}\n",
    );
    sandbox.run("apply -auto-approve").ok();
    sandbox.run("plan -out=p -var v=two").ok();
    sandbox.run("apply -auto-approve -var v=three").ok();
    let run = sandbox.run("apply p").fails("The plan is stale");
    assert!(run.says("terraform_data.a"), "{run}");
    sandbox.run("apply -auto-approve -var v=one").ok();
    sandbox.run("apply p").ok();
}

#[test]
fn a_plan_is_applied_with_its_own_options_and_values() {
    let sandbox = sandbox();
    sandbox.run("plan -out=p -var name=two").ok();
    sandbox.run("apply -target=aws_vpc.a p").fails("without -target");
    sandbox.run("apply -var name=three p").fails("Can't change variable when applying");
    sandbox.run("apply -var name=two -var token=t p").fails("was not set during planning");
    sandbox.run("apply -var name=two p").ok();
    assert_eq!(sandbox.run("output -raw name").ok().out, "two");
}

#[test]
fn a_saved_destroy_destroys() {
    let sandbox = sandbox();
    sandbox.run("apply -auto-approve").ok();
    sandbox.run("plan -destroy -out=p").ok();
    let document: Json = serde_json::from_str(&sandbox.run("show -json p").ok().out).expect("JSON");
    assert_eq!(document["resource_changes"][0]["change"]["actions"][0], "delete");
    sandbox.run("apply p").ok();
    assert!(sandbox.run("show").ok().out.contains("The stack owns nothing."));
}
