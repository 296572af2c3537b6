//! `plan -generate-config-out`: configuration for imports that have none.

use crate::sandbox::Sandbox;

const IMPORTS: &str = r#"
import {
  to = conf_widget.a
  id = "w9"
}
import {
  to = conf_widget.b
  id = "say \"hi\" $${x}"
}
"#;

fn widgets(text: &str) -> Sandbox {
    let mut sandbox = Sandbox::of(text);
    let schema =
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conformance/fixtures/provider/schema.json");
    sandbox.set("TERRACE_TEST_PROVIDERS", schema);
    sandbox
}

#[test]
fn a_block_is_written_for_each_import_and_the_plan_imports_by_it() {
    let sandbox = widgets(IMPORTS);
    sandbox.run("plan").fails("Configuration for import target does not exist");
    let plan = sandbox.run("plan -generate-config-out=new.tf -out=p").ok().out;
    assert!(plan.contains("Plan: 2 to import, 0 to add, 0 to change, 0 to destroy."), "{plan}");
    assert_eq!(
        sandbox.read("new.tf"),
        "# __generated__ by terrace\n\
         # Please review these resources and move them into your main configuration files.\n\
         \n\
         # __generated__ by terrace from \"w9\"\n\
         resource \"conf_widget\" \"a\" {\n  name = \"w9\"\n}\n\
         \n\
         # __generated__ by terrace from \"say \\\"hi\\\" $${x}\"\n\
         resource \"conf_widget\" \"b\" {\n  name = \"say \\\"hi\\\" $${x}\"\n}\n"
    );
    sandbox.run("fmt -check new.tf").ok();
    sandbox.run("apply p").ok();
    assert_eq!(sandbox.run("state list").ok().out, "conf_widget.a\nconf_widget.b\n");
    sandbox.run("plan -detailed-exitcode").ok();
    let again = sandbox.run("plan -generate-config-out=new.tf");
    again.fails("Target generated file already exists");
    // Nothing is missing any more: there is nothing to write.
    sandbox.run("plan -generate-config-out=other.tf").ok();
    assert!(!sandbox.path("other.tf").exists());
}

#[test]
fn objects_of_the_cloud_are_taken_over_without_a_change() {
    let owner = Sandbox::of(
        "resource \"aws_vpc\" \"v\" {\n  cidr_block = \"10.0.0.0/16\"\n  tags = { Name = \"v\", \"a b\" = \"c\" }\n}\n\
         resource \"aws_subnet\" \"s\" {\n  vpc_id = aws_vpc.v.id\n  cidr_block = \"10.0.1.0/24\"\n}\n\
         resource \"aws_security_group\" \"g\" {\n  name = \"g\"\n  vpc_id = aws_vpc.v.id\n  ingress {\n    \
         from_port = 443\n    to_port = 443\n    protocol = \"tcp\"\n    cidr_blocks = [\"10.0.0.0/8\"]\n  }\n}\n\
         resource \"aws_ssm_parameter\" \"p\" {\n  name = \"/p\"\n  type = \"String\"\n  insecure_value = \"v\"\n}\n\
         output \"v\" {\n  value = aws_vpc.v.id\n}\noutput \"s\" {\n  value = aws_subnet.s.id\n}\n\
         output \"g\" {\n  value = aws_security_group.g.id\n}\n",
    );
    owner.run("apply -auto-approve").ok();
    let id = |name: &str| owner.run(&format!("output -raw {name}")).ok().out;
    let (vpc, subnet, group) = (id("v"), id("s"), id("g"));
    owner.write(
        "main.tf",
        "removed {\n  from = aws_vpc.v\n  lifecycle {\n    destroy = false\n  }\n}\n\
        removed {\n  from = aws_subnet.s\n  lifecycle {\n    destroy = false\n  }\n}\n\
        removed {\n  from = aws_ssm_parameter.p\n  lifecycle {\n    destroy = false\n  }\n}\n\
        removed {\n  from = aws_security_group.g\n  lifecycle {\n    destroy = false\n  }\n}\n",
    );
    owner.run("apply -auto-approve").ok();
    owner.write("main.tf", format!(
        "import {{\n  to = aws_vpc.v\n  id = \"{vpc}\"\n}}\nimport {{\n  to = aws_subnet.s\n  id = \"{subnet}\"\n}}\n\
         import {{\n  to = aws_ssm_parameter.p\n  id = \"/p\"\n}}\nimport {{\n  to = aws_security_group.g\n  id = \"{group}\"\n}}\n"
    ));
    let run = owner.run("plan -generate-config-out=all.tf");
    let text = owner.read("all.tf");
    assert_eq!(run.code, 0, "{run}\n{text}");
    assert!(run.out.contains("4 to import, 0 to add, 0 to change, 0 to destroy"), "{run}\n{text}");
    assert!(text.contains("    \"a b\" = \"c\"\n") && text.contains("  ingress {\n"), "{text}");
}

#[test]
fn what_cannot_be_generated_is_told() {
    let sandbox = widgets(IMPORTS);
    for path in ["sub/new.tf", "new.txt", "../new.tf"] {
        let run = sandbox.run(&format!("plan -generate-config-out={path}"));
        run.fails("Cannot write generated configuration");
    }
    let modules = widgets("import {\n  to = module.m.conf_widget.q\n  id = \"q\"\n}\n");
    let run = modules.run("plan -generate-config-out=new.tf");
    run.fails("Configuration for import target does not exist");
    let stranger = Sandbox::of("import {\n  to = aws_vpc.v\n  id = \"vpc-12345678\"\n}\n");
    let run = stranger.run("plan -generate-config-out=new.tf");
    run.fails("Configuration for import target does not exist");
    assert!(!stranger.path("new.tf").exists());
}
