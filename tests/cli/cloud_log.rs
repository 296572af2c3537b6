//! The log of calls: a line for each attempt, and no secret in any.

use crate::stand_in::{Reply, StandIn, call, ec2_error, empty, sandbox};

const SECRETS: &str = r#"
provider "aws" {
  region = "eu-central-1"
}

resource "aws_ssm_parameter" "p" {
  name  = "p"
  type  = "SecureString"
  value = "canary-value"
}

resource "aws_secretsmanager_secret" "s" {
  name = "s"
}

resource "aws_secretsmanager_secret_version" "v" {
  secret_id     = aws_secretsmanager_secret.s.id
  secret_string = "canary-string"
}
"#;

/// What no log may show.
const CANARIES: [&str; 5] =
    ["canary-value", "canary-string", "canary-secret-key", "canary-token", "Signature="];

#[test]
fn each_attempt_is_a_line() {
    let times = std::sync::atomic::AtomicUsize::new(0);
    let server = StandIn::of(move |request| {
        let is_first = || times.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 0;
        if call(request) == "DescribeVpcs" && is_first() {
            return ec2_error(503, "RequestLimitExceeded", "Request limit exceeded.");
        }
        let Reply::Whole(status, body) = empty(request) else { return empty(request) };
        Reply::Headed(status, vec![("x-amzn-requestid", "r-42")], body)
    });
    let mut sandbox = sandbox(&server.url);
    let run = sandbox.run("plan").ok();
    assert!(!run.err.contains("DescribeVpcs"), "nobody asked for a log: {run}");
    sandbox.set("TERRACE_LOG", "aws=debug");
    let server_two = StandIn::of(empty);
    let run = sandbox.run("plan").ok();
    let lines: Vec<&str> =
        run.err.lines().filter(|line| line.contains("ec2:DescribeVpcs ")).collect();
    assert!(!lines.is_empty(), "{run}");
    assert!(lines[0].contains("region=eu-central-1 attempt=1 ms="), "{run}");
    assert!(lines[0].ends_with("status=200 request=r-42 ok"), "{run}");
    assert!(run.err.contains("tag:GetResources region=eu-central-1"), "{run}");
    sandbox.set("AWS_ENDPOINT_URL", &server_two.url);
    sandbox.set("TERRACE_LOG", "");
    sandbox.set("TF_LOG", "DEBUG");
    assert!(sandbox.run("plan").ok().err.contains("ec2:DescribeVpcs region="));
}

#[test]
fn attempts_that_fail_are_lines_too() {
    let server = StandIn::of(|request| match call(request).as_str() {
        "DescribeVpcs" => ec2_error(403, "UnauthorizedOperation", "You are not authorized."),
        _ => empty(request),
    });
    let mut sandbox = sandbox(&server.url);
    sandbox.set("TERRACE_LOG", "debug");
    let run = sandbox.run("plan").fails("Access denied");
    assert!(run.err.contains("status=403 request=- UnauthorizedOperation"), "{run}");
    sandbox.set("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
    let run = sandbox.run("plan").fails("The cloud does not answer");
    assert!(run.err.contains("attempt=2 ms="), "{run}");
    assert!(run.err.contains("status=- request=- no answer"), "{run}");
}

#[test]
fn no_secret_is_logged_at_any_level() {
    let server = StandIn::of(|request| match call(request).as_str() {
        "PutParameter" | "CreateSecret" => {
            Reply::Whole(400, r#"{"__type": "ValidationException", "message": "no"}"#.into())
        }
        _ => empty(request),
    });
    let mut sandbox = sandbox(&server.url);
    sandbox.set("AWS_SESSION_TOKEN", "canary-token");
    sandbox.write("main.tf", SECRETS);
    for level in ["trace", "aws_smithy_runtime=trace,aws_config=trace,hyper=trace,trace", "json"] {
        sandbox.set("TERRACE_LOG", level);
        let run = sandbox.run("apply -auto-approve");
        assert_eq!(run.code, 1, "{run}");
        assert!(run.err.contains("ssm:PutParameter region="), "{run}");
        assert!(run.err.contains("ValidationException"), "{run}");
        let all = format!("{run}");
        for canary in CANARIES {
            assert!(!all.contains(canary), "{level}: {canary}: {run}");
        }
        assert!(!all.to_lowercase().contains("authorization:"), "{run}");
    }
}
