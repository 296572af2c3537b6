//! Instances with their disks and keys, volumes, attachments, launch templates.

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
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.0.1.0/24"
  availability_zone = "us-east-1a"
}
resource "aws_security_group" "a" {
  count  = 2
  name   = "group-${count.index}"
  vpc_id = aws_vpc.main.id
}
"#;

const BOX: &str = r#"
resource "aws_instance" "main" {
  ami                    = data.aws_ami.linux.id
  instance_type          = "t3.micro"
  subnet_id              = aws_subnet.a.id
  vpc_security_group_ids = [aws_security_group.a[0].id]
  user_data              = "one"
  tags                   = { Name = "box" }
  # more
}
"#;

#[tokio::test]
async fn instance() {
    let Some(mut stage) = stage("instance") else { return };
    stage.create(&format!("{NETWORK}{BOX}")).await;
    let main = ["aws_instance.main"];
    stage.update(&[("t3.micro", "t3.small"), ("\"box\" }", "\"host\" }")], &main).await;
    assert_eq!(stage.attribute("aws_instance.main", "instance_state").await, "running");
    let more = r#"
  disable_api_stop                     = true
  disable_api_termination              = true
  instance_initiated_shutdown_behavior = "terminate"
  monitoring                           = true
  source_dest_check                    = false
  secondary_private_ips                = ["10.0.1.200"]
  credit_specification { cpu_credits = "standard" }
  metadata_options {
    http_tokens                 = "required"
    http_put_response_hop_limit = 2
    instance_metadata_tags      = "enabled"
  }
  maintenance_options { auto_recovery = "disabled" }
"#;
    stage.update(&[("  # more\n", more), ("a[0].id]", "a[1].id]")], &main).await;
    let back = [
        ("disable_api_stop                     = true", "disable_api_stop = false"),
        ("disable_api_termination              = true", "disable_api_termination = false"),
        ("\"terminate\"", "\"stop\""),
        ("monitoring                           = true", "monitoring = false"),
        ("source_dest_check                    = false", "source_dest_check = true"),
        ("[\"10.0.1.200\"]", "[]"),
        ("\"standard\"", "\"unlimited\""),
        ("hop_limit = 2", "hop_limit = 3"),
        ("\"required\"", "\"optional\""),
        ("\"disabled\"", "\"default\""),
    ];
    stage.update(&back, &main).await;
    stage.update(&[("= \"one\"", "= \"two\"")], &main).await;
    stage.update(&[("  user_data              = \"two\"\n", "")], &main).await;
    stage.is_found_by_tags(&main).await;
    let id = stage.attribute("aws_instance.main", "id").await;
    stage.imports("aws_instance.main", id.as_str().unwrap()).await;
    stage.end().await;
}

#[tokio::test]
async fn instance_with_disks_and_a_profile() {
    let Some(mut stage) = stage("disks") else { return };
    let more = r#"
  iam_instance_profile        = aws_iam_instance_profile.a.name
  associate_public_ip_address = true
  root_block_device {
    volume_size = 20
    volume_type = "gp3"
    throughput  = 150
    tags        = { Name = "root" }
  }
  ebs_block_device {
    device_name = "/dev/sdf"
    volume_size = 10
    encrypted   = true
  }
"#;
    let roles = r#"
resource "aws_iam_role" "a" {
  count              = 2
  name               = "disks-${count.index}"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
}
resource "aws_iam_instance_profile" "a" {
  name = "a"
  role = aws_iam_role.a[0].name
}
resource "aws_iam_instance_profile" "b" {
  name = "b"
  role = aws_iam_role.a[1].name
}
"#;
    stage.create(&format!("{NETWORK}{roles}{}", BOX.replace("  # more\n", more))).await;
    let main = ["aws_instance.main"];
    let edits = [
        ("volume_size = 20", "volume_size = 30"),
        ("throughput  = 150", "throughput  = 200"),
        ("\"root\"", "\"system\""),
        ("profile.a.name", "profile.b.name"),
    ];
    stage.update(&edits, &main).await;
    stage
        .update(
            &[(
                "  iam_instance_profile        = aws_iam_instance_profile.b.name\n",
                "  iam_instance_profile = \"\"\n",
            )],
            &main,
        )
        .await;
    stage.replace(&[("volume_size = 10", "volume_size = 11")], &main).await;
    stage.end().await;
}

