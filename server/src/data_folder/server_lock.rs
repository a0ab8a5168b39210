//! One server works on a SQLite database, and the commands beside it learn where it listens.
//!
//! The lock file holds the process, its address, its public URL and its database, a line each. They
//! count while somebody holds the lock: the system releases it however the process ends, so what a
//! crash leaves behind is never believed.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use super::{DataFolderError, open_private};
use crate::config::{Config, DatabaseLocation, PublicUrl};

/// A command holds the lock for the instant in which it looks whether a server does.
const TRIES: u32 = 5;
const BETWEEN_TRIES: Duration = Duration::from_millis(20);

/// The right to be the one server of a SQLite database; given back when dropped.
#[derive(Debug)]
pub struct ServerLock {
    path: PathBuf,
    /// `None` for a server on PostgreSQL beside another one with the same data folder.
    file: Option<File>,
}

/// A server that runs now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunningServer {
    /// Its process.
    pub process: u32,
    /// Where it listens, with its true port.
    pub address: SocketAddr,
    /// The address that people and identity providers use.
    pub public_url: PublicUrl,
}

/// Takes the lock of the database. On PostgreSQL several servers may share a data folder; there it
/// only says where the first of them listens. Commands beside the server do not take it.
///
/// # Errors
/// [`DataFolderError::Locked`] when another server holds that of a SQLite database, and
/// [`DataFolderError::File`] when the system refuses.
pub fn lock(config: &Config) -> Result<ServerLock, DataFolderError> {
    let path = path(config);
    let mut file = open_private(&path)?;
    if take(&file).map_err(|reason| failed(&path, reason))? {
        let mut lock = ServerLock {
            path,
            file: Some(file),
        };
        // Until it listens, the process is all there is to tell.
        lock.write(&format!("{}\n", std::process::id()))?;
        return Ok(lock);
    }
    match &config.database {
        DatabaseLocation::PostgreSql { .. } => Ok(ServerLock { path, file: None }),
        DatabaseLocation::Sqlite { path: database } => Err(DataFolderError::Locked {
            database: database.clone(),
            holder: holder(&mut file),
        }),
    }
}

impl ServerLock {
    /// Tells the commands beside the server where it listens; `config` has the bound address.
    ///
    /// # Errors
    /// [`DataFolderError::File`] when the system refuses.
    pub fn announce(&mut self, config: &Config) -> Result<(), DataFolderError> {
        let process = std::process::id();
        let (address, url) = (config.listen.address, &config.public_url);
        self.write(&format!(
            "{process}\n{address}\n{url}\n{}\n",
            config.database
        ))
    }

    fn write(&mut self, text: &str) -> Result<(), DataFolderError> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        // Opened for appending, so that an emptied file begins at its beginning.
        let written = file
            .set_len(0)
            .and_then(|()| file.write_all(text.as_bytes()));
        written.map_err(|reason| failed(&self.path, reason))
    }
}

impl Drop for ServerLock {
    fn drop(&mut self) {
        // Nobody believes the lines once the lock is gone; a refusal changes nothing.
        drop(self.write(""));
    }
}

/// The server that works on this installation from this machine; `None` when none does, or it does
/// not listen yet.
#[must_use]
pub fn running_server(config: &Config) -> Option<RunningServer> {
    let mut file = File::open(path(config)).ok()?;
    if !matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)) {
        return None;
    }
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    let mut lines = text.lines();
    let server = RunningServer {
        process: lines.next()?.parse().ok()?,
        address: lines.next()?.parse().ok()?,
        public_url: PublicUrl::parse(lines.next()?).ok()?,
    };
    let database = lines.next()?;
    // A lock beside a SQLite file is of that file, by whatever path it is called; one in a data
    // folder may be of another PostgreSQL database.
    let is_other =
        config.database.sqlite_path().is_none() && database != config.database.to_string();
    (!is_other).then_some(server)
}

/// Beside a SQLite database, so that two data folders which share one cannot both serve it:
/// `rollcall.lock` for `rollcall.db`.
fn path(config: &Config) -> PathBuf {
    match &config.database {
        DatabaseLocation::Sqlite { path } => path.with_extension("lock"),
        DatabaseLocation::PostgreSql { .. } => config.data.join("postgresql.lock"),
    }
}

fn take(file: &File) -> io::Result<bool> {
    for _ in 0..TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(true),
            Err(TryLockError::Error(reason)) => return Err(reason),
            Err(TryLockError::WouldBlock) => thread::sleep(BETWEEN_TRIES),
        }
    }
    Ok(false)
}

fn holder(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.read_to_string(&mut text);
    let process = text.lines().next().map(str::parse::<u32>);
    match (read, process) {
        (Ok(_), Some(Ok(process))) => format!(" (process {process})"),
        _ => String::new(),
    }
}

fn failed(path: &std::path::Path, reason: io::Error) -> DataFolderError {
    DataFolderError::File {
        path: path.to_path_buf(),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::tests::config;
    use super::*;

    #[test]
    fn one_server_at_a_time_and_the_next_one_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let config = config(folder.path(), None);
        let first = lock(&config).unwrap();
        assert!(folder.path().join("rollcall.lock").exists());

        let text = lock(&config).unwrap_err().to_string();
        let process = std::process::id();
        assert!(text.starts_with(&format!(
            "Another Rollcall server (process {process}) already"
        )));
        assert!(text.contains("--data"));

        drop(first);
        assert!(lock(&config).is_ok());
    }

    #[test]
    fn a_running_server_is_found_by_its_bound_address_until_it_stops() {
        let folder = tempfile::tempdir().unwrap();
        let config = config(folder.path(), None);
        assert_eq!(running_server(&config), None);

        let mut server = lock(&config).unwrap();
        assert_eq!(running_server(&config), None, "it does not listen yet");
        let bound = config.clone().bound_to("127.0.0.1:41234".parse().unwrap());
        server.announce(&bound).unwrap();
        let found = running_server(&config).unwrap();
        assert_eq!(found.process, std::process::id());
        assert_eq!(found.address.port(), 41_234);
        assert_eq!(found.public_url, bound.public_url);

        let detour = folder.path().join(".");
        assert_eq!(
            running_server(&super::super::tests::config(&detour, None)),
            Some(found)
        );

        drop(server);
        assert_eq!(running_server(&config), None);
    }

    #[test]
    fn what_a_crash_left_behind_is_not_believed() {
        let folder = tempfile::tempdir().unwrap();
        let config = config(folder.path(), None);
        let mut server = lock(&config).unwrap();
        server.announce(&config).unwrap();
        let path = folder.path().join("rollcall.lock");
        let left = fs::read(&path).unwrap();
        assert!(running_server(&config).is_some());
        drop(server);

        fs::write(&path, left).unwrap();
        assert_eq!(running_server(&config), None);
    }

    #[test]
    fn servers_on_postgresql_share_a_folder_and_the_first_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let one = config(folder.path(), Some("postgres://localhost/rollcall"));
        let mut first = lock(&one).unwrap();
        first.announce(&one).unwrap();
        let mut second = lock(&one).unwrap();
        second
            .announce(&one.clone().bound_to("127.0.0.1:9".parse().unwrap()))
            .unwrap();
        assert_eq!(running_server(&one).unwrap().address, one.listen.address);

        let other = config(folder.path(), Some("postgres://localhost/other"));
        assert_eq!(running_server(&other), None);
    }
}
