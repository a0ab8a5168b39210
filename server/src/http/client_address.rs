//! Whose request it is, as far as the network tells.
//!
//! The peer of the connection is believed. Only when that peer is one of the trusted proxies are
//! `Forwarded` (RFC 7239) and `X-Forwarded-For` read, from the right: the last address that is not
//! itself a trusted proxy is the client's. Scheme and host are never taken from headers.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::header::{FORWARDED, HeaderMap, HeaderName};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use std::convert::Infallible;

use crate::config::TrustedProxies;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Where a request came from: an extractor, set by [`find_client`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress {
    /// The client's address; unspecified (`0.0.0.0`) when there is no network in between.
    pub ip: IpAddr,
    /// Whether the connection itself came from a trusted proxy.
    pub via_trusted_proxy: bool,
}

impl ClientAddress {
    const UNKNOWN: Self = Self {
        ip: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        via_trusted_proxy: false,
    };

    /// Reads the client of a request whose connection comes from `peer`.
    #[must_use]
    pub fn of(peer: IpAddr, headers: &HeaderMap, trusted: &TrustedProxies) -> Self {
        let peer = peer.to_canonical();
        if !trusted.contains(peer) {
            return Self {
                ip: peer,
                via_trusted_proxy: false,
            };
        }
        let forwarded = forwarded_hops(headers);
        let x_forwarded_for = x_forwarded_for_hops(headers);
        let ip = match (forwarded.is_empty(), x_forwarded_for.is_empty()) {
            (true, true) => peer,
            (false, true) => rightmost_untrusted(peer, &forwarded, trusted),
            (true, false) => rightmost_untrusted(peer, &x_forwarded_for, trusted),
            (false, false) => {
                // A proxy writes one of the two and may let the client's own other one pass. Which
                // of them is genuine cannot be told, so they count only where they agree.
                let first = rightmost_untrusted(peer, &forwarded, trusted);
                let second = rightmost_untrusted(peer, &x_forwarded_for, trusted);
                if first == second { first } else { peer }
            }
        };
        Self {
            ip,
            via_trusted_proxy: true,
        }
    }
}

/// Middleware that puts the [`ClientAddress`] into the request. It needs the connection's address,
/// which the listener supplies; a request without one (in a test) has an unknown client.
pub async fn find_client(
    State(trusted): State<Arc<TrustedProxies>>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let client = peer.map_or(ClientAddress::UNKNOWN, |ConnectInfo(peer)| {
        ClientAddress::of(peer.ip(), request.headers(), &trusted)
    });
    request.extensions_mut().insert(client);
    next.run(request).await
}

impl<S: Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let client = parts.extensions.get::<Self>();
        Ok(client.copied().unwrap_or(Self::UNKNOWN))
    }
}

/// Walks from the proxy next to us towards the client. What a hop that cannot be read said about
/// the hops before it is worth nothing, so the walk ends at the last address that was certain.
fn rightmost_untrusted(peer: IpAddr, hops: &[Option<IpAddr>], trusted: &TrustedProxies) -> IpAddr {
    let mut certain = peer;
    for hop in hops.iter().rev() {
        match hop {
            None => return certain,
            Some(address) if trusted.contains(*address) => certain = *address,
            Some(address) => return *address,
        }
    }
    certain
}

fn x_forwarded_for_hops(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let mut hops = Vec::new();
    for value in headers.get_all(X_FORWARDED_FOR) {
        match value.to_str() {
            Ok(text) => hops.extend(text.split(',').map(parse_node)),
            Err(_) => hops.push(None),
        }
    }
    hops
}

fn forwarded_hops(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let mut hops = Vec::new();
    for value in headers.get_all(FORWARDED) {
        match value.to_str() {
            Ok(text) => hops.extend(split_unquoted(text, ',').map(for_parameter)),
            Err(_) => hops.push(None),
        }
    }
    hops
}

/// The `for` parameter of one forwarded-element (RFC 7239 section 4).
fn for_parameter(element: &str) -> Option<IpAddr> {
    split_unquoted(element, ';').find_map(|pair| {
        let (name, node) = pair.split_once('=')?;
        if !name.trim().eq_ignore_ascii_case("for") {
            return None;
        }
        let node = node.trim();
        let bare = node
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'));
        parse_node(bare.unwrap_or(node))
    })
}

/// A node with or without port: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]:80`.
/// `unknown` and obfuscated names are no addresses.
fn parse_node(node: &str) -> Option<IpAddr> {
    let node = node.trim();
    if let Ok(address) = node.parse::<IpAddr>() {
        return Some(address.to_canonical());
    }
    if let Some(rest) = node.strip_prefix('[') {
        let (inside, port) = rest.split_once(']')?;
        let has_port = port.is_empty() || port.starts_with(':');
        let address: IpAddr = inside.parse().ok().filter(|_| has_port)?;
        return Some(address.to_canonical());
    }
    let (address, _port) = node.split_once(':')?;
    let address: Ipv4Addr = address.parse().ok()?;
    Some(address.into())
}