#[tokio::test]
async fn instance_with_tags_for_its_volumes() {
    let Some(mut stage) = stage("volume tags") else { return };
    let more = "  volume_tags = { Team = \"blue\" }\n  user_data_replace_on_change = true\n";
    stage.create(&format!("{NETWORK}{}", BOX.replace("  # more\n", more))).await;
    stage.update(&[("\"blue\"", "\"green\"")], &["aws_instance.main"]).await;
    let tags = stage.attribute("aws_instance.main", "volume_tags").await;
    assert_eq!(tags, serde_json::json!({ "Team": "green" }));
    stage.replace(&[("= \"one\"", "= \"two\"")], &["aws_instance.main"]).await;
    let without = ("  volume_tags = { Team = \"green\" }\n", "");
    stage.update(&[without], &["aws_instance.main"]).await;
    let tags = stage.attribute("aws_instance.main", "volume_tags").await;
    assert_eq!(tags, serde_json::json!({}));
    stage.end().await;
}

#[tokio::test]
async fn instance_from_a_template() {
    let Some(mut stage) = stage("from template") else { return };
    let text = r#"
resource "aws_launch_template" "a" {
  name          = "template"
  image_id      = data.aws_ami.linux.id
  instance_type = "t3.micro"
}
resource "aws_instance" "latest" {
  subnet_id = aws_subnet.a.id
  launch_template {
    id      = aws_launch_template.a.id
    version = "$Latest"
  }
}
resource "aws_instance" "standard" {
  subnet_id = aws_subnet.a.id
  launch_template { name = aws_launch_template.a.name }
}
"#;
    stage.create(&format!("{NETWORK}{text}")).await;
    stage.is_found_by_tags(&["aws_instance.latest", "aws_launch_template.a"]).await;
    stage.end().await;
}

#[tokio::test]
async fn spot_and_placement() {
    let Some(mut stage) = stage("spot") else { return };
    let more = r#"
  private_ip    = "10.0.1.50"
  hibernation   = false
  tenancy       = "default"
  ebs_optimized = true
  instance_market_options {
    market_type = "spot"
    spot_options {
      instance_interruption_behavior = "terminate"
      spot_instance_type             = "one-time"
    }
  }
  private_dns_name_options {
    hostname_type                     = "ip-name"
    enable_resource_name_dns_a_record = true
  }
  enclave_options { enabled = false }
  capacity_reservation_specification { capacity_reservation_preference = "open" }
"#;
    stage.create(&format!("{NETWORK}{}", BOX.replace("  # more\n", more))).await;
    stage.replace(&[("10.0.1.50", "10.0.1.51")], &["aws_instance.main"]).await;
    stage.end().await;
}

#[tokio::test]
async fn volumes_and_attachments() {
    let Some(mut stage) = stage("volumes") else { return };
    let text = r#"
resource "aws_instance" "main" {
  ami           = data.aws_ami.linux.id
  instance_type = "t3.micro"
  subnet_id     = aws_subnet.a.id
}
resource "aws_ebs_volume" "data" {
  availability_zone = aws_instance.main.availability_zone
  size              = 10
  tags              = { Name = "data" }
}
resource "aws_ebs_volume" "fast" {
  availability_zone    = "us-east-1b"
  size                 = 20
  type                 = "io2"
  iops                 = 1000
  multi_attach_enabled = true
  encrypted            = true
}
resource "aws_volume_attachment" "data" {
  device_name = "/dev/sdg"
  instance_id = aws_instance.main.id
  volume_id   = aws_ebs_volume.data.id
}
"#;
    stage.create(&format!("{NETWORK}{text}")).await;
    let volume = stage.attribute("aws_ebs_volume.data", "id").await;
    let instance = stage.attribute("aws_instance.main", "id").await;
    let import = format!("/dev/sdg:{}:{}", volume.as_str().unwrap(), instance.as_str().unwrap());
    stage.imports("aws_volume_attachment.data", &import).await;
    let edits = [
        (
            "size              = 10",
            "size              = 12\n  type = \"gp3\"\n  throughput = 200\n  iops = 4000",
        ),
        ("\"data\" }", "\"d\" }"),
        ("= 1000", "= 2000"),
    ];
    stage.update(&edits, &["aws_ebs_volume.data", "aws_ebs_volume.fast"]).await;
    stage.is_found_by_tags(&["aws_ebs_volume.data", "aws_ebs_volume.fast"]).await;
    stage.replace(&[("/dev/sdg", "/dev/sdh")], &["aws_volume_attachment.data"]).await;
    stage.end().await;
}

