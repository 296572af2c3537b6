//! Errors of the SDK, classed once for every service.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;

use crate::provider::{Error, ErrorClass};

/// Names the operation of a call that failed and classes its error.
pub trait Operation<T> {
    /// `operation` is `service:Operation`, as IAM policies write it.
    fn op(self, operation: &str) -> Result<T, Error>;
}

impl<T, E> Operation<T> for Result<T, SdkError<E, HttpResponse>>
where
    E: ProvideErrorMetadata + RequestId + std::error::Error + Send + Sync + 'static,
{
    fn op(self, operation: &str) -> Result<T, Error> {
        self.map_err(|error| classify(operation, &error))
    }
}

fn classify<E>(operation: &str, error: &SdkError<E, HttpResponse>) -> Error
where
    E: ProvideErrorMetadata + RequestId + std::error::Error + Send + Sync + 'static,
{
    match error {
        SdkError::ServiceError(context) => {
            let (service, status) = (context.err(), context.raw().status().as_u16());
            refused(operation, service, status)
        }
        SdkError::ConstructionFailure(_) => {
            Error::new(ErrorClass::Invalid, operation, chain(error))
        }
        SdkError::DispatchFailure(failure) => match failure.as_connector_error() {
            Some(failure) => undelivered(operation, failure, &chain(failure)),
            None => Error::new(ErrorClass::Ambiguous, operation, chain(error)),
        },
        SdkError::ResponseError(context) => {
            let status = context.raw().status();
            let message = format!("HTTP {}: {}", status.as_u16(), chain(error));
            if status.is_server_error() {
                return Error::new(ErrorClass::Ambiguous, operation, message).titled(BROKEN);
            }
            let lost = chain(error).to_ascii_lowercase();
            let class =
                if is_cut_off(&lost) { ErrorClass::Ambiguous } else { ErrorClass::Unreachable };
            not_aws(Error::new(class, operation, message))
        }
        SdkError::TimeoutError(_) => {
            let message = format!("no answer: {}", chain(error));
            Error::new(ErrorClass::Unreachable, operation, message).with_help(SLOW)
        }
        _ => Error::new(ErrorClass::Ambiguous, operation, chain(error)),
    }
}

/// What is said where the cloud answers that it failed.
const BROKEN: &str = "The cloud has an error of its own";
/// What to do where an answer did not come in time.
const SLOW: &str = "Check the endpoint, the network and proxies (HTTPS_PROXY); TERRACE_CALL_TIMEOUT sets how long is waited.";

/// An error that the service itself answers.
fn refused<E>(operation: &str, service: &E, status: u16) -> Error
where
    E: ProvideErrorMetadata + RequestId + std::error::Error + Send + Sync + 'static,
{
    let code = service.code().unwrap_or_default();
    let message = service.message().map_or_else(|| chain(service), str::to_owned);
    let class = class_of(code, &message, status);
    let error = Error {
        code: (!code.is_empty()).then(|| code.to_owned()),
        request_id: service.request_id().map(str::to_owned),
        ..Error::new(class, operation, message)
    };
    match class {
        ErrorClass::Unreachable => {
            let message = format!("HTTP {status}, without an answer as AWS writes it");
            not_aws(Error { message, ..error })
        }
        ErrorClass::Ambiguous => error
            .titled(BROKEN)
            .with_help("Try again in a while; https://health.aws.amazon.com tells what AWS knows."),
        _ => error,
    }
}

/// What answers is something else than AWS: a proxy, a sign-in page, another service on the port.
fn not_aws(error: Error) -> Error {
    error.titled("What answers is not AWS").with_help(
        "Check AWS_ENDPOINT_URL, the provider's `endpoints`, and proxies on the way: something else answers there.",
    )
}

