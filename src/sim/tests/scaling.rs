//! What scales a group beside its configuration: what a schedule or a policy moved is no drift, and what the
//! configuration changed is planned whatever they did.

use super::stage::{Stage, shown, step};
use crate::plan::{Action, Intent, Outcome, text};
use crate::value::Value;

/// A group between 1 and 10, and an action that makes it 3 to 5 at night.
const GROUP: &str = r#"
resource "aws_launch_template" "a" {
  name          = "web"
  image_id      = "ami-0123456789abcdef0"
  instance_type = "t3.micro"
}
resource "aws_autoscaling_group" "a" {
  name               = "a"
  availability_zones = ["us-east-1a"]
  min_size           = 1
  max_size           = 10
  desired_capacity   = 2
  launch_template { id = aws_launch_template.a.id }
}
resource "aws_autoscaling_schedule" "night" {
  scheduled_action_name  = "night"
  autoscaling_group_name = aws_autoscaling_group.a.name
  min_size               = 3
  max_size               = 5
  desired_capacity       = 4
  recurrence             = "0 20 * * *"
}
"#;

const ADDRESS: &str = "aws_autoscaling_group.a";
const NIGHT: [i64; 3] = [3, 5, 4];

async fn stage() -> Stage {
    let stage = Stage::new(GROUP);
    stage.apply_all().await;
    stage
}

/// The action fires, or a policy moves the group: lowest, highest and desired size.
async fn moved(stage: &Stage, [low, high, desired]: [i64; 3]) {
    let sizes = [
        ("min_size", Value::number(low)),
        ("max_size", Value::number(high)),
        ("desired_capacity", Value::number(desired)),
    ];
    stage.change(ADDRESS, &sizes).await;
}

async fn sizes(stage: &Stage) -> String {
    let mut sizes = Vec::new();
    for attribute in ["min_size", "max_size", "desired_capacity"] {
        sizes.push(stage.live(ADDRESS, attribute).await);
    }
    sizes.join(" ")
}

/// What an update changes, as text.
fn changed(outcome: &Outcome) -> String {
    let step = step(outcome, ADDRESS);
    assert_eq!(step.action, Action::Update);
    let paths = step.changed.iter().map(|path| {
        let name = path.to_string();
        let value = step.planned.as_ref().and_then(|planned| planned.attribute(&name));
        format!("{name}={}", shown(value))
    });
    paths.collect::<Vec<_>>().join(" ")
}

#[tokio::test(start_paused = true)]
async fn what_a_schedule_or_a_policy_moved_is_no_drift() {
    let stage = stage().await;
    for sizes in [NIGHT, [3, 5, 5], [1, 10, 7]] {
        moved(&stage, sizes).await;
        let outcome = stage.apply_all().await;
        assert!(!outcome.has_changes(), "{sizes:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_nobody_may_move_is_drift() {
    let stage = stage().await;
    moved(&stage, [1, 8, 2]).await;
    assert_eq!(changed(&stage.apply_all().await), "max_size=10");
}

#[tokio::test(start_paused = true)]
async fn a_changed_configuration_is_planned() {
    let mut stage = stage().await;
    stage.config = GROUP.replace("= 10\n", "= 20\n").replace("capacity   = 2", "capacity   = 6");
    assert_eq!(changed(&stage.apply_all().await), "desired_capacity=6 max_size=20");
    assert_eq!(sizes(&stage).await, "1 20 6");
    moved(&stage, NIGHT).await;
    assert!(!stage.apply_all().await.has_changes());
}

#[tokio::test(start_paused = true)]
async fn a_changed_configuration_is_planned_after_a_schedule_fired() {
    let mut stage = stage().await;
    moved(&stage, NIGHT).await;
    stage.config = GROUP.replace("= 10\n", "= 20\n");
    assert_eq!(changed(&stage.apply_all().await), "max_size=20", "the rest stays as it fired");
    assert_eq!(sizes(&stage).await, "3 20 4");
    stage.config =
        GROUP.replace("= 10\n", "= 20\n").replace("min_size           = 1", "min_size = 2");
    assert_eq!(changed(&stage.apply_all().await), "min_size=2");
}

#[tokio::test(start_paused = true)]
async fn a_configuration_that_changes_to_what_is_live_is_noted() {
    let mut stage = stage().await;
    moved(&stage, NIGHT).await;
    stage.config = GROUP.replace("= 10\n", "= 5\n");
    assert!(!stage.apply_all().await.has_changes());
    // Had the change not been noted, this would look like one.
    stage.config = stage.config.replace("max_size               = 5", "max_size               = 6");
    stage.apply_all().await;
    moved(&stage, [3, 6, 4]).await;
    assert!(!stage.apply_all().await.has_changes());
}

#[tokio::test(start_paused = true)]
async fn other_changes_leave_what_was_moved() {
    let mut stage = stage().await;
    moved(&stage, NIGHT).await;
    stage.config = GROUP.replace("= 2\n", "= 2\n  health_check_grace_period = 120\n");
    assert_eq!(changed(&stage.apply_all().await), "health_check_grace_period=120");
    assert_eq!(sizes(&stage).await, "3 5 4");
}

#[tokio::test(start_paused = true)]
async fn what_was_configured_outlives_a_run_that_only_looks() {
    let mut stage = stage().await;
    moved(&stage, NIGHT).await;
    stage.change(ADDRESS, &[("default_cooldown", Value::number(60))]).await;
    stage.options.intent = Intent::RefreshOnly;
    stage.apply().await;
    stage.options.intent = Intent::Normal;
    stage.config = GROUP.replace("= 10\n", "= 20\n");
    assert!(changed(&stage.apply_all().await).contains("max_size=20"));
}

#[tokio::test(start_paused = true)]
async fn without_a_ledger_what_a_schedule_sets_counts_as_moved() {
    let mut stage = stage().await;
    moved(&stage, NIGHT).await;
    stage.lose_ledger();
    let outcome = stage.apply_all().await;
    assert!(!outcome.has_changes(), "{}", text::text(&outcome.plan));
    // From then on changes are known again.
    stage.config = GROUP.replace("= 10\n", "= 20\n");
    assert_eq!(changed(&stage.apply_all().await), "max_size=20");

    moved(&stage, [1, 8, 2]).await;
    stage.lose_ledger();
    assert_eq!(changed(&stage.apply_all().await), "max_size=20", "no schedule sets 8");
}