/// Splits at `separator`, but not inside double quotes.
fn split_unquoted(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |c| {
        if c == '"' {
            quoted = !quoted;
        }
        c == separator && !quoted
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, headers: &[(&str, &str)]) -> String {
        let trusted = TrustedProxies::new(vec![
            "10.0.0.0/8".parse().unwrap(),
            "2001:db8:ffff::/48".parse().unwrap(),
        ]);
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let name: HeaderName = name.parse().unwrap();
            map.append(name, value.parse().unwrap());
        }
        let client = ClientAddress::of(peer.parse().unwrap(), &map, &trusted);
        client.ip.to_string()
    }

    fn x_forwarded_for(value: &str) -> String {
        client("10.0.0.1", &[("x-forwarded-for", value)])
    }

    fn forwarded(value: &str) -> String {
        client("10.0.0.1", &[("forwarded", value)])
    }

    #[test]
    fn a_stranger_cannot_name_another_client() {
        let headers = [
            ("x-forwarded-for", "192.0.2.1"),
            ("forwarded", "for=192.0.2.1"),
        ];
        assert_eq!(client("203.0.113.5", &headers), "203.0.113.5");
        assert_eq!(client("::ffff:203.0.113.5", &headers), "203.0.113.5");
    }

    #[test]
    fn a_trusted_proxy_names_the_client() {
        assert_eq!(x_forwarded_for("192.0.2.1"), "192.0.2.1");
        assert_eq!(x_forwarded_for("192.0.2.1:51234"), "192.0.2.1");
        assert_eq!(x_forwarded_for("2001:db8::1"), "2001:db8::1");
        assert_eq!(x_forwarded_for("[2001:db8::1]:443"), "2001:db8::1");
        assert_eq!(forwarded("for=192.0.2.1"), "192.0.2.1");
        assert_eq!(
            forwarded("by=10.0.0.1;For=\"192.0.2.1:80\";proto=https"),
            "192.0.2.1"
        );
        assert_eq!(forwarded("for=\"[2001:db8::1]:4711\""), "2001:db8::1");
        assert_eq!(
            client("2001:db8:ffff::9", &[("x-forwarded-for", "192.0.2.1")]),
            "192.0.2.1"
        );
        assert_eq!(client("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn the_rightmost_address_that_is_no_proxy_wins() {
        assert_eq!(
            x_forwarded_for("198.51.100.9, 192.0.2.1, 10.0.0.7"),
            "192.0.2.1"
        );
        assert_eq!(
            forwarded("for=198.51.100.9, for=192.0.2.1, for=10.0.0.7"),
            "192.0.2.1"
        );
        let two_lines = [
            ("x-forwarded-for", "198.51.100.9, 192.0.2.1"),
            ("x-forwarded-for", "10.0.0.7"),
        ];
        assert_eq!(client("10.0.0.1", &two_lines), "192.0.2.1");
        assert_eq!(x_forwarded_for("10.0.0.8, 10.0.0.7"), "10.0.0.8");
    }

    #[test]
    fn nothing_before_an_unreadable_hop_is_believed() {
        assert_eq!(x_forwarded_for("192.0.2.1, unknown, 10.0.0.7"), "10.0.0.7");
        assert_eq!(forwarded("for=192.0.2.1, for=_hidden"), "10.0.0.1");
        assert_eq!(forwarded("for=192.0.2.1, proto=https"), "10.0.0.1");
        assert_eq!(x_forwarded_for("[192.0.2.1"), "10.0.0.1");
        assert_eq!(x_forwarded_for("[2001:db8::1]junk"), "10.0.0.1");
        assert_eq!(x_forwarded_for(""), "10.0.0.1");
    }

    #[test]
    fn separators_inside_quotes_do_not_split() {
        assert_eq!(
            forwarded("for=192.0.2.1;ext=\"a, for=198.51.100.9\""),
            "192.0.2.1"
        );
    }

    #[test]
    fn two_headers_count_only_where_they_agree() {
        let agree = [
            ("x-forwarded-for", "192.0.2.1"),
            ("forwarded", "for=192.0.2.1"),
        ];
        assert_eq!(client("10.0.0.1", &agree), "192.0.2.1");
        let differ = [
            ("x-forwarded-for", "192.0.2.1"),
            ("forwarded", "for=198.51.100.9"),
        ];
        assert_eq!(client("10.0.0.1", &differ), "10.0.0.1");
    }
}
