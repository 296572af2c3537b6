//! Errors of the SDK, classed once for every service.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
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
            let code = service.code().unwrap_or_default();
            let message = service.message().map_or_else(|| chain(service), str::to_owned);
            let class = class_of(code, &message, status);
            Error {
                class,
                operation: operation.to_owned(),
                code: (!code.is_empty()).then(|| code.to_owned()),
                message,
                request_id: service.request_id().map(str::to_owned),
                title: None,
            }
        }
        SdkError::ConstructionFailure(_) => {
            Error::new(ErrorClass::Invalid, operation, chain(error))
        }
        SdkError::DispatchFailure(failure) if failure.is_user() => {
            Error::new(ErrorClass::Credentials, operation, chain(error))
        }
        SdkError::DispatchFailure(failure) if failure.is_other() => {
            Error::new(ErrorClass::Credentials, operation, chain(error))
        }
        SdkError::DispatchFailure(failure) if failure.is_io() && !is_refused(&chain(error)) => {
            Error::new(ErrorClass::Ambiguous, operation, chain(error))
        }
        SdkError::DispatchFailure(_) => {
            Error::new(ErrorClass::Unreachable, operation, chain(error))
        }
        SdkError::ResponseError(context) => {
            let status = context.raw().status();
            let class = if status.is_server_error() {
                ErrorClass::Ambiguous
            } else {
                ErrorClass::Unreachable
            };
            let message =
                format!("the endpoint's answer ({status}) is not AWS's protocol: {}", chain(error));
            Error::new(class, operation, message)
        }
        _ => Error::new(ErrorClass::Ambiguous, operation, chain(error)),
    }
}

/// An error with everything that caused it, outermost first.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let next = error.to_string();
        if !text.ends_with(&next) {
            text.push_str(": ");
            text.push_str(&next);
        }
        source = error.source();
    }
    text
}

/// A refused connection was certainly not acted on.
fn is_refused(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ["refused", "dns", "resolve", "unreachable"].iter().any(|word| text.contains(word))
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
        let message = "The associate_nat_gateway_address action has not been implemented";
        assert_eq!(class_of("InternalFailure", message, 501), ErrorClass::Unsupported);
    }
}
