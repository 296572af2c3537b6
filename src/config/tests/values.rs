//! What single blocks say.

use super::read;
use crate::base::Mode;
use crate::config::{IgnoreChanges, ModuleSource, OnFailure, ProvisionerWhen, Target};
use crate::value::Type;

#[test]
fn variables_are_read() {
    let read = read(&[(
        "main.tf",
        r#"
variable "a" {
  type        = map(object({ name = string, size = optional(number, 1) }))
  description = "things"
  sensitive   = true
  ephemeral   = true
  nullable    = false
  validation {
    condition     = length(var.a) > 0
    error_message = "none"
  }
}
variable "b" {
  type    = list
  default = [1]
}
"#,
    )]);
    assert!(read.problems.is_empty(), "{}", read.rendered());
    let variables = &read.config.base.root().variables;
    let a = &variables["a"];
    assert_eq!(a.constraint.ty.to_string(), "map(object({name=string,size=optional(number)}))");
    assert!(a.constraint.with_defaults.is_some());
    assert!(a.sensitive && a.ephemeral && !a.nullable);
    assert_eq!((a.validations.len(), a.default.is_none()), (1, true));
    let b = &variables["b"];
    assert_eq!(b.constraint.ty, Type::list(Type::Dynamic));
    assert!(b.constraint.with_defaults.is_none());
}

#[test]
fn resources_are_read() {
    let read = read(&[(
        "main.tf",
        r#"
resource "aws_instance" "web" {
  count      = 2
  provider   = aws.by_region["eu"]
  depends_on = [aws_vpc.main, module.x]
  ami        = "ami-1"
  lifecycle {
    create_before_destroy = true
    prevent_destroy       = true
    ignore_changes        = [ami, tags["a"], ebs[0].size]
    replace_triggered_by  = [aws_vpc.main.id]
  }
  provisioner "local-exec" {
    when       = destroy
    on_failure = continue
    command    = "echo ${self.id}"
  }
  connection { host = self.public_ip }
  ebs { size = 1 }
  _ {
    count = "the type's own"
  }
}
data "aws_ami" "this" { for_each = {} }
ephemeral "random_password" "p" {}
"#,
    )]);
    assert!(read.problems.is_empty(), "{}", read.rendered());
    let resources = &read.config.base.root().resources;
    let modes: Vec<Mode> = resources.keys().map(|key| key.mode).collect();
    assert_eq!(modes, [Mode::Managed, Mode::Data, Mode::Ephemeral]);
    let web = &resources[0];
    assert_eq!(web.provider_name(), "aws");
    let provider = web.provider.as_ref().expect("given");
    assert_eq!(provider.alias.as_deref(), Some("by_region"));
    assert!(provider.key.is_some());
    assert_eq!(web.depends_on.len(), 2);
    let IgnoreChanges::Paths(paths) = &web.lifecycle.ignore_changes else { panic!("a list") };
    let paths: Vec<String> = paths.iter().map(|(path, _)| path.to_string()).collect();
    assert_eq!(paths, ["ami", "tags[…]", "ebs[0].size"]);
    assert_eq!(web.lifecycle.replace_triggered_by.len(), 1);
    let provisioner = &web.provisioners[0];
    assert_eq!(
        (provisioner.when, provisioner.on_failure),
        (ProvisionerWhen::Destroy, OnFailure::Continue)
    );
    assert!(web.connection.is_some());
    let arguments: Vec<&str> =
        web.body.attributes.iter().map(|attribute| attribute.name.name.as_str()).collect();
    assert_eq!(arguments, ["ami", "count"], "what `_` holds is the type's own");
    assert_eq!(web.body.blocks.len(), 1);
}

#[test]
fn calls_and_providers_are_read() {
    let read = read(&[
        (
            "main.tf",
            r#"
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}
provider "aws" {
  alias    = "by_region"
  for_each = toset(["eu-west-1"])
  region   = each.value
}
module "web" {
  source    = "./web"
  for_each  = { a = 1 }
  providers = { aws = aws.by_region[each.key] }
  name      = each.key
}
"#,
        ),
        (
            "web/main.tf",
            "terraform {\n  required_providers {\n    aws = { source = \"hashicorp/aws\" }\n  }\n}\nvariable \"name\" {}\n",
        ),
    ]);
    assert!(read.problems.is_empty(), "{}", read.rendered());
    let root = read.config.base.root();
    let call = &root.calls["web"];
    assert_eq!(call.source, ModuleSource::Local("./web".into()));
    let passed = &call.providers.as_ref().expect("given")[0];
    assert_eq!(passed.outside.alias.as_deref(), Some("by_region"));
    assert!(passed.outside.key.is_some());
    assert_eq!(call.body.attributes.len(), 1);
    let provider = &root.providers[0];
    assert!(provider.for_each.is_some());
    assert_eq!(provider.body.attributes.len(), 1);
    let aws = &root.required_providers["aws"];
    assert_eq!(aws.version.as_ref().map(|v| v.text.as_str()), Some("~> 5.0"));
}

#[test]
fn refactoring_blocks_are_read() {
    let read = read(&[(
        "main.tf",
        r#"
moved {
  from = module.a[0]
  to   = module.b["x"]
}
moved {
  from = terraform_data.a
  to   = module.m.terraform_data.b["k"]
}
import {
  for_each = { a = 1 }
  to       = module.m["a"].terraform_data.c[each.key]
  id       = each.value
}
removed {
  from = module.m.terraform_data.gone
  lifecycle { destroy = false }
}
check "c" {
  data "aws_ami" "a" {}
  assert {
    condition     = data.aws_ami.a.id != ""
    error_message = "none"
  }
}
"#,
    )]);
    assert!(read.problems.is_empty(), "{}", read.rendered());
    let root = read.config.base.root();
    let shown: Vec<String> =
        root.moved.iter().map(|moved| format!("{} {}", moved.from, moved.to)).collect();
    assert_eq!(
        shown,
        ["module.a[0] module.b[\"x\"]", "terraform_data.a module.m.terraform_data.b[\"k\"]"]
    );
    assert!(matches!(root.moved[1].from, Target::Resource(_)));
    assert!(matches!(root.moved[1].to, Target::Instance(_)));
    assert_eq!(root.imports[0].resource.to_string(), "module.m.terraform_data.c");
    assert!(!root.removed[0].destroy);
    assert_eq!(
        root.checks["c"].data.as_ref().map(ToString::to_string).as_deref(),
        Some("data.aws_ami.a")
    );
    assert_eq!(root.resources[0].check.as_deref(), Some("c"));
}
