//! A server on loopback that stands in for AWS, and answers as badly as a test wants it to.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use crate::sandbox::{Run, Sandbox};

/// A network, at line 6.
pub const VPC: &str = r#"
provider "aws" {
  region = "eu-central-1"
}

resource "aws_vpc" "a" {
  cidr_block = "10.0.0.0/16"
}
"#;

/// What the server answers.
pub enum Reply {
    /// A status and a body.
    Whole(u16, String),
    /// The same, and headers.
    Headed(u16, Vec<(&'static str, &'static str)>, String),
    /// The beginning of a body that never ends.
    Cut(String),
    /// Nothing at all.
    Silence,
}

/// The server; it ends with the test.
pub struct StandIn {
    /// Where it is.
    pub url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl StandIn {
    /// Serves on loopback.
    pub fn of(answer: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (answer, asked) = (Arc::new(answer), Arc::<Mutex<Vec<String>>>::default());
        let heard = asked.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, heard) = (answer.clone(), heard.clone());
                thread::spawn(move || converse(stream, &*answer, &heard));
            }
        });
        Self { url, asked }
    }

    /// What it was asked: the names of the calls.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no panic").clone()
    }

    /// Waits until it was asked something.
    pub fn wait(&self) {
        while self.asked().is_empty() {
            thread::sleep(std::time::Duration::from_millis(20));
        }
    }
}

/// What a caller begins with that speaks TLS.
const TLS: [u8; 1] = [0x16];

fn converse(
    mut stream: TcpStream,
    answer: &(impl Fn(&str) -> Reply + Send + Sync),
    asked: &Mutex<Vec<String>>,
) -> Option<()> {
    let mut first = [0];
    if stream.peek(&mut first).is_ok() && first == TLS {
        return stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").ok();
    }
    while let Some(request) = request(&mut stream) {
        asked.lock().expect("no panic").push(call(&request));
        let (status, headers, body) = match answer(&request) {
            Reply::Whole(status, body) => (status, Vec::new(), body),
            Reply::Headed(status, headers, body) => (status, headers, body),
            Reply::Cut(start) => {
                let head = "HTTP/1.1 200 Answer\r\ncontent-length: 100000\r\n\r\n".to_owned();
                stream.write_all((head + &start).as_bytes()).ok()?;
                loop {
                    thread::park();
                }
            }
            Reply::Silence => loop {
                thread::park();
            },
        };
        let headers: Vec<String> =
            headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let (length, headers) = (body.len(), headers.concat());
        let head = format!("HTTP/1.1 {status} Answer\r\ncontent-length: {length}\r\n{headers}\r\n");
        // A caller that went away needs no answer.
        stream.write_all((head + &body).as_bytes()).ok()?;
    }
    None
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

/// The call that a request makes: `DescribeVpcs`.
pub fn call(request: &str) -> String {
    let target = request.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("x-amz-target").then(|| value.rsplit('.').next())?
    });
    let query = || request.split("Action=").nth(1)?.split('&').next();
    target.or_else(query).unwrap_or_default().trim().to_owned()
}

/// A cloud with nothing in it.
pub fn empty(request: &str) -> Reply {
    let call = call(request);
    let body = if request.contains("Action=") {
        format!("<{call}Response><{call}Result/></{call}Response>")
    } else {
        "{}".to_owned()
    };
    Reply::Whole(200, body)
}

/// An error as EC2 writes it.
pub fn ec2_error(status: u16, code: &str, message: &str) -> Reply {
    Reply::Whole(
        status,
        format!(
            "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>\
             <RequestID>r-1</RequestID></Response>"
        ),
    )
}

/// A folder with a network, for this endpoint, with keys in the environment.
pub fn sandbox(endpoint: &str) -> Sandbox {
    let mut sandbox = Sandbox::of(VPC);
    sandbox.set("TERRACE_CLOUD", "aws");
    sandbox.set("AWS_ENDPOINT_URL", endpoint);
    sandbox.set("AWS_ACCESS_KEY_ID", "AKIATEST");
    sandbox.set("AWS_SECRET_ACCESS_KEY", "canary-secret-key");
    sandbox.set("AWS_EC2_METADATA_DISABLED", "true");
    sandbox.set("HOME", "/nonexistent");
    sandbox.set("PATH", "/usr/bin:/bin");
    sandbox
}

/// The run fails with one error that says what to do, and none of it shows the key.
#[track_caller]
pub fn fails(sandbox: &Sandbox, arguments: &str, words: &str) -> Run {
    let run = sandbox.run(arguments).fails(words);
    assert_eq!(run.err.matches("Error: ").count(), 1, "{run}");
    assert!(run.err.contains("help: "), "{run}");
    assert!(!format!("{run}").contains("canary-secret-key"), "{run}");
    run
}

/// The plan fails with one error and shows nothing of a plan; once the cloud is well the next one is made.
#[track_caller]
pub fn plan_fails(sandbox: &mut Sandbox, words: &str) -> Run {
    let run = fails(sandbox, "plan -no-color", words);
    assert!(!run.out.contains("will be created"), "what is live is not known: {run}");
    let well = StandIn::of(empty);
    sandbox.set("AWS_ENDPOINT_URL", &well.url);
    sandbox.set("AWS_ACCESS_KEY_ID", "AKIATEST");
    sandbox.set("AWS_SECRET_ACCESS_KEY", "canary-secret-key");
    let next = sandbox.run("plan -no-color").ok();
    assert!(next.out.contains("Plan: 1 to add"), "{next}");
    assert!(!next.says("the lock"), "it was given back: {next}");
    run
}
