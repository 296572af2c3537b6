//! Databases: instances, replicas, subnet and parameter groups.

use super::stage::stage;

const NETWORK: &str = r#"
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "a" {
  count             = 3
  vpc_id            = aws_vpc.main.id
  cidr_block        = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)
  availability_zone = ["us-east-1a", "us-east-1b", "us-east-1c"][count.index]
}
resource "aws_db_subnet_group" "main" {
  name       = "main"
  subnet_ids = [aws_subnet.a[0].id, aws_subnet.a[1].id]
}
resource "aws_security_group" "db" {
  count  = 2
  name   = "db-${count.index}"
  vpc_id = aws_vpc.main.id
}
"#;

#[tokio::test]
async fn groups() {
    let Some(mut stage) = stage("db groups") else { return };
    let text = r#"
resource "aws_db_subnet_group" "other" {
  name_prefix = "other-"
  description = "First"
  subnet_ids  = aws_subnet.a[*].id
  tags        = { Name = "other" }
}
resource "aws_db_parameter_group" "main" {
  name        = "main"
  family      = "postgres16"
  description = "Parameters"
  tags        = { Name = "main" }
  parameter {
    name  = "log_connections"
    value = "1"
  }
  parameter {
    name         = "max_connections"
    value        = "200"
    apply_method = "pending-reboot"
  }
}
"#;
    stage.create(&format!("{NETWORK}{text}")).await;
    stage.imports("aws_db_parameter_group.main", "main").await;
    let edits = [
        ("\"First\"", "\"Second\""),
        (
            "subnet_ids  = aws_subnet.a[*].id",
            "subnet_ids  = [aws_subnet.a[0].id, aws_subnet.a[2].id]",
        ),
        ("\"other\" }", "\"o\" }"),
        ("value = \"1\"", "value = \"0\""),
        ("\"200\"", "\"300\""),
        ("\"main\" }\n  parameter", "\"m\" }\n  parameter"),
    ];
    let both = ["aws_db_parameter_group.main", "aws_db_subnet_group.other"];
    stage.update(&edits, &both).await;
    let without = "  parameter {
    name  = \"log_connections\"
    value = \"0\"
  }
";
    stage.update(&[(without, "")], &["aws_db_parameter_group.main"]).await;
    stage.is_found_by_tags(&both).await;
    stage.replace(&[("postgres16", "postgres15")], &["aws_db_parameter_group.main"]).await;
    stage.end().await;
}

const DATABASE: &str = r#"
resource "aws_db_instance" "main" {
  identifier              = "main"
  engine                  = "postgres"
  engine_version          = "16"
  instance_class          = "db.t4g.medium"
  allocated_storage       = 20
  username                = "app"
  password                = "hidden-hidden"
  db_name                 = "app"
  db_subnet_group_name    = aws_db_subnet_group.main.name
  vpc_security_group_ids  = [aws_security_group.db[0].id]
  backup_retention_period = 1
  apply_immediately       = true
  skip_final_snapshot     = true
  tags                    = { Name = "main" }
  # more
}
"#;

