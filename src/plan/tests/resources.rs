//! What becomes of resources.

use super::Stage;

#[test]
fn a_chain_is_created_in_order_and_then_nothing_changes() {
    let mut stage = Stage::new(
        r#"
        variable "size" { default = 3 }
        locals { name = "n-${var.size}" }
        resource "terraform_data" "b" { input = terraform_data.a.output }
        resource "terraform_data" "a" { input = local.name }
        output "o" { value = terraform_data.b.output }
        "#,
    );
    insta::assert_snapshot!(stage.apply());
    let again = stage.plan();
    assert!(!again.has_changes(), "{}", crate::plan::text::text(&again.plan));
}

#[test]
fn count_shrinks_and_grows() {
    let mut stage =
        Stage::new("resource \"terraform_data\" \"a\" {\n count = 2\n input = count.index\n}");
    stage.apply();
    stage.rewrite("resource \"terraform_data\" \"a\" {\n count = 1\n input = count.index\n}");
    insta::assert_snapshot!(stage.apply());
}

#[test]
fn a_trigger_replaces() {
    let mut stage = Stage::new(
        "resource \"terraform_data\" \"a\" {\n triggers_replace = [\"v1\"]\n}\n\
         resource \"terraform_data\" \"b\" {\n input = terraform_data.a.id\n}",
    );
    stage.apply();
    stage.rewrite(
        "resource \"terraform_data\" \"a\" {\n triggers_replace = [\"v2\"]\n}\n\
         resource \"terraform_data\" \"b\" {\n input = terraform_data.a.id\n}",
    );
    insta::assert_snapshot!(stage.apply());
}

#[test]
fn what_is_replaced_new_first_goes_after_its_dependents_moved_over() {
    let text = |version: &str| {
        format!(
            "resource \"terraform_data\" \"a\" {{\n triggers_replace = [\"{version}\"]\n lifecycle {{\n \
             create_before_destroy = true\n }}\n}}\nresource \"terraform_data\" \"b\" {{\n input = \
             terraform_data.a.id\n}}"
        )
    };
    let mut stage = Stage::new(&text("v1"));
    stage.apply();
    stage.rewrite(&text("v2"));
    insta::assert_snapshot!(stage.apply());
    assert!(!stage.plan().has_changes());
}

#[test]
fn everything_is_destroyed_in_reverse() {
    let mut stage = Stage::new(
        "resource \"terraform_data\" \"a\" {\n input = 1\n}\n\
         resource \"terraform_data\" \"b\" {\n input = terraform_data.a.id\n}",
    );
    stage.apply();
    stage.options.intent = crate::plan::Intent::Destroy;
    insta::assert_snapshot!(stage.apply());
    assert!(stage.world.owned.is_empty());
}

#[test]
fn moves_follow_chains_and_counts() {
    let mut stage = Stage::new("resource \"terraform_data\" \"a\" {\n input = 1\n}");
    stage.apply();
    stage.rewrite(
        "moved {\n from = terraform_data.a\n to = terraform_data.b\n}\n\
         moved {\n from = terraform_data.b\n to = terraform_data.c[0]\n}\n\
         resource \"terraform_data\" \"c\" {\n count = 1\n input = 1\n}",
    );
    insta::assert_snapshot!(stage.apply());
    assert!(!stage.plan().has_changes());
}

#[test]
fn a_vpc_with_a_subnet_is_planned_from_its_schema() {
    let mut stage = Stage::new(
        r#"
        provider "aws" {
          region = "eu-central-1"
          default_tags { tags = { team = "core" } }
        }
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
          tags       = { Name = "main" }
        }
        resource "aws_subnet" "a" {
          vpc_id     = aws_vpc.main.id
          cidr_block = "10.0.1.0/24"
        }
        "#,
    );
    insta::assert_snapshot!(stage.apply());
    let again = stage.plan();
    assert!(!again.has_changes(), "{}", crate::plan::text::text(&again.plan));
}
