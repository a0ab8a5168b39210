//! A private PostgreSQL cluster that lives as long as a test run.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::guardian::Guardian;
use crate::process;
use crate::scratch;
use crate::server;
use crate::unprivileged::Unprivileged;

const USER: &str = "rollcall";
/// Another program may take the free port between our look and the server's start.
const PORT_ATTEMPTS: u32 = 3;

/// Whether a commit waits for the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Durability {
    /// It does not: the data lives for one test run.
    Off,
    /// It does, as in production: what it costs is measured.
    On,
}

/// A running cluster in a temporary folder, reachable on a loopback port; gone when dropped.
pub(crate) struct Cluster {
    folder: PathBuf,
    durability: Durability,
    programs: PathBuf,
    unprivileged: Unprivileged,
    password: String,
    address: SocketAddr,
    _guardian: Guardian,
}

impl Cluster {
    /// Creates and starts a cluster with the `initdb` and `pg_ctl` in the folder `programs`.
    ///
    /// # Errors
    /// When one of them fails, with what it and the server's log say.
    pub(crate) fn start(programs: &Path, durability: Durability) -> Outcome<Self> {
        let unprivileged = Unprivileged::find()?;
        let folder = scratch::create_folder("postgres")?;
        let guardian = Guardian::new(&folder, &unprivileged.command(&programs.join("pg_ctl")))?;
        let mut cluster = Self {
            folder,
            durability,
            programs: programs.to_path_buf(),
            unprivileged,
            password: password()?,
            address: server::free_address()?,
            _guardian: guardian,
        };
        cluster.initialise()?;
        cluster.launch()?;
        Ok(cluster)
    }

    /// Its first process, the parent of all others.
    ///
    /// # Errors
    /// When the cluster has ended.
    pub(crate) fn postmaster(&self) -> Outcome<u32> {
        let file = self.folder.join("data").join("postmaster.pid");
        let text = fs::read_to_string(&file).map_err(Failure::file("read", &file))?;
        let process = text
            .lines()
            .next()
            .and_then(|line| line.trim().parse().ok());
        process.ok_or_else(|| Failure::new(format!("{} names no process", file.display())))
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// `postgres://user:password@host:port/database` of its superuser.
    pub(crate) fn url(&self) -> String {
        format!(
            "postgres://{USER}:{}@{}/postgres",
            self.password, self.address
        )
    }

    fn initialise(&self) -> Outcome {
        let password_file = self.folder.join("password");
        File::options()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&password_file)
            .and_then(|mut file| file.write_all(self.password.as_bytes()))
            .map_err(Failure::file("write", &password_file))?;
        self.unprivileged.give(&self.folder)?;
        // A dictionary order, as most installations have it, shows which queries lean on the byte
        // order of SQLite. Releases before 15, and builds without ICU, know byte order only.
        let dictionary = ["--locale-provider=icu", "--icu-locale=en-US"];
        process::output(self.initdb().args(dictionary))
            .or_else(|_no_icu| process::output(&mut self.initdb()))
            .map(|_report| ())
    }

    fn initdb(&self) -> Command {
        let mut command = self.unprivileged.command(&self.programs.join("initdb"));
        command
            .current_dir(&self.folder)
            .arg("--pgdata")
            .arg(self.folder.join("data"))
            .arg("--pwfile")
            .arg(self.folder.join("password"))
            .args([
                "--username",
                USER,
                "--encoding",
                "UTF8",
                "--locale",
                "C",
                "--no-sync",
            ])
            // The socket lies in a folder that nobody else may enter; the port is open to all users
            // of the machine, so it asks for the password.
            .args(["--auth-local", "trust", "--auth-host", "scram-sha-256"]);
        command
    }

    fn launch(&mut self) -> Outcome {
        let mut result = self.launch_once();
        for _again in 1..PORT_ATTEMPTS {
            if result.is_ok() {
                break;
            }
            self.address = server::free_address()?;
            result = self.launch_once();
        }
        result.map_err(|failure| {
            let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            Failure::new(format!("{failure}\nPostgreSQL's log says:\n{log}"))
        })
    }

    fn launch_once(&self) -> Outcome {
        let file = self.folder.join("data").join("postgresql.auto.conf");
        fs::write(&file, settings(self.address, &self.folder, self.durability))
            .map_err(Failure::file("write", &file))?;
        process::output(
            self.unprivileged
                .command(&self.programs.join("pg_ctl"))
                .current_dir(&self.folder)
                .args(["start", "--wait", "--timeout", "60", "--silent", "--pgdata"])
                .arg(self.folder.join("data"))
                .arg("--log")
                .arg(self.folder.join("log")),
        )
        .map(|_report| ())
    }
}

fn settings(address: SocketAddr, folder: &Path, durability: Durability) -> String {
    let durability = match durability {
        Durability::Off => "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n",
        Durability::On => "fsync = on\nsynchronous_commit = on\n",
    };
    format!(
        "listen_addresses = '{}'\nport = {}\nunix_socket_directories = '{}'\n\
         max_connections = 200\n{durability}",
        address.ip(),
        address.port(),
        folder.display()
    )
}

/// 128 random bits as hexadecimal digits.
fn password() -> Outcome<String> {
    let source = Path::new("/dev/urandom");
    let mut bytes = [0_u8; 16];
    File::open(source)
        .and_then(|mut file| file.read_exact(&mut bytes))
        .map_err(Failure::file("read", source))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_long_and_differ() {
        let first = password().expect("random bytes");
        assert_eq!(first.len(), 32);
        assert_ne!(first, password().expect("random bytes"));
    }

    #[test]
    fn only_this_machine_can_connect() {
        let address = "127.0.0.1:5555".parse().expect("an address");
        let settings = settings(address, Path::new("/tmp/x"), Durability::On);
        assert!(settings.contains("listen_addresses = '127.0.0.1'\nport = 5555\n"));
        assert!(settings.contains("unix_socket_directories = '/tmp/x'\n"));
        assert!(settings.contains("\nfsync = on\n"));
    }
}
