//! Exactly once, on types of every idempotency class: whatever goes wrong at whatever call, the next run converges,
//! nothing is made twice and nothing is left behind.

use super::front::{Front, Harm};
use super::stage::{Stage, step};
use crate::engine::{Ending, Journal as _};
use crate::plan::{Action, text};
use crate::sim::Options;

/// Nonce, token, name, value, caller reference and put; with tags in the call, with tags later, without.
const EVERY_CLASS: &str = r#"
resource "aws_vpc" "a" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.a.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_route_table" "a" { vpc_id = aws_vpc.a.id }
resource "aws_internet_gateway" "a" { vpc_id = aws_vpc.a.id }
resource "aws_route" "a" {
  route_table_id         = aws_route_table.a.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.a.id
}
resource "aws_route_table_association" "a" {
  subnet_id      = aws_subnet.a.id
  route_table_id = aws_route_table.a.id
}
resource "aws_security_group" "a" {
  name   = "a"
  vpc_id = aws_vpc.a.id
}
resource "aws_route53_zone" "a" {
  name = "example.com"
  vpc { vpc_id = aws_vpc.a.id }
}
resource "aws_iam_role" "a" {
  name               = "a"
  assume_role_policy = "{}"
}
resource "aws_iam_role_policy" "a" {
  name   = "a"
  role   = aws_iam_role.a.name
  policy = "{}"
}
"#;

const OBJECTS: usize = 10;

fn stage(lag: f64) -> (Stage, Front) {
    let options = Options { consistency: lag, throttles: false, ..Options::default() };
    let mut stage = Stage::with(EVERY_CLASS, options);
    let front = Front::new(stage.sim.clone());
    stage.front = Some(std::sync::Arc::new(front.clone()));
    (stage, front)
}

/// Runs with what goes wrong, as often as the process dies; then without, until nothing is left to do.
async fn survive(harms: Vec<(usize, Harm)>, lag: f64) {
    let what = format!("{harms:?}, seen after {lag} s");
    let (mut stage, front) = stage(lag);
    front.harm(harms);
    tokio::select! {
        biased;
        () = front.crashed.notified() => {}
        _ = stage.try_apply() => {}
    }
    // A dead process writes nothing more.
    stage.disk = stage.disk.copy();
    front.harm([]);
    let (outcome, report) = stage.try_apply().await;
    let report = report.unwrap_or_else(|| panic!("{what}: {:?}", outcome.problems));
    assert_eq!(report.ending, Ending::Complete, "{what}: {:?}", report.problems);
    assert_eq!(stage.objects().len(), OBJECTS, "{what}: {:?}", stage.objects());
    let again = stage.plan().await;
    assert!(!again.has_changes(), "{what}: {}", text::text(&again.plan));
    let ledger = stage.ledger().await;
    assert!(ledger.unfinished().expect("readable").is_empty(), "{what}");
    assert_eq!(ledger.entries().len(), OBJECTS, "{what}");
    ledger.close(None).await.expect("it closes");
    stage.destroy().await;
    tokio::time::sleep(std::time::Duration::from_hours(1)).await;
    assert!(stage.objects().is_empty(), "{what}: {:?}", stage.objects());
}

const HARMS: [Harm; 5] =
    [Harm::LostBefore, Harm::LostAfter, Harm::Throttled, Harm::CrashBefore, Harm::CrashAfter];

#[tokio::test(start_paused = true)]
async fn any_harm_at_any_call_is_survived_by_every_class() {
    let (stage, front) = stage(0.0);
    stage.apply_all().await;
    let calls = front.calls();
    assert!(calls > 30, "{calls} calls");
    // The calls meet the harms in turn; the random cases below meet the other pairs.
    for at in 0..calls {
        let lag = if at % 2 == 0 { 0.0 } else { 8.0 };
        survive(vec![(at, HARMS[at % 5])], lag).await;
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig {
        failure_persistence: None,
        ..proptest::prelude::ProptestConfig::with_cases(12)
    })]

    /// Several things go wrong in one run, with whatever lag.
    #[test]
    fn any_harms_together_are_survived(
        harms in proptest::collection::vec((0usize..80, 0usize..5), 1..6),
        lag in 0u32..20,
    ) {
        let harms = harms.into_iter().map(|(at, harm)| (at, HARMS[harm])).collect();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime");
        runtime.block_on(survive(harms, f64::from(lag)));
    }
}

