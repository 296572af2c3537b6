//! What is seen of every call on its way: the log's line for each attempt, the endpoint that was asked, and an answer
//! that is none.
//!
//! A line names the call and what became of it, and nothing that was sent or answered: bodies and headers hold secrets.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
    FinalizerInterceptorContextRef,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, Metadata};
use aws_smithy_runtime_api::client::retries::RequestAttempts;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use tokio::time::Instant;

/// Watches the calls of one client. Clones are the same observer.
#[derive(Clone, Debug)]
pub struct Observer {
    /// The service, as permissions name it: `elasticloadbalancing`.
    service: &'static str,
    region: String,
    /// The scheme and host that were asked last; one client asks one.
    endpoint: Arc<Mutex<Option<String>>>,
}

/// When an attempt began.
#[derive(Clone, Copy, Debug)]
struct Began(Instant);

impl Storable for Began {
    type Storer = StoreReplace<Self>;
}

impl Observer {
    /// An observer of a client of `service` in a region.
    #[must_use]
    pub fn new(service: &'static str, region: &str) -> Self {
        Self { service, region: region.to_owned(), endpoint: Arc::default() }
    }

    /// The endpoint that was asked last: `https://ec2.eu-west-1.amazonaws.com`.
    #[must_use]
    pub fn endpoint(&self) -> Option<String> {
        self.endpoint.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn log(&self, attempt: &Attempt<'_>) {
        let (service, region) = (self.service, self.region.as_str());
        let Attempt { call, number, took, answer, outcome } = attempt;
        let status = answer.map(|answer| answer.status().as_u16().to_string());
        let status = status.as_deref().unwrap_or("-");
        let request = answer.and_then(request_id).unwrap_or("-");
        let milliseconds = took.as_millis();
        tracing::debug!(
            "{service}:{call} region={region} attempt={number} ms={milliseconds} status={status} \
             request={request} {outcome}"
        );
    }
}

/// What the log says of one attempt.
struct Attempt<'a> {
    call: &'a str,
    number: u32,
    took: Duration,
    answer: Option<&'a HttpResponse>,
    outcome: String,
}

/// What became of an attempt: `ok`, the code of an error, or what was wrong with the answer.
fn outcome(context: &FinalizerInterceptorContextRef<'_>) -> String {
    match (context.response(), context.output_or_error()) {
        (_, Some(Ok(_))) => "ok".to_owned(),
        (None, _) => "no answer".to_owned(),
        (Some(answer), _) if answer.status().is_success() => "unreadable".to_owned(),
        (Some(answer), _) => code_of(answer).unwrap_or_else(|| "refused".to_owned()),
    }
}

impl Intercept for Observer {
    fn name(&self) -> &'static str {
        "Observer"
    }

    fn read_before_attempt(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        cfg.interceptor_state().store_put(Began(Instant::now()));
        Ok(())
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let asked = origin(context.request().uri()).to_owned();
        *self.endpoint.lock().unwrap_or_else(PoisonError::into_inner) = Some(asked);
        Ok(())
    }

    /// The SDK takes an empty JSON body for an empty object, and XML that was cut off for XML that ends there: a list
    /// that failed would be a list of nothing.
    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let answer = context.response();
        let Some(body) = answer.body().bytes().filter(|_| answer.status().is_success()) else {
            return Ok(());
        };
        let looks =
            |call: &str| ["Describe", "Get", "List"].iter().any(|verb| call.starts_with(verb));
        if body.is_empty() && cfg.load::<Metadata>().is_some_and(|call| looks(call.name())) {
            return Err("the answer is empty".into());
        }
        if body.starts_with(b"<") && !is_whole(body) {
            return Err("the answer was cut off".into());
        }
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.log(&Attempt {
            call: cfg.load::<Metadata>().map_or("?", Metadata::name),
            number: cfg.load::<RequestAttempts>().map_or(1, RequestAttempts::attempts),
            took: cfg.load::<Began>().map(|began| began.0.elapsed()).unwrap_or_default(),
            answer: context.response(),
            outcome: outcome(context),
        });
        Ok(())
    }
}

/// The scheme and host of a URL.
fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    let end = url[host..].find(['/', '?']).map_or(url.len(), |at| host + at);
    &url[..end]
}

/// Whether XML ends with the element that it begins with.
fn is_whole(xml: &[u8]) -> bool {
    let position = |text: &[u8], part: &[u8]| text.windows(part.len()).position(|at| at == part);
    let start =
        if xml.starts_with(b"<?") { position(xml, b"?>").map_or(0, |at| at + 2) } else { 0 };
    let root = xml[start..].trim_ascii();
    let length = root.iter().position(|byte| b" \t\r\n/>".contains(byte)).unwrap_or(root.len());
    let name = root[..length].strip_prefix(b"<").unwrap_or_default();
    let closing = [b"</", name, b">"].concat();
    root.ends_with(&closing) || (root.ends_with(b"/>") && !root[1..].contains(&b'<'))
}

fn request_id(answer: &HttpResponse) -> Option<&str> {
    let headers = answer.headers();
    ["x-amzn-requestid", "x-amz-request-id"].into_iter().find_map(|name| headers.get(name))
}

/// The code of an error answer, as JSON services say it in a header or member and the others in an element.
fn code_of(answer: &HttpResponse) -> Option<String> {
    let code = |text: &str| {
        let name = text.split(':').next()?.rsplit('#').next()?.trim();
        let is_code =
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '.');
        is_code.then(|| name.to_owned())
    };
    if let Some(header) = answer.headers().get("x-amzn-errortype") {
        return code(header);
    }
    let body = std::str::from_utf8(answer.body().bytes()?).ok()?;
    let between = |from: &str, to: char| {
        let (_, rest) = body.split_once(from)?;
        code(rest.trim_start_matches([':', ' ', '"']).split(to).next()?)
    };
    between("<Code>", '<').or_else(|| between("\"__type\"", '"'))
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;

    use super::*;

    #[test]
    fn an_endpoint_is_a_scheme_and_a_host() {
        assert_eq!(origin("http://127.0.0.1:4566/?Action=X"), "http://127.0.0.1:4566");
        assert_eq!(origin("https://iam.amazonaws.com"), "https://iam.amazonaws.com");
        assert_eq!(origin("https://a.b?x=/y"), "https://a.b");
    }

    #[test]
    fn xml_that_was_cut_off_is_noticed() {
        let check = |xml: &str, expect: bool| assert_eq!(is_whole(xml.as_bytes()), expect, "{xml}");
        check("<A><b/></A>", true);
        check("<?xml version=\"1.0\"?>\n<A xmlns=\"x\"><b>1</b></A>\n", true);
        check("<A/>", true);
        check("<A xmlns=\"x\" />", true);
        check("<A><b>1</b>", false);
        check("<A><b/>", false);
        check("<A><it", false);
        check("<A", false);
        check("<?xml version", false);
    }

    #[test]
    fn codes_are_read_and_nothing_else() {
        let check = |body: &'static str, expect: Option<&str>| {
            let status = StatusCode::try_from(400).expect("a status");
            let answer = HttpResponse::new(status, SdkBody::from(body));
            assert_eq!(code_of(&answer).as_deref(), expect, "{body}");
        };
        check("<Error><Code>InvalidVpcID.NotFound</Code></Error>", Some("InvalidVpcID.NotFound"));
        check(r#"{"__type": "com.amazonaws.ssm#ParameterNotFound"}"#, Some("ParameterNotFound"));
        check("<Code>a secret, perhaps</Code>", None);
        check("hello", None);
    }
}
