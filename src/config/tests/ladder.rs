//! Phases and migrations.

use super::{check, read};
use crate::base::PhaseName;

const SHOP: &str = r#"
stack "shop" {
  ledger "s3" {
    bucket = "acme"
  }
}
variable "size" { default = "small" }
output "url" { value = "none" }
resource "terraform_data" "everywhere" {}

phase "growth" {
  after   = "mvp"
  extends = "mvp"
  drop    = [terraform_data.box, output.extra]
  serves {
    users = 100000
  }
  output "url" { value = terraform_data.web.id }
  resource "terraform_data" "web" {}
}

phase "mvp" {
  description = "One box"
  serves { users = 10000 }
  variables { size = "large" }
  resource "terraform_data" "box" {}
  resource "terraform_data" "data" {}
  output "extra" { value = 1 }
}

migration "mvp" "growth" {
  shift {
    weights  = [5, 100]
    interval = "2m"
  }
  step "copy" {
    stage = "sync"
    run   = ["./copy.sh", terraform_data.web.id]
    undo  = ["./drop.sh"]
    env {
      TARGET = terraform_data.web.id
    }
  }
  step "verify" {
    after = ["copy"]
    run   = ["./verify.sh"]
  }
  gate "approve" {
    before   = "contract"
    approval = true
  }
  soak { duration = "30m" }
}
"#;

#[test]
fn the_ladder_is_in_order_of_after() {
    let read = read(&[("main.tf", SHOP)]);
    assert!(read.problems.is_empty(), "{}", read.rendered());
    let names: Vec<&str> = read.config.phase_names().map(PhaseName::as_str).collect();
    assert_eq!(names, ["mvp", "growth"]);
    assert_eq!(read.config.stack.name.as_str(), "shop");
    assert_eq!(read.config.stack.ledger.as_ref().map(|l| l.kind.as_str()), Some("s3"));
}

#[test]
fn a_phase_holds_the_common_blocks_those_it_takes_over_and_its_own() {
    let read = read(&[("main.tf", SHOP)]);
    let resources = |phase: Option<&str>| {
        let selected = read.config.select(phase).expect("there is such a phase");
        let root = selected.tree.root();
        let resources: Vec<String> =
            root.resources.keys().map(|key| key.name.to_string()).collect();
        let outputs: Vec<String> = root.outputs.keys().map(ToString::to_string).collect();
        (resources.join(" "), outputs.join(" "), selected.index, selected.serves.len())
    };
    let mvp = ("everywhere box data".into(), "url extra".into(), 0, 1);
    assert_eq!(resources(Some("mvp")), mvp);
    assert_eq!(resources(None), mvp);
    let growth = ("everywhere data web".into(), "url".into(), 1, 1);
    assert_eq!(resources(Some("growth")), growth);
    let selected = read.config.select(Some("growth")).expect("declared");
    let size = selected.variables["size"].expr.as_text();
    assert_eq!(size, Some("large"), "values are taken over with the blocks");
}

#[test]
fn an_unknown_phase_is_answered_with_the_ladder() {
    let read = read(&[("main.tf", SHOP)]);
    let problem = read.config.select(Some("grwoth")).expect_err("a typing error");
    assert_eq!(problem.detail, "There is no phase \"grwoth\". The ladder is: mvp, growth.");
    assert_eq!(problem.help.as_deref(), Some("Did you mean \"growth\"?"));
}

#[test]
fn migrations_are_read() {
    let read = read(&[("main.tf", SHOP)]);
    let (from, to) = (PhaseName::from("mvp"), PhaseName::from("growth"));
    let migration = read.config.migration(&from, &to).expect("declared");
    let steps: Vec<(&str, &str)> =
        migration.steps.iter().map(|step| (step.name.as_str(), step.stage.as_str())).collect();
    assert_eq!(steps, [("copy", "sync"), ("verify", "sync")]);
    assert_eq!(migration.gates[0].before, "contract");
    assert!(migration.gates[0].approval);
    assert!(migration.shift.is_some() && migration.soak.is_some());
    assert!(read.config.migration(&to, &from).is_none());
}

