//! Reads that belong to no step: tried again as the retry policy says, and not tried at all where it is known already
//! that nothing comes of them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use ecow::EcoString;
use tokio::time::Instant;

use super::retry::{self, Call, Verdict};
use crate::diag::{Diagnostic, Diagnostics};
use crate::plan::Live;
use crate::provider::{ClaimRequest, Error, ErrorClass, Future, ReadRequest, Writer};

/// What a run has found out about provider configurations behind which nobody answers, or whose credentials do not work.
/// Whoever asks them later is told at once what the first was told after waiting. Clones share what they know.
#[derive(Clone, Default)]
pub struct Eyes(Arc<Mutex<BTreeMap<EcoString, Error>>>);

impl Eyes {
    /// Makes a read as often as the retry policy allows; none where there is nothing.
    pub(super) async fn read<'a, T>(
        &self,
        provider: &str,
        make: impl Fn() -> Future<'a, T>,
    ) -> Result<Option<T>, Error> {
        let first = Instant::now();
        for attempt in 1.. {
            if let Some(error) = self.failure_of(provider) {
                return Err(error);
            }
            let error = match make().await {
                Ok(value) => return Ok(Some(value)),
                Err(error) => error,
            };
            match retry::verdict(error.class, Call::Look, attempt, first.elapsed()) {
                Verdict::Again(delay) => tokio::time::sleep(delay).await,
                Verdict::Settled => return Ok(None),
                Verdict::Look | Verdict::Fail => return Err(self.note(provider, error)),
            }
        }
        unreachable!("the policy ends every series of attempts")
    }

    fn failure_of(&self, provider: &str) -> Option<Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(provider).cloned()
    }

    fn note(&self, provider: &str, error: Error) -> Error {
        if error.is_shared() {
            let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            known.entry(provider.into()).or_insert_with(|| error.clone());
        }
        error
    }
}

/// One object as it is now, for a command that was given its id; none where there is none.
///
/// # Errors
/// What kept it from being read, as it is shown.
pub async fn look_at(
    cloud: &dyn Writer,
    request: &ReadRequest,
) -> Result<Option<Live>, Box<Diagnostic>> {
    let read = || cloud.read(request);
    let answer = Eyes::default().read(&request.scope.provider, read).await;
    let what = format!("{} {}", request.type_name, request.id);
    answer.map(Option::flatten).map_err(|error| Box::new(diagnose(&error, &what)))
}

/// Writes or removes ownership tags, for a command that does nothing else.
///
/// # Errors
/// What kept them from being written, as it is shown.
pub async fn claim(cloud: &dyn Writer, request: &ClaimRequest) -> Result<(), Box<Diagnostic>> {
    let write = || cloud.claim(request);
    let answer = Eyes::default().read(&request.scope.provider, write).await;
    let what = format!("the tags of {} {}", request.type_name, request.id);
    answer.map(drop).map_err(|error| Box::new(diagnose(&error, &what)))
}

/// What an error is called, and what to do about it, where that does not depend on what was to be done.
pub(super) fn told(error: &Error) -> Option<(u16, &'static str, String)> {
    Some(match error.class {
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
        _ => return None,
    })
}

/// A failed read as it is shown; `what` was to be read.
pub(super) fn diagnose(error: &Error, what: &str) -> Diagnostic {
    if let Some(diagnostic) = error.diagnostic() {
        return diagnostic.clone();
    }
    let (code, summary, help) = told(error).unwrap_or_else(|| match error.class {
        ErrorClass::Throttled => (818, "Refused for too many calls", "Try again later.".to_owned()),
        ErrorClass::Unsupported => {
            let help = "Another cloud (-cloud) may implement it.".to_owned();
            (816, "Not implemented by this cloud", help)
        }
        _ => (820, "A read failed", String::new()),
    });
    let detail = format!("Reading {what}: {}", error.detail());
    let diagnostic = Diagnostic::error(code, error.title().unwrap_or(summary), detail);
    let help = error.help().map_or(help, str::to_owned);
    if help.is_empty() { diagnostic } else { diagnostic.help(help) }
}

/// Adds a problem unless one like it is there: a hundred reads that fail for one reason are one problem.
pub(super) fn add_once(problems: &mut Diagnostics, problem: Diagnostic) {
    let is_shared = matches!(problem.code.0, 803 | 810 | 818);
    let is_like = |known: &Diagnostic| {
        let same_reason = known.code == problem.code && known.summary == problem.summary;
        *known == problem || (is_shared && same_reason)
    };
    let is_ours = (800..1000).contains(&problem.code.0);
    if !is_ours || !problems.iter().any(is_like) {
        problems.push(problem);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn whoever_does_not_answer_is_not_asked_again() {
        let (eyes, asked) = (Eyes::default(), AtomicUsize::new(0));
        let silence = || -> Future<'_, ()> {
            asked.fetch_add(1, Ordering::Relaxed);
            Box::pin(async { Err(Error::new(ErrorClass::Unreachable, "ec2:X", "nobody answers")) })
        };
        assert!(eyes.read("aws", silence).await.is_err());
        let before = asked.load(Ordering::Relaxed);
        let error = eyes.clone().read("aws", silence).await.expect_err("it is known");
        assert_eq!(
            (error.message.as_str(), asked.load(Ordering::Relaxed)),
            ("nobody answers", before)
        );
        assert!(eyes.read("aws.west", silence).await.is_err());
        assert!(asked.load(Ordering::Relaxed) > before, "another provider is another place");
    }

    #[tokio::test(start_paused = true)]
    async fn one_refusal_does_not_speak_for_the_others() {
        let eyes = Eyes::default();
        let refused = || -> Future<'_, ()> {
            Box::pin(async { Err(Error::new(ErrorClass::Denied, "ec2:X", "no")) })
        };
        assert!(eyes.read("aws", refused).await.is_err());
        let fine = || -> Future<'_, u8> { Box::pin(async { Ok(1) }) };
        assert_eq!(eyes.read("aws", fine).await.ok().flatten(), Some(1));
    }
}
