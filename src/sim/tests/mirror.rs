//! What AWS shows on one object of what another says of it, and that nothing follows from it.

use super::stage::Stage;

const SIDES: &str = r#"
resource "aws_vpc" "a" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "a" {
  count             = 2
  vpc_id            = aws_vpc.a.id
  cidr_block        = "10.0.${count.index}.0/24"
  availability_zone = "us-east-1${["a", "b"][count.index]}"
}
resource "aws_instance" "a" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"
  subnet_id     = aws_subnet.a[0].id
}
resource "aws_eip" "a" { domain = "vpc" }
resource "aws_eip_association" "a" {
  allocation_id = aws_eip.a.allocation_id
  instance_id   = aws_instance.a.id
}
resource "aws_eip" "nat" { domain = "vpc" }
resource "aws_nat_gateway" "a" {
  allocation_id = aws_eip.nat.id
  subnet_id     = aws_subnet.a[0].id
}
resource "aws_lb" "a" {
  name     = "a"
  internal = true
  subnets  = aws_subnet.a[*].id
}
resource "aws_lb_target_group" "a" {
  count    = 2
  name     = "a-${count.index}"
  port     = 80
  protocol = "HTTP"
  vpc_id   = aws_vpc.a.id
}
resource "aws_lb_listener" "a" {
  load_balancer_arn = aws_lb.a.arn
  port              = 80
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.a[0].arn
  }
}
resource "aws_lb_listener_rule" "a" {
  listener_arn = aws_lb_listener.a.arn
  priority     = 10
  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.a[1].arn
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
  launch_template { id = aws_launch_template.a.id }
}
resource "aws_autoscaling_attachment" "a" {
  count                  = 2
  autoscaling_group_name = aws_autoscaling_group.a.name
  lb_target_group_arn    = aws_lb_target_group.a[count.index].arn
}
resource "aws_iam_role" "a" {
  name               = "a"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}
resource "aws_iam_role_policy_attachment" "a" {
  role       = aws_iam_role.a.name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}
resource "aws_db_instance" "a" {
  identifier              = "a"
  engine                  = "postgres"
  instance_class          = "db.t3.micro"
  allocated_storage       = 20
  username                = "u"
  password                = "secret-9"
  backup_retention_period = 1
  skip_final_snapshot     = true
}
resource "aws_db_instance" "b" {
  identifier          = "b"
  replicate_source_db = aws_db_instance.a.identifier
  instance_class      = "db.t3.micro"
  skip_final_snapshot = true
}
"#;

#[tokio::test(start_paused = true)]
async fn both_sides_tell_of_an_association_and_nothing_follows_from_it() {
    let mut stage = Stage::new(SIDES);
    stage.apply_all().await;
    let instance = stage.id("aws_instance.a").await;
    assert_eq!(stage.live("aws_eip.a", "instance").await, format!("\"{instance}\""));
    let association = stage.id("aws_eip_association.a").await;
    assert_eq!(stage.live("aws_eip.a", "association_id").await, format!("\"{association}\""));
    for (address, attribute, other, said) in [
        ("aws_eip.a", "private_ip", "aws_instance.a", "private_ip"),
        ("aws_eip.nat", "network_interface", "aws_nat_gateway.a", "network_interface_id"),
        ("aws_eip.nat", "association_id", "aws_nat_gateway.a", "association_id"),
    ] {
        let shown = stage.live(address, attribute).await;
        assert_eq!(shown, stage.live(other, said).await, "{address}.{attribute}");
        assert!(shown.len() > 2, "{address}.{attribute}");
    }
    let lb = stage.id("aws_lb.a").await;
    let mut groups = Vec::new();
    for address in ["aws_lb_target_group.a[0]", "aws_lb_target_group.a[1]"] {
        assert_eq!(stage.live(address, "load_balancer_arns").await, format!("[\"{lb}\"]"));
        groups.push(format!("\"{}\"", stage.id(address).await));
    }
    let attached = stage.live("aws_autoscaling_group.a", "target_group_arns").await;
    assert_eq!(attached, format!("[{}]", groups.join(",")));
    let policies = stage.live("aws_iam_role.a", "managed_policy_arns").await;
    assert_eq!(policies, "[\"arn:aws:iam::aws:policy/ReadOnlyAccess\"]");
    assert_eq!(stage.live("aws_db_instance.a", "replicas").await, "[\"b\"]");

    let outcome = stage.plan().await;
    assert!(!outcome.has_changes() && outcome.drift.is_empty(), "nobody changed anything");

    // What goes is not shown any more, and what is changed keeps to its own side.
    let (whole, without) = (stage.config.clone(), "resource \"aws_eip_association\" \"a\" {");
    let start = whole.find(without).expect("it is there");
    let end = start + whole[start..].find("\n}\n").expect("it ends") + 3;
    stage.config = format!("{}{}", &whole[..start], &whole[end..]);
    stage.config = stage.config.replace("max_size            = 2", "max_size            = 3");
    stage.apply_all().await;
    assert_eq!(stage.live("aws_eip.a", "instance").await, "\"\"");
    assert_eq!(stage.live("aws_autoscaling_group.a", "target_group_arns").await, attached);
    stage.destroy().await;
}
