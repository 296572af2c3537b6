//! Auto Scaling: groups, policies of every kind, schedules, lifecycle hooks, attachments.

use super::stage::stage;

const NETWORK: &str = r#"
data "aws_ami" "linux" {
  most_recent = true
  owners      = ["amazon"]
  filter {
    name   = "name"
    values = ["al2023-ami-2023*-x86_64", "amzn2-ami-hvm-*-x86_64*"]
  }
}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "a" {
  count             = 2
  vpc_id            = aws_vpc.main.id
  cidr_block        = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)
  availability_zone = ["us-east-1a", "us-east-1b"][count.index]
}
resource "aws_launch_template" "main" {
  name_prefix   = "web-"
  image_id      = data.aws_ami.linux.id
  instance_type = "t3.micro"
}
"#;

const GROUP: &str = r#"
resource "aws_autoscaling_group" "main" {
  name                = "main"
  min_size            = 1
  max_size            = 3
  desired_capacity    = 1
  vpc_zone_identifier = aws_subnet.a[*].id
  launch_template {
    id      = aws_launch_template.main.id
    version = aws_launch_template.main.latest_version
  }
  tag {
    key                 = "Name"
    value               = "web"
    propagate_at_launch = true
  }
  # more
}
"#;

#[tokio::test]
async fn group() {
    let Some(mut stage) = stage("group") else { return };
    stage.create(&format!("{NETWORK}{GROUP}")).await;
    stage.imports("aws_autoscaling_group.main", "main").await;
    let group = ["aws_autoscaling_group.main"];
    let sizes = [
        ("max_size            = 3", "max_size            = 4"),
        ("desired_capacity    = 1", "desired_capacity    = 2"),
    ];
    stage.update(&sizes, &group).await;
    let more = r#"
  capacity_rebalance        = true
  default_cooldown          = 60
  default_instance_warmup   = 30
  enabled_metrics           = ["GroupDesiredCapacity", "GroupTotalInstances"]
  health_check_grace_period = 120
  health_check_type         = "ELB"
  max_instance_lifetime     = 604800
  protect_from_scale_in     = true
  suspended_processes       = ["AZRebalance"]
  termination_policies      = ["OldestInstance", "Default"]
  context                   = "anything"
  instance_maintenance_policy {
    min_healthy_percentage = 90
    max_healthy_percentage = 120
  }
  availability_zone_distribution {
    capacity_distribution_strategy = "balanced-only"
  }
"#;
    stage
        .update(
            &[("  # more\n", more), ("\"web\"", "\"site\""), ("= true\n  }", "= false\n  }")],
            &group,
        )
        .await;
    let changed = [
        ("capacity_rebalance        = true", "capacity_rebalance = false"),
        ("= 604800", "= 0"),
        ("= 60\n", "= 90\n"),
        ("warmup   = 30", "warmup = 0"),
        ("[\"GroupDesiredCapacity\", ", "["),
        ("\"ELB\"", "\"EC2\""),
        ("[\"AZRebalance\"]", "[\"AlarmNotification\"]"),
        ("[\"OldestInstance\", ", "["),
        ("protect_from_scale_in     = true", "protect_from_scale_in = false"),
        ("= 120\n  }", "= 130\n  }"),
        ("\"balanced-only\"", "\"balanced-best-effort\""),
    ];
    stage.update(&changed, &group).await;
    let without = [
        ("  enabled_metrics           = [\"GroupTotalInstances\"]\n", ""),
        ("  suspended_processes       = [\"AlarmNotification\"]\n", ""),
    ];
    stage.update(&without, &group).await;
    stage.is_found_by_tags(&group).await;
    stage.replace(&[("\"main\"\n  min_size", "\"other\"\n  min_size")], &group).await;
    stage.end().await;
}

#[tokio::test]
async fn group_from_a_template_that_changes() {
    let Some(mut stage) = stage("refresh") else { return };
    let refresh = "
  warm_pool {
    pool_state                  = \"Stopped\"
    min_size                    = 1
    max_group_prepared_capacity = 2
  }
  instance_refresh {
    strategy = \"Rolling\"
    triggers = [\"tag\"]
    preferences {
      min_healthy_percentage = 50
      instance_warmup        = \"0\"
    }
  }
";
    stage.create(&format!("{NETWORK}{}", GROUP.replace("  # more\n", refresh))).await;
    let both = ["aws_autoscaling_group.main", "aws_launch_template.main"];
    stage.update(&[("t3.micro", "t3.small")], &both).await;
    let group = ["aws_autoscaling_group.main"];
    stage
        .update(
            &[
                ("min_size                    = 1", "min_size                    = 0"),
                ("capacity = 2", "capacity = 1"),
            ],
            &group,
        )
        .await;
    stage
        .change(&[(
            "  warm_pool {
    pool_state                  = \"Stopped\"
    min_size                    = 0
    max_group_prepared_capacity = 1
  }
",
            "",
        )])
        .await;
    stage.end().await;
}

