//! Load balancers, target groups, listeners and their rules.

use super::stage::stage;

const NETWORK: &str = r#"
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_internet_gateway" "main" { vpc_id = aws_vpc.main.id }
resource "aws_subnet" "a" {
  count             = 3
  vpc_id            = aws_vpc.main.id
  cidr_block        = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)
  availability_zone = ["us-east-1a", "us-east-1b", "us-east-1c"][count.index]
  depends_on        = [aws_internet_gateway.main]
}
resource "aws_security_group" "web" {
  count  = 2
  name   = "web-${count.index}"
  vpc_id = aws_vpc.main.id
}
"#;

const BALANCER: &str = r#"
resource "aws_lb" "main" {
  name            = "main"
  internal        = true
  subnets         = [aws_subnet.a[0].id, aws_subnet.a[1].id]
  security_groups = [aws_security_group.web[0].id]
  tags            = { Name = "main" }
  # more
}
resource "aws_lb_target_group" "a" {
  name     = "a"
  port     = 80
  protocol = "HTTP"
  vpc_id   = aws_vpc.main.id
}
resource "aws_lb_target_group" "b" {
  name        = "b"
  port        = 80
  protocol    = "HTTP"
  target_type = "ip"
  vpc_id      = aws_vpc.main.id
}
"#;

#[tokio::test]
async fn application_load_balancer() {
    let Some(mut stage) = stage("alb") else { return };
    stage.create(&format!("{NETWORK}{BALANCER}")).await;
    let balancer = ["aws_lb.main"];
    let more = r#"
  client_keep_alive                           = 1800
  desync_mitigation_mode                      = "strictest"
  drop_invalid_header_fields                  = true
  enable_deletion_protection                  = true
  enable_http2                                = false
  enable_tls_version_and_cipher_suite_headers = true
  enable_waf_fail_open                        = true
  enable_xff_client_port                      = true
  enable_zonal_shift                          = true
  idle_timeout                                = 120
  preserve_host_header                        = true
  xff_header_processing_mode                  = "preserve"
  access_logs {
    bucket  = "logs"
    prefix  = "lb"
    enabled = true
  }
  connection_logs {
    bucket  = "logs"
    enabled = true
  }
  minimum_load_balancer_capacity {
    capacity_units = 100
  }
"#;
    stage.update(&[("  # more\n", more), ("\"main\" }", "\"balancer\" }")], &balancer).await;
    let edits = [
        ("= 1800", "= 3600"),
        ("\"strictest\"", "\"monitor\""),
        (
            "drop_invalid_header_fields                  = true",
            "drop_invalid_header_fields = false",
        ),
        (
            "enable_deletion_protection                  = true",
            "enable_deletion_protection = false",
        ),
        ("= 120", "= 60"),
        ("\"preserve\"", "\"remove\""),
        ("prefix  = \"lb\"", "prefix  = \"balancer\""),
        ("capacity_units = 100", "capacity_units = 200"),
        ("[aws_subnet.a[0].id, aws_subnet.a[1].id]", "aws_subnet.a[*].id"),
        ("aws_security_group.web[0].id", "aws_security_group.web[1].id"),
    ];
    stage.update(&edits, &balancer).await;
    let without = [
        ("  connection_logs {\n    bucket  = \"logs\"\n    enabled = true\n  }\n", ""),
        (
            "    prefix  = \"balancer\"\n    enabled = true",
            "    prefix  = \"balancer\"\n    enabled = false",
        ),
        ("  minimum_load_balancer_capacity {\n    capacity_units = 200\n  }\n", ""),
    ];
    stage.update(&without, &balancer).await;
    stage
        .is_found_by_tags(&["aws_lb.main", "aws_lb_target_group.a", "aws_lb_target_group.b"])
        .await;
    stage
        .replace(&[("name            = \"main\"", "name            = \"other\"")], &balancer)
        .await;
    stage.end().await;
}

#[tokio::test]
async fn network_load_balancer() {
    let Some(mut stage) = stage("nlb") else { return };
    let text = r#"
resource "aws_eip" "a" {
  count  = 2
  domain = "vpc"
}
resource "aws_lb" "net" {
  name                             = "net"
  load_balancer_type               = "network"
  enable_cross_zone_load_balancing = true
  dns_record_client_routing_policy = "availability_zone_affinity"
  subnet_mapping {
    subnet_id     = aws_subnet.a[0].id
    allocation_id = aws_eip.a[0].id
  }
  subnet_mapping {
    subnet_id     = aws_subnet.a[1].id
    allocation_id = aws_eip.a[1].id
  }
}
resource "aws_lb_target_group" "net" {
  name                   = "net"
  port                   = 5432
  protocol               = "TCP"
  vpc_id                 = aws_vpc.main.id
  connection_termination = true
  proxy_protocol_v2      = true
  preserve_client_ip     = "true"
  target_health_state {
    enable_unhealthy_connection_termination = false
    unhealthy_draining_interval             = 60
  }
  stickiness {
    type = "source_ip"
  }
}
resource "aws_lb_listener" "net" {
  load_balancer_arn        = aws_lb.net.arn
  port                     = 5432
  protocol                 = "TCP"
  tcp_idle_timeout_seconds = 400
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.net.arn
  }
}
"#;
    stage.create(&format!("{NETWORK}{text}")).await;
    let edits = [
        ("enable_cross_zone_load_balancing = true", "enable_cross_zone_load_balancing = false"),
        ("\"availability_zone_affinity\"", "\"any_availability_zone\""),
        ("connection_termination = true", "connection_termination = false"),
        ("proxy_protocol_v2      = true", "proxy_protocol_v2      = false"),
        ("preserve_client_ip     = \"true\"", "preserve_client_ip     = \"false\""),
        ("= 60\n", "= 90\n"),
        ("= 400", "= 500"),
    ];
    stage.update(&edits, &["aws_lb.net", "aws_lb_listener.net", "aws_lb_target_group.net"]).await;
    stage.end().await;
}

