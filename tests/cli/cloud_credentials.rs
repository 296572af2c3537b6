//! Credentials that are missing, wrong, expired or signed at the wrong time: one error that says whose they are and
//! what to do.

use std::time::{Duration, Instant};

use crate::sandbox::Sandbox;
use crate::stand_in::{Reply, StandIn, VPC, call, ec2_error, empty, fails, plan_fails, sandbox};

/// A cloud that refuses every call with this code, each service in its own words.
fn refusing(code: &'static str, message: &'static str) -> StandIn {
    StandIn::of(move |request| {
        if request.contains("Version=2016-11-15") {
            return ec2_error(403, code, message);
        }
        if request.contains("Action=") {
            let error = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
            let body = format!("<ErrorResponse>{error}<RequestId>r-1</RequestId></ErrorResponse>");
            return Reply::Whole(403, body);
        }
        Reply::Whole(400, format!(r#"{{"__type": "{code}", "message": "{message}"}}"#))
    })
}

#[test]
fn credentials_that_do_not_work_are_told_once_with_what_to_do() {
    let cases = [
        (
            "AuthFailure",
            "AWS was not able to validate the credentials",
            "The credentials do not work",
            "unset them",
        ),
        (
            "UnrecognizedClientException",
            "The token is invalid.",
            "The credentials do not work",
            "unset them",
        ),
        (
            "InvalidClientTokenId",
            "The token is invalid.",
            "The credentials do not work",
            "unset them",
        ),
        ("ExpiredToken", "The token has expired", "The credentials have expired", "Get new ones"),
        (
            "ExpiredTokenException",
            "The token has expired",
            "The credentials have expired",
            "Get new ones",
        ),
        (
            "SignatureDoesNotMatch",
            "It does not match.",
            "The credentials do not work",
            "The secret key",
        ),
        (
            "SignatureDoesNotMatch",
            "Signature expired: 20260101T000000Z is now earlier than 20260131T115500Z",
            "The clock is wrong",
            "this machine's clock",
        ),
        (
            "RequestTimeTooSkewed",
            "The difference is too large.",
            "The clock is wrong",
            "this machine's clock",
        ),
    ];
    for (code, message, title, help) in cases {
        let server = refusing(code, message);
        let mut sandbox = sandbox(&server.url);
        sandbox.write("main.tf", format!("{VPC}\n{OTHERS}"));
        let run = fails(&sandbox, "plan", title);
        assert!(
            run.says("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of the environment"),
            "{run}"
        );
        assert!(run.says(code), "{run}");
        assert!(run.says(help), "{code}: {run}");
        sandbox.write("main.tf", VPC);
        plan_fails(&mut sandbox, title);
    }
}

/// Types of other services.
const OTHERS: &str = r#"
resource "aws_iam_role" "r" {
  assume_role_policy = "{}"
}

resource "aws_ssm_parameter" "p" {
  name  = "p"
  type  = "String"
  value = "v"
}

data "aws_caller_identity" "me" {}
"#;

/// A folder with nothing in the environment that would name credentials.
fn without_keys(server: &StandIn) -> Sandbox {
    let mut sandbox = sandbox(&server.url);
    sandbox.set("AWS_ACCESS_KEY_ID", "");
    sandbox.set("AWS_SECRET_ACCESS_KEY", "");
    sandbox
}

#[test]
fn missing_credentials_are_told_and_nobody_is_waited_for() {
    let server = StandIn::of(empty);
    for metadata in ["true", "false"] {
        let mut sandbox = without_keys(&server);
        sandbox.set("AWS_EC2_METADATA_DISABLED", metadata);
        let began = Instant::now();
        let run = plan_fails(&mut sandbox, "There are no credentials");
        assert!(run.says("AWS_PROFILE"), "{run}");
        assert!(began.elapsed() < Duration::from_mins(1), "{:?}: {run}", began.elapsed());
    }
    assert!(!server.asked().iter().any(|call| call == "DescribeVpcs"), "{:?}", server.asked());
}

#[test]
fn a_profile_that_is_not_there_is_told() {
    let server = StandIn::of(empty);
    let mut sandbox = without_keys(&server);
    sandbox.set("AWS_PROFILE", "nobody");
    let run = fails(&sandbox, "plan", "credentials");
    assert!(run.says("profile \"nobody\" (AWS_PROFILE)"), "{run}");
    sandbox.set("AWS_PROFILE", "");
    plan_fails(&mut sandbox, "There are no credentials");
}

#[test]
fn a_credential_process_that_fails_is_told_with_its_own_words() {
    let server = StandIn::of(empty);
    let mut sandbox = without_keys(&server);
    sandbox.write(
        "config",
        "[profile helped]\ncredential_process = sh -c 'echo the vault is locked >&2; exit 3'\n",
    );
    let config = sandbox.path("config");
    sandbox.set("AWS_CONFIG_FILE", config.to_str().expect("a path"));
    sandbox.set("AWS_PROFILE", "helped");
    let run = plan_fails(&mut sandbox, "The credentials do not work");
    assert!(run.says("the vault is locked."), "{run}");
    assert!(run.says("profile \"helped\""), "{run}");
}

#[test]
fn the_profile_of_the_block_comes_before_keys_of_the_environment() {
    let server = StandIn::of(empty);
    let mut sandbox = sandbox(&server.url);
    sandbox.write("config", "[profile helped]\ncredential_process = sh -c 'exit 3'\n");
    let config = sandbox.path("config");
    sandbox.set("AWS_CONFIG_FILE", config.to_str().expect("a path"));
    sandbox.write("main.tf", VPC.replace("region =", "profile = \"helped\"\n  region ="));
    let run = fails(&sandbox, "plan", "The credentials do not work");
    assert!(run.says("the provider block's profile \"helped\""), "{run}");
}

#[test]
fn credentials_that_expire_during_an_apply_end_it_with_one_error() {
    let server = StandIn::of(|request| match call(request).as_str() {
        "CreateVpc" => ec2_error(403, "ExpiredToken", "The token has expired"),
        _ => empty(request),
    });
    let mut sandbox = sandbox(&server.url);
    sandbox.write("main.tf", VPC.replace("cidr_block", "count = 20\n  cidr_block"));
    let run = fails(&sandbox, "apply -auto-approve -parallelism=2", "The credentials have expired");
    assert!(run.says("main.tf:6"), "{run}");
    let asked = server.asked().iter().filter(|call| *call == "CreateVpc").count();
    assert!(asked <= 4, "nothing new is started: {asked}");
    let well = StandIn::of(empty);
    sandbox.set("AWS_ENDPOINT_URL", &well.url);
    let next = sandbox.run("plan -no-color").ok();
    assert!(next.out.contains("Plan: 20 to add"), "{next}");
}
