//! A cloud that refuses, answers garbage or does not answer, through the real SDK.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::running::Running;
use crate::sandbox::Sandbox;
use crate::stand_in::{Reply, StandIn, VPC, call, ec2_error, empty, fails, plan_fails, sandbox};

/// An address on loopback where nothing listens.
fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").to_string()
}

/// Many types in one stack: what fails for all of them is told once.
fn many() -> String {
    let role = "resource \"aws_iam_role\" \"r\" {\n  assume_role_policy = \"{}\"\n}\n";
    let parameter = "resource \"aws_ssm_parameter\" \"p\" {\n  name = \"p\"\n  type = \"String\"\n  value = \"v\"\n}\n";
    let alarm = "resource \"aws_lb_target_group\" \"g\" {\n  port = 80\n  protocol = \"HTTP\"\n  vpc_id = aws_vpc.a.id\n}\n";
    [VPC, role, parameter, alarm].concat()
}

#[test]
fn a_refused_connection_is_told_once_with_the_endpoint() {
    let endpoint = format!("http://{}", nobody());
    let mut sandbox = sandbox(&endpoint);
    sandbox.write("main.tf", many());
    let began = Instant::now();
    let run = fails(&sandbox, "plan", "The cloud does not answer");
    assert!(run.says(&endpoint), "{run}");
    assert!(run.says("the connection was refused"), "{run}");
    assert!(began.elapsed() < Duration::from_mins(1), "{:?}", began.elapsed());
    sandbox.write("main.tf", VPC);
    plan_fails(&mut sandbox, "The cloud does not answer");
}

#[test]
fn an_endpoint_that_never_answers_is_given_up_on_once_for_all() {
    let silent = StandIn::of(|_| Reply::Silence);
    let mut sandbox = sandbox(&silent.url);
    sandbox.write("main.tf", many() + "data \"aws_caller_identity\" \"me\" {}\n");
    sandbox.set("TERRACE_CALL_TIMEOUT", "3s");
    let began = Instant::now();
    let run = fails(&sandbox, "plan", "The cloud does not answer");
    assert!(run.says(&silent.url), "{run}");
    assert!(run.says("TERRACE_CALL_TIMEOUT"), "{run}");
    // Every kind of call is lost at the same time; none after the other.
    assert!(began.elapsed() < Duration::from_secs(45), "{:?}", began.elapsed());
    sandbox.set("TERRACE_CALL_TIMEOUT", "soon");
    sandbox.run("plan").fails("Invalid timeout");
    sandbox.set("TERRACE_CALL_TIMEOUT", "30s");
    sandbox.write("main.tf", VPC);
    let well = StandIn::of(empty);
    sandbox.set("AWS_ENDPOINT_URL", &well.url);
    sandbox.run("plan").ok();
}

#[test]
fn an_answer_that_never_ends_is_given_up_on() {
    let cut = StandIn::of(|_| Reply::Cut("<DescribeVpcsResponse><vpcSet>".into()));
    let mut sandbox = sandbox(&cut.url);
    sandbox.set("TERRACE_CALL_TIMEOUT", "3s");
    sandbox.set("AWS_MAX_ATTEMPTS", "1");
    let began = Instant::now();
    let run = fails(&sandbox, "plan", "The cloud does not answer");
    assert!(began.elapsed() < Duration::from_mins(1), "{:?}: {run}", began.elapsed());
}