#[tokio::test]
async fn instance() {
    let Some(mut stage) = stage("database") else { return };
    stage.create(&format!("{NETWORK}{DATABASE}")).await;
    stage.imports("aws_db_instance.main", "main").await;
    let resource_id = stage.attribute("aws_db_instance.main", "id").await;
    stage.imports("aws_db_instance.main", resource_id.as_str().unwrap()).await;
    let main = ["aws_db_instance.main"];
    let edits = [
        ("db.t4g.medium", "db.t4g.large"),
        ("allocated_storage       = 20", "allocated_storage       = 30"),
        ("hidden-hidden", "hidden-again"),
        ("db[0].id]", "db[1].id]"),
        ("period = 1", "period = 2"),
        ("\"main\" }", "\"m\" }"),
    ];
    stage.update(&edits, &main).await;
    let more = r#"
  auto_minor_version_upgrade            = false
  backup_window                         = "03:00-04:00"
  maintenance_window                    = "sun:05:00-sun:06:00"
  copy_tags_to_snapshot                 = true
  deletion_protection                   = true
  enabled_cloudwatch_logs_exports       = ["postgresql"]
  iam_database_authentication_enabled   = true
  max_allocated_storage                 = 100
  multi_az                              = true
  performance_insights_enabled          = true
  performance_insights_retention_period = 7
  port                                  = 5433
  publicly_accessible                   = true
  storage_type                          = "gp3"
  ca_cert_identifier                    = "rds-ca-rsa4096-g1"
"#;
    stage.update(&[("  # more\n", more)], &main).await;
    let back = [
        ("deletion_protection                   = true", "deletion_protection = false"),
        ("[\"postgresql\"]", "[\"upgrade\"]"),
        ("= 100", "= 0"),
        ("multi_az                              = true", "multi_az = false"),
        ("publicly_accessible                   = true", "publicly_accessible = false"),
        ("\"03:00-04:00\"", "\"02:00-03:00\""),
        ("sun:05:00-sun:06:00", "mon:05:00-mon:06:00"),
        (
            "insights_enabled          = true\n  performance_insights_retention_period = 7",
            "insights_enabled = false",
        ),
    ];
    stage.update(&back, &main).await;
    stage.is_found_by_tags(&main).await;
    stage
        .update(
            &[("identifier              = \"main\"", "identifier              = \"renamed\"")],
            &main,
        )
        .await;
    stage.replace(&[("\"app\"\n  db_subnet", "\"other\"\n  db_subnet")], &main).await;
    stage.end().await;
}

#[tokio::test]
async fn replicas() {
    let Some(mut stage) = stage("replicas") else { return };
    let text = r#"
resource "aws_db_instance" "replica" {
  count               = 2
  identifier          = "replica-${count.index}"
  replicate_source_db = aws_db_instance.main.identifier
  instance_class      = "db.t4g.medium"
  apply_immediately   = true
  skip_final_snapshot = true
}
"#;
    stage.create(&format!("{NETWORK}{DATABASE}{text}")).await;
    let replicas = ["aws_db_instance.replica[0]", "aws_db_instance.replica[1]"];
    let class =
        ("\"db.t4g.medium\"\n  apply_immediately   =", "\"db.t4g.large\"\n  apply_immediately   =");
    stage.update(&[class], &replicas).await;
    // Without its source a replica becomes a database of its own.
    let promotion = ("  replicate_source_db = aws_db_instance.main.identifier\n", "");
    stage.update(&[promotion], &replicas).await;
    stage.end().await;
}

#[tokio::test]
async fn managed_password_and_snapshots() {
    let Some(mut stage) = stage("managed password") else { return };
    let managed = DATABASE
        .replace("  password                = \"hidden-hidden\"\n", "  manage_master_user_password = true\n")
        .replace("  skip_final_snapshot     = true\n", "  final_snapshot_identifier = \"last\"\n")
        .replace("  # more\n", "  storage_encrypted = true\n  parameter_group_name = aws_db_parameter_group.main.name\n");
    let text = r#"
resource "aws_db_parameter_group" "main" {
  name   = "main"
  family = "postgres16"
}
resource "aws_db_parameter_group" "other" {
  name   = "other"
  family = "postgres16"
}
"#;
    stage.create(&format!("{NETWORK}{managed}{text}")).await;
    let group = ("parameter_group.main.name", "parameter_group.other.name");
    stage.update(&[group], &["aws_db_instance.main"]).await;
    let own = (
        "  manage_master_user_password = true\n",
        "  password_wo = \"hidden-hidden\"\n  password_wo_version = 1\n",
    );
    stage.update(&[own], &["aws_db_instance.main"]).await;
    let again =
        [("hidden-hidden", "hidden-again"), ("password_wo_version = 1", "password_wo_version = 2")];
    stage.update(&again, &["aws_db_instance.main"]).await;
    stage.end().await;
}
