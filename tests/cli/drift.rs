//! What was changed outside, as `terrace drift` and `terrace plan` tell it.

use crate::sandbox::Sandbox;

const STACK: &str = r#"
resource "aws_vpc" "a" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.a.id
  cidr_block = "10.0.1.0/24"
}
"#;

#[test]
fn what_was_changed_outside_is_shown_with_its_values() {
    let sandbox = Sandbox::of(STACK);
    sandbox.run("apply -auto-approve --cloud sim").ok();
    let quiet = sandbox.run("drift -detailed-exitcode -no-color --cloud sim").ok().out;
    assert!(!quiet.contains("outside"), "{quiet}");

    sandbox.change_live("aws_vpc", |vpc| vpc["enable_dns_support"] = false.into());
    let drift = sandbox.run("drift -detailed-exitcode -no-color --cloud sim");
    assert_eq!(drift.code, 2);
    assert!(drift.out.contains("# aws_vpc.a has changed"), "{}", drift.out);
    assert!(drift.out.contains("enable_dns_support = true -> false"), "{}", drift.out);
    assert!(drift.out.contains("only looks and changes nothing"), "{}", drift.out);

    let plan = sandbox.run("plan -no-color --cloud sim").ok().out;
    assert!(plan.contains("Objects have changed outside of terrace"), "{plan}");
    assert!(plan.contains("1 to change"), "{plan}");

    sandbox.run("apply -refresh-only -auto-approve --cloud sim").ok();
    let known = sandbox.run("drift -detailed-exitcode -no-color --cloud sim").ok().out;
    assert!(!known.contains("outside"), "{known}");
    sandbox.run("apply -auto-approve --cloud sim").ok();
    assert_eq!(sandbox.run("plan -detailed-exitcode --cloud sim").code, 0);
}
