//! What is logged, and how it is written.

use tracing_subscriber::EnvFilter;

use super::error::ConfigError;
use super::layers::Layers;

const DEFAULT_FILTER: &str = "info,sea_orm_migration=warn";

/// What is logged, and how it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogConfig {
    /// How a line is written.
    pub format: LogFormat,
    /// Directives of `tracing_subscriber::EnvFilter`; checked.
    pub filter: String,
}

/// How a log line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

impl LogConfig {
    pub(super) fn from_layers(layers: &Layers) -> Result<Self, ConfigError> {
        let format = match layers.text("log_format")? {
            None => LogFormat::Text,
            Some(setting) => match setting.text.trim() {
                "text" => LogFormat::Text,
                "json" => LogFormat::Json,
                other => {
                    return Err(setting.refuse(
                        format!("is \"{other}\", which is no log format"),
                        "Write text or json",
                    ));
                }
            },
        };
        let filter = match layers.text("log_filter")? {
            None => DEFAULT_FILTER.to_owned(),
            Some(setting) => {
                if let Err(error) = EnvFilter::try_new(&setting.text) {
                    return Err(setting.refuse(
                        format!("is \"{}\", which is no filter ({error})", setting.text),
                        "Write a level (error, warn, info, debug, trace) or directives like rollcall_server=debug,info",
                    ));
                }
                setting.text
            }
        };
        Ok(Self { format, filter })
    }
}
