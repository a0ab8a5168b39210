//! The server binary: building it, and running one for a measurement.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::{Failure, Outcome};
use crate::http::Connection;
use crate::process;
use crate::workspace;

/// How long a new server may take until it is ready.
const START_PATIENCE: Duration = Duration::from_secs(30);
/// Between two looks whether it is ready: short, because its start is measured.
const POLL: Duration = Duration::from_millis(2);
/// How long it may take to finish requests in flight.
const STOP_PATIENCE: Duration = Duration::from_secs(20);

/// The setting `database_url` of the server.
const DATABASE_VARIABLE: &str = "ROLLCALL_DATABASE_URL";

/// A measurement sends as fast as it can.
const NO_RATE_LIMIT: &str = "1000000";

/// A Cargo profile for the server.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// `target/debug/rollcall`, which reads the console from `app/dist`.
    Development,
    /// `target/release/rollcall`, which carries the console inside.
    Release,
}

/// Builds the server and returns the path of the binary.
///
/// # Errors
/// When it does not compile.
pub(crate) fn build(profile: Profile) -> Outcome<PathBuf> {
    let (folder, minutes) = match profile {
        Profile::Development => ("debug", 3),
        Profile::Release => ("release", 8),
    };
    println!(
        "Building the server ({folder}): about {minutes} minutes the first time, on two cores."
    );
    let mut cargo = process::cargo();
    // No `-p`: with the same packages selected as for the tests, dependencies are built once.
    cargo.args(["build", "--bin", "rollcall"]);
    if profile == Profile::Release {
        cargo.arg("--release");
    }
    process::run(&mut cargo)?;
    Ok(workspace::target().join(folder).join("rollcall"))
}

/// Where a server keeps what it knows.
pub(crate) struct Store {
    data: PathBuf,
    database_url: Option<String>,
    synchronous: Option<String>,
    is_quiet: bool,
}

impl Store {
    /// SQLite in the folder `data`.
    pub(crate) fn sqlite(data: &Path) -> Self {
        Self {
            data: data.to_path_buf(),
            database_url: None,
            synchronous: None,
            is_quiet: false,
        }
    }

    /// A database of PostgreSQL, and a folder for the rest.
    pub(crate) fn postgres(data: &Path, url: &str) -> Self {
        Self {
            data: data.to_path_buf(),
            database_url: Some(url.to_owned()),
            synchronous: None,
            is_quiet: false,
        }
    }

    /// The same, where SQLite waits for the disk as the setting of this name says.
    pub(crate) fn synchronous(mut self, synchronous: &str) -> Self {
        self.synchronous = Some(synchronous.to_owned());
        self
    }

    /// The same, with servers that log warnings only.
    pub(crate) fn quiet(mut self) -> Self {
        self.is_quiet = true;
        self
    }

    /// A command of the server's `binary` on this store.
    pub(crate) fn command(&self, binary: &Path, words: &[&str]) -> Command {
        let mut command = Command::new(binary);
        command.args(words).arg("--data").arg(&self.data);
        // A variable and no argument: it holds a password.
        match &self.database_url {
            Some(url) => command.env(DATABASE_VARIABLE, url),
            None => command.env_remove(DATABASE_VARIABLE),
        };
        if let Some(synchronous) = &self.synchronous {
            command.env("ROLLCALL_SQLITE_SYNCHRONOUS", synchronous);
        }
        if self.is_quiet {
            command.env("ROLLCALL_LOG_FILTER", "warn");
        }
        command
    }
}

/// A running server on a loopback port of its own, stopped when dropped.
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    /// Starts `binary` on a store and waits until it is ready.
    ///
    /// # Errors
    /// When it ends or is not ready within half a minute.
    pub(crate) fn start_on(binary: &Path, store: &Store) -> Outcome<Self> {
        let address = free_address()?;
        let metrics = free_address()?;
        let child = store
            .command(binary, &["serve"])
            .args(["--listen", &address.to_string()])
            .args(["--metrics-listen", &metrics.to_string()])
            .args(["--scim-rate-per-second", NO_RATE_LIMIT])
            .stdout(Stdio::null())
            .spawn()
            .map_err(Failure::file("start", binary))?;
        let mut server = Self { child, address };
        server.wait_until_ready()?;
        Ok(server)
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// It listens before it has a database, and answers when it has one.
    fn is_ready(&self) -> bool {
        let asked = Connection::open(self.address, "")
            .and_then(|mut connection| connection.send("GET", "/health/ready", ""));
        asked.is_ok_and(|answer| answer.status == 200)
    }

    fn wait_until_ready(&mut self) -> Outcome {
        let deadline = Instant::now() + START_PATIENCE;
        while Instant::now() < deadline {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(Failure::new(format!(
                    "the server ended at its start ({status})"
                )));
            }
            if self.is_ready() {
                return Ok(());
            }
            thread::sleep(POLL);
        }
        Err(Failure::new(format!(
            "the server was not ready on {} in time",
            self.address
        )))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        process::stop(&mut self.child, STOP_PATIENCE);
    }
}

/// A loopback address whose port is free now.
///
/// # Errors
/// When the machine has no loopback port left.
pub(crate) fn free_address() -> Outcome<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map_err(|error| Failure::new(format!("no free port on 127.0.0.1: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn a_server_that_ends_at_once_is_reported() {
        let data = Scratch::create("server-test").expect("writable");
        let Err(failure) = Server::start_on(Path::new("/bin/false"), &Store::sqlite(data.path()))
        else {
            panic!("/bin/false is no server");
        };
        assert!(
            failure.to_string().contains("ended at its start"),
            "{failure}"
        );
    }
}