#[tokio::test]
async fn target_groups() {
    let Some(mut stage) = stage("targets") else { return };
    let text = r#"
resource "aws_lb_target_group" "main" {
  name_prefix          = "app-"
  port                 = 8080
  protocol             = "HTTP"
  protocol_version     = "HTTP2"
  vpc_id               = aws_vpc.main.id
  target_type          = "ip"
  deregistration_delay = 30
  slow_start           = 60
  tags                 = { Name = "app" }
  health_check {
    path                = "/health"
    matcher             = "200-299"
    interval            = 10
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 4
  }
  stickiness {
    type            = "lb_cookie"
    cookie_duration = 3600
  }
  target_group_health {
    dns_failover {
      minimum_healthy_targets_count      = "1"
      minimum_healthy_targets_percentage = "off"
    }
    unhealthy_state_routing {
      minimum_healthy_targets_count      = 2
      minimum_healthy_targets_percentage = "off"
    }
  }
}
resource "aws_lb_target_group_attachment" "one" {
  target_group_arn = aws_lb_target_group.main.arn
  target_id        = "10.0.0.10"
  port             = 9090
}
resource "aws_lb_target_group_attachment" "two" {
  target_group_arn  = aws_lb_target_group.main.arn
  target_id         = "10.0.0.11"
}
"#;
    stage.create(&format!("{NETWORK}{text}")).await;
    let group = ["aws_lb_target_group.main"];
    let edits = [
        ("delay = 30", "delay = 45"),
        ("slow_start           = 60", "slow_start           = 0"),
        ("\"/health\"", "\"/ready\""),
        ("\"200-299\"", "\"200\""),
        ("= 10\n", "= 15\n"),
        ("timeout             = 5", "timeout             = 6"),
        ("= 3600", "= 7200"),
        ("\"app\" }", "\"site\" }"),
        ("\"1\"", "\"2\""),
        (
            "stickiness {",
            "load_balancing_algorithm_type = \"least_outstanding_requests\"\n  stickiness {",
        ),
    ];
    stage.update(&edits, &group).await;
    let cookie =
        ("type            = \"lb_cookie\"", "type = \"app_cookie\"\n    cookie_name = \"session\"");
    stage.update(&[cookie], &group).await;
    let anomaly = [
        (
            "\"least_outstanding_requests\"",
            "\"weighted_random\"\n  load_balancing_anomaly_mitigation = \"on\"\n  load_balancing_cross_zone_enabled = \"false\"",
        ),
        ("    cookie_duration = 7200", "    enabled = false\n    cookie_duration = 7200"),
    ];
    stage.update(&anomaly, &group).await;
    stage.replace(&[("= 9090", "= 9091")], &["aws_lb_target_group_attachment.one"]).await;
    stage.end().await;
}

