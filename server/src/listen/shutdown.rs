//! When the process is asked to end.

use std::io;

/// Waits until the process is asked to end: SIGTERM or Ctrl-C (SIGINT).
///
/// # Errors
/// When the system does not let the process listen for signals.
pub async fn requested() -> io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};

        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            _ = terminate.recv() => Ok(()),
            result = tokio::signal::ctrl_c() => result,
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}
