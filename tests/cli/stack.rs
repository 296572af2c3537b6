//! The main job: plan, apply, plan again, change, destroy, on objects that live in the ledger.

use crate::sandbox::Sandbox;

const STACK: &str = r#"
variable "n" {
  type    = number
  default = 2
}

resource "terraform_data" "a" {
  count = var.n
  input = "x${count.index}"
}

resource "terraform_data" "b" {
  input            = terraform_data.a[0].output
  triggers_replace = [var.n]
}

resource "terraform_data" "secret" {
  triggers_replace = sensitive("canary-4711")
}

output "b" {
  value = terraform_data.b.output
}

output "secret" {
  value     = terraform_data.secret.triggers_replace
  sensitive = true
}
"#;

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn a_stack_is_planned_applied_changed_and_destroyed() {
    let sandbox = Sandbox::of(STACK);
    let plan = sandbox.run("plan -no-color").ok().out;
    assert!(plan.contains("Plan: 4 to add, 0 to change, 0 to destroy."), "{plan}");
    assert!(plan.contains("terraform_data.a[0].output"), "{plan}");
    assert_eq!(sandbox.run("plan -detailed-exitcode").code, 2);
    sandbox.run("apply -auto-approve").ok();
    let plan = sandbox.run("plan -detailed-exitcode").ok().out;
    assert!(plan.contains("No changes."), "{plan}");
    let plan = sandbox.run("plan -no-color -var n=1").ok().out;
    assert!(plan.contains("# forces replacement"), "{plan}");
    assert!(plan.contains("Plan: 1 to add, 0 to change, 2 to destroy."), "{plan}");
    sandbox.run("apply -auto-approve -var n=1").ok();
    sandbox.run("destroy -auto-approve -var n=1").ok();
    assert!(sandbox.run("show").ok().out.contains("The stack owns nothing."));
}

#[test]
fn outputs_are_read_back() {
    let sandbox = Sandbox::of(STACK);
    sandbox.run("apply -auto-approve").ok();
    assert_eq!(sandbox.run("output b").ok().out, "\"x0\"\n");
    assert_eq!(sandbox.run("output -raw b").ok().out, "x0");
    assert_eq!(json(&sandbox.run("output -json").ok().out)["b"]["value"], "x0");
    assert!(sandbox.run("output").ok().out.contains("secret = <sensitive>"));
    sandbox.run("output c").fails("Output not found");
}

#[test]
fn a_saved_plan_is_shown_and_applied_once() {
    let sandbox = Sandbox::of(STACK);
    sandbox.run("plan -out=p").ok();
    let document = json(&sandbox.run("show -json p").ok().out);
    assert_eq!(document["format_version"], "1.2");
    assert_eq!(document["resource_changes"].as_array().map(Vec::len), Some(4));
    assert!(sandbox.run("show p").ok().out.contains("Plan: 4 to add"));
    sandbox.run("apply p").ok();
    sandbox.run("apply p").fails("The plan is stale");
    sandbox.run("plan -detailed-exitcode").ok();
}

#[test]
fn what_a_run_says_can_be_read_by_programs() {
    let sandbox = Sandbox::of(STACK);
    let lines = sandbox.run("apply -json -auto-approve").ok().out;
    let kinds: Vec<String> =
        lines.lines().map(|line| json(line)["type"].as_str().unwrap_or_default().into()).collect();
    for kind in
        ["version", "planned_change", "change_summary", "apply_start", "apply_complete", "outputs"]
    {
        assert!(kinds.iter().any(|other| other == kind), "{kind} is not among {kinds:?}");
    }
    let state = json(&sandbox.run("show -json").ok().out);
    let resources = state.pointer("/values/root_module/resources").and_then(|all| all.as_array());
    assert_eq!(resources.map(Vec::len), Some(4));
}