#[tokio::test]
async fn key_pairs() {
    let Some(mut stage) = stage("keys") else { return };
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJUlbmSHm/7N0jUe7zHTDLZRqU8a6cQqDlLx5ExvPpQ1";
    let text = format!(
        "resource \"aws_key_pair\" \"a\" {{
  key_name   = \"a\"
  public_key = \"{key} me@example.com\"
  tags       = {{ Name = \"a\" }}
}}
resource \"aws_key_pair\" \"b\" {{
  key_name_prefix = \"b-\"
  public_key      = \"{key}\"
}}
"
    );
    stage.create(&text).await;
    stage.imports("aws_key_pair.a", "a").await;
    assert_eq!(stage.attribute("aws_key_pair.b", "key_name_prefix").await, "b-");
    stage.update(&[("\"a\" }", "\"key\" }")], &["aws_key_pair.a"]).await;
    stage.is_found_by_tags(&["aws_key_pair.a", "aws_key_pair.b"]).await;
    stage.replace(&[("key_name   = \"a\"", "key_name   = \"c\"")], &["aws_key_pair.a"]).await;
    stage.end().await;
}

#[tokio::test]
async fn launch_templates() {
    let Some(mut stage) = stage("templates") else { return };
    let text = r#"
resource "aws_launch_template" "main" {
  name                                 = "main"
  description                          = "First"
  image_id                             = data.aws_ami.linux.id
  instance_type                        = "t3.micro"
  user_data                            = base64encode("one")
  ebs_optimized                        = "true"
  disable_api_stop                     = true
  disable_api_termination              = true
  instance_initiated_shutdown_behavior = "terminate"
  update_default_version               = true
  tags                                 = { Name = "main" }
  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      volume_size           = 20
      volume_type           = "gp3"
      delete_on_termination = "true"
      encrypted             = "true"
    }
  }
  capacity_reservation_specification { capacity_reservation_preference = "open" }
  cpu_options {
    core_count       = 1
    threads_per_core = 2
  }
  credit_specification { cpu_credits = "unlimited" }
  iam_instance_profile { name = "profile" }
  maintenance_options { auto_recovery = "disabled" }
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 2
  }
  monitoring { enabled = true }
  network_interfaces {
    associate_public_ip_address = "true"
    delete_on_termination       = "true"
    subnet_id                   = aws_subnet.a.id
    security_groups             = [aws_security_group.a[0].id]
  }
  placement { availability_zone = "us-east-1a" }
  private_dns_name_options { hostname_type = "ip-name" }
  tag_specifications {
    resource_type = "instance"
    tags          = { Name = "web" }
  }
  tag_specifications {
    resource_type = "volume"
    tags          = { Name = "web" }
  }
}
resource "aws_launch_template" "by_attributes" {
  name_prefix            = "by-"
  image_id               = data.aws_ami.linux.id
  vpc_security_group_ids = [aws_security_group.a[0].id]
  instance_requirements {
    memory_mib { min = 2048 }
    vcpu_count {
      min = 2
      max = 8
    }
    allowed_instance_types = ["m5.*", "c5.*"]
    bare_metal             = "excluded"
    network_bandwidth_gbps { min = 1.5 }
  }
  instance_market_options {
    market_type = "spot"
    spot_options { max_price = "0.05" }
  }
}
"#;
    stage.create(&format!("{NETWORK}{text}")).await;
    let edits = [
        ("\"First\"", "\"Second\""),
        ("t3.micro", "t3.small"),
        ("\"one\"", "\"two\""),
        ("volume_size           = 20", "volume_size           = 30"),
        ("\"unlimited\"", "\"standard\""),
        ("hop_limit = 2", "hop_limit = 1"),
        ("monitoring { enabled = true }", "monitoring { enabled = false }"),
        ("\"web\" }\n  }\n}", "\"site\" }\n  }\n}"),
        ("\"main\" }", "\"m\" }"),
        ("min = 2048", "min = 4096"),
        ("\"0.05\"", "\"0.06\""),
        ("min = 1.5", "min = 2.5"),
    ];
    let both = ["aws_launch_template.by_attributes", "aws_launch_template.main"];
    stage.update(&edits, &both).await;
    assert_eq!(stage.attribute("aws_launch_template.main", "latest_version").await, 2);
    assert_eq!(stage.attribute("aws_launch_template.main", "default_version").await, 2);
    let without = [
        ("  credit_specification { cpu_credits = \"standard\" }\n", ""),
        ("  placement { availability_zone = \"us-east-1a\" }\n", ""),
        ("  user_data                            = base64encode(\"two\")\n", ""),
        ("  update_default_version               = true\n", "  default_version = 1\n"),
    ];
    stage.update(&without, &["aws_launch_template.main"]).await;
    assert_eq!(stage.attribute("aws_launch_template.main", "default_version").await, 1);
    stage.is_found_by_tags(&both).await;
    stage.end().await;
}
