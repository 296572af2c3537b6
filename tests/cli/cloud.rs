//! A cloud that refuses, answers garbage or does not answer, through the real SDK: a server on loopback stands in for AWS.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use crate::sandbox::{Run, Sandbox};

const VPC: &str = r#"
provider "aws" {
  region      = "eu-central-1"
  max_retries = 1
}

resource "aws_vpc" "a" {
  cidr_block = "10.0.0.0/16"
}
"#;

/// What the server answers: a status and a body. None keeps the caller waiting.
type Answer = fn(&str) -> Option<(u16, String)>;

/// Serves on loopback until the test ends; answers the address.
fn serve(answer: Answer) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || converse(stream, answer));
        }
    });
    format!("http://{address}")
}

fn converse(mut stream: TcpStream, answer: Answer) {
    while let Some(request) = request(&mut stream) {
        let Some((status, body)) = answer(&request) else {
            std::thread::sleep(Duration::from_mins(10));
            return;
        };
        let length = body.len();
        let head = format!("HTTP/1.1 {status} Answer\r\ncontent-length: {length}\r\n\r\n");
        // A caller that went away needs no answer.
        let _ = stream.write_all((head + &body).as_bytes());
    }
}

/// A whole request: its head, and as much body as the head says.
fn request(stream: &mut TcpStream) -> Option<String> {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    loop {
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                let is_length = name.eq_ignore_ascii_case("content-length");
                is_length.then(|| value.trim().parse::<usize>().ok()).flatten()
            });
            if body.len() >= length.unwrap_or(0) {
                return Some(text);
            }
        }
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return None,
            Ok(read) => text.push_str(&String::from_utf8_lossy(&buffer[..read])),
        }
    }
}

fn sandbox(endpoint: &str) -> Sandbox {
    let mut sandbox = Sandbox::of(VPC);
    sandbox.set("TERRACE_CLOUD", "aws");
    sandbox.set("AWS_ENDPOINT_URL", endpoint);
    sandbox.set("AWS_ACCESS_KEY_ID", "AKIATEST");
    sandbox.set("AWS_SECRET_ACCESS_KEY", "canary-secret-key");
    sandbox.set("AWS_EC2_METADATA_DISABLED", "true");
    sandbox
}

/// The plan fails with one error, and none of it shows the key.
#[track_caller]
fn fails(sandbox: &Sandbox, words: &str) -> Run {
    let run = sandbox.run("plan").fails(words);
    assert_eq!(run.err.matches("Error: ").count(), 1, "{run}");
    assert!(run.err.contains("help: "), "{run}");
    assert!(!run.out.contains("will be created"), "what is live is not known: {run}");
    assert!(!format!("{run}").contains("canary-secret-key"), "{run}");
    run
}

/// A cloud with nothing in it.
fn empty(request: &str) -> (u16, String) {
    let action = request.split("Action=").nth(1).and_then(|rest| rest.split('&').next());
    let body = match action {
        Some(action) => format!("<{action}Response><{action}Result/></{action}Response>"),
        None => "{}".to_owned(),
    };
    (200, body)
}

/// An error as EC2 writes it.
fn ec2_error(status: u16, code: &str, message: &str) -> Option<(u16, String)> {
    Some((
        status,
        format!(
            "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>\
             <RequestID>r-1</RequestID></Response>"
        ),
    ))
}

#[test]
fn a_refused_connection_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let began = Instant::now();
    fails(&sandbox(&endpoint), "The cloud does not answer");
    assert!(began.elapsed() < Duration::from_mins(1));
}

#[test]
fn garbage_is_told() {
    let endpoint = serve(|_| Some((200, "hello, this is no AWS".to_owned())));
    fails(&sandbox(&endpoint), "AWS");
}

#[test]
fn a_missing_permission_is_named() {
    let endpoint = serve(|request| match request {
        vpcs if vpcs.contains("Action=DescribeVpcs&") => {
            ec2_error(403, "UnauthorizedOperation", "You are not authorized.")
        }
        other => Some(empty(other)),
    });
    let run = fails(&sandbox(&endpoint), "Access denied");
    assert!(run.err.contains("ec2:DescribeVpcs"), "{run}");
}

#[test]
fn credentials_that_do_not_work_are_told() {
    let endpoint = serve(|_| ec2_error(401, "AuthFailure", "Not able to validate credentials"));
    fails(&sandbox(&endpoint), "The credentials do not work");
}

#[test]
fn missing_credentials_are_told() {
    let endpoint = serve(|request| Some(empty(request)));
    let mut sandbox = sandbox(&endpoint);
    sandbox.set("AWS_ACCESS_KEY_ID", "");
    sandbox.set("AWS_SECRET_ACCESS_KEY", "");
    sandbox.set("HOME", "/nonexistent");
    fails(&sandbox, "The credentials do not work");
}

#[test]
fn an_endpoint_that_hangs_is_given_up_on() {
    let endpoint = serve(|_| None);
    let began = Instant::now();
    fails(&sandbox(&endpoint), "The cloud does not answer");
    assert!(began.elapsed() < Duration::from_mins(3), "{:?}", began.elapsed());
}
