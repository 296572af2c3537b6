//! Ctrl-C and termination: the first asks a run to end, the second interrupt stops it.

use crate::engine::Cancel;

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
