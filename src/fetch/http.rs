//! HTTP as fetching modules needs it: GET with time-outs, a few redirects, few retries, and bodies of bounded size.

use std::fmt::Write as _;
use std::sync::OnceLock;
use std::time::Duration;

use base64::Engine as _;
use http::header::{ACCEPT, AUTHORIZATION, DATE, LOCATION, RETRY_AFTER, USER_AGENT};
use http::{HeaderMap, Request, StatusCode, Uri};
use http_body_util::{BodyExt as _, Empty};
use hyper::body::{Bytes, Incoming};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::TokioExecutor;

use super::connect::{Reach, connector};
use super::{Kind, Problem};
use crate::config::package::Location;

const MOST_REDIRECTS: usize = 5;
/// Waits before a request is made again, where the host does not say how long.
const RETRIES: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(400)];
/// The longest that a host is waited for when it asks for patience.
const PATIENCE: Duration = Duration::from_mins(1);

/// A secret that a host wants to see. Has no `Display`, and a `Debug` that does not tell it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// The token.
    #[must_use]
    pub fn new(token: impl Into<String>) -> Self {
        Self(token.into())
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(***)")
    }
}

type Hyper = Client<HttpsConnector<Reach>, Empty<Bytes>>;

/// A client. The first request makes the connector, since reading certificates takes time.
pub struct Http {
    client: OnceLock<Result<Hyper, Problem>>,
    connect: Duration,
    answer: Duration,
}

/// What a host answered.
pub struct Answer {
    /// How it went.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// Where the answer came from in the end.
    pub location: Location,
    body: Incoming,
    idle: Duration,
}

impl Http {
    /// A client that waits no longer than `timeout` for anything.
    pub fn new(timeout: Duration) -> Self {
        Self {
            client: OnceLock::new(),
            connect: timeout.min(Duration::from_secs(10)),
            answer: timeout.min(Duration::from_secs(30)),
        }
    }

    /// What is at a location, redirects followed. A token goes to the location's own host alone.
    ///
    /// # Errors
    /// Where the host cannot be reached or does not answer in time; any status is an answer.
    pub async fn get(&self, location: &Location, token: Option<&Token>) -> Result<Answer, Problem> {
        let mut at = location.clone();
        for _ in 0..=MOST_REDIRECTS {
            let same_host = at.url().origin() == location.url().origin();
            let answer = Box::pin(self.try_often(&at, token.filter(|_| same_host))).await?;
            let next = answer.headers.get(LOCATION).filter(|_| answer.status.is_redirection());
            let Some(next) = next else { return Ok(answer) };
            let next = next.to_str().ok().and_then(|next| at.join(next));
            let Some(next) = next.filter(|next| matches!(next.url().scheme(), "http" | "https"))
            else {
                return Err(failed(format!("{at} redirects to something that is no web address.")));
            };
            if at.url().scheme() == "https" && next.url().scheme() == "http" {
                return Err(failed(format!("{at} redirects to {next}, which is not encrypted.")));
            }
            at = next;
        }
        Err(failed(format!("{location} redirects more than {MOST_REDIRECTS} times.")))
    }

    async fn try_often(&self, at: &Location, token: Option<&Token>) -> Result<Answer, Problem> {
        let mut waits = RETRIES.into_iter();
        loop {
            let outcome = self.once(at, token).await;
            let (again, asked) = match &outcome {
                Ok(answer) => {
                    let busy = matches!(answer.status.as_u16(), 429 | 502 | 503 | 504);
                    (busy, patience(&answer.headers))
                }
                Err((_, again)) => (*again, None),
            };
            let again = again && asked.is_none_or(|asked| asked <= PATIENCE);
            match waits.next().filter(|_| again) {
                Some(wait) => tokio::time::sleep(asked.unwrap_or(wait)).await,
                None => return outcome.map_err(|(problem, _)| problem),
            }
        }
    }

    /// One request. With the problem comes whether another try may help.
    async fn once(&self, at: &Location, token: Option<&Token>) -> Result<Answer, (Problem, bool)> {
        let fatal = |problem| (problem, false);
        let client = self.client().map_err(fatal)?;
        let request = request(at, token).map_err(fatal)?;
        match tokio::time::timeout(self.answer, client.request(request)).await {
            Ok(Ok(response)) => {
                let (parts, body) = response.into_parts();
                Ok(Answer {
                    status: parts.status,
                    headers: parts.headers,
                    location: at.clone(),
                    body,
                    idle: self.answer,
                })
            }
            Ok(Err(error)) => Err(unreachable(at, &error)),
            Err(_) => Err(fatal(slow(at, self.answer))),
        }
    }

    fn client(&self) -> Result<&Hyper, Problem> {
        let client = self.client.get_or_init(|| {
            let connector = connector(self.connect).map_err(|error| {
                failed(format!("There are no certificates to trust: {error}."))
                    .help("Install the package ca-certificates, or set SSL_CERT_FILE.")
            })?;
            Ok(Client::builder(TokioExecutor::new()).build(connector))
        });
        client.as_ref().map_err(Clone::clone)
    }
}