const DATABASE: &str = r#"
resource "aws_db_instance" "a" {
  identifier          = "a"
  engine              = "postgres"
  instance_class      = "db.t3.micro"
  allocated_storage   = 20
  username            = "u"
  password            = "secret-9"
  skip_final_snapshot = true
}
"#;

#[tokio::test(start_paused = true)]
async fn what_the_cloud_never_tells_survives_a_crash() {
    let mut stage = Stage::new(DATABASE);
    let front = Front::new(stage.sim.clone());
    stage.front = Some(std::sync::Arc::new(front.clone()));
    stage.apply_all().await;
    for at in 0..front.calls() {
        let mut stage = Stage::new(DATABASE);
        let front = Front::new(stage.sim.clone());
        stage.front = Some(std::sync::Arc::new(front.clone()));
        front.harm([(at, Harm::CrashAfter)]);
        tokio::select! {
            biased;
            () = front.crashed.notified() => {}
            _ = stage.try_apply() => {}
        }
        if stage.objects().is_empty() {
            continue;
        }
        stage.disk = stage.disk.copy();
        stage.config = stage.config.replace("secret-9", "secret-10");
        let outcome = stage.plan().await;
        assert_eq!(step(&outcome, "aws_db_instance.a").action, Action::Update, "another password");
        let ledger = stage.ledger().await;
        let entry = ledger.entries().pop().expect("it was taken over");
        ledger.close(None).await.expect("it closes");
        let kept: Vec<&str> = entry.kept.keys().map(ecow::EcoString::as_str).collect();
        assert!(kept.contains(&"password") && kept.contains(&"skip_final_snapshot"), "{kept:?}");
        return;
    }
    panic!("no call made the database");
}

#[tokio::test(start_paused = true)]
async fn an_object_with_a_long_address_is_found_again_and_not_deleted_without_a_ledger() {
    let key = "k".repeat(300);
    let mut stage = Stage::new(&format!(
        "resource \"aws_vpc\" \"a\" {{\n  for_each = toset([\"{key}\"])\n  cidr_block = \"10.0.0.0/16\"\n}}\n"
    ));
    stage.apply_all().await;
    let full = std::mem::take(&mut stage.disk);
    let outcome = stage.plan().await;
    let codes: Vec<u16> = outcome.problems.iter().map(|problem| problem.code.0).collect();
    assert_eq!(codes, [826]);
    stage.disk = full;
    stage.destroy().await;
}

#[tokio::test(start_paused = true)]
async fn an_object_that_is_named_anew_by_an_update_is_known_by_its_new_id() {
    let mut stage = Stage::new(
        r#"
resource "aws_vpc" "a" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.a.id
  cidr_block = "10.0.1.0/24"
}
resource "aws_route_table" "a" { vpc_id = aws_vpc.a.id }
resource "aws_route_table" "b" { vpc_id = aws_vpc.a.id }
resource "aws_route_table_association" "a" {
  subnet_id      = aws_subnet.a.id
  route_table_id = aws_route_table.a.id
}
resource "terraform_data" "a" { input = aws_route_table_association.a.id }
"#,
    );
    stage.apply_all().await;
    let before = stage.id("aws_route_table_association.a").await;
    stage.config = stage.config.replace("= aws_route_table.a.id", "= aws_route_table.b.id");
    let outcome = stage.apply_all().await;
    assert_eq!(step(&outcome, "aws_route_table_association.a").action, Action::Update);
    let after = stage.id("aws_route_table_association.a").await;
    assert_ne!(before, after);
    let ids: Vec<_> = stage.objects().into_iter().map(|(_, id, _)| id).collect();
    assert!(ids.contains(&after) && !ids.contains(&before));
    stage.destroy().await;
}
