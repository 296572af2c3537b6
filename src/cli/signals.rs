//! Ctrl-C and termination: the first asks a run to end, the second interrupt stops it.

use std::future::Future;

use super::error::{CommandError, Kind};
use crate::engine::{Cancel, Urgency};

/// Passes signals on to a run, as long as the runtime lives.
pub fn watch(cancel: &Cancel) {
    let interrupts = cancel.clone();
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            interrupts.interrupt();
        }
    });
    #[cfg(unix)]
    if let Ok(mut stream) =
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
    {
        let terminates = cancel.clone();
        tokio::spawn(async move {
            while stream.recv().await.is_some() {
                terminates.terminate();
            }
        });
    }
}

/// Does work that changes nothing, and leaves it where it is once the run is asked to end.
///
/// # Errors
/// Where the run is asked to end.
pub async fn unless_asked<T>(
    cancel: &Cancel,
    work: impl Future<Output = T>,
) -> Result<T, CommandError> {
    tokio::select! {
        biased;
        () = cancel.reached(Urgency::Drain) => {
            let detail = "The run was asked to end before it changed anything";
            Err(CommandError::say(Kind::Interrupted, "Interrupted", detail))
        }
        done = work => Ok(done),
    }
}
