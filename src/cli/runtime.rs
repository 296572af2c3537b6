//! The runtime of commands that wait for something; others never start one.

use std::future::Future;

use super::error::{CommandError, Kind};

/// Runs a future to its end. What still runs then, such as the reading of an answer that nobody gives, is left behind.
///
/// # Errors
/// The future's own, or that no runtime could be started.
pub fn block_on<T>(
    future: impl Future<Output = Result<T, CommandError>>,
) -> Result<T, CommandError> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
            CommandError::new(Kind::Internal, "The runtime cannot be started", error)
        })?;
    let done = runtime.block_on(future);
    runtime.shutdown_background();
    done
}
