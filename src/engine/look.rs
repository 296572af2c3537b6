//! Reads that belong to no step: tried again as the retry policy says.

use tokio::time::Instant;

use super::retry::{self, Call, Verdict};
use crate::diag::Diagnostic;
use crate::provider::{Error, ErrorClass, Future};

/// Makes a read as often as the retry policy allows; none where there is nothing.
pub(super) async fn read<'a, T>(make: impl Fn() -> Future<'a, T>) -> Result<Option<T>, Error> {
    let first = Instant::now();
    for attempt in 1.. {
        let error = match make().await {
            Ok(value) => return Ok(Some(value)),
            Err(error) => error,
        };
        match retry::verdict(error.class, Call::Read, attempt, first.elapsed()) {
            Verdict::Again(delay) => tokio::time::sleep(delay).await,
            Verdict::Settled => return Ok(None),
            Verdict::Look | Verdict::Fail => return Err(error),
        }
    }
    unreachable!("the policy ends every series of attempts")
}

/// A failed read as it is shown; `what` was to be read.
pub(super) fn diagnose(error: &Error, what: &str) -> Diagnostic {
    let (code, summary, help) = match error.class {
        ErrorClass::Denied => {
            let help = format!("Allow {} to the identity that runs this.", error.operation);
            (802, "Access denied", help)
        }
        ErrorClass::Credentials => {
            let help = "Sign in again, or name other credentials (AWS_PROFILE).".to_owned();
            (803, "The credentials do not work", help)
        }
        ErrorClass::Unreachable | ErrorClass::Ambiguous => {
            (810, "The cloud does not answer", "Check the endpoint and the network.".to_owned())
        }
        ErrorClass::Throttled => (818, "Refused for too many calls", "Try again later.".to_owned()),
        ErrorClass::Unsupported => {
            let help = "Another cloud (-cloud) may implement it.".to_owned();
            (816, "Not implemented by this cloud", help)
        }
        _ => (820, "A read failed", String::new()),
    };
    let code_of_cloud = error.code.as_ref().map(|code| format!(" ({code})")).unwrap_or_default();
    let detail = format!("Reading {what}: {error}{code_of_cloud}");
    let diagnostic = Diagnostic::error(code, error.title.unwrap_or(summary), detail);
    if help.is_empty() { diagnostic } else { diagnostic.help(help) }
}