#[test]
fn what_is_not_aws_is_told() {
    let page = "<!DOCTYPE html><html><body>Sign in</body></html>";
    let wrong = [
        ("a page", 200, page),
        ("a text", 200, "hello, this is no AWS"),
        ("half of a tag", 200, "<DescribeVpcsResponse><vpcSet><item"),
        ("half of an answer", 200, "<DescribeVpcsResponse><vpcSet>"),
        ("nothing", 200, ""),
        ("a page that is not there", 404, "<html>not found</html>"),
        ("a forbidden page", 403, "<html>forbidden</html>"),
    ];
    for (what, status, text) in wrong {
        let server = StandIn::of(move |_| Reply::Whole(status, text.into()));
        let mut sandbox = sandbox(&server.url);
        sandbox.set("AWS_MAX_ATTEMPTS", "1");
        let run = plan_fails(&mut sandbox, "What answers is not AWS");
        assert!(run.says(&server.url), "{what}: {run}");
        assert!(!run.says(page), "{what}: {run}");
    }
}

#[test]
fn an_empty_answer_is_not_an_empty_list() {
    let server = StandIn::of(|request| match call(request).as_str() {
        "DescribeParameters" => Reply::Whole(200, String::new()),
        _ => empty(request),
    });
    let mut sandbox = sandbox(&server.url);
    sandbox.set("AWS_MAX_ATTEMPTS", "1");
    sandbox.write("main.tf", many());
    let run = fails(&sandbox, "plan", "What answers is not AWS");
    assert!(run.says("ssm:DescribeParameters"), "{run}");
}

#[test]
fn a_plain_endpoint_is_not_asked_in_tls() {
    let server = StandIn::of(empty);
    let mut sandbox = sandbox(&server.url.replace("http:", "https:"));
    sandbox.set("AWS_MAX_ATTEMPTS", "1");
    let run = plan_fails(&mut sandbox, "The cloud does not answer");
    assert!(run.says("speaks no TLS"), "{run}");
}

#[test]
fn a_host_without_an_address_is_told() {
    let mut sandbox = sandbox("http://aws.invalid");
    sandbox.set("AWS_MAX_ATTEMPTS", "1");
    let run = plan_fails(&mut sandbox, "The cloud does not answer");
    assert!(run.says("http://aws.invalid"), "{run}");
    assert!(run.says("the host's name has no address"), "{run}");
}

#[test]
fn an_endpoint_that_is_no_url_is_told() {
    let mut sandbox = sandbox("over there");
    let run = plan_fails(&mut sandbox, "The endpoint is no URL");
    assert!(run.says("\"over there\" cannot be asked"), "{run}");
    assert!(!run.says("Filter"), "what was to be sent is nobody's business: {run}");
}

