//! Refusals of a configuration, each one a sentence: what is wrong, where, and how to mend it.

use std::fmt;
use std::path::PathBuf;

/// Where a setting was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Nowhere: the built-in value.
    Default,
    /// The configuration file, with the line if it could be found.
    File {
        /// The file as it was named.
        path: PathBuf,
        /// The line, from 1.
        line: Option<usize>,
    },
    /// An environment variable.
    Variable(String),
    /// A flag on the command line, with its dashes.
    Flag(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("the built-in default"),
            Self::File { path, line: None } => write!(f, "{}", path.display()),
            Self::File {
                path,
                line: Some(line),
            } => write!(f, "{}, line {line}", path.display()),
            Self::Variable(name) => write!(f, "the variable {name}"),
            Self::Flag(name) => write!(f, "the flag {name}"),
        }
    }
}

/// Why a configuration is refused. The text is written for the operator and never repeats the
/// password of a database.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A value that cannot be used.
    #[error("`{key}` ({place}) {problem}. {mend}.")]
    Setting {
        /// The name of the setting as the file spells it.
        key: &'static str,
        /// Where the value was written.
        place: Place,
        /// What is wrong with it.
        problem: String,
        /// What to write instead.
        mend: String,
    },
    /// The file has a key that no setting has.
    #[error("{place} has the unknown key `{key}`. Remove it, or correct it to one of: {known}.")]
    UnknownKey {
        /// The key as written.
        key: String,
        /// Where it was written.
        place: Place,
        /// All keys there are.
        known: String,
    },
    /// The file is not TOML.
    #[error("The configuration file {} is not valid TOML: {reason}. Correct that place.", path.display())]
    Syntax {
        /// The file as it was named.
        path: PathBuf,
        /// The parser's explanation, with line and column.
        reason: String,
    },
    /// The file cannot be read.
    #[error(
        "The configuration file {} cannot be read: {reason}. Check its name (--config or ROLLCALL_CONFIG) and its permissions.",
        path.display()
    )]
    Unreadable {
        /// The file as it was named.
        path: PathBuf,
        /// The system's explanation.
        reason: String,
    },
}
