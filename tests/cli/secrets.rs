//! The value of a sensitive variable is in no output, no file and no log, whatever becomes of the run.

use crate::sandbox::Sandbox;

const CANARY: &str = "canary-4711";

const STACK: &str = r#"
variable "password" {
  sensitive = true
}

resource "aws_db_instance" "db" {
  allocated_storage   = 20
  engine              = "postgres"
  instance_class      = "db.t3.micro"
  username            = "shop"
  password            = var.password
  skip_final_snapshot = true
}

resource "aws_ssm_parameter" "p" {
  name  = "/shop/password"
  type  = "SecureString"
  value = var.password
}

resource "terraform_data" "d" {
  input            = var.password
  triggers_replace = { inner = [var.password] }
}

resource "aws_vpc" "after" {
  cidr_block = var.broken ? "10.0.0.0/8" : "10.0.0.0/16"
  tags       = { Secret = sha1(var.password) }
  depends_on = [terraform_data.d]
}

variable "broken" {
  default = false
}

output "password" {
  value     = var.password
  sensitive = true
}

output "derived" {
  value     = "x-${var.password}"
  sensitive = true
}
"#;

/// Every file in the folder but those that the test wrote.
fn files(sandbox: &Sandbox) -> Vec<std::path::PathBuf> {
    let mut folders = vec![sandbox.path(".")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files
}

#[test]
fn a_secret_is_in_no_output_and_no_file() {
    let mut sandbox = Sandbox::of(STACK);
    sandbox.set("TF_VAR_password", CANARY);
    sandbox.set("TERRACE_LOG", "trace");
    let check = |arguments: &str, code: i32| {
        let run = sandbox.run(arguments);
        assert_eq!(run.code, code, "{arguments}: {run}");
        for text in [&run.out, &run.err] {
            assert!(!text.contains(CANARY), "{arguments}: {text}");
        }
        for file in files(&sandbox) {
            let content = std::fs::read(&file).expect("a file");
            let found = content.windows(CANARY.len()).any(|bytes| bytes == CANARY.as_bytes());
            assert!(!found, "{arguments}: {}", file.display());
        }
    };
    check("validate", 0);
    check("plan -out=p", 0);
    check("plan -json", 0);
    check("show p", 0);
    check("apply p", 0);
    check("apply p", 1);
    check("show", 0);
    check("output", 0);
    check("status", 0);
    check("state show aws_ssm_parameter.p", 0);
    check("plan", 0);
    check("drift", 0);
    check("graph", 0);
    check("phases", 0);
    check("plan -var broken=true", 1);
    check("apply -auto-approve -json -replace=terraform_data.d", 0);
    check("destroy -auto-approve", 0);
}
