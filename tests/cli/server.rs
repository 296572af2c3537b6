//! A web server on loopback that answers from a table, and says what it was asked.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What is answered at a path.
#[derive(Clone, Default)]
pub struct Page {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    /// How much of the body is sent before the connection ends.
    sent: Option<usize>,
    hangs: bool,
}

impl Page {
    /// This body.
    pub fn of(body: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, body: body.into(), ..Self::default() }
    }

    /// JSON.
    pub fn json(body: &str) -> Self {
        Self::of(body).header("content-type", "application/json")
    }

    /// No body, but a status.
    pub fn status(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// No answer at all.
    pub fn hanging() -> Self {
        Self { hangs: true, ..Self::default() }
    }

    /// With a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Ends the connection after so many bytes of the body.
    pub fn cut(mut self, sent: usize) -> Self {
        self.sent = Some(sent);
        self
    }
}

/// The server; it ends with the test.
pub struct Server {
    /// Its port.
    pub port: u16,
    pages: Arc<Mutex<BTreeMap<String, Page>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// A server without a page.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let server = Self { port, pages: Arc::default(), asked: Arc::default() };
        let (pages, asked) = (server.pages.clone(), server.asked.clone());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (pages, asked) = (pages.clone(), asked.clone());
                thread::spawn(move || answer(stream, &pages, &asked));
            }
        });
        server
    }

    /// Puts a page at a path; queries do not matter.
    pub fn page(&self, path: &str, page: Page) {
        self.pages.lock().expect("no panic").insert(path.into(), page);
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Every request: its first line, and `authorization` where there was one.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no panic").clone()
    }

    /// Publishes a module in a registry on this server.
    pub fn publish(&self, module: &str, versions: &[(&str, &str)]) {
        let listed: Vec<String> =
            versions.iter().map(|(version, _)| format!(r#"{{"version": "{version}"}}"#)).collect();
        let listed = format!(r#"{{"modules": [{{"versions": [{}]}}]}}"#, listed.join(","));
        self.page(&format!("/v1/modules/{module}/versions"), Page::json(&listed));
        for (version, place) in versions {
            let page = Page::status(204).header("X-Terraform-Get", place);
            self.page(&format!("/v1/modules/{module}/{version}/download"), page);
        }
    }
}

fn answer(
    stream: TcpStream,
    pages: &Mutex<BTreeMap<String, Page>>,
    asked: &Mutex<Vec<String>>,
) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut stream = stream;
    loop {
        let mut first = String::new();
        if reader.read_line(&mut first).ok()? == 0 {
            return None;
        }
        let mut authorization = String::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            if line.trim().is_empty() {
                break;
            }
            if line.to_ascii_lowercase().starts_with("authorization:") {
                authorization = format!(" {}", line.trim());
            }
        }
        let first = first.trim_end().trim_end_matches(" HTTP/1.1").to_owned();
        asked.lock().ok()?.push(format!("{first}{authorization}"));
        let path = first.split(' ').nth(1)?.split('?').next()?.to_owned();
        let page = pages.lock().ok()?.get(&path).cloned().unwrap_or_else(|| Page::status(404));
        if page.hangs {
            loop {
                thread::park();
            }
        }
        let mut head =
            format!("HTTP/1.1 {} X\r\ncontent-length: {}\r\n", page.status, page.body.len());
        for (name, value) in &page.headers {
            write!(head, "{name}: {value}\r\n").ok()?;
        }
        stream.write_all(format!("{head}\r\n").as_bytes()).ok()?;
        stream.write_all(&page.body[..page.sent.unwrap_or(page.body.len())]).ok()?;
        if page.sent.is_some() {
            return None;
        }
    }
}
