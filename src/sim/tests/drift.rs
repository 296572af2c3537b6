//! What is changed outside is told, and what must not be deleted is not begun to be.

use super::stage::{Stage, shown, step, told};
use crate::plan::{Action, Intent};
use crate::value::Value;

const NETWORK: &str = r#"
resource "aws_vpc" "a" {
  cidr_block = "10.0.0.0/16"
}
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.a.id
  cidr_block = "10.0.1.0/24"
}
"#;

#[tokio::test(start_paused = true)]
async fn what_was_changed_outside_is_told_once_it_matters() {
    let mut stage = Stage::new(NETWORK);
    stage.apply_all().await;
    assert!(stage.plan().await.drift.is_empty());
    stage.change("aws_vpc.a", &[("enable_dns_support", Value::bool(false))]).await;
    let outcome = stage.plan().await;
    let paths: Vec<String> = outcome.drift[0].paths.iter().map(ToString::to_string).collect();
    assert_eq!(
        (outcome.drift[0].address.to_string().as_str(), paths),
        ("aws_vpc.a", vec!["enable_dns_support".to_owned()])
    );
    let path = ("aws_vpc.a".to_owned(), "enable_dns_support".to_owned());
    assert!(outcome.relevant.contains(&path), "the plan brings it back");

    // Where the configuration wants it as it is by now, it is no news for people; programs are told.
    stage.config =
        stage.config.replace("10.0.0.0/16\"", "10.0.0.0/16\"\n  enable_dns_support = false\n");
    let outcome = stage.plan().await;
    assert!(!outcome.has_changes() && !outcome.drift.is_empty());
    assert!(outcome.relevant.is_empty(), "nothing follows from it");
    assert_eq!(shown(outcome.drift[0].before.attribute("enable_dns_support")), "true");

    // An apply that only looks takes it as known.
    stage.options.intent = Intent::RefreshOnly;
    let outcome = stage.apply().await;
    assert!(outcome.has_changes(), "drift counts where it is only looked");
    assert!(outcome.relevant.contains(&path));
    assert!(stage.plan().await.drift.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_was_deleted_outside_is_told() {
    let mut stage = Stage::new(NETWORK);
    stage.apply_all().await;
    stage.remove("aws_subnet.a").await;
    stage.options.intent = Intent::RefreshOnly;
    let outcome = stage.plan().await;
    assert_eq!(outcome.drift.len(), 1);
    assert!(outcome.drift[0].live.is_none() && !outcome.relevant.is_empty());
    stage.options.intent = Intent::Normal;
    let outcome = stage.apply_all().await;
    assert_eq!(step(&outcome, "aws_subnet.a").action, Action::Create);
    assert!(outcome.drift.iter().any(|drift| drift.live.is_none()));
}

const PROTECTED: &str = r#"
resource "aws_vpc" "a" { cidr_block = "10.0.0.0/16" }
resource "aws_db_instance" "a" {
  identifier          = "a"
  engine              = "postgres"
  instance_class      = "db.t3.micro"
  allocated_storage   = 20
  username            = "u"
  password            = "secret-9"
  skip_final_snapshot = true
  deletion_protection = true
}
"#;

#[tokio::test(start_paused = true)]
async fn deletion_protection_is_foreseen() {
    let mut stage = Stage::new(PROTECTED);
    stage.apply_all().await;
    let full = stage.config.clone();
    stage.options.intent = Intent::Destroy;
    let (outcome, report) = stage.try_apply().await;
    assert!(report.is_none(), "nothing is begun");
    let text = told(&outcome.problems);
    assert!(
        text.contains("572: Deletion protection is on")
            && text.contains("aws_db_instance.a (deletion_protection)"),
        "{text}"
    );
    assert!(text.contains("Set deletion_protection = false"), "{text}");
    assert_eq!(stage.objects().len(), 2);

    stage.options.intent = Intent::Normal;
    stage.config = full.replace("username            = \"u\"", "username            = \"v\"");
    let (outcome, report) = stage.try_apply().await;
    assert!(
        report.is_none() && told(&outcome.problems).contains("572"),
        "a replacement deletes as well"
    );

    stage.config = full.replace("deletion_protection = true", "deletion_protection = false");
    stage.apply_all().await;
    stage.destroy().await;
}
