//! Modules, providers, data sources and everything that can be wrong.

use super::Stage;

#[test]
fn modules_with_for_each_pass_values_down_and_up() {
    let mut stage = Stage::new(
        r#"
        module "m" {
          source   = "./m"
          for_each = { a = 1, b = 2 }
          n        = each.value
        }
        output "ids" { value = { for k, m in module.m : k => m.id } }
        output "one" { value = module.m["a"].n }
        "#,
    )
    .file(
        "m/main.tf",
        r#"
        variable "n" { type = number }
        resource "terraform_data" "x" { input = var.n }
        output "id" { value = terraform_data.x.id }
        output "n" { value = var.n }
        "#,
    );
    insta::assert_snapshot!(stage.apply());
    assert!(stage.remembered.outputs["one"].value == crate::value::Value::number(1));
    assert!(!stage.plan().has_changes());
}

#[test]
fn problems_are_told_by_their_titles() {
    for (text, expected) in [
        ("output \"a\" { value = terraform_data.no.id }", vec!["Reference to undeclared resource"]),
        ("output \"a\" { value = var.no }", vec!["Reference to undeclared input variable"]),
        ("variable \"a\" {}", vec!["No value for required variable"]),
        ("locals {\n a = local.b\n b = local.a\n}", vec!["Cycle: local.a, local.b"]),
        ("resource \"terraform_data\" \"a\" {\n count = -1\n}", vec!["Invalid count argument"]),
        (
            "resource \"terraform_data\" \"a\" {\n count = 1\n}\n\
             resource \"terraform_data\" \"b\" {\n count = terraform_data.a[0].id == \"x\" ? 1 : 0\n}",
            vec!["Invalid count argument"],
        ),
        (
            "resource \"terraform_data\" \"a\" {\n input = self.id\n}",
            vec!["Invalid \"self\" reference"],
        ),
    ] {
        assert_eq!(Stage::new(text).problems(), expected, "{text}");
    }
}