/// What Terraform 1.11.4 answers for the same files.
#[test]
fn objects_are_listed_in_terraforms_order() {
    let sandbox = Sandbox::of(
        r#"
resource "terraform_data" "z" { input = 1 }
resource "terraform_data" "n" { count = 11 }
data "terraform_remote_state" "late" {
  backend    = "local"
  config     = { path = "other.tfstate" }
  depends_on = [terraform_data.z]
}
"#,
    );
    sandbox.write(
        "other.tfstate",
        r#"{"version":4,"terraform_version":"1.11.4","serial":1,"lineage":"x","outputs":{},"resources":[]}"#,
    );
    sandbox.run("plan -out=p").ok();
    let plan = json(&sandbox.run("show -json p").ok().out);
    let (late, z) = ("data.terraform_remote_state.late", "terraform_data.z");
    let n = |indexes: &[usize]| -> Vec<String> {
        indexes.iter().map(|index| format!("terraform_data.n[{index}]")).collect()
    };
    let addresses = |document: &serde_json::Value, path: &str| -> Vec<String> {
        let listed = document.pointer(path).and_then(|all| all.as_array()).expect("a list");
        listed.iter().map(|one| one["address"].as_str().expect("an address").into()).collect()
    };
    let numbered =
        [vec![late.to_owned()], n(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), vec![z.to_owned()]]
            .concat();
    assert_eq!(addresses(&plan, "/resource_changes"), numbered);
    let lettered = n(&[0, 10, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    let lettered = [vec![late.to_owned()], lettered, vec![z.to_owned()]].concat();
    assert_eq!(addresses(&plan, "/planned_values/root_module/resources"), lettered);
    let blocks = addresses(&plan, "/configuration/root_module/resources");
    assert_eq!(blocks, ["terraform_data.n", z, late]);
    sandbox.run("apply p").ok();
    let state = json(&sandbox.run("show -json").ok().out);
    assert_eq!(addresses(&state, "/values/root_module/resources"), numbered);
}

#[test]
fn secrets_are_in_no_output_and_no_file() {
    let sandbox = Sandbox::of(STACK);
    let mut said = String::new();
    for arguments in ["plan -out=p", "apply p", "plan", "show", "output", "status"] {
        let run = sandbox.run(arguments).ok();
        said += &run.out;
        said += &run.err;
    }
    assert!(!said.contains("canary-4711"), "{said}");
    let mut folders = vec![sandbox.path(".terrace")];
    let mut files = vec![sandbox.path("p")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    for file in files {
        let content = std::fs::read(&file).expect("a file");
        let found = content.windows(11).any(|bytes| bytes == b"canary-4711");
        assert!(!found, "{}", file.display());
    }
}

#[test]
fn nobody_is_asked_where_nobody_can_answer() {
    let sandbox = Sandbox::of(STACK);
    sandbox.run("apply").fails("Approval needed");
    sandbox.run("apply -input=false").fails("auto-approve required");
    sandbox
        .run("destroy -json")
        .code
        .checked_sub(1)
        .filter(|code| *code == 0)
        .expect("exit code 1");
}

#[test]
fn an_object_is_adopted_by_its_id() {
    let sandbox = Sandbox::of("resource \"random_id\" \"r\" {\n  byte_length = 8\n}\n");
    sandbox.run("import random_id.missing p-9hUg").fails("Resource address does not exist");
    sandbox.run("import random_id.r p-9hUgAAAAA").ok();
    assert!(sandbox.run("plan").ok().out.contains("No changes."));
    sandbox.run("import random_id.r p-9hUgAAAAA").fails("Resource already managed");
}

/// The paths of everything that a message holds, but for when and from where it was told.
fn fields(message: &serde_json::Value, path: &str, found: &mut Vec<String>) {
    let Some(entries) = message.as_object().filter(|entries| !entries.is_empty()) else {
        return found.push(path.to_owned());
    };
    for (name, value) in entries.iter().filter(|(name, _)| !name.starts_with('@')) {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        fields(value, &path, found);
    }
}

/// What Terraform 1.11 writes: the kind of a message, what is done, and which fields it then has.
const FIELDS: [(&str, &str, &str); 7] = [
    ("planned_change", "create", "change.action"),
    ("apply_start", "create", "hook.action"),
    ("apply_complete", "create", "hook.action hook.elapsed_seconds hook.id_key hook.id_value"),
    ("apply_start", "delete", "hook.action hook.id_key hook.id_value"),
    ("apply_complete", "delete", "hook.action hook.elapsed_seconds"),
    ("provision_start", "", "hook.provisioner"),
    ("provision_progress", "", "hook.output hook.provisioner"),
];

const RESOURCE: [&str; 7] = [
    "addr",
    "implied_provider",
    "module",
    "resource",
    "resource_key",
    "resource_name",
    "resource_type",
];

#[test]
fn messages_for_programs_have_terraforms_fields() {
    let sandbox = Sandbox::of(
        "resource \"terraform_data\" \"a\" {\n  provisioner \"local-exec\" { command = \"echo x\" }\n}\n",
    );
    let told = sandbox.run("apply -json -auto-approve").ok().out
        + &sandbox.run("destroy -json -auto-approve").ok().out;
    let messages: Vec<_> = told.lines().map(json).collect();
    for (kind, action, expected) in FIELDS {
        let body = if kind == "planned_change" { "change" } else { "hook" };
        let message = messages.iter().find(|message| {
            message["type"] == kind
                && message[body]["action"].as_str().unwrap_or_default() == action
        });
        let message = message.unwrap_or_else(|| panic!("no {kind} of {action} in {told}"));
        let mut found = Vec::new();
        fields(message, "", &mut found);
        let mut wanted: Vec<String> = expected.split(' ').map(str::to_owned).collect();
        wanted.extend(RESOURCE.map(|field| format!("{body}.resource.{field}")));
        wanted.push("type".to_owned());
        found.sort();
        wanted.sort();
        assert_eq!(found, wanted, "{kind} of {action}");
    }
}
