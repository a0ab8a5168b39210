//! The folder that holds an installation: who may read it, and that one server works on it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

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

/// The right to be the one server of a SQLite database; given back when dropped.
#[derive(Debug)]
pub struct ServerLock {
    _file: File,
}

/// Makes the data folder (for its owner alone) and the database file (likewise) where they are
/// missing. What exists is left as it is; `rollcall doctor` judges it.
///
/// # Errors
/// [`DataFolderError`] when the system refuses.
pub fn prepare(config: &Config) -> Result<(), DataFolderError> {
    make_folder(&config.data).map_err(|reason| DataFolderError::Folder {
        path: config.data.clone(),
        reason,
    })?;
    match &config.database {
        DatabaseLocation::PostgreSql { .. } => Ok(()),
        DatabaseLocation::Sqlite { path } => open_private(path).map(drop),
    }
}

/// Takes the lock of the SQLite database; on PostgreSQL there is none, since several servers may
/// share it. Commands beside the server do not take it.
///
/// # Errors
/// [`DataFolderError::Locked`] when another server holds it.
pub fn lock(config: &Config) -> Result<Option<ServerLock>, DataFolderError> {
    let DatabaseLocation::Sqlite { path: database } = &config.database else {
        return Ok(None);
    };
    // Beside the database, so that two data folders which share one cannot both serve it:
    // `rollcall.lock` for `rollcall.db`.
    let path = database.with_extension("lock");
    let mut file = open_private(&path)?;
    let failed = |reason| DataFolderError::File {
        path: path.clone(),
        reason,
    };
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::Error(reason)) => return Err(failed(reason)),
        Err(TryLockError::WouldBlock) => {
            return Err(DataFolderError::Locked {
                database: database.clone(),
                holder: holder(&mut file),
            });
        }
    }
    file.set_len(0).map_err(failed)?;
    writeln!(file, "{}", std::process::id()).map_err(failed)?;
    Ok(Some(ServerLock { _file: file }))
}

fn holder(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.read_to_string(&mut text);
    match (read, text.trim().parse::<u32>()) {
        (Ok(_), Ok(process)) => format!(" (process {process})"),
        _ => String::new(),
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

    fn config(data: &Path, database_url: Option<&str>) -> Config {
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
        assert_eq!(fs::read_to_string(database).unwrap(), "records");
    }

    #[test]
    fn one_server_at_a_time_and_the_next_one_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let config = config(folder.path(), None);
        let first = lock(&config).unwrap();
        assert!(first.is_some());
        assert!(folder.path().join("rollcall.lock").exists());

        let text = lock(&config).unwrap_err().to_string();
        let process = std::process::id();
        assert!(text.starts_with(&format!(
            "Another Rollcall server (process {process}) already"
        )));
        assert!(text.contains("--data"));

        drop(first);
        assert!(lock(&config).unwrap().is_some());
    }

    #[test]
    fn servers_on_postgresql_share_it() {
        let folder = tempfile::tempdir().unwrap();
        let config = config(folder.path(), Some("postgres://localhost/rollcall"));
        assert!(lock(&config).unwrap().is_none());
        prepare(&config).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
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
