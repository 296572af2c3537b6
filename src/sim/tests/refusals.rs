//! What AWS would refuse is refused when planning, before anything is begun.

use super::stage::{Stage, step, told};
use crate::plan::Action;

const MAIN: &str = r#"
resource "aws_db_instance" "main" {
  identifier              = "main"
  engine                  = "postgres"
  instance_class          = "db.t3.micro"
  allocated_storage       = 20
  username                = "u"
  password                = "secret-9"
  backup_retention_period = 1
  skip_final_snapshot     = true
}
resource "aws_db_instance" "other" {
  identifier              = "other"
  engine                  = "postgres"
  instance_class          = "db.t3.micro"
  allocated_storage       = 20
  username                = "u"
  password                = "secret-9"
  backup_retention_period = 1
  skip_final_snapshot     = true
}
"#;

const REPLICA: &str = r#"
resource "aws_db_instance" "replica" {
  identifier          = "replica"
  replicate_source_db = aws_db_instance.main.identifier
  instance_class      = "db.t3.micro"
  skip_final_snapshot = true
}
"#;

async fn refused(stage: &mut Stage, expected: &str) {
    let (outcome, report) = stage.try_apply().await;
    let text = told(&outcome.problems);
    assert!(report.is_none(), "nothing is begun: {text}");
    assert!(text.contains(expected), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_replica_is_promoted_where_its_source_is_taken_away_and_takes_no_other() {
    let mut stage = Stage::new(&format!("{MAIN}{REPLICA}"));
    stage.apply_all().await;
    stage.config = stage.config.replace("main.identifier", "other.identifier");
    refused(&mut stage, "removing the argument promotes it").await;
    let source = "  replicate_source_db = aws_db_instance.main.identifier\n";
    stage.config = format!("{MAIN}{REPLICA}").replace(source, "");
    let outcome = stage.apply_all().await;
    assert_eq!(step(&outcome, "aws_db_instance.replica").action, Action::Update);
    assert_eq!(stage.live("aws_db_instance.main", "replicas").await, "[]");
    assert_eq!(stage.live("aws_db_instance.replica", "engine").await, "\"postgres\"");
}

#[tokio::test(start_paused = true)]
async fn a_new_database_that_copies_none_needs_its_engine() {
    let mut stage = Stage::new(&MAIN.replacen("  engine                  = \"postgres\"\n", "", 1));
    refused(&mut stage, "\"engine\": a database that is no copy of another needs it").await;
    stage.config = MAIN.into();
    stage.apply_all().await;
}

#[tokio::test(start_paused = true)]
async fn a_database_goes_with_a_last_snapshot_or_on_purpose_without() {
    let mut stage = Stage::new(&MAIN.replacen("  skip_final_snapshot     = true\n", "", 1));
    stage.apply_all().await;
    stage.config = String::new();
    refused(&mut stage, "\"final_snapshot_identifier\": needed unless skip_final_snapshot").await;
    stage.config = MAIN.into();
    stage.apply_all().await;
    stage.config = String::new();
    stage.apply_all().await;
    assert!(stage.objects().is_empty());
}
