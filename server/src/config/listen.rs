//! Where the server listens, with which certificate, and whose Forwarded headers it believes.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;

use super::error::ConfigError;
use super::layers::{Layers, Setting};

const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);
const DEFAULT_METRICS: SocketAddr =
    SocketAddr::new(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 9090);
const DEFAULT_GRACE_SECONDS: u64 = 25;

/// How the server listens, and whom it believes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenConfig {
    /// Address and port of console, API and SCIM. Port 0 asks the system for a free one.
    pub address: SocketAddr,
    /// Certificate and key; without them the server speaks plain HTTP.
    pub tls: Option<TlsFiles>,
    /// The proxies in front of the server.
    pub trusted_proxies: TrustedProxies,
    /// Address and port of `/metrics`, if it is wanted.
    pub metrics: Option<SocketAddr>,
    /// How long requests in flight may take to finish at shutdown.
    pub shutdown_grace: Duration,
}

/// The two files of TLS, both PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, followed by the intermediate ones.
    pub cert: PathBuf,
    /// The private key of the certificate.
    pub key: PathBuf,
}

/// The networks whose Forwarded headers are believed. None by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Trusts the proxies within `networks`.
    #[must_use]
    pub fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    /// Whether `address` belongs to a trusted proxy.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The networks.
    #[must_use]
    pub fn networks(&self) -> &[IpNet] {
        &self.0
    }
}

impl ListenConfig {
    pub(super) fn from_layers(layers: &Layers) -> Result<Self, ConfigError> {
        let address = match layers.text("listen")? {
            None => DEFAULT_LISTEN,
            Some(setting) => setting.parse("an IP address with a port", "127.0.0.1:8080")?,
        };
        let grace = match layers.text("shutdown_grace_s")? {
            None => DEFAULT_GRACE_SECONDS,
            Some(setting) => setting.whole_number(0..=3_600, "seconds")?,
        };
        Ok(Self {
            address,
            tls: tls_files(layers)?,
            trusted_proxies: trusted_proxies(layers)?,
            metrics: metrics(layers, address)?,
            shutdown_grace: Duration::from_secs(grace),
        })
    }
}

fn metrics(layers: &Layers, listen: SocketAddr) -> Result<Option<SocketAddr>, ConfigError> {
    let Some(setting) = layers.text("metrics_listen")? else {
        return Ok(Some(DEFAULT_METRICS));
    };
    if setting.text.trim() == "off" {
        return Ok(None);
    }
    let address: SocketAddr =
        setting.parse("an IP address with a port, nor \"off\"", "127.0.0.1:9090")?;
    if address == listen && address.port() != 0 {
        return Err(setting.refuse(
            format!("is {address}, where the server itself listens"),
            "Give the metrics a port of their own, or write \"off\"",
        ));
    }
    Ok(Some(address))
}

fn tls_files(layers: &Layers) -> Result<Option<TlsFiles>, ConfigError> {
    let lonely = |setting: &Setting, other: &str| {
        setting.refuse(
            format!("is set, but `{other}` is not"),
            format!("Set both for TLS, or neither; `{other}` is a PEM file"),
        )
    };
    match (layers.text("tls_cert")?, layers.text("tls_key")?) {
        (None, None) => Ok(None),
        (Some(cert), Some(key)) => Ok(Some(TlsFiles {
            cert: PathBuf::from(cert.text),
            key: PathBuf::from(key.text),
        })),
        (Some(cert), None) => Err(lonely(&cert, "tls_key")),
        (None, Some(key)) => Err(lonely(&key, "tls_cert")),
    }
}

fn trusted_proxies(layers: &Layers) -> Result<TrustedProxies, ConfigError> {
    let networks = layers.list("trusted_proxies")?;
    let networks = networks.iter().map(|setting| {
        let address: Result<IpAddr, _> = setting.text.trim().parse();
        match address {
            Ok(address) => Ok(IpNet::from(address)),
            Err(_) => setting.parse("an IP address or network", "10.0.0.0/8 or 192.0.2.7"),
        }
    });
    Ok(TrustedProxies(networks.collect::<Result<_, _>>()?))
}
