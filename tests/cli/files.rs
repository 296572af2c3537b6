//! Commands about files: validate, fmt, console, graph, phases, init, explain.

use crate::sandbox::Sandbox;

#[test]
fn problems_show_file_line_and_what_to_do() {
    for (text, words) in [
        ("resource \"terraform_data\" \"a\" {\n  inptu = 1\n}\n", "Unsupported argument"),
        ("resource \"terraform_data\" \"a\" {\n  input = \n}\n", "Invalid expression"),
        ("resorce \"a\" \"b\" {}\n", "Unsupported block type"),
        ("resource \"aws_vcp\" \"a\" {}\n", "Invalid resource type"),
        ("output \"a\" {\n  value = uper(\"x\")\n}\n", "Call to unknown function"),
        ("output \"a\" {\n  value = local.b\n}\n", "Reference to undeclared local value"),
        ("locals {\n  a = local.b\n  b = local.a\n}\n", "Cycle: "),
        ("resource \"aws_vpc\" \"a\" {\n  cidr_block = [1]\n}\n", "Incorrect attribute value type"),
        (
            "resource \"aws_instance\" \"a\" {\n  instance_type = 1\n  tenancy = \"odd\"\n}\n",
            "tenancy",
        ),
        ("phase \"a\" {}\nphase \"a\" {}\n", "Duplicate phase"),
        ("phase \"a\" {}\nphase \"b\" {\n  after = \"c\"\n}\n", "phase"),
    ] {
        let run = Sandbox::of(text).run("validate").fails(words);
        // A cycle has no beginning, and so no place.
        assert!(run.err.contains("main.tf:") || words == "Cycle: ", "{}", run.err);
        assert!(run.err.contains("terrace explain E"), "{}", run.err);
    }
}

#[test]
fn a_missing_variable_is_named() {
    let sandbox = Sandbox::of("variable \"size\" {}\n");
    sandbox.run("validate").ok();
    sandbox.run("plan -input=false").fails("No value for required variable");
}

#[test]
fn an_unknown_phase_is_refused_with_the_ladder() {
    let sandbox = Sandbox::of("phase \"mvp\" {}\nphase \"growth\" {\n  after = \"mvp\"\n}\n");
    let run = sandbox.run("plan --phase groth").fails("Unknown phase");
    assert!(run.err.contains("growth"), "{}", run.err);
    assert!(sandbox.run("phases").ok().out.contains("growth after mvp"));
}

#[test]
fn values_come_from_everywhere_and_the_last_wins() {
    let mut sandbox = Sandbox::of("variable \"v\" {}\noutput \"v\" {\n  value = var.v\n}\n");
    sandbox.set("TF_VAR_v", "environment");
    let check = |sandbox: &Sandbox, arguments: &str, expect: &str| {
        let out = sandbox.run(&format!("plan -no-color {arguments}")).ok().out;
        assert!(out.contains(&format!("+ v = \"{expect}\"")), "{arguments}: {out}");
    };
    check(&sandbox, "", "environment");
    sandbox.write("terraform.tfvars", "v = \"file\"\n");
    check(&sandbox, "", "file");
    sandbox.write("z.auto.tfvars.json", "{\"v\": \"json\"}");
    check(&sandbox, "", "json");
    sandbox.write("own.tfvars", "v = \"own\"\n");
    check(&sandbox, "-var-file=own.tfvars", "own");
    check(&sandbox, "-var v=flag -var-file=own.tfvars", "own");
    check(&sandbox, "-var-file own.tfvars -var v=flag", "flag");
    sandbox.run("plan -var-file=none.tfvars").fails("Failed to read variables file");
}

#[test]
fn files_are_formatted() {
    let sandbox = Sandbox::of("a   = 1\nbb = 2\n");
    assert_eq!(sandbox.run("fmt -check").code, 3);
    assert!(sandbox.run("fmt -check -diff").out.contains("-a   = 1"));
    assert_eq!(sandbox.run("fmt -write=false").ok().out, "main.tf\n");
    assert_eq!(sandbox.read("main.tf"), "a   = 1\nbb = 2\n");
    assert_eq!(sandbox.run("fmt").ok().out, "main.tf\n");
    assert_eq!(sandbox.read("main.tf"), "a  = 1\nbb = 2\n");
    sandbox.run("fmt -check").ok();
    assert_eq!(sandbox.run_with("fmt -", "a=1").ok().out, "a = 1\n");
    sandbox.write("sub/x.hcl", "a=1\n");
    sandbox.run("fmt -check").ok();
    assert_eq!(sandbox.run("fmt -check -recursive").code, 3);
    assert_eq!(sandbox.run("fmt missing.tf").code, 2);
}

#[test]
fn the_console_answers() {
    let sandbox = Sandbox::of("locals {\n  a = [1, 2]\n}\nvariable \"v\" {}\n");
    for (line, expect) in [
        ("local.a[1] + 1", "3\n"),
        ("var.v", "(known after apply)\n"),
        ("type(local.a)", "tuple([\n    number,\n    number,\n])\n"),
        ("", "\n"),
    ] {
        assert_eq!(sandbox.run_with("console", &format!("{line}\n")).ok().out, expect, "{line}");
    }
    sandbox.run_with("console", "local.b\n").fails("Error: Reference to undeclared local value");
}

