//! The address under which people and identity providers reach the server.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use axum::http::Uri;
use axum::http::uri::Scheme;

use super::error::ConfigError;
use super::layers::Layers;

/// Scheme and authority, without a path: `https://people.example.org`. Links, SCIM locations and
/// the check of `Origin` use it; nothing of it is ever taken from a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    text: String,
    https: bool,
    host: String,
    port: u16,
}

/// Why a text is no public URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublicUrlError {
    /// Not of the form `https://host` or `https://host:port`.
    #[error("is not an http or https URL with nothing behind the host")]
    Malformed,
    /// Plain HTTP towards another machine, over which tokens and passwords would travel readable.
    #[error("must begin with https://, because its host is not this machine")]
    Insecure,
}

impl PublicUrl {
    /// Reads a public URL; one trailing slash is dropped.
    ///
    /// # Errors
    /// [`PublicUrlError`] when it is no origin, or plain HTTP and not loopback.
    pub fn parse(text: &str) -> Result<Self, PublicUrlError> {
        let text = text.trim();
        if text.contains(['#', '@', '?']) {
            return Err(PublicUrlError::Malformed);
        }
        let uri: Uri = text.parse().map_err(|_| PublicUrlError::Malformed)?;
        let https = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTPS => true,
            Some(scheme) if *scheme == Scheme::HTTP => false,
            _ => return Err(PublicUrlError::Malformed),
        };
        let host = uri.host().unwrap_or_default().to_ascii_lowercase();
        let has_port_text = uri
            .authority()
            .is_some_and(|a| a.as_str() != uri.host().unwrap_or(""));
        if host.is_empty() || uri.path() != "/" || (has_port_text && uri.port_u16().is_none()) {
            return Err(PublicUrlError::Malformed);
        }
        let port = uri.port_u16().unwrap_or(default_port(https));
        let url = Self::new(https, host, port);
        if !https && !url.is_loopback() {
            return Err(PublicUrlError::Insecure);
        }
        Ok(url)
    }

    /// The URL without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether browsers reach the server over TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.https
    }

    /// The host, in lower case; an IPv6 address has its brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port that a client connects to.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether the host is this machine (a loopback address or `localhost`).
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let bare = self.host.trim_start_matches('[').trim_end_matches(']');
        match bare.parse::<IpAddr>() {
            Ok(address) => address.to_canonical().is_loopback(),
            Err(_) => bare == "localhost" || bare.ends_with(".localhost"),
        }
    }

    pub(super) fn from_layers(
        layers: &Layers,
        listen: SocketAddr,
        tls: bool,
    ) -> Result<Self, ConfigError> {
        const MEND: &str = "Write the address that people type, like https://people.example.org";
        if let Some(setting) = layers.text("public_url")? {
            return Self::parse(&setting.text).map_err(|error| {
                setting.refuse(format!("is \"{}\": it {error}", setting.text), MEND)
            });
        }
        let host = match listen.ip() {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => format!("[{address}]"),
        };
        let url = Self::new(tls, host, listen.port());
        if listen.ip().is_unspecified() || !(tls || url.is_loopback()) {
            return Err(ConfigError::Setting {
                key: "public_url",
                place: super::error::Place::Default,
                problem: format!(
                    "cannot be guessed when the server listens on {listen}, beyond this machine"
                ),
                mend: "Set --public-url (ROLLCALL_PUBLIC_URL) to the https address that people type, like https://people.example.org".to_owned(),
            });
        }
        Ok(url)
    }

    // Only a URL that was derived from `listen` has port 0.
    pub(super) fn with_bound_port(self, port: u16) -> Self {
        if self.port == 0 {
            return Self::new(self.https, self.host, port);
        }
        self
    }

    fn new(https: bool, host: String, port: u16) -> Self {
        let scheme = if https { "https" } else { "http" };
        let text = if port == default_port(https) {
            format!("{scheme}://{host}")
        } else {
            format!("{scheme}://{host}:{port}")
        };
        Self {
            text,
            https,
            host,
            port,
        }
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn default_port(https: bool) -> u16 {
    if https { 443 } else { 80 }
}