/// A call that did not reach the service, or whose answer did not come back.
fn undelivered(operation: &str, failure: &ConnectorError, text: &str) -> Error {
    let lower = text.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if failure.is_timeout() {
        let message = format!("no connection in time: {text}");
        return Error::new(ErrorClass::Unreachable, operation, message).with_help(SLOW);
    }
    if failure.is_io() || failure.as_other().is_some() {
        if says(&["refused"]) {
            let message = "the connection was refused: nothing listens there";
            return Error::new(ErrorClass::Unreachable, operation, message);
        }
        if says(&["dns", "lookup", "name or service not known", "resolve"]) {
            let message = "the host's name has no address";
            let help = "Check the region and the endpoint (AWS_ENDPOINT_URL), and that names are resolved here.";
            return Error::new(ErrorClass::Unreachable, operation, message).with_help(help);
        }
        if says(&["corrupt message", "invalidcontenttype", "wrong version", "handshake", "tls"]) {
            let message = format!("it speaks no TLS: {text}");
            let help = "Write http:// in the endpoint where it speaks plain HTTP.";
            return Error::new(ErrorClass::Unreachable, operation, message).with_help(help);
        }
        if says(&["certificate"]) {
            let message = format!("its certificate is not trusted: {text}");
            let help = "Name the certificate authority with AWS_CA_BUNDLE or SSL_CERT_FILE.";
            return Error::new(ErrorClass::Unreachable, operation, message).with_help(help);
        }
        let class =
            if says(&["(connect)"]) { ErrorClass::Unreachable } else { ErrorClass::Ambiguous };
        return Error::new(class, operation, text);
    }
    if says(&["failed to apply endpoint"]) {
        // The rest of the text is the whole request, with whatever is secret in it.
        let endpoint = text.split('`').nth(1).unwrap_or_default();
        let message = format!("\"{endpoint}\" cannot be asked");
        return Error::new(ErrorClass::Unreachable, operation, message)
            .titled("The endpoint is no URL")
            .with_help(
                "Write it as https://host:port, in AWS_ENDPOINT_URL or the provider's `endpoints`.",
            );
    }
    Error::new(ErrorClass::Credentials, operation, credentials(text))
}

/// Why there are no credentials: what was tried in vain is a list of all that could have been there.
fn credentials(text: &str) -> &str {
    if text.contains("no credentials found in chain") {
        return "no credentials were found";
    }
    // The last of the chain: where it is not reached there is no instance whose role it could tell.
    if text.contains("IMDS") {
        return "no credentials were found, and the instance's metadata (IMDS) tells none";
    }
    let (_, reason) = text.split_once("while loading credentials: ").unwrap_or(("", text));
    reason.trim_end()
}

/// An error with everything that caused it, outermost first; what the SDK wraps around it says nothing.
fn chain(error: &dyn std::error::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let text = error.to_string();
        let is_wrapping = WRAPPINGS.contains(&text.as_str());
        if !is_wrapping && !parts.iter().any(|known| known.ends_with(&text)) {
            parts.push(text);
        }
        next = error.source();
    }
    if parts.is_empty() { error.to_string() } else { parts.join(": ") }
}

/// Titles of the SDK's own layers.
const WRAPPINGS: [&str; 8] = [
    "dispatch failure",
    "response error",
    "service error",
    "request has timed out",
    "other",
    "io error",
    "timeout",
    "client error",
];

/// Whether an answer began and did not end: what was asked was probably done.
fn is_cut_off(text: &str) -> bool {
    ["incomplete", "unexpected eof", "reset", "closed", "throughput", "body error"]
        .iter()
        .any(|word| text.contains(word))
}

