//! Starts the logs of the process. They go to standard error; standard output belongs to results.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

use crate::config::{LogConfig, LogFormat};

/// The logs could not be started.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter is not one.
    #[error("The log filter is not valid: {0}. Write a level like info, or target=level.")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// Logs were started before in this process.
    #[error("The logs of this process are started already ({0}).")]
    Started(#[from] Box<dyn std::error::Error + Send + Sync>),
}

/// Starts the logs for the whole process, as `config` says.
///
/// # Errors
/// [`TelemetryError`] when the filter is wrong or logs were started before.
pub fn start(config: &LogConfig) -> Result<(), TelemetryError> {
    let lines = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_new(&config.filter)?)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr);
    match config.format {
        LogFormat::Text => lines.try_init()?,
        LogFormat::Json => lines.json().flatten_event(true).try_init()?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_filter_is_refused_and_a_second_start_too() {
        let config = |filter: &str| LogConfig {
            format: LogFormat::Json,
            filter: filter.to_owned(),
        };
        let refused = start(&config("rollcall_server=loud")).unwrap_err();
        assert!(
            refused
                .to_string()
                .starts_with("The log filter is not valid")
        );
        // A parallel test may have started them first; the second call fails in any case.
        let _ = start(&config("error"));
        let again = start(&config("error")).unwrap_err();
        assert!(matches!(again, TelemetryError::Started(_)));
    }
}
