//! A server that has a process to itself, so that what it takes of the machine is its own.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, SocketAddr},
    process::{Child, Command, Stdio},
    time::Duration,
};

use rollcall_server::listen::Listener;
use scim_schema::dialect::ConnectionKind;

use super::TestApp;

/// Set where the test's executable runs once more, as the server.
const SERVER_VARIABLE: &str = "ROLLCALL_TEST_IS_SERVER";
/// What stands before the address and the tokens of the server in its output.
const READY: &str = "server is ready: ";

/// The other process. It ends with this value.
pub(crate) struct OwnProcess {
    child: Child,
    /// Base URL of SCIM.
    pub(crate) base_url: String,
    /// A token of each of its connections.
    pub(crate) tokens: Vec<String>,
}

impl OwnProcess {
    /// Runs the test of this name again in another process, where it is to call [`serve`]; `None`
    /// in that process.
    pub(crate) fn of_test(name: &str) -> Option<Self> {
        if std::env::var_os(SERVER_VARIABLE).is_some() {
            return None;
        }
        let executable = std::env::current_exe().expect("the test's executable");
        let mut child = Command::new(executable)
            .args(["--exact", name, "--nocapture"])
            .env(SERVER_VARIABLE, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("another process");
        let output = child.stdout.take().expect("its output");
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        let ready = lines.find_map(|line| {
            let (_, told) = line.split_once(READY)?;
            let (base_url, tokens) = told.split_once(' ')?;
            let tokens = tokens.split(' ').map(str::to_owned).collect();
            Some((base_url.to_owned(), tokens))
        });
        let (base_url, tokens) = ready.expect("a server that is ready");
        // What it prints later has somewhere to go.
        std::thread::spawn(move || lines.count());
        Some(Self {
            child,
            base_url,
            tokens,
        })
    }

    /// The most memory that it has had at a time, in bytes: `VmHWM`, which Linux alone tells.
    pub(crate) fn peak_memory(&self) -> Option<u64> {
        let path = format!("/proc/{}/status", self.child.id());
        if !cfg!(target_os = "linux") {
            return None;
        }
        let status = std::fs::read_to_string(path).expect("the status of a process");
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = peak.and_then(|text| text.trim().strip_suffix(" kB"));
        let kib: u64 = kib.expect("VmHWM").trim().parse().expect("a number");
        Some(kib * 1024)
    }

    /// Ends it; fails when it did not end well.
    pub(crate) fn stop(mut self) {
        drop(self.child.stdin.take());
        let ended = self.child.wait().expect("an end");
        assert!(ended.success(), "the server: {ended}");
    }
}

impl Drop for OwnProcess {
    // A test that fails leaves no process behind; one that has ended cannot be killed.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Is a server with so many connections until the process that began it wants no more.
pub(crate) async fn serve(connections: usize) {
    let app = TestApp::new().await;
    let mut tokens = Vec::new();
    for _ in 0..connections {
        tokens.push(app.connection(ConnectionKind::Generic).await.token);
    }
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let listener = Listener::bind(address, None).expect("a free port");
    let address = listener.address();
    let (router, shutdown) = (app.app.router.clone(), app.app.shutdown_token());
    let serving = tokio::spawn(listener.serve(router, Duration::from_secs(1), shutdown.clone()));
    let mut output = std::io::stdout();
    let tokens = tokens.join(" ");
    writeln!(output, "\n{READY}http://{address}/scim/v2 {tokens}").expect("an output");
    output.flush().expect("an output");
    let no_more = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
    no_more.await.expect("no panic").expect("an input");
    shutdown.cancel();
    serving.await.expect("no panic").expect("a server");
    app.finish().await;
}
