//! The server binary: building it, and running one for a measurement.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::failure::{Failure, Outcome};
use crate::process;
use crate::workspace;

/// How long a new server may take until it accepts connections.
const START_PATIENCE: Duration = Duration::from_secs(30);
/// How long it may take to finish requests in flight.
const STOP_PATIENCE: Duration = Duration::from_secs(20);

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

/// A running server on a loopback port of its own, stopped when dropped.
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    /// Starts `binary` on `data` and waits until it accepts connections.
    ///
    /// # Errors
    /// When it ends or does not listen within half a minute.
    pub(crate) fn start(binary: &Path, data: &Path) -> Outcome<Self> {
        let address = free_address()?;
        let metrics = free_address()?;
        let child = Command::new(binary)
            .arg("serve")
            .args(["--listen", &address.to_string()])
            .args(["--metrics-listen", &metrics.to_string()])
            .args(["--scim-rate-per-second", NO_RATE_LIMIT])
            .arg("--data")
            .arg(data)
            .stdout(Stdio::null())
            .spawn()
            .map_err(Failure::file("start", binary))?;
        let mut server = Self { child, address };
        server.wait_until_listening()?;
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

    fn wait_until_listening(&mut self) -> Outcome {
        let deadline = Instant::now() + START_PATIENCE;
        while Instant::now() < deadline {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(Failure::new(format!(
                    "the server ended at its start ({status})"
                )));
            }
            if TcpStream::connect(self.address).is_ok() {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(20));
        }
        Err(Failure::new(format!(
            "the server did not listen on {} in time",
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
        let Err(failure) = Server::start(Path::new("/bin/false"), data.path()) else {
            panic!("/bin/false is no server");
        };
        assert!(
            failure.to_string().contains("ended at its start"),
            "{failure}"
        );
    }
}