#[test]
fn a_module_without_phases_is_a_plain_module() {
    let read = read(&[("main.tf", "output \"x\" { value = 1 }\n")]);
    let selected = read.config.select(None).expect("the whole module");
    assert_eq!((selected.phase, selected.index), (None, 0));
    assert!(read.config.select(Some("x")).is_err());
}

#[test]
fn ladders_that_make_no_sense_are_reported() {
    let phase = |name: &str, rest: &str| format!("phase \"{name}\" {{\n{rest}}}\n");
    let check = |text: String, expected: &[&str]| check(&[("main.tf", &text)], expected);
    check(phase("a", "") + &phase("a", "  after = \"a\"\n"), &["main.tf:3 E0260 Duplicate phase"]);
    check(
        phase("a", "") + &phase("b", "  after = \"c\"\n"),
        &["main.tf:4 E0261 Reference to undeclared phase"],
    );
    check(phase("a", "") + &phase("b", ""), &["main.tf:3 E0263 Two phases at the bottom"]);
    check(
        phase("a", "") + &phase("b", "  after = \"a\"\n") + &phase("c", "  after = \"a\"\n"),
        &["main.tf:7 E0263 Two phases at one place"],
    );
    check(
        phase("a", "  after = \"b\"\n") + &phase("b", "  after = \"a\"\n"),
        &["main.tf:2 E0262 Cycle of phases"],
    );
    check(
        phase("a", "  extends = \"b\"\n") + &phase("b", "  after = \"a\"\n  extends = \"a\"\n"),
        &["main.tf:6 E0262 Cycle of phases"],
    );
    check(phase("a", "  drop = [a.b]\n"), &["main.tf:2 E0264 Nothing to drop from"]);
    check(phase("a", "  phase \"b\" {}\n"), &["main.tf:2 E0265 Block not allowed in a phase"]);
    check(
        phase("a", "  colour = 1\n  widget {}\n"),
        &["main.tf:2 E0203 Unsupported argument", "main.tf:3 E0204 Unsupported block type"],
    );
    check(phase("a", "  serves { users = var.x }\n"), &["main.tf:2 E0213 Variables not allowed"]);
}

#[test]
fn migrations_that_make_no_sense_are_reported() {
    let base = "phase \"a\" {}\nphase \"b\" { after = \"a\" }\n";
    let check = |text: &str, expected: &[&str]| {
        check(&[("main.tf", &format!("{base}{text}"))], expected);
    };
    check("migration \"a\" \"x\" {}\n", &["main.tf:3 E0261 Reference to undeclared phase"]);
    check("migration \"a\" \"a\" {}\n", &["main.tf:3 E0270 Migration to the same phase"]);
    check(
        "migration \"a\" \"b\" {}\nmigration \"a\" \"b\" {}\n",
        &["main.tf:4 E0210 Duplicate migration"],
    );
    check("migration \"a\" {}\n", &["main.tf:3 E0206 Missing to for migration"]);
    check(
        "migration \"a\" \"b\" {\n  step \"s\" {\n    stage = \"syn\"\n  }\n}\n",
        &["main.tf:4 E0205 Missing required argument", "main.tf:5 E0271 Unknown stage"],
    );
    check(
        "migration \"a\" \"b\" {\n  step \"s\" {\n    run = []\n    after = [\"t\"]\n  }\n}\n",
        &["main.tf:6 E0270 Reference to undeclared step"],
    );
    check(
        "stack \"x\" {\n  ledger \"s4\" {}\n}\nstack \"y\" {}\n",
        &["main.tf:4 E0273 Unknown kind of ledger", "main.tf:6 E0210 Duplicate stack block"],
    );
}