#[tokio::test]
async fn group_of_mixed_instances() {
    let Some(mut stage) = stage("mixed") else { return };
    let text = r#"
resource "aws_autoscaling_group" "mixed" {
  name_prefix           = "mixed-"
  min_size              = 0
  max_size              = 6
  desired_capacity      = 2
  desired_capacity_type = "units"
  vpc_zone_identifier   = aws_subnet.a[*].id
  mixed_instances_policy {
    instances_distribution {
      on_demand_base_capacity                  = 1
      on_demand_percentage_above_base_capacity = 25
      spot_allocation_strategy                 = "price-capacity-optimized"
    }
    launch_template {
      launch_template_specification {
        launch_template_id = aws_launch_template.main.id
        version            = "$Latest"
      }
      override {
        instance_type     = "m5.large"
        weighted_capacity = "2"
      }
      override {
        instance_type     = "m5a.large"
        weighted_capacity = "1"
      }
    }
  }
}
resource "aws_autoscaling_group" "by_attributes" {
  name                = "by-attributes"
  min_size            = 0
  max_size            = 2
  vpc_zone_identifier = aws_subnet.a[*].id
  mixed_instances_policy {
    launch_template {
      launch_template_specification {
        launch_template_id = aws_launch_template.main.id
      }
      override {
        instance_requirements {
          memory_mib { min = 4096 }
          vcpu_count {
            min = 2
            max = 4
          }
          burstable_performance   = "included"
          excluded_instance_types = ["t2.*"]
          instance_generations    = ["current"]
        }
      }
    }
  }
}
"#;
    stage.create(&format!("{NETWORK}{text}")).await;
    let (mixed, by) = ("aws_autoscaling_group.mixed", "aws_autoscaling_group.by_attributes");
    let edits = [
        ("base_capacity                  = 1", "base_capacity = 2"),
        ("= 25", "= 50"),
        ("price-capacity-optimized", "lowest-price"),
        ("weighted_capacity = \"2\"", "weighted_capacity = \"3\""),
        ("m5a.large", "m5n.large"),
        ("min = 4096", "min = 2048"),
        ("max = 4", "max = 8"),
        ("\"included\"", "\"excluded\""),
    ];
    stage.update(&edits, &[by, mixed]).await;
    stage.end().await;
}

#[tokio::test]
async fn policies() {
    let Some(mut stage) = stage("policies") else { return };
    let text = r#"
resource "aws_autoscaling_policy" "cpu" {
  name                      = "cpu"
  autoscaling_group_name    = aws_autoscaling_group.main.name
  policy_type               = "TargetTrackingScaling"
  estimated_instance_warmup = 60
  target_tracking_configuration {
    target_value = 50
    predefined_metric_specification {
      predefined_metric_type = "ASGAverageCPUUtilization"
    }
  }
}
resource "aws_autoscaling_policy" "custom" {
  name                   = "custom"
  autoscaling_group_name = aws_autoscaling_group.main.name
  policy_type            = "TargetTrackingScaling"
  target_tracking_configuration {
    target_value     = 100
    disable_scale_in = true
    customized_metric_specification {
      metrics {
        id          = "m1"
        return_data = false
        metric_stat {
          stat = "Sum"
          metric {
            namespace   = "Queue"
            metric_name = "Depth"
            dimensions {
              name  = "Name"
              value = "jobs"
            }
          }
        }
      }
      metrics {
        id          = "e1"
        expression  = "m1 / 2"
        label       = "half"
      }
    }
  }
}
resource "aws_autoscaling_policy" "plain" {
  name                   = "plain"
  autoscaling_group_name = aws_autoscaling_group.main.name
  policy_type            = "TargetTrackingScaling"
  target_tracking_configuration {
    target_value = 10
    customized_metric_specification {
      namespace   = "Queue"
      metric_name = "Age"
      statistic   = "Average"
      unit        = "Seconds"
      metric_dimension {
        name  = "Name"
        value = "jobs"
      }
    }
  }
}
resource "aws_autoscaling_policy" "step" {
  name                      = "step"
  autoscaling_group_name    = aws_autoscaling_group.main.name
  policy_type               = "StepScaling"
  adjustment_type           = "PercentChangeInCapacity"
  metric_aggregation_type   = "Average"
  min_adjustment_magnitude  = 1
  estimated_instance_warmup = 30
  step_adjustment {
    metric_interval_lower_bound = "0"
    metric_interval_upper_bound = "10"
    scaling_adjustment          = 10
  }
  step_adjustment {
    metric_interval_lower_bound = "10"
    scaling_adjustment          = 30
  }
}
resource "aws_autoscaling_policy" "simple" {
  name                   = "simple"
  autoscaling_group_name = aws_autoscaling_group.main.name
  adjustment_type        = "ChangeInCapacity"
  scaling_adjustment     = -1
  cooldown               = 120
}
resource "aws_autoscaling_policy" "forecast" {
  name                   = "forecast"
  autoscaling_group_name = aws_autoscaling_group.main.name
  policy_type            = "PredictiveScaling"
  predictive_scaling_configuration {
    mode                         = "ForecastOnly"
    scheduling_buffer_time       = "300"
    max_capacity_breach_behavior = "IncreaseMaxCapacity"
    max_capacity_buffer          = "10"
    metric_specification {
      target_value = 40
      predefined_metric_pair_specification {
        predefined_metric_type = "ASGCPUUtilization"
      }
    }
  }
}
"#;
    stage.create(&format!("{NETWORK}{GROUP}{text}")).await;
    stage.imports("aws_autoscaling_policy.cpu", "main/cpu").await;
    let edits = [
        ("warmup = 60", "warmup = 90"),
        ("= 50\n", "= 60\n"),
        ("m1 / 2", "m1 / 3"),
        ("disable_scale_in = true", "disable_scale_in = false"),
        ("\"Seconds\"", "\"Milliseconds\""),
        ("= 30\n  }", "= 40\n  }"),
        ("\"Average\"\n  min_adj", "\"Maximum\"\n  min_adj"),
        ("scaling_adjustment     = -1", "scaling_adjustment     = 2"),
        ("= 120", "= 60"),
        ("\"ForecastOnly\"", "\"ForecastAndScale\""),
        ("= 40\n      predefined_metric_pair", "= 45\n      predefined_metric_pair"),
    ];
    let all = ["cpu", "custom", "forecast", "plain", "simple", "step"]
        .map(|name| format!("aws_autoscaling_policy.{name}"));
    stage.update(&edits, &all.each_ref().map(String::as_str)).await;
    let off = (
        "policy_type               = \"StepScaling\"",
        "enabled = false\n  policy_type = \"StepScaling\"",
    );
    stage.update(&[off], &["aws_autoscaling_policy.step"]).await;
    stage.end().await;
}