/// The class of AWS's error codes. Codes follow patterns across services; what breaks a pattern stands first.
fn class_of(code: &str, message: &str, status: u16) -> ErrorClass {
    const CREDENTIALS: &[&str] = &[
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSecurity",
        "InvalidSignatureException",
        "InvalidToken",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "OptInRequired",
        "RequestExpired",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    ];
    const DENIED: &[&str] = &[
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "Blocked",
        "Forbidden",
        "NotAuthorized",
        "UnauthorizedOperation",
        "UnauthorizedAccess",
    ];
    const CONFLICT: &[&str] = &[
        "ConcurrentModification",
        "ConcurrentModificationException",
        "IncorrectInstanceState",
        "IncorrectState",
        "InstanceRefreshInProgress",
        "InvalidDBInstanceState",
        "InvalidDBInstanceStateFault",
        "InvalidDBParameterGroupState",
        "InvalidDBParameterGroupStateFault",
        "InvalidDBSnapshotState",
        "InvalidDBSubnetGroupStateFault",
        "InvalidState",
        "InvalidStateTransition",
        "OperationAborted",
        "OperationInProgress",
        "OperationNotPermittedException",
        "ResourceConflictException",
        "ScalingActivityInProgress",
        "TooManyUpdates",
        "VolumeModificationRateExceeded",
    ];
    const DEPENDENCY: &[&str] = &[
        "DBSubnetGroupInUse",
        "DeleteConflict",
        "DeleteConflictException",
        "DependencyViolation",
        "InvalidAddress.Locked",
        "InvalidGroup.InUse",
        "InvalidIPAddress.InUse",
        "InvalidKeyPair.InUse",
        "InUse",
        "ResourceInUse",
        "ResourceInUseException",
        "ResourceInUseFault",
        "VolumeInUse",
    ];
    const QUOTA_WORDS: &[&str] =
        &["LimitExceeded", "QuotaExceeded", "TooMany", "AddressLimit", "VcpuLimit"];
    let ends = |suffixes: &[&str]| suffixes.iter().any(|suffix| code.ends_with(suffix));
    let has = |words: &[&str]| words.iter().any(|word| code.contains(word));
    if matches!(code, "InvalidAction" | "UnknownOperationException") {
        return ErrorClass::Unsupported;
    }
    if CREDENTIALS.contains(&code) {
        ErrorClass::Credentials
    } else if DENIED.contains(&code) {
        ErrorClass::Denied
    } else if has(&[
        "Throttl",
        "RequestLimitExceeded",
        "SlowDown",
        "TooManyRequests",
        "PriorRequestNotComplete",
    ]) || (code == "Throttling" || message == "Rate exceeded")
    {
        ErrorClass::Throttled
    } else if CONFLICT.contains(&code) {
        ErrorClass::Conflict
    } else if DEPENDENCY.contains(&code) {
        ErrorClass::Dependency
    } else if has(&["AlreadyExist", "Duplicate", "AlreadyAssociated", "PriorityInUse"])
        || matches!(code, "InvalidSubnet.Conflict" | "RouteAlreadyExists" | "EntityAlreadyExists")
    {
        ErrorClass::AlreadyExists
    } else if has(&["NotFound", "NoSuchEntity", "NoSuch", "Unknown", "NotAttached", "DoesNotExist"])
        || ends(&["Malformed.NotFound"])
        || (code == "ValidationError" && message.contains("not found"))
    {
        ErrorClass::NotFound
    } else if has(QUOTA_WORDS) {
        ErrorClass::Quota
    } else if matches!(code, "NotImplemented" | "UnsupportedOperation" | "InternalFailure")
        && (message.contains("not implemented") || message.contains("not been implemented"))
    {
        ErrorClass::Unsupported
    } else if status >= 500
        || matches!(code, "InternalError" | "InternalFailure" | "ServiceUnavailable")
    {
        ErrorClass::Ambiguous
    } else if code.is_empty() && status < 500 {
        ErrorClass::Unreachable
    } else if status == 400 || status == 409 || status == 412 {
        ErrorClass::Invalid
    } else {
        ErrorClass::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_classed() {
        for (code, status, class) in [
            ("InvalidVpcID.NotFound", 400, ErrorClass::NotFound),
            ("DBInstanceNotFound", 404, ErrorClass::NotFound),
            ("NoSuchEntity", 404, ErrorClass::NotFound),
            ("DependencyViolation", 400, ErrorClass::Dependency),
            ("RequestLimitExceeded", 503, ErrorClass::Throttled),
            ("Throttling", 400, ErrorClass::Throttled),
            ("UnauthorizedOperation", 403, ErrorClass::Denied),
            ("AuthFailure", 401, ErrorClass::Credentials),
            ("DBInstanceAlreadyExists", 400, ErrorClass::AlreadyExists),
            ("InvalidPermission.Duplicate", 400, ErrorClass::AlreadyExists),
            ("EntityAlreadyExists", 409, ErrorClass::AlreadyExists),
            ("VpcLimitExceeded", 400, ErrorClass::Quota),
            ("InvalidParameterValue", 400, ErrorClass::Invalid),
            ("InternalError", 500, ErrorClass::Ambiguous),
            ("IncorrectInstanceState", 400, ErrorClass::Conflict),
            ("ResourceInUse", 400, ErrorClass::Dependency),
        ] {
            assert_eq!(class_of(code, "", status), class, "{code}");
        }
        assert_eq!(class_of("UnknownOperationException", "", 400), ErrorClass::Unsupported);
        let message = "The associate_nat_gateway_address action has not been implemented";
        assert_eq!(class_of("InternalFailure", message, 501), ErrorClass::Unsupported);
    }
}
