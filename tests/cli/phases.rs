//! `phases`: the ladder, and where on it the stack is, as the ledger or what is live tells.

use crate::sandbox::Sandbox;

const LADDER: &str = r#"
phase "mvp" {
  serves { users = 10 }
  resource "aws_ssm_parameter" "a" {
    name  = "/a"
    type  = "String"
    value = "1"
  }
}
phase "growth" {
  after   = "mvp"
  extends = "mvp"
  resource "aws_ssm_parameter" "b" {
    count = 2
    name  = "/b/${count.index}"
    type  = "String"
    value = "1"
  }
}
"#;

fn document(sandbox: &Sandbox, arguments: &str) -> serde_json::Value {
    let run = sandbox.run(&format!("phases -json {arguments}")).ok();
    serde_json::from_str(&run.out).expect("JSON")
}

#[test]
fn the_phase_is_the_ledgers_or_the_one_that_is_live() {
    let sandbox = Sandbox::of(LADDER);
    let before = document(&sandbox, "-cloud=sim");
    assert!(before["phase"].is_null() && before["phases"][0]["live"] == 0, "{before}");
    assert!(document(&sandbox, "")["phases"][0]["live"].is_null(), "no cloud was asked");

    sandbox.run("apply -auto-approve").ok();
    let mvp = document(&sandbox, "-cloud=sim");
    assert_eq!((&mvp["phase"], &mvp["phase_known_by"]), (&"mvp".into(), &"ledger".into()));
    assert_eq!((&mvp["phases"][1]["live"], &mvp["phases"][1]["resources"]), (&1.into(), &2.into()));

    sandbox.run("apply -auto-approve -phase growth").ok();
    let text = sandbox.run("phases -cloud=sim -no-color").ok().out;
    assert!(
        text.contains("growth after mvp ← the stack is here\n    live 2 of 2 resources\n"),
        "{text}"
    );

    for file in std::fs::read_dir(sandbox.path(".terrace")).expect("it is there") {
        let path = file.expect("listed").path();
        if path.is_file() {
            std::fs::remove_file(path).expect("removed");
        }
    }
    assert!(document(&sandbox, "")["phase"].is_null(), "the ledger is lost");
    let live = document(&sandbox, "-cloud=sim");
    assert_eq!((&live["phase"], &live["phase_known_by"]), (&"growth".into(), &"live".into()));
    let text = sandbox.run("phases -cloud=sim -no-color").ok().out;
    assert!(text.contains("growth after mvp ← what is live is most like this"), "{text}");
}