#[tokio::test]
async fn schedules_hooks_and_attachments() {
    let Some(mut stage) = stage("schedules") else { return };
    let text = r#"
resource "aws_autoscaling_schedule" "morning" {
  scheduled_action_name  = "morning"
  autoscaling_group_name = aws_autoscaling_group.main.name
  recurrence             = "0 9 * * 1-5"
  time_zone              = "Europe/Berlin"
  min_size               = 1
  max_size               = 3
  desired_capacity       = 2
}
resource "aws_autoscaling_schedule" "once" {
  scheduled_action_name  = "once"
  autoscaling_group_name = aws_autoscaling_group.main.name
  start_time             = "2031-01-01T00:00:00Z"
  end_time               = "2031-02-01T00:00:00Z"
  min_size               = 0
  max_size               = -1
  desired_capacity       = -1
}
resource "aws_iam_role" "hooks" {
  name = "hooks"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "autoscaling.amazonaws.com" } }]
  })
}
resource "aws_autoscaling_lifecycle_hook" "ending" {
  name                    = "ending"
  autoscaling_group_name  = aws_autoscaling_group.main.name
  lifecycle_transition    = "autoscaling:EC2_INSTANCE_TERMINATING"
  heartbeat_timeout       = 60
  default_result          = "CONTINUE"
  notification_metadata   = "note"
  notification_target_arn = "arn:aws:sqs:us-east-1:000000000000:queue"
  role_arn                = aws_iam_role.hooks.arn
}
resource "aws_lb_target_group" "main" {
  name     = "main"
  port     = 80
  protocol = "HTTP"
  vpc_id   = aws_vpc.main.id
}
resource "aws_autoscaling_attachment" "main" {
  autoscaling_group_name = aws_autoscaling_group.main.name
  lb_target_group_arn    = aws_lb_target_group.main.arn
}
"#;
    stage.create(&format!("{NETWORK}{GROUP}{text}")).await;
    stage.imports("aws_autoscaling_schedule.morning", "main/morning").await;
    stage.imports("aws_autoscaling_lifecycle_hook.ending", "main/ending").await;
    let edits = [
        ("0 9 * * 1-5", "0 8 * * 1-5"),
        ("Europe/Berlin", "Europe/Paris"),
        ("desired_capacity       = 2", "desired_capacity       = 3"),
        ("2031-02-01", "2031-03-01"),
        ("= 60\n", "= 90\n"),
        ("\"CONTINUE\"", "\"ABANDON\""),
        ("\"note\"", "\"other\""),
    ];
    let all = [
        "aws_autoscaling_lifecycle_hook.ending",
        "aws_autoscaling_schedule.morning",
        "aws_autoscaling_schedule.once",
    ];
    stage.update(&edits, &all).await;
    stage.end().await;
}
