//! IAM: roles, policies of both kinds, attachments, instance profiles.

use super::stage::stage;

const TRUST: &str = r#"
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}
resource "aws_iam_role" "main" {
  name                 = "main"
  path                 = "/app/"
  description          = "First"
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  max_session_duration = 3600
  tags                 = { Name = "main" }
}
"#;

const POLICY: &str = r#"jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["s3:GetObject"], Resource = "*" }]
  })"#;

#[tokio::test]
async fn role() {
    let Some(mut stage) = stage("role") else { return };
    stage.create(TRUST).await;
    stage.imports("aws_iam_role.main", "main").await;
    let edits = [
        ("\"First\"", "\"Second\""),
        ("= 3600", "= 7200"),
        ("\"main\" }", "\"role\" }"),
        ("ec2.amazonaws.com", "lambda.amazonaws.com"),
    ];
    stage.update(&edits, &["aws_iam_role.main"]).await;
    let boundary = (
        "  tags  ",
        "  permissions_boundary = \"arn:aws:iam::aws:policy/ReadOnlyAccess\"\n  tags  ",
    );
    stage.update(&[boundary], &["aws_iam_role.main"]).await;
    let other = ("policy/ReadOnlyAccess", "policy/PowerUserAccess");
    stage.update(&[other], &["aws_iam_role.main"]).await;
    let without = ("  permissions_boundary = \"arn:aws:iam::aws:policy/PowerUserAccess\"\n", "");
    stage.update(&[without], &["aws_iam_role.main"]).await;
    stage.update(&[("  description          = \"Second\"\n", "")], &["aws_iam_role.main"]).await;
    stage.is_found_by_tags(&["aws_iam_role.main"]).await;
    stage.replace(&[("\"/app/\"", "\"/web/\"")], &["aws_iam_role.main"]).await;
    stage.end().await;
}

#[tokio::test]
async fn role_with_policies_of_its_own() {
    let Some(mut stage) = stage("inline policies") else { return };
    let inside = format!(
        "  managed_policy_arns = [\"arn:aws:iam::aws:policy/ReadOnlyAccess\"]
  force_detach_policies = true
  inline_policy {{
    name   = \"read\"
    policy = {POLICY}
  }}
  tags  "
    );
    stage.create(&TRUST.replace("  tags  ", &inside)).await;
    let edits =
        [("s3:GetObject", "s3:PutObject"), ("policy/ReadOnlyAccess", "policy/PowerUserAccess")];
    stage.update(&edits, &["aws_iam_role.main"]).await;
    stage.update(&[("\"read\"", "\"write\"")], &["aws_iam_role.main"]).await;
    stage.end().await;
}

#[tokio::test]
async fn policies_and_profiles() {
    let Some(mut stage) = stage("policies of roles") else { return };
    let text = format!(
        r#"{TRUST}
resource "aws_iam_policy" "read" {{
  name        = "read"
  path        = "/app/"
  description = "Reads"
  policy      = {POLICY}
  tags        = {{ Name = "read" }}
}}
resource "aws_iam_role_policy" "own" {{
  name   = "own"
  role   = aws_iam_role.main.id
  policy = {POLICY}
}}
resource "aws_iam_role_policy_attachment" "read" {{
  role       = aws_iam_role.main.name
  policy_arn = aws_iam_policy.read.arn
}}
resource "aws_iam_role_policy_attachment" "aws" {{
  role       = aws_iam_role.main.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
}}
resource "aws_iam_role" "other" {{
  name_prefix        = "other-"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}}
resource "aws_iam_instance_profile" "main" {{
  name = "main"
  path = "/app/"
  role = aws_iam_role.main.name
  tags = {{ Name = "profile" }}
}}
"#
    );
    stage.create(&text).await;
    stage.imports("aws_iam_role_policy.own", "main:own").await;
    let account = stage.account().to_owned();
    let arn = format!("arn:aws:iam::{account}:policy/app/read");
    stage.imports("aws_iam_policy.read", &arn).await;
    stage.imports("aws_iam_role_policy_attachment.read", &format!("main/{arn}")).await;
    stage.imports("aws_iam_instance_profile.main", "main").await;
    let edits = [
        ("s3:GetObject", "s3:PutObject"),
        ("\"read\" }", "\"write\" }"),
        ("\"profile\" }", "\"p\" }"),
        ("  role = aws_iam_role.main.name\n  tags", "  role = aws_iam_role.other.name\n  tags"),
    ];
    let all = ["aws_iam_instance_profile.main", "aws_iam_policy.read", "aws_iam_role_policy.own"];
    stage.update(&edits, &all).await;
    // A policy keeps five versions at most: the oldest goes for the sixth.
    for (from, to) in [
        ("Put", "Delete"),
        ("Delete", "List"),
        ("List", "Head"),
        ("Head", "Copy"),
        ("Copy", "Restore"),
    ] {
        let edit = (format!("s3:{from}Object"), format!("s3:{to}Object"));
        stage
            .update(&[(&edit.0, &edit.1)], &["aws_iam_policy.read", "aws_iam_role_policy.own"])
            .await;
    }
    stage.is_found_by_tags(&["aws_iam_policy.read", "aws_iam_instance_profile.main"]).await;
    stage.replace(&[("\"own\"\n", "\"mine\"\n")], &["aws_iam_role_policy.own"]).await;
    stage.end().await;
}
