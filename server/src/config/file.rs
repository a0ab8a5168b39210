//! Finds and reads the configuration file.

use std::collections::HashMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use config::ConfigError as LayerError;

use super::error::{ConfigError, Place};
use super::flags::StoreFlags;

/// The data folder unless another is set.
pub(super) const DEFAULT_DATA: &str = "./data";
/// The variable `ROLLCALL_CONFIG` names the file, so it is no setting of the file.
pub(super) const FILE_KEY: &str = "config";
/// The name of the configuration file inside the data folder.
const FILE_NAME: &str = "rollcall.toml";

/// A configuration file that was read.
pub(super) struct ConfigFile {
    pub(super) path: PathBuf,
    pub(super) text: String,
}

impl ConfigFile {
    /// The file that flag or variable name, which then has to be there; otherwise the one in the
    /// data folder, if there is one.
    pub(super) fn find(
        flags: &StoreFlags,
        variables: &HashMap<String, String>,
    ) -> Result<Option<Self>, ConfigError> {
        let named = flags.config.as_ref().or_else(|| variables.get(FILE_KEY));
        if let Some(path) = named {
            let path = PathBuf::from(path);
            return match fs::read_to_string(&path) {
                Ok(text) => Ok(Some(Self { path, text })),
                Err(error) => Err(unreadable(path, &error)),
            };
        }
        let data = flags.data.as_ref().or_else(|| variables.get("data"));
        let path = Path::new(data.map_or(DEFAULT_DATA, String::as_str)).join(FILE_NAME);
        let file = match fs::read_to_string(&path) {
            Ok(text) => Self { path, text },
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(unreadable(path, &error)),
        };
        match file.line_of("data") {
            None => Ok(Some(file)),
            line => Err(moves_its_folder(file.path, line)),
        }
    }

    /// The line, from 1, on which `key` is set or its table begins.
    pub(super) fn line_of(&self, key: &str) -> Option<usize> {
        let position = self.text.lines().position(|line| {
            let line = line.trim_start().trim_start_matches(['[', '"', '\'']);
            line.strip_prefix(key)
                .map(|rest| rest.trim_start_matches(['"', '\'']).trim_start())
                .is_some_and(|rest| rest.starts_with(['=', '.', ']']))
        })?;
        Some(position + 1)
    }
}

/// Only the file is parsed, so a failure of the layering is a failure of its syntax.
pub(super) fn syntax_error(file: Option<&ConfigFile>, error: &LayerError) -> ConfigError {
    let cause = match error {
        LayerError::FileParse { cause, .. } => cause.to_string(),
        other => other.to_string(),
    };
    // The parser draws the place over several lines; position and reason are the first and last.
    let lines: Vec<&str> = cause.lines().map(str::trim).collect();
    let reason = match lines.as_slice() {
        [position, .., reason] => format!("{position}: {reason}"),
        _ => cause.clone(),
    };
    ConfigError::Syntax {
        path: file.map(|file| file.path.clone()).unwrap_or_default(),
        reason,
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

fn unreadable(path: PathBuf, error: &io::Error) -> ConfigError {
    ConfigError::Unreadable {
        path,
        reason: error.to_string(),
    }
}

/// The data folder cannot be set by a file that is found through it.
fn moves_its_folder(path: PathBuf, line: Option<usize>) -> ConfigError {
    ConfigError::Setting {
        key: "data",
        place: Place::File { path, line },
        problem: "stands in the file that is looked for in the data folder itself".to_owned(),
        mend: "Set it with --data or ROLLCALL_DATA, or name the file with --config".to_owned(),
    }
}
