//! CloudWatch alarms, Systems Manager parameters, secrets.

use super::stage::stage;

#[tokio::test]
async fn alarms() {
    let Some(mut stage) = stage("alarms") else { return };
    let text = r#"
resource "aws_cloudwatch_metric_alarm" "cpu" {
  alarm_name          = "cpu"
  alarm_description   = "Busy"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 2
  datapoints_to_alarm = 1
  metric_name         = "CPUUtilization"
  namespace           = "AWS/EC2"
  period              = 60
  statistic           = "Average"
  threshold           = 80
  unit                = "Percent"
  dimensions          = { AutoScalingGroupName = "web" }
  alarm_actions       = ["arn:aws:sns:us-east-1:000000000000:topic"]
  tags                = { Name = "cpu" }
}
resource "aws_cloudwatch_metric_alarm" "slow" {
  alarm_name          = "slow"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  evaluation_periods  = 1
  metric_name         = "TargetResponseTime"
  namespace           = "AWS/ApplicationELB"
  period              = 60
  extended_statistic  = "p99"
  threshold           = 1.5
  evaluate_low_sample_count_percentiles = "ignore"
}
resource "aws_cloudwatch_metric_alarm" "rate" {
  alarm_name          = "rate"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 1
  threshold           = 10
  metric_query {
    id          = "e1"
    expression  = "m2 / m1 * 100"
    label       = "Errors"
    return_data = true
  }
  metric_query {
    id = "m1"
    metric {
      metric_name = "RequestCount"
      namespace   = "AWS/ApplicationELB"
      period      = 120
      stat        = "Sum"
      dimensions  = { LoadBalancer = "app/web" }
    }
  }
  metric_query {
    id = "m2"
    metric {
      metric_name = "HTTPCode_Target_5XX_Count"
      namespace   = "AWS/ApplicationELB"
      period      = 120
      stat        = "Sum"
      unit        = "Count"
    }
  }
}
"#;
    stage.create(text).await;
    stage.imports("aws_cloudwatch_metric_alarm.cpu", "cpu").await;
    let edits = [
        ("\"Busy\"", "\"Very busy\""),
        ("= 80", "= 90"),
        ("evaluation_periods  = 2", "evaluation_periods  = 3"),
        ("= \"web\" }", "= \"app\" }"),
        ("\"cpu\" }", "\"c\" }"),
        ("period              = 60\n  statistic", "period              = 120\n  statistic"),
        (
            "  alarm_actions  ",
            "  ok_actions = [\"arn:aws:sns:us-east-1:000000000000:topic\"]\n  insufficient_data_actions = [\"arn:aws:sns:us-east-1:000000000000:topic\"]\n  treat_missing_data = \"breaching\"\n  actions_enabled = false\n  alarm_actions  ",
        ),
        ("\"p99\"", "\"p95\""),
        ("m2 / m1 * 100", "m2 / m1"),
    ];
    let all = ["cpu", "rate", "slow"].map(|name| format!("aws_cloudwatch_metric_alarm.{name}"));
    stage.update(&edits, &all.each_ref().map(String::as_str)).await;
    let without = [
        ("  unit                = \"Percent\"\n", ""),
        ("  datapoints_to_alarm = 1\n", ""),
        ("  alarm_description   = \"Very busy\"\n", ""),
        ("  treat_missing_data = \"breaching\"\n", ""),
    ];
    stage.update(&without, &["aws_cloudwatch_metric_alarm.cpu"]).await;
    stage.is_found_by_tags(&["aws_cloudwatch_metric_alarm.cpu"]).await;
    stage.replace(&[("\"slow\"\n", "\"slower\"\n")], &["aws_cloudwatch_metric_alarm.slow"]).await;
    stage.end().await;
}

