//! Where the records are kept.

use std::fmt;
use std::path::{Path, PathBuf};

use super::error::ConfigError;
use super::layers::Layers;

const FILE_NAME: &str = "rollcall.db";

/// One of the two databases.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseLocation {
    /// An embedded database in one file, which is made when it is missing.
    Sqlite {
        /// The file.
        path: PathBuf,
    },
    /// A PostgreSQL server.
    PostgreSql {
        /// The connection URL, which may hold a password.
        url: String,
    },
}

impl DatabaseLocation {
    /// The URL to connect with. It may hold a password, so it is never logged; print the location
    /// itself instead.
    #[must_use]
    pub fn url(&self) -> String {
        match self {
            Self::Sqlite { path } => format!("sqlite://{}?mode=rwc", escape_path(path)),
            Self::PostgreSql { url } => url.clone(),
        }
    }

    /// The file of the embedded database.
    #[must_use]
    pub fn sqlite_path(&self) -> Option<&Path> {
        match self {
            Self::Sqlite { path } => Some(path),
            Self::PostgreSql { .. } => None,
        }
    }

    pub(super) fn from_layers(layers: &Layers) -> Result<Self, ConfigError> {
        const MEND: &str = "Write sqlite:FILE or postgres://USER:PASSWORD@HOST/NAME";
        let Some(setting) = layers.text("database_url")? else {
            let path = layers.data().join(FILE_NAME);
            return Ok(Self::Sqlite { path });
        };
        let text = setting.text.trim();
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::PostgreSql {
                url: text.to_owned(),
            });
        }
        let Some(rest) = text.strip_prefix("sqlite:") else {
            return Err(setting.refuse("names neither SQLite nor PostgreSQL", MEND));
        };
        let path = rest.strip_prefix("//").unwrap_or(rest);
        if path.is_empty() {
            return Err(setting.refuse("names no file", MEND));
        }
        if path.starts_with(":memory:") || path.contains('?') {
            return Err(setting.refuse(
                format!("is \"{text}\", but only a plain file keeps the records"),
                MEND,
            ));
        }
        Ok(Self::Sqlite {
            path: PathBuf::from(path),
        })
    }
}

/// When SQLite waits for the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Synchronous {
    /// At each commit: whoever was answered is on the disk, even when the power fails.
    Full,
    /// Now and then: a power failure may take the last seconds; a crash of the process takes nothing.
    Normal,
}

impl Synchronous {
    pub(super) fn from_layers(layers: &Layers) -> Result<Self, ConfigError> {
        let Some(setting) = layers.text("sqlite_synchronous")? else {
            return Ok(Self::Full);
        };
        match setting.text.trim() {
            "full" => Ok(Self::Full),
            "normal" => Ok(Self::Normal),
            other => Err(setting.refuse(
                format!(
                    "is \"{other}\", but SQLite waits for the disk at each commit or now and then"
                ),
                "Write full or normal",
            )),
        }
    }
}

/// The location without what a reader of logs must not learn.
impl fmt::Display for DatabaseLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite { path } => write!(f, "SQLite at {}", path.display()),
            Self::PostgreSql { url } => {
                let rest = url.split_once("://").map_or("", |(_, rest)| rest);
                let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
                let place = place.split('?').next().unwrap_or_default();
                write!(f, "PostgreSQL at {place}")
            }
        }
    }
}

impl fmt::Debug for DatabaseLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

// The driver decodes the path, so that a `?` or `%` in the name of a folder needs escaping.
fn escape_path(path: &Path) -> String {
    path.to_string_lossy()
        .replace('%', "%25")
        .replace('?', "%3F")
        .replace('#', "%23")
}