#[test]
fn a_cloud_that_fails_for_ever_is_told_once() {
    let server = StandIn::of(|request| {
        if request.contains("Action=") {
            return ec2_error(503, "Unavailable", "The service is down");
        }
        Reply::Whole(500, r#"{"__type": "InternalServerError"}"#.into())
    });
    let mut sandbox = sandbox(&server.url);
    sandbox.set("AWS_MAX_ATTEMPTS", "1");
    sandbox.write("main.tf", many());
    let began = Instant::now();
    fails(&sandbox, "plan", "The cloud has an error of its own");
    assert!(began.elapsed() < Duration::from_mins(2), "{:?}", began.elapsed());
    sandbox.write("main.tf", VPC);
    plan_fails(&mut sandbox, "The cloud has an error of its own");
}

#[test]
fn throttling_that_passes_is_waited_for() {
    let times = std::sync::atomic::AtomicUsize::new(0);
    let server = StandIn::of(move |request| {
        let is_early = || times.fetch_add(1, std::sync::atomic::Ordering::Relaxed) < 3;
        if call(request) == "DescribeVpcs" && is_early() {
            return ec2_error(503, "RequestLimitExceeded", "Request limit exceeded.");
        }
        empty(request)
    });
    let mut sandbox = sandbox(&server.url);
    sandbox.set("AWS_MAX_ATTEMPTS", "1");
    let run = sandbox.run("plan -no-color").ok();
    assert!(run.out.contains("Plan: 1 to add"), "{run}");
    assert_eq!(server.asked().iter().filter(|call| *call == "DescribeVpcs").count(), 4);
}

#[test]
fn a_missing_permission_is_named_with_the_resource() {
    let message = "You are not authorized to perform this operation. User: arn:aws:iam::123456789012:user/eve is not \
                   authorized to perform: ec2:DescribeVpcs";
    let server = StandIn::of(move |request| match call(request).as_str() {
        "DescribeVpcs" => ec2_error(403, "UnauthorizedOperation", message),
        _ => empty(request),
    });
    let run = plan_fails(&mut sandbox(&server.url), "Access denied");
    assert!(run.says("Allow ec2:DescribeVpcs"), "{run}");
    assert!(run.says("main.tf:6"), "{run}");
    assert!(run.says("user/eve"), "{run}");
}

#[test]
fn a_change_that_is_not_allowed_is_named_with_the_resource() {
    let server = StandIn::of(|request| match call(request).as_str() {
        "CreateVpc" => ec2_error(403, "UnauthorizedOperation", "You are not authorized."),
        _ => empty(request),
    });
    let mut sandbox = sandbox(&server.url);
    let run = fails(&sandbox, "apply -auto-approve", "Access denied");
    assert!(run.says("Allow ec2:CreateVpc"), "{run}");
    assert!(run.says("main.tf:6") && run.says("aws_vpc.a"), "{run}");
    let well = StandIn::of(empty);
    sandbox.set("AWS_ENDPOINT_URL", &well.url);
    let next = sandbox.run("plan").ok();
    assert!(!next.says("the lock"), "{next}");
}

#[test]
fn the_tag_index_can_be_done_without() {
    let server = StandIn::of(|request| match call(request).as_str() {
        "GetResources" => Reply::Whole(400, r#"{"__type": "AccessDeniedException"}"#.into()),
        _ => empty(request),
    });
    let run = sandbox(&server.url).run("plan").ok();
    assert!(run.says("The tag index cannot be read"), "{run}");
}

#[test]
fn an_interrupt_ends_every_wait_and_gives_the_lock_back() {
    let silent: fn(&str) -> Reply = |_| Reply::Silence;
    let cut: fn(&str) -> Reply = |_| Reply::Cut("<".into());
    let busy: fn(&str) -> Reply = |_| ec2_error(503, "RequestLimitExceeded", "Too many.");
    let broken: fn(&str) -> Reply = |_| ec2_error(500, "InternalError", "An error.");
    let apply: &[&str] = &["apply", "-auto-approve"];
    let import: &[&str] = &["import", "aws_vpc.a", "vpc-1"];
    for answer in [silent, cut, busy, broken] {
        for command in [&["plan"], apply, &["show"], import] {
            let server = StandIn::of(answer);
            interrupted(&sandbox(&server.url), command, Signal::INT, || server.wait());
        }
    }
    let server = StandIn::of(silent);
    interrupted(&sandbox(&server.url), &["plan"], Signal::TERM, || server.wait());
}

#[test]
fn an_interrupt_ends_looking_for_somebody_who_refuses() {
    let sandbox = sandbox(&format!("http://{}", nobody()));
    let after = || std::thread::sleep(Duration::from_millis(1500));
    interrupted(&sandbox, &["plan"], Signal::INT, after);
}

/// Runs a command, sends the signal once the time has come, and sees that it ends at once and leaves no lock.
fn interrupted(sandbox: &Sandbox, command: &[&str], signal: Signal, ready: impl Fn()) {
    let run = Running::start(sandbox, command);
    ready();
    run.signal(signal);
    let (code, said, took) = run.end();
    assert_eq!(code, Some(1), "{command:?}: {said}");
    assert!(took < Duration::from_secs(20), "{command:?}: {took:?}: {said}");
    assert!(said.contains("Interrupted"), "{command:?}: {said}");
    assert_eq!(said.matches("Error: ").count(), 1, "{command:?}: {said}");
    let status = sandbox.run("status").ok();
    assert!(status.out.contains("lock       free"), "{command:?}: {status}");
}
