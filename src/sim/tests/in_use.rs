//! Replacements of what others use: made first, moved over to, and only then deleted.

use super::stage::{Stage, step, told};
use crate::plan::{Action, Outcome, Step};

const WEB: &str = r#"
resource "aws_vpc" "a" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "a" {
  count             = 2
  vpc_id            = aws_vpc.a.id
  cidr_block        = "10.0.${count.index}.0/24"
  availability_zone = "us-east-1${["a", "b"][count.index]}"
}
resource "aws_security_group" "a" {
  name_prefix = "web-"
  description = "one"
  vpc_id      = aws_vpc.a.id
}
resource "aws_lb" "a" {
  name            = "web"
  internal        = true
  subnets         = aws_subnet.a[*].id
  security_groups = [aws_security_group.a.id]
}
resource "aws_lb_target_group" "a" {
  name_prefix = "web-"
  port        = 80
  protocol    = "HTTP"
  vpc_id      = aws_vpc.a.id
}
resource "aws_lb_listener" "a" {
  load_balancer_arn = aws_lb.a.arn
  port              = 80
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.a.arn
  }
}
resource "aws_lb_listener_rule" "a" {
  listener_arn = aws_lb_listener.a.arn
  priority     = 10
  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.a.arn
  }
  condition {
    path_pattern { values = ["/a/*"] }
  }
}
resource "aws_launch_template" "a" {
  name          = "web"
  image_id      = "ami-0123456789abcdef0"
  instance_type = "t3.micro"
}
resource "aws_autoscaling_group" "a" {
  name                = "a"
  vpc_zone_identifier = aws_subnet.a[*].id
  min_size            = 1
  max_size            = 2
  target_group_arns   = [aws_lb_target_group.a.arn]
  launch_template { id = aws_launch_template.a.id }
}
"#;

/// The places of the two halves of a replacement, and of updates, in the order of the plan.
fn halves<'a>(outcome: &'a Outcome, address: &str) -> (&'a Step, &'a Step) {
    let of = |action| {
        let mut steps = outcome.plan.steps.iter();
        steps.find(|step| step.address.to_string() == address && step.action == action)
    };
    (of(Action::Create).expect("a create"), of(Action::Delete).expect("a delete"))
}

#[tokio::test(start_paused = true)]
async fn a_target_group_in_use_is_made_anew_first() {
    let mut stage = Stage::new(WEB);
    stage.apply_all().await;
    stage.config = WEB.replace("port        = 80\n", "port        = 8080\n");
    let outcome = stage.apply_all().await;
    let (create, delete) = halves(&outcome, "aws_lb_target_group.a");
    for user in ["aws_lb_listener.a", "aws_lb_listener_rule.a", "aws_autoscaling_group.a"] {
        let moved = step(&outcome, user);
        assert_eq!(moved.action, Action::Update, "{user}");
        assert!(moved.after.contains(&create.id) && delete.after.contains(&moved.id), "{user}");
    }
    stage.destroy().await;
    assert!(stage.objects().iter().all(|(_, _, owner)| owner.is_none()));
}

#[tokio::test(start_paused = true)]
async fn what_it_depends_on_is_made_first_as_well() {
    let mut stage = Stage::new(WEB);
    stage.apply_all().await;
    stage.config = WEB.replace("\"one\"", "\"two\"");
    let outcome = stage.apply_all().await;
    let (create, delete) = halves(&outcome, "aws_security_group.a");
    let moved = step(&outcome, "aws_lb.a");
    assert!(moved.after.contains(&create.id) && delete.after.contains(&moved.id));

    stage.options.replace = vec!["aws_vpc.a".parse().expect("an address")];
    let problems = stage.plan().await.problems;
    assert!(!told(&problems).contains("573"), "all in it is replaced: {}", told(&problems));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_stand_beside_itself_is_refused_when_planning() {
    let named = WEB.replace(
        "resource \"aws_lb_target_group\" \"a\" {\n  name_prefix = \"web-\"",
        "resource \"aws_lb_target_group\" \"a\" {\n  name = \"web\"",
    );
    let mut stage = Stage::new(&named);
    stage.apply_all().await;
    let changed = named.replace("port        = 80\n", "port        = 8080\n");
    for config in [
        changed.clone(),
        changed.replace(
            "name = \"web\"\n",
            "name = \"web\"\n  lifecycle { create_before_destroy = true }\n",
        ),
    ] {
        stage.config = config;
        let (outcome, report) = stage.try_apply().await;
        let text = told(&outcome.problems);
        assert!(report.is_none(), "nothing is begun: {text}");
        assert!(text.contains("573: Replaced object is in use"), "{text}");
        assert!(text.contains("(ResourceInUse)") && text.contains("the same name"), "{text}");
        assert!(text.contains("Write name_prefix in place of name"), "{text}");
    }
    stage.config = changed.replace("name = \"web\"\n  port", "name = \"web-2\"\n  port");
    stage.apply_all().await;
}

#[tokio::test(start_paused = true)]
async fn numbers_that_no_two_may_share_clash_as_well() {
    let first = "priority     = 10\n  lifecycle { create_before_destroy = true }\n";
    let mut stage = Stage::new(&WEB.replace("priority     = 10\n", first));
    stage.apply_all().await;
    stage.options.replace = vec!["aws_lb_listener_rule.a".parse().expect("an address")];
    let text = told(&stage.plan().await.problems);
    assert!(text.contains("same listener_arn and priority (PriorityInUse)"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn what_goes_on_naming_the_old_object_is_told() {
    const GROUPS: &str = r#"
resource "aws_db_parameter_group" "a" {
  name   = "a"
  family = "postgres16"
}
resource "aws_db_instance" "a" {
  identifier           = "a"
  engine               = "postgres"
  instance_class       = "db.t3.micro"
  allocated_storage    = 20
  username             = "u"
  password             = "secret-9"
  skip_final_snapshot  = true
  parameter_group_name = aws_db_parameter_group.a.name
}
"#;
    let mut stage = Stage::new(GROUPS);
    stage.apply_all().await;
    stage.config = GROUPS.replace("postgres16", "postgres17");
    let text = told(&stage.plan().await.problems);
    assert!(text.contains("573") && text.contains("aws_db_instance.a"), "{text}");
    stage.config = stage.config.replace("name   = \"a\"", "name   = \"b\"");
    stage.apply_all().await;
}
