use std::io::{Read, Write};
use std::sync::Arc;
use std::time::Instant;

use axum::extract::ConnectInfo;
use axum::routing::get;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion,
};
use tokio::sync::Notify;
use tokio::task::{JoinHandle, spawn_blocking};

use super::*;

pub(super) struct Certificate {
    pub(super) files: TlsFiles,
    _folder: tempfile::TempDir,
}

pub(super) fn certificate() -> Certificate {
    let folder = tempfile::tempdir().unwrap();
    let files = TlsFiles {
        cert: folder.path().join("cert.pem"),
        key: folder.path().join("key.pem"),
    };
    let pair = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(&files.cert, pair.cert.pem()).unwrap();
    std::fs::write(&files.key, pair.signing_key.serialize_pem()).unwrap();
    Certificate {
        files,
        _folder: folder,
    }
}

struct Running {
    address: SocketAddr,
    shutdown: CancellationToken,
    server: JoinHandle<Result<(), ListenError>>,
}

fn start(router: Router, tls: Option<&TlsFiles>, grace: Duration) -> Running {
    let listener = Listener::bind("127.0.0.1:0".parse().unwrap(), tls).unwrap();
    let address = listener.address();
    let shutdown = CancellationToken::new();
    let server = tokio::spawn(listener.serve(router, grace, shutdown.clone()));
    Running {
        address,
        shutdown,
        server,
    }
}

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";

fn exchange(mut stream: impl Read + Write) -> String {
    stream.write_all(REQUEST).unwrap();
    let mut answer = String::new();
    // The TLS client reports a connection that ends without a closing message; what came is whole.
    let _ = stream.read_to_string(&mut answer);
    answer
}

async fn ask(address: SocketAddr) -> String {
    let ask = move || exchange(std::net::TcpStream::connect(address).unwrap());
    spawn_blocking(ask).await.unwrap()
}

fn peer_page() -> Router {
    let page = async |ConnectInfo(peer): ConnectInfo<SocketAddr>| format!("from {}", peer.ip());
    Router::new().route("/", get(page))
}

#[tokio::test]
async fn a_free_port_is_told_and_the_handler_knows_the_peer() {
    let running = start(peer_page(), None, Duration::ZERO);
    assert_ne!(running.address.port(), 0);
    let answer = ask(running.address).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert!(answer.ends_with("from 127.0.0.1"), "{answer}");
}

#[tokio::test]
async fn tls_speaks_1_2_and_1_3() {
    let pair = certificate();
    let running = start(peer_page(), Some(&pair.files), Duration::ZERO);
    for version in [&TLS12, &TLS13] {
        let client = tls_client(&pair.files, version);
        let address = running.address;
        let answer = spawn_blocking(move || {
            let tcp = std::net::TcpStream::connect(address).unwrap();
            exchange(StreamOwned::new(client, tcp))
        });
        let answer = answer.await.unwrap();
        assert!(
            answer.starts_with("HTTP/1.1 200 OK"),
            "{version:?}: {answer}"
        );
    }
}

fn tls_client(files: &TlsFiles, version: &'static SupportedProtocolVersion) -> ClientConnection {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(&files.cert).unwrap())
        .unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    ClientConnection::new(Arc::new(config), name).unwrap()
}

/// A page that says when it was asked and answers when it is let.
fn slow_page() -> (Router, Arc<Notify>, Arc<Notify>) {
    let (asked, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (was_asked, may_go) = (Arc::clone(&asked), Arc::clone(&go));
    let page = get(move || {
        let (asked, go) = (Arc::clone(&was_asked), Arc::clone(&may_go));
        async move {
            asked.notify_one();
            go.notified().await;
            "finished"
        }
    });
    (Router::new().route("/", page), asked, go)
}

#[tokio::test]
async fn a_request_in_flight_is_finished_and_no_new_one_is_accepted() {
    let (router, asked, go) = slow_page();
    let running = start(router, None, Duration::from_secs(30));
    let address = running.address;
    let answer = tokio::spawn(ask(address));
    asked.notified().await;

    running.shutdown.cancel();
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    go.notify_one();
    assert!(answer.await.unwrap().ends_with("finished"));
    running.server.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_request_that_does_not_finish_is_cut_after_the_grace_time() {
    let (router, asked, _go) = slow_page();
    let running = start(router, None, Duration::from_millis(50));
    let answer = tokio::spawn(ask(running.address));
    asked.notified().await;

    let started = Instant::now();
    running.shutdown.cancel();
    running.server.await.unwrap().unwrap();
    assert!(started.elapsed() >= Duration::from_millis(50));
    assert_eq!(answer.await.unwrap(), "");
}

#[tokio::test]
async fn an_address_that_cannot_be_had_is_explained() {
    let running = start(peer_page(), None, Duration::ZERO);
    for (taken, flag) in [
        (Listener::bind(running.address, None), "--listen"),
        (Listener::bind_metrics(running.address), "--metrics-listen"),
    ] {
        assert_eq!(
            taken.unwrap_err().to_string(),
            format!(
                "Another program listens on {} already. Stop it, or choose another address with {flag}.",
                running.address
            )
        );
    }
    let foreign = Listener::bind("192.0.2.1:0".parse().unwrap(), None).unwrap_err();
    assert!(
        foreign
            .to_string()
            .starts_with("This machine has no address 192.0.2.1.")
    );
}