/// What Terraform 1.11.4 draws of modules, data sources and dependencies that follow from others.
fn assert_graph_is_terraforms() {
    let sandbox = Sandbox::of(
        "resource \"terraform_data\" \"a\" {\n  input = local.l\n}\nlocals {\n  l = terraform_data.w.id\n}\n\
         resource \"terraform_data\" \"w\" {\n  input = module.m.o\n}\n\
         module \"m\" {\n  source = \"./m\"\n  i = data.aws_region.d.name\n}\ndata \"aws_region\" \"d\" {}\n\
         module \"n\" {\n  source = \"./m\"\n  for_each = toset([\"a\"])\n  i = \"x\"\n  \
         depends_on = [terraform_data.a]\n}\n",
    );
    sandbox.write(
        "m/main.tf",
        "variable \"i\" {}\nresource \"terraform_data\" \"b\" {\n  count = 2\n  input = var.i\n}\n\
         resource \"terraform_data\" \"x\" {\n  input = terraform_data.b[0].id\n}\n\
         output \"o\" {\n  value = terraform_data.x.id\n}\n",
    );
    let expect = r#"digraph G {
  rankdir = "RL";
  node [shape = rect, fontname = "sans-serif"];
  "data.aws_region.d" [label="data.aws_region.d"];
  "terraform_data.a" [label="terraform_data.a"];
  "terraform_data.w" [label="terraform_data.w"];
  subgraph "cluster_module.m" {
    label = "module.m"
    fontname = "sans-serif"
    "module.m.terraform_data.b" [label="terraform_data.b"];
    "module.m.terraform_data.x" [label="terraform_data.x"];
  }
  subgraph "cluster_module.n" {
    label = "module.n"
    fontname = "sans-serif"
    "module.n.terraform_data.b" [label="terraform_data.b"];
    "module.n.terraform_data.x" [label="terraform_data.x"];
  }
  "terraform_data.a" -> "terraform_data.w";
  "terraform_data.w" -> "module.m.terraform_data.x";
  "module.m.terraform_data.b" -> "data.aws_region.d";
  "module.m.terraform_data.x" -> "module.m.terraform_data.b";
  "module.n.terraform_data.b" -> "terraform_data.a";
  "module.n.terraform_data.x" -> "module.n.terraform_data.b";
}
"#;
    assert_eq!(sandbox.run("graph").ok().out, expect);
}

#[test]
fn required_providers_are_told_by_module() {
    let sandbox = Sandbox::of(
        "terraform {\n  required_providers {\n    aws = {\n      source = \"hashicorp/aws\"\n      \
         version = \">= 5.0.0\"\n    }\n  }\n}\nresource \"terraform_data\" \"a\" {}\n\
         module \"m\" {\n  source = \"./m\"\n}\nmodule \"n\" {\n  source = \"./m\"\n}\n",
    );
    sandbox.write("m/main.tf", "resource \"aws_vpc\" \"v\" {\n  cidr_block = \"10.0.0.0/16\"\n}\nresource \"random_pet\" \"p\" {}\n");
    let expect = "
Providers required by configuration:
.
├── provider[registry.terraform.io/hashicorp/aws] >= 5.0.0
├── provider[terraform.io/builtin/terraform]
├── module.m
│   ├── provider[registry.terraform.io/hashicorp/aws]
│   └── provider[registry.terraform.io/hashicorp/random]
└── module.n
    ├── provider[registry.terraform.io/hashicorp/aws]
    └── provider[registry.terraform.io/hashicorp/random]

";
    assert_eq!(sandbox.run("providers").ok().out, expect);
}

#[test]
fn the_graph_is_drawn() {
    let text = "resource \"terraform_data\" \"a\" {}\nlocals {\n  x = terraform_data.a.id\n}\nresource \"terraform_data\" \"b\" {\n  input = local.x\n}\n";
    let sandbox = Sandbox::of(text);
    let dot = sandbox.run("graph").ok().out;
    assert!(dot.contains("\"terraform_data.b\" -> \"terraform_data.a\";"), "{dot}");
    assert_graph_is_terraforms();
    let mermaid = sandbox.run("graph --format mermaid").ok().out;
    assert!(mermaid.contains("n1 --> n0"), "{mermaid}");
}

#[test]
fn codes_have_pages() {
    let sandbox = Sandbox::new();
    assert!(sandbox.run("explain e1001").ok().out.contains("Wrong command line"));
    sandbox.run("explain E9999").fails("Unknown error code");
    assert!(sandbox.run("explain").ok().out.lines().count() > 9);
}

#[test]
fn a_wrong_file_is_no_crash() {
    let sandbox = Sandbox::new();
    sandbox.write("main.tf", [0xff, 0xfe, b'a']);
    sandbox.run("validate").fails("main.tf");
    let sandbox = Sandbox::new();
    std::fs::create_dir(sandbox.path("main.tf")).expect("a folder");
    sandbox.run("validate");
    let deep = format!("locals {{\n  a = {}1{}\n}}\n", "[".repeat(10_000), "]".repeat(10_000));
    Sandbox::of(&deep).run("validate").fails("main.tf");
}
