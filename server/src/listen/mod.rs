//! Listeners: an address, perhaps a certificate, and an orderly end.

pub mod shutdown;
mod tls;

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use axum_server::accept::NoDelayAcceptor;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::net::{TcpListener, TcpSocket};
use tokio_util::sync::CancellationToken;

pub use tls::{TlsError, server_config};

use crate::config::TlsFiles;

/// Connections that the system keeps waiting while the server is busy accepting others. A whole
/// district signs in at eight o'clock.
const BACKLOG: u32 = 4_096;

/// How long a client may take to send the head of a request, and an idle connection stays open:
/// above the idle time of the usual proxies, so that it is the proxy that closes.
const HEAD_TIMEOUT: Duration = Duration::from_secs(75);

/// How often a quiet HTTP/2 connection is asked whether it still lives.
const HTTP2_PING: Duration = Duration::from_secs(30);

/// How long it may take to answer that: the question waits behind what a slow client has yet to take.
const HTTP2_PONG: Duration = Duration::from_secs(75);

/// Why the server cannot listen, or had to stop.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Another program has the address.
    #[error(
        "Another program listens on {address} already. Stop it, or choose another address with {flag}."
    )]
    InUse {
        /// The address.
        address: SocketAddr,
        /// The flag that sets it.
        flag: &'static str,
    },
    /// The system does not let this user have the port.
    #[error(
        "This user may not listen on {address}. Choose a port from 1024 with {flag}, or grant the binary CAP_NET_BIND_SERVICE."
    )]
    NotPermitted {
        /// The address.
        address: SocketAddr,
        /// The flag that sets it.
        flag: &'static str,
    },
    /// The machine does not have that address.
    #[error(
        "This machine has no address {}. Choose one that it has with {flag}, or 0.0.0.0 for all.",
        address.ip()
    )]
    NoSuchAddress {
        /// The address.
        address: SocketAddr,
        /// The flag that sets it.
        flag: &'static str,
    },
    /// Any other failure to listen.
    #[error("The server cannot listen on {address} ({flag}): {source}.")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// The flag that sets it.
        flag: &'static str,
        /// The system's explanation.
        source: io::Error,
    },
    /// The certificate or its key cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The listener failed while serving.
    #[error("The listener on {address} failed: {source}.")]
    Serve {
        /// The address.
        address: SocketAddr,
        /// The system's explanation.
        source: io::Error,
    },
}

/// A bound address that is not served yet: connections wait in the backlog.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
    tls: Option<RustlsConfig>,
}

impl Listener {
    /// Binds the public `address` (port 0: a free one) and reads the certificate, if there is one.
    /// Belongs inside a Tokio runtime.
    ///
    /// # Errors
    /// [`ListenError`] when the address cannot be had or the certificate cannot be used.
    pub fn bind(address: SocketAddr, tls: Option<&TlsFiles>) -> Result<Self, ListenError> {
        let tls = tls.map(server_config).transpose()?;
        let listener = Self::open(address, "--listen")?;
        Ok(Self {
            tls: tls.map(RustlsConfig::from_config),
            ..listener
        })
    }

    /// Binds the address of the metrics, which are served without TLS.
    ///
    /// # Errors
    /// [`ListenError`] when the address cannot be had.
    pub fn bind_metrics(address: SocketAddr) -> Result<Self, ListenError> {
        Self::open(address, "--metrics-listen")
    }

    fn open(address: SocketAddr, flag: &'static str) -> Result<Self, ListenError> {
        let socket = open(address).map_err(|source| bind_error(address, flag, source))?;
        let address = socket
            .local_addr()
            .map_err(|source| bind_error(address, flag, source))?;
        Ok(Self {
            socket,
            address,
            tls: None,
        })
    }

    /// The address that was bound, with its true port.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves `router` until `shutdown` is cancelled. From then on no connection is accepted, idle
    /// ones are closed, and requests in flight get `grace` to finish; what is still open then is
    /// cut. Endless answers (server-sent events) have to watch `shutdown` themselves.
    ///
    /// Handlers find the peer in `ConnectInfo<SocketAddr>`.
    ///
    /// # Errors
    /// [`ListenError::Serve`] when the listener fails.
    pub async fn serve(
        self,
        router: Router,
        grace: Duration,
        shutdown: CancellationToken,
    ) -> Result<(), ListenError> {
        let address = self.address;
        let handle = Handle::new();
        let ender = tokio::spawn({
            let handle = handle.clone();
            async move {
                shutdown.cancelled().await;
                handle.graceful_shutdown(Some(grace));
            }
        });
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let mut server = axum_server::Server::<SocketAddr>::from_listener(self.socket)
            .handle(handle)
            .acceptor(NoDelayAcceptor::new());
        limit_patience(server.http_builder());
        let result = match self.tls {
            None => server.serve(service).await,
            Some(tls) => {
                let with_tls = |inner: NoDelayAcceptor| RustlsAcceptor::new(tls).acceptor(inner);
                server.map(with_tls).serve(service).await
            }
        };
        ender.abort();
        result.map_err(|source| ListenError::Serve { address, source })
    }
}

/// Without a timer the HTTP implementation waits for ever for a client that sends nothing.
fn limit_patience(builder: &mut Builder<TokioExecutor>) {
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(HTTP2_PING)
        .keep_alive_timeout(HTTP2_PONG);
}

fn open(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    // A restart must not wait for the connections of the process before to be forgotten. On
    // Windows the option would mean sharing the port.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

fn bind_error(address: SocketAddr, flag: &'static str, source: io::Error) -> ListenError {
    match source.kind() {
        io::ErrorKind::AddrInUse => ListenError::InUse { address, flag },
        io::ErrorKind::PermissionDenied => ListenError::NotPermitted { address, flag },
        io::ErrorKind::AddrNotAvailable => ListenError::NoSuchAddress { address, flag },
        _ => ListenError::Bind {
            address,
            flag,
            source,
        },
    }
}

#[cfg(test)]
mod tests;