impl Answer {
    /// The next part of the body.
    async fn part(&mut self) -> Result<Option<Bytes>, Problem> {
        loop {
            let frame = tokio::time::timeout(self.idle, self.body.frame()).await;
            match frame.map_err(|_| slow(&self.location, self.idle))? {
                None => return Ok(None),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        return Ok(Some(data));
                    }
                }
                Some(Err(error)) => {
                    let detail =
                        format!("{} ended in the middle: {}.", self.location, causes(&error));
                    return Err(failed(detail));
                }
            }
        }
    }

    /// The whole body, of no more than `limit` bytes.
    ///
    /// # Errors
    /// Where it is longer, or ends in the middle.
    pub async fn bytes(mut self, limit: u64) -> Result<Vec<u8>, Problem> {
        let mut bytes = Vec::new();
        while let Some(part) = self.part().await? {
            bytes.extend_from_slice(&part);
            self.check(bytes.len() as u64, limit)?;
        }
        Ok(bytes)
    }

    /// Writes the body to a file; answers how many bytes it has.
    ///
    /// # Errors
    /// Where it is longer than `limit`, ends in the middle, or cannot be written.
    pub async fn save(mut self, file: &mut tokio::fs::File, limit: u64) -> Result<u64, Problem> {
        use tokio::io::AsyncWriteExt as _;
        let disk = |error: std::io::Error| Problem::disk("The download cannot be kept", &error);
        let mut length = 0;
        while let Some(part) = self.part().await? {
            length += part.len() as u64;
            self.check(length, limit)?;
            file.write_all(&part).await.map_err(disk)?;
        }
        file.flush().await.map_err(disk)?;
        Ok(length)
    }

    fn check(&self, length: u64, limit: u64) -> Result<(), Problem> {
        if length <= limit {
            return Ok(());
        }
        let detail = format!("{} has more than {limit} bytes.", self.location);
        Err(Problem::new(Kind::Unsafe, detail))
    }
}

fn request(at: &Location, token: Option<&Token>) -> Result<Request<Empty<Bytes>>, Problem> {
    let mut url = at.url().clone();
    let basic = (!url.username().is_empty() || url.password().is_some()).then(|| {
        let decoded = |text: &str| {
            percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
        };
        let pair =
            format!("{}:{}", decoded(url.username()), decoded(url.password().unwrap_or_default()));
        format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair))
    });
    // Web addresses can have neither taken away only if they cannot have them.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_fragment(None);
    let no_request = |_| failed(format!("{at} is no web address."));
    let uri: Uri = url.as_str().parse().map_err(|_| failed(format!("{at} is no web address.")))?;
    let mut request = Request::get(uri)
        .header(USER_AGENT, concat!("terrace/", env!("CARGO_PKG_VERSION")))
        .header(ACCEPT, "*/*");
    if let Some(basic) = basic {
        request = request.header(AUTHORIZATION, basic);
    } else if let Some(Token(token)) = token {
        request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    }
    request.body(Empty::new()).map_err(no_request)
}

/// How long the host asks not to be asked again: in seconds, or until a time by its own clock.
fn patience(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let asked = text(RETRY_AFTER)?;
    if let Ok(seconds) = asked.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let time = |text| jiff::fmt::rfc2822::parse(text).ok().map(|time| time.timestamp());
    let wait = time(asked)?.duration_since(time(text(DATE)?)?);
    Some(Duration::try_from(wait).unwrap_or_default())
}

fn failed(detail: String) -> Problem {
    Problem::new(Kind::Download, detail)
}

fn slow(at: &Location, waited: Duration) -> Problem {
    let host = at.url().host_str().unwrap_or_default();
    failed(format!("{host} did not answer within {}.", seconds(waited)))
        .help("Check the network and, if it needs one, the proxy: HTTPS_PROXY.")
}

/// `5 s`, `0.5 s`.
pub(super) fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs_f64())
}

/// What a failed connection says, and whether another try may help.
fn unreachable(at: &Location, error: &Error) -> (Problem, bool) {
    let host = at.url().host_str().unwrap_or_default();
    let causes = causes(error);
    if causes.contains("certificate") {
        let problem = failed(format!("The certificate of {host} is not trusted: {causes}."));
        let help =
            "Where the host's authority is your own, name its certificate with SSL_CERT_FILE.";
        return (problem.help(help), false);
    }
    let problem = failed(format!("{host} cannot be reached: {causes}."))
        .help("Check the address, the network and, if it needs one, the proxy: HTTPS_PROXY.");
    (problem, true)
}

/// What is behind an error, from the outside to the inside.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = String::new();
    let mut cause = error.source().or(Some(error));
    while let Some(error) = cause {
        let words = error.to_string();
        if !text.ends_with(&words) {
            let separator = if text.is_empty() { "" } else { ": " };
            write!(text, "{separator}{words}").expect("strings take text");
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_ask_for_patience_in_seconds_or_until_a_time() {
        let noon = "Sat, 31 Jan 2026 12:00:00 GMT";
        for (asked, now, wait) in [
            ("7", None, Some(7)),
            (" 120 ", None, Some(120)),
            ("Sat, 31 Jan 2026 12:00:30 GMT", Some(noon), Some(30)),
            ("Sat, 31 Jan 2026 11:00:00 GMT", Some(noon), Some(0)),
            ("Sat, 31 Jan 2026 12:00:30 GMT", None, None),
            ("-3", None, None),
            ("soon", Some(noon), None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, asked.parse().expect("a header"));
            if let Some(now) = now {
                headers.insert(DATE, now.parse().expect("a header"));
            }
            assert_eq!(patience(&headers), wait.map(Duration::from_secs), "{asked}");
        }
        assert_eq!(patience(&HeaderMap::new()), None);
    }
}
