//! A web server on loopback that answers from a table, and says what it was asked.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, BufRead as _, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// The authority that has signed the certificate of servers with TLS, for `localhost` and 127.0.0.1.
pub const AUTHORITY: &[u8] = include_bytes!("tls/authority.pem");

/// What is answered at a path.
#[derive(Clone, Default)]
pub struct Page {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    /// How much of the body is sent before the connection ends.
    sent: Option<usize>,
    hangs: bool,
    /// What is answered the next times.
    then: Option<Box<Page>>,
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

    /// Once, and from then on another page.
    pub fn then(mut self, page: Self) -> Self {
        self.then = Some(Box::new(page));
        self
    }

    /// Says nothing more after so many bytes of the body, and keeps the connection.
    pub fn stalling(self, sent: usize) -> Self {
        Self { hangs: true, ..self.cut(sent) }
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

type Pages = Mutex<BTreeMap<String, Page>>;

/// The server; it ends with the test.
pub struct Server {
    /// Its port.
    pub port: u16,
    scheme: &'static str,
    pages: Arc<Pages>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// A server without a page.
    pub fn start() -> Self {
        Self::with("http", answer)
    }

    /// A server that speaks TLS, with a certificate of [`AUTHORITY`].
    pub fn encrypted() -> Self {
        let chain = CertificateDer::pem_slice_iter(include_bytes!("tls/server.pem"));
        let chain = chain.collect::<Result<Vec<_>, _>>().expect("certificates");
        let key = PrivateKeyDer::from_pem_slice(include_bytes!("tls/server.key")).expect("a key");
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider);
        let config = config.with_safe_default_protocol_versions().expect("versions");
        let config = config.with_no_client_auth().with_single_cert(chain, key).expect("it fits");
        let config = Arc::new(config);
        Self::with("https", move |stream, pages, asked| {
            let session = rustls::ServerConnection::new(config.clone()).ok()?;
            answer(rustls::StreamOwned::new(session, stream), pages, asked)
        })
    }

    fn with(
        scheme: &'static str,
        serve: impl Fn(TcpStream, &Pages, &Mutex<Vec<String>>) -> Option<()> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let server = Self { port, scheme, pages: Arc::default(), asked: Arc::default() };
        let (pages, asked, serve) = (server.pages.clone(), server.asked.clone(), Arc::new(serve));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (pages, asked, serve) = (pages.clone(), asked.clone(), serve.clone());
                thread::spawn(move || serve(stream, &pages, &asked));
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
        format!("{}://127.0.0.1:{}{path}", self.scheme, self.port)
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

fn answer(stream: impl Read + Write, pages: &Pages, asked: &Mutex<Vec<String>>) -> Option<()> {
    let mut reader = BufReader::new(stream);
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
        let page = take(&mut *pages.lock().ok()?, &path);
        let stream = reader.get_mut();
        if !page.hangs || page.sent.is_some() {
            send(&page, stream).ok()?;
        }
        if page.hangs {
            loop {
                thread::park();
            }
        }
        if page.sent.is_some() {
            return None;
        }
    }
}

/// The page at a path; one that is there once makes way for the next.
fn take(pages: &mut BTreeMap<String, Page>, path: &str) -> Page {
    let Some(page) = pages.get_mut(path) else { return Page::status(404) };
    match page.then.take() {
        Some(next) => std::mem::replace(page, *next),
        None => page.clone(),
    }
}

fn send(page: &Page, stream: &mut impl Write) -> io::Result<()> {
    let mut head = format!("HTTP/1.1 {} X\r\ncontent-length: {}\r\n", page.status, page.body.len());
    for (name, value) in &page.headers {
        write!(head, "{name}: {value}\r\n").expect("a String takes it");
    }
    stream.write_all(format!("{head}\r\n").as_bytes())?;
    stream.write_all(&page.body[..page.sent.unwrap_or(page.body.len())])?;
    stream.flush()
}

/// A proxy that makes tunnels, and says which.
pub struct Proxy {
    /// Its port.
    pub port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// A proxy that leads to wherever it is asked to, on loopback.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let heard = asked.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let heard = heard.clone();
                thread::spawn(move || tunnel(stream, &heard));
            }
        });
        Self { port, asked }
    }

    /// Every tunnel that was asked for: `HOST:PORT`, and `proxy-authorization` where there was one.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no panic").clone()
    }
}

fn tunnel(stream: TcpStream, asked: &Mutex<Vec<String>>) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let mut told = first.split(' ').nth(1)?.to_owned();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        if line.trim().is_empty() {
            break;
        }
        if line.to_ascii_lowercase().starts_with("proxy-authorization:") {
            told = format!("{told} {}", line.trim());
        }
    }
    asked.lock().ok()?.push(told.clone());
    let port = told.split(' ').next()?.rsplit(':').next()?.parse::<u16>().ok()?;
    let behind = TcpStream::connect(("127.0.0.1", port)).ok()?;
    let mut client = stream;
    client.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").ok()?;
    let (mut from_behind, mut to_client) = (behind.try_clone().ok()?, client);
    thread::spawn(move || io::copy(&mut from_behind, &mut to_client));
    io::copy(&mut reader, &mut { behind }).ok()?;
    Some(())
}
