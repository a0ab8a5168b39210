//! The process between the test and the browser.

use std::{
    ffi::OsString,
    io::{self, BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, TcpStream},
    process::{Child, Command, Stdio},
    time::Duration,
};

/// The browser to test with.
const CHROMIUM: &str = "ROLLCALL_TEST_CHROMIUM";
/// Its driver, of the same version.
const CHROMEDRIVER: &str = "ROLLCALL_TEST_CHROMEDRIVER";
/// The file `axe.min.js` of axe-core.
const AXE: &str = "ROLLCALL_TEST_AXE";

/// How long the browsers of a driver get to end.
const FAREWELL: Duration = Duration::from_secs(5);

/// A chromedriver on a free port; dropping it ends it together with its browsers.
pub(crate) struct Driver {
    process: Child,
    port: u16,
}

impl Driver {
    /// Starts one and waits until it listens.
    pub(crate) fn start() -> Self {
        let mut process = Command::new(named(CHROMEDRIVER))
            .args(["--port=0", "--allowed-ips=127.0.0.1"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("chromedriver starts");
        let output = process.stdout.take().expect("a piped output");
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        let port = lines.find_map(|line| announced_port(&line));
        // A full pipe would stop it.
        std::thread::spawn(move || lines.for_each(drop));
        Self {
            process,
            port: port.expect("chromedriver tells its port"),
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Asks it to end. Without a runtime: a test that panics ends in the midst of its own.
    fn shut_down(&self) -> io::Result<()> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_read_timeout(Some(FAREWELL))?;
        write!(
            stream,
            "GET /shutdown HTTP/1.1\r\nhost: 127.0.0.1:{}\r\nconnection: close\r\n\r\n",
            self.port
        )?;
        stream.read_to_end(&mut Vec::new())?;
        Ok(())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // It may have ended by itself; nothing is left to do then.
        let _asked = self.shut_down();
        let _ended = self.process.kill();
        let _status = self.process.wait();
    }
}

/// `ChromeDriver was started successfully on port 45123.`
fn announced_port(line: &str) -> Option<u16> {
    let (_, port) = line.split_once("started successfully on port ")?;
    port.trim_end_matches('.').parse().ok()
}

/// The browser's program.
pub(crate) fn chromium() -> OsString {
    named(CHROMIUM)
}

/// The source of axe-core.
pub(crate) fn axe_source() -> String {
    let file = named(AXE);
    std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file:?}: {error}"))
}

fn named(variable: &str) -> OsString {
    std::env::var_os(variable).unwrap_or_else(|| {
        panic!("{variable} is not set: run the browser tests with `cargo xtask test browser`")
    })
}

#[test]
fn the_port_is_read_from_what_chromedriver_says() {
    let line = "ChromeDriver was started successfully on port 45123.";
    assert_eq!(announced_port(line), Some(45_123));
    assert_eq!(
        announced_port("Starting ChromeDriver 156.0 on port 0"),
        None
    );
}
