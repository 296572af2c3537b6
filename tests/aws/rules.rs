//! Security groups and their rules in all three forms: inline, one rule each, and the older one with several peers.

use super::stage::stage;

#[tokio::test]
async fn security_group_with_inline_rules() {
    let Some(mut stage) = stage("inline") else { return };
    let text = r#"
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_security_group" "peer" {
  name_prefix = "peer-"
  description = "Others"
  vpc_id      = aws_vpc.main.id
}
resource "aws_security_group" "main" {
  name   = "main"
  vpc_id = aws_vpc.main.id
  tags   = { Name = "main" }
  ingress {
    description = "Web"
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["10.0.0.0/8", "192.168.0.0/16"]
  }
  ingress {
    from_port       = 22
    to_port         = 22
    protocol        = "tcp"
    security_groups = [aws_security_group.peer.id]
    self            = true
  }
  egress {
    from_port        = 0
    to_port          = 0
    protocol         = "-1"
    cidr_blocks      = ["0.0.0.0/0"]
    ipv6_cidr_blocks = ["::/0"]
  }
}
"#;
    stage.create(text).await;
    let prefix = stage.attribute("aws_security_group.peer", "name_prefix").await;
    assert_eq!(prefix, "peer-");
    let group = ["aws_security_group.main"];
    stage
        .update(&[("\"Web\"", "\"Site\""), ("[\"10.0.0.0/8\", ", "[\"172.16.0.0/12\", ")], &group)
        .await;
    stage.update(&[("= 22", "= 2222")], &group).await;
    // Two blocks that differ in nothing but their peers stay two.
    let again = "  ingress {
    description = \"Site\"
    from_port   = 443
    to_port     = 443
    protocol    = \"tcp\"
    self        = true
  }
  egress {";
    stage.update(&[("  egress {", again)], &group).await;
    stage.update(&[("\"main\" }", "\"group\" }")], &group).await;
    stage.is_found_by_tags(&["aws_security_group.main", "aws_security_group.peer"]).await;
    stage.replace(&[("  name   = \"main\"", "  name   = \"other\"")], &group).await;
    stage.end().await;
}

#[tokio::test]
async fn rules_of_their_own() {
    let Some(mut stage) = stage("rules") else { return };
    let text = r#"
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_security_group" "main" {
  name   = "main"
  vpc_id = aws_vpc.main.id
}
resource "aws_security_group" "peer" {
  name   = "peer"
  vpc_id = aws_vpc.main.id
}
resource "aws_vpc_security_group_ingress_rule" "four" {
  security_group_id = aws_security_group.main.id
  cidr_ipv4         = "10.0.0.0/8"
  from_port         = 443
  to_port           = 443
  ip_protocol       = "tcp"
  description       = "Web"
  tags              = { Name = "four" }
}
resource "aws_vpc_security_group_ingress_rule" "peer" {
  security_group_id            = aws_security_group.main.id
  referenced_security_group_id = aws_security_group.peer.id
  ip_protocol                  = "-1"
}
resource "aws_vpc_security_group_egress_rule" "six" {
  security_group_id = aws_security_group.main.id
  cidr_ipv6         = "::/0"
  from_port         = 53
  to_port           = 53
  ip_protocol       = "udp"
}
resource "aws_vpc_security_group_egress_rule" "icmp" {
  security_group_id = aws_security_group.main.id
  cidr_ipv4         = "0.0.0.0/0"
  from_port         = -1
  to_port           = -1
  ip_protocol       = "icmp"
}
"#;
    stage.create(text).await;
    let (four, six) =
        ("aws_vpc_security_group_ingress_rule.four", "aws_vpc_security_group_egress_rule.six");
    let edits = [
        ("\"10.0.0.0/8\"", "\"10.0.0.0/16\""),
        ("= 443", "= 8443"),
        ("\"Web\"", "\"Site\""),
        ("\"four\" }", "\"4\" }"),
        ("= 53", "= 5353"),
        ("\"udp\"", "\"tcp\""),
    ];
    stage.update(&edits, &[four, six]).await;
    stage.update(&[("  description       = \"Site\"\n", "")], &[four]).await;
    let to_six = ("cidr_ipv4         = \"10.0.0.0/16\"", "cidr_ipv6         = \"2001:db8::/32\"");
    // AWS does not turn a rule for one kind of peer into one for another.
    stage.replace(&[to_six], &[four]).await;
    stage.is_found_by_tags(&[four]).await;
    let own = (
        "security_group_id = aws_security_group.main.id\n  cidr_ipv6         = \"::/0\"",
        "security_group_id = aws_security_group.peer.id\n  cidr_ipv6         = \"::/0\"",
    );
    stage.replace(&[own], &[six]).await;
    stage.end().await;
}

#[tokio::test]
async fn rules_with_several_peers() {
    let Some(mut stage) = stage("older rules") else { return };
    let text = r#"
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_security_group" "main" {
  name   = "main"
  vpc_id = aws_vpc.main.id
}
resource "aws_security_group" "peer" {
  name   = "peer"
  vpc_id = aws_vpc.main.id
}
resource "aws_security_group_rule" "web" {
  security_group_id = aws_security_group.main.id
  type              = "ingress"
  from_port         = 443
  to_port           = 443
  protocol          = "tcp"
  description       = "Web"
  cidr_blocks       = ["10.0.0.0/8", "192.168.0.0/16"]
  ipv6_cidr_blocks  = ["2001:db8::/32"]
}
resource "aws_security_group_rule" "own" {
  security_group_id = aws_security_group.main.id
  type              = "ingress"
  from_port         = 8080
  to_port           = 8090
  protocol          = "tcp"
  self              = true
}
resource "aws_security_group_rule" "peer" {
  security_group_id        = aws_security_group.main.id
  type                     = "egress"
  from_port                = 0
  to_port                  = 65535
  protocol                 = "tcp"
  source_security_group_id = aws_security_group.peer.id
}
resource "aws_security_group_rule" "all" {
  security_group_id = aws_security_group.main.id
  type              = "egress"
  from_port         = 0
  to_port           = 0
  protocol          = "-1"
  cidr_blocks       = ["0.0.0.0/0"]
}
"#;
    stage.create(text).await;
    let group = stage.attribute("aws_security_group.main", "id").await;
    let id = format!("{}_ingress_tcp_8080_8090_self", group.as_str().unwrap());
    stage.imports("aws_security_group_rule.own", &id).await;
    stage.update(&[("\"Web\"", "\"Site\"")], &["aws_security_group_rule.web"]).await;
    stage
        .update(&[("  description       = \"Site\"\n", "")], &["aws_security_group_rule.web"])
        .await;
    stage.replace(&[("\"10.0.0.0/8\", ", "")], &["aws_security_group_rule.web"]).await;
    stage.replace(&[("= 65535", "= 1024")], &["aws_security_group_rule.peer"]).await;
    stage.end().await;
}
