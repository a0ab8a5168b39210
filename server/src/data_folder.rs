//! The folder that holds an installation: who may read it, that one server works on it, and where
//! that server listens.

mod server_lock;

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

pub use server_lock::{RunningServer, ServerLock, lock, running_server};

use crate::config::{Config, DatabaseLocation};

/// Why the data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataFolderError {
    /// The folder cannot be made.
    #[error(
        "The data folder {} cannot be made: {reason}. Choose another with --data, or make it and give it to this user.",
        path.display()
    )]
    Folder {
        /// The folder.
        path: PathBuf,
        /// The system's explanation.
        reason: io::Error,
    },
    /// A file in it cannot be opened for writing.
    #[error(
        "The file {} cannot be opened for writing: {reason}. Check that its folder exists and belongs to this user.",
        path.display()
    )]
    File {
        /// The file.
        path: PathBuf,
        /// The system's explanation.
        reason: io::Error,
    },
    /// A command beside the server was pointed at a place without a database.
    #[error(
        "There is no database at {}. Correct --data or --database-url; or, if this is to be a new installation, make it with `rollcall serve --data {}`.",
        database.display(),
        data.display()
    )]
    NoDatabase {
        /// The file that is missing.
        database: PathBuf,
        /// The data folder.
        data: PathBuf,
    },
    /// Another server works on the same SQLite database.
    #[error(
        "Another Rollcall server{holder} already works on {}. Stop it, or give this one a data folder of its own with --data.",
        database.display()
    )]
    Locked {
        /// The database file.
        database: PathBuf,
        /// The process that holds the lock, as " (process 123)", or nothing.
        holder: String,
    },
}

/// Makes the data folder, for its owner alone, where it is missing. What exists is left as it is;
/// `rollcall doctor` judges it.
///
/// # Errors
/// [`DataFolderError`] when the system refuses.
pub fn prepare(config: &Config) -> Result<(), DataFolderError> {
    make_folder(&config.data).map_err(|reason| DataFolderError::Folder {
        path: config.data.clone(),
        reason,
    })
}

/// Makes the file of a SQLite database, for its owner alone, where it is missing: the driver would
/// make it for everybody. A server does this last, so that a start which fails leaves none behind.
///
/// # Errors
/// [`DataFolderError`] when the system refuses.
pub fn prepare_database(config: &Config) -> Result<(), DataFolderError> {
    match &config.database {
        DatabaseLocation::PostgreSql { .. } => Ok(()),
        DatabaseLocation::Sqlite { path } => open_private(path).map(drop),
    }
}

/// Whether there may be an installation: the file of a SQLite database is there and not empty.
/// Whether a PostgreSQL database is there, connecting tells.
#[must_use]
pub fn has_database(config: &Config) -> bool {
    let Some(path) = config.database.sqlite_path() else {
        return true;
    };
    // A file that cannot be examined is there; opening it says what is wrong.
    match fs::metadata(path) {
        Ok(file) => file.len() > 0,
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    }
}

/// Sees that there is an installation: a command beside the server must not answer a wrong `--data`
/// with a new and empty database.
///
/// # Errors
/// [`DataFolderError::NoDatabase`] when the file of the SQLite database is missing or empty.
pub fn require(config: &Config) -> Result<(), DataFolderError> {
    match config.database.sqlite_path() {
        Some(path) if !has_database(config) => Err(DataFolderError::NoDatabase {
            database: path.to_path_buf(),
            data: config.data.clone(),
        }),
        _ => Ok(()),
    }
}

fn make_folder(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn open_private(path: &Path) -> Result<File, DataFolderError> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|reason| DataFolderError::File {
        path: path.to_path_buf(),
        reason,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::config::{Flags, StoreFlags};

    pub(super) fn config(data: &Path, database_url: Option<&str>) -> Config {
        let flags = Flags::of_store(StoreFlags {
            data: Some(data.to_str().unwrap().to_owned()),
            database_url: database_url.map(str::to_owned),
            ..StoreFlags::default()
        });
        Config::load(&flags, &HashMap::<String, String>::new()).unwrap()
    }

    #[cfg(unix)]
    #[test]
    fn folder_and_database_belong_to_their_owner_alone() {
        use std::os::unix::fs::PermissionsExt;

        let parent = tempfile::tempdir().unwrap();
        let config = config(&parent.path().join("new/data"), None);
        prepare(&config).unwrap();
        prepare_database(&config).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&config.data), 0o700);
        assert_eq!(mode(config.database.sqlite_path().unwrap()), 0o600);
    }

    #[test]
    fn preparing_again_leaves_the_database_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let config = config(folder.path(), None);
        let database = config.database.sqlite_path().unwrap();
        fs::write(database, "records").unwrap();
        prepare(&config).unwrap();
        prepare_database(&config).unwrap();
        assert_eq!(fs::read_to_string(database).unwrap(), "records");
    }

    #[test]
    fn a_folder_without_a_database_is_told_apart_and_left_as_it_is() {
        let parent = tempfile::tempdir().unwrap();
        let there = config(parent.path(), None);
        prepare_database(&there).unwrap();
        assert!(
            require(&there).is_err(),
            "a start that failed left it empty"
        );
        fs::write(there.database.sqlite_path().unwrap(), "records").unwrap();
        assert!(require(&there).is_ok());

        let mistyped = parent.path().join("dta");
        let text = require(&config(&mistyped, None)).unwrap_err().to_string();
        let file = mistyped.join("rollcall.db");
        assert!(
            text.starts_with(&format!("There is no database at {}.", file.display())),
            "{text}"
        );
        assert!(text.contains("--data") && !mistyped.exists(), "{text}");

        let elsewhere = config(&mistyped, Some("postgres://localhost/rollcall"));
        assert!(require(&elsewhere).is_ok());
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_explained() {
        let parent = tempfile::tempdir().unwrap();
        let file = parent.path().join("file");
        fs::write(&file, "").unwrap();
        let text = prepare(&config(&file.join("data"), None))
            .unwrap_err()
            .to_string();
        assert!(
            text.starts_with("The data folder ") && text.contains("--data"),
            "{text}"
        );
    }
}