#[tokio::test]
async fn listeners() {
    let Some(mut stage) = stage("listeners") else { return };
    let text = r#"
resource "tls_private_key" "a" { algorithm = "ECDSA" }
resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.main.arn
  port              = 80
  tags              = { Name = "http" }
  default_action {
    type = "redirect"
    redirect {
      port        = "443"
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}
resource "aws_lb_listener" "app" {
  load_balancer_arn = aws_lb.main.arn
  port              = 8080
  protocol          = "HTTP"
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.a.arn
  }
}
resource "aws_lb_listener" "weights" {
  load_balancer_arn = aws_lb.main.arn
  port              = 8081
  protocol          = "HTTP"
  default_action {
    type = "forward"
    forward {
      target_group {
        arn    = aws_lb_target_group.a.arn
        weight = 90
      }
      target_group {
        arn    = aws_lb_target_group.b.arn
        weight = 10
      }
      stickiness {
        enabled  = true
        duration = 600
      }
    }
  }
}
resource "aws_lb_listener" "secure" {
  load_balancer_arn = aws_lb.main.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = "arn:aws:acm:us-east-1:000000000000:certificate/11111111-1111-1111-1111-111111111111"
  default_action {
    type = "authenticate-oidc"
    authenticate_oidc {
      authorization_endpoint = "https://id.example.com/authorize"
      client_id              = "client"
      client_secret          = "hidden"
      issuer                 = "https://id.example.com"
      token_endpoint         = "https://id.example.com/token"
      user_info_endpoint     = "https://id.example.com/user"
    }
  }
  default_action {
    type = "fixed-response"
    fixed_response {
      content_type = "text/plain"
      message_body = "Closed"
      status_code  = "503"
    }
  }
}
"#;
    let text = text.replace("resource \"tls_private_key\" \"a\" { algorithm = \"ECDSA\" }\n", "");
    stage.create(&format!("{NETWORK}{BALANCER}{text}")).await;
    let edits = [
        ("\"HTTP_301\"", "\"HTTP_302\""),
        ("\"http\" }", "\"web\" }"),
        (
            "    target_group_arn = aws_lb_target_group.a.arn",
            "    target_group_arn = aws_lb_target_group.b.arn",
        ),
        ("weight = 90", "weight = 50"),
        ("duration = 600", "duration = 900"),
        ("TLS13-1-2-2021-06", "TLS13-1-2-Res-2021-06"),
        ("\"Closed\"", "\"Away\""),
        ("\"client\"", "\"other\""),
    ];
    let all = ["app", "http", "secure", "weights"].map(|name| format!("aws_lb_listener.{name}"));
    stage.update(&edits, &all.each_ref().map(String::as_str)).await;
    stage.update(&[("= 8080", "= 8082")], &["aws_lb_listener.app"]).await;
    let headers = (
        "  ssl_policy  ",
        "  routing_http_response_server_enabled = false
  routing_http_response_strict_transport_security_header_value = \"max-age=31536000\"
  ssl_policy  ",
    );
    stage.update(&[headers], &["aws_lb_listener.secure"]).await;
    stage.is_found_by_tags(&["aws_lb_listener.app"]).await;
    stage.end().await;
}

#[tokio::test]
async fn listener_rules() {
    let Some(mut stage) = stage("listener rules") else { return };
    let text = r#"
resource "aws_lb_listener" "app" {
  load_balancer_arn = aws_lb.main.arn
  port              = 80
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.a.arn
  }
}
resource "aws_lb_listener_rule" "paths" {
  listener_arn = aws_lb_listener.app.arn
  priority     = 10
  tags         = { Name = "paths" }
  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.b.arn
  }
  condition {
    path_pattern { values = ["/api/*", "/v1/*"] }
  }
  condition {
    host_header { values = ["api.example.com"] }
  }
}
resource "aws_lb_listener_rule" "everything" {
  listener_arn = aws_lb_listener.app.arn
  priority     = 20
  action {
    type = "fixed-response"
    fixed_response {
      content_type = "application/json"
      message_body = "{}"
      status_code  = "404"
    }
  }
  condition {
    http_header {
      http_header_name = "X-Team"
      values           = ["blue"]
    }
  }
  condition {
    http_request_method { values = ["GET", "HEAD"] }
  }
  condition {
    query_string {
      key   = "debug"
      value = "1"
    }
    query_string { value = "verbose" }
  }
  condition {
    source_ip { values = ["10.0.0.0/8"] }
  }
}
resource "aws_lb_listener_rule" "weights" {
  listener_arn = aws_lb_listener.app.arn
  action {
    type = "forward"
    forward {
      target_group {
        arn    = aws_lb_target_group.a.arn
        weight = 1
      }
      target_group {
        arn    = aws_lb_target_group.b.arn
        weight = 3
      }
    }
  }
  condition {
    path_pattern { values = ["/beta"] }
  }
}
"#;
    let text = text.replace("resource \"aws_lb_listener_rule\" \"weights\" {\n  listener_arn = aws_lb_listener.app.arn", "resource \"aws_lb_listener_rule\" \"weights\" {\n  listener_arn = aws_lb_listener.app.arn\n  priority = 30");
    stage.create(&format!("{NETWORK}{BALANCER}{text}")).await;
    let edits = [
        ("= 10\n", "= 11\n"),
        ("\"/v1/*\"", "\"/v2/*\""),
        ("\"paths\" }", "\"api\" }"),
        ("\"404\"", "\"410\""),
        ("\"blue\"", "\"green\""),
        ("weight = 3", "weight = 2"),
    ];
    let all = ["everything", "paths", "weights"].map(|name| format!("aws_lb_listener_rule.{name}"));
    stage.update(&edits, &all.each_ref().map(String::as_str)).await;
    let redirect = (
        "  action {
    type             = \"forward\"
    target_group_arn = aws_lb_target_group.b.arn
  }",
        "  action {
    type = \"redirect\"
    redirect {
      host        = \"new.example.com\"
      status_code = \"HTTP_302\"
    }
  }",
    );
    stage.update(&[redirect], &["aws_lb_listener_rule.paths"]).await;
    stage.is_found_by_tags(&["aws_lb_listener_rule.paths"]).await;
    stage.end().await;
}