#[tokio::test]
async fn parameters() {
    let Some(mut stage) = stage("parameters") else { return };
    let text = r#"
resource "aws_ssm_parameter" "plain" {
  name            = "/app/plain"
  type            = "String"
  value           = "one"
  description     = "A word"
  allowed_pattern = "^[a-z]+$"
  tags            = { Name = "plain" }
}
resource "aws_ssm_parameter" "secret" {
  name  = "/app/secret"
  type  = "SecureString"
  value = "hidden"
  tier  = "Advanced"
}
resource "aws_ssm_parameter" "list" {
  name           = "/app/list"
  type           = "StringList"
  insecure_value = "a,b"
}
resource "aws_ssm_parameter" "unseen" {
  name             = "/app/unseen"
  type             = "SecureString"
  value_wo         = "never told"
  value_wo_version = 1
}
"#;
    stage.create(text).await;
    stage.imports("aws_ssm_parameter.plain", "/app/plain").await;
    let edits = [
        ("\"one\"", "\"two\""),
        ("\"A word\"", "\"Another\""),
        ("\"plain\" }", "\"p\" }"),
        ("\"hidden\"", "\"hidden again\""),
        ("\"a,b\"", "\"a,b,c\""),
        ("value_wo_version = 1", "value_wo_version = 2"),
        ("\"never told\"", "\"told never\""),
    ];
    let all = ["list", "plain", "secret", "unseen"].map(|name| format!("aws_ssm_parameter.{name}"));
    stage.update(&edits, &all.each_ref().map(String::as_str)).await;
    assert_eq!(stage.attribute("aws_ssm_parameter.plain", "version").await, 2);
    stage.is_found_by_tags(&["aws_ssm_parameter.plain", "aws_ssm_parameter.list"]).await;
    stage.replace(&[("\"/app/plain\"", "\"/app/other\"")], &["aws_ssm_parameter.plain"]).await;
    stage.end().await;
}

#[tokio::test]
async fn secrets() {
    let Some(mut stage) = stage("secrets") else { return };
    let text = r#"
resource "aws_secretsmanager_secret" "main" {
  name                    = "main"
  description             = "First"
  recovery_window_in_days = 0
  tags                    = { Name = "main" }
}
resource "aws_secretsmanager_secret" "copied" {
  name_prefix             = "copied-"
  recovery_window_in_days = 0
  replica { region = "eu-west-1" }
}
resource "aws_secretsmanager_secret_version" "text" {
  secret_id     = aws_secretsmanager_secret.main.id
  secret_string = "hidden"
}
resource "aws_secretsmanager_secret_version" "binary" {
  secret_id     = aws_secretsmanager_secret.copied.id
  secret_binary = base64encode("bytes")
}
"#;
    stage.create(text).await;
    let edits = [("\"First\"", "\"Second\""), ("\"main\" }", "\"m\" }")];
    stage.update(&edits, &["aws_secretsmanager_secret.main"]).await;
    let policy = (
        "  tags                    =",
        r#"  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{ Effect = "Deny", Principal = "*", Action = "secretsmanager:DeleteSecret", Resource = "*" }]
  })
  tags ="#,
    );
    stage.update(&[policy], &["aws_secretsmanager_secret.main"]).await;
    stage
        .replace(&[("\"hidden\"", "\"hidden again\"")], &["aws_secretsmanager_secret_version.text"])
        .await;
    let stages = (
        "secret_binary = base64encode(\"bytes\")",
        "secret_binary = base64encode(\"bytes\")\n  version_stages = [\"AWSCURRENT\", \"blue\"]",
    );
    stage.update(&[stages], &["aws_secretsmanager_secret_version.binary"]).await;
    stage.change(&[("  replica { region = \"eu-west-1\" }\n", "")]).await;
    stage
        .is_found_by_tags(&["aws_secretsmanager_secret.main", "aws_secretsmanager_secret.copied"])
        .await;
    stage.end().await;
}

#[tokio::test]
async fn secrets_are_looked_up_and_kept_nowhere() {
    let Some(mut stage) = stage("looked up") else { return };
    let text = r#"
resource "aws_secretsmanager_secret" "main" {
  name                    = "looked-up"
  recovery_window_in_days = 0
}
resource "aws_secretsmanager_secret_version" "main" {
  secret_id     = aws_secretsmanager_secret.main.id
  secret_string = "hidden"
}
resource "aws_ssm_parameter" "main" {
  name  = "/looked-up"
  type  = "SecureString"
  value = "as well"
}
ephemeral "aws_secretsmanager_secret_version" "main" {
  secret_id = aws_secretsmanager_secret_version.main.secret_id
}
ephemeral "aws_ssm_parameter" "main" {
  arn = aws_ssm_parameter.main.arn
}
resource "aws_ssm_parameter" "copy" {
  name             = "/copy"
  type             = "SecureString"
  value_wo         = "${ephemeral.aws_secretsmanager_secret_version.main.secret_string} ${ephemeral.aws_ssm_parameter.main.value}"
  value_wo_version = 1
}
data "aws_ssm_parameter" "copy" {
  name       = aws_ssm_parameter.copy.name
  depends_on = [aws_ssm_parameter.copy]
}
output "copy" {
  value = nonsensitive(data.aws_ssm_parameter.copy.value)
}
"#;
    stage.create(text).await;
    assert_eq!(stage.output("copy").await, "\"hidden as well\"");
    stage.end().await;
}
