//! Checks of what the network sees: addresses, TLS, proxies and the console.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use ipnet::IpNet;

use super::{Check, Outcome, sentence};
use crate::config::{Config, ListenConfig};
use crate::http::spa::ConsoleFiles;
use crate::listen;

/// `running` says whether a server works on this installation; its metrics may be served elsewhere
/// than these settings say.
pub(super) fn examine(config: &Config, running: bool) -> Vec<Check> {
    vec![
        tls(&config.listen).named("TLS"),
        public_url(config).named("public URL"),
        trusted_proxies(&config.listen).named("trusted proxies"),
        metrics(&config.listen, running).named("metrics"),
        console(ConsoleFiles::embedded().are_built()).named("console"),
    ]
}

fn tls(listen: &ListenConfig) -> Outcome {
    let Some(files) = &listen.tls else {
        return Outcome::fine("No certificate is set; the server speaks plain HTTP.");
    };
    match listen::server_config(files) {
        Ok(_) => Outcome::fine("Certificate and key belong together."),
        Err(error) => Outcome::error(sentence(&error), ""),
    }
}

/// Whether people can reach the server under its public URL, as far as the settings tell.
fn public_url(config: &Config) -> Outcome {
    let (url, listen) = (&config.public_url, &config.listen);
    let (address, tls) = (listen.address, listen.tls.is_some());
    let no_proxy = listen.trusted_proxies.networks().is_empty();
    if tls && !url.is_https() {
        return Outcome::error(
            format!("{url} is plain HTTP, but the server speaks TLS."),
            "Set --public-url to the https address, or leave the certificate out.",
        );
    }
    if !address.ip().is_loopback() && !tls && no_proxy {
        return Outcome::warning(
            format!("The server listens on {address}, beyond this machine, in plain HTTP."),
            "Set --tls-cert and --tls-key, or listen on 127.0.0.1 behind a proxy that speaks TLS.",
        );
    }
    if url.is_https() && !tls && no_proxy {
        return Outcome::warning(
            format!("{url} needs a proxy that speaks TLS, and no proxy is trusted."),
            "Name it with --trusted-proxies; until then every request seems to come from it.",
        );
    }
    if tls && no_proxy && url.port() != address.port() {
        return Outcome::warning(
            format!(
                "{url} leads to port {}, but the server listens on {address}.",
                url.port()
            ),
            "Correct --public-url or --listen, unless the port is forwarded.",
        );
    }
    Outcome::Fine(format!("{url}, served on {address}."))
}

/// Whether the trusted networks are so wide that a client could be among them.
fn trusted_proxies(listen: &ListenConfig) -> Outcome {
    let networks = listen.trusted_proxies.networks();
    let wide = |network: &&IpNet| match network {
        IpNet::V4(network) => network.prefix_len() < 8,
        IpNet::V6(network) => network.prefix_len() < 16,
    };
    if let Some(network) = networks.iter().find(wide) {
        return Outcome::error(
            format!("{network} is trusted, so that nearly anyone can name a false address."),
            "Name the addresses of the proxies alone with --trusted-proxies.",
        );
    }
    match networks {
        [] => Outcome::fine("None; Forwarded headers are ignored."),
        _ => {
            let list: Vec<String> = networks.iter().map(ToString::to_string).collect();
            Outcome::Fine(format!("{}.", list.join(", ")))
        }
    }
}

fn metrics(listen: &ListenConfig, running: bool) -> Outcome {
    let Some(address) = listen.metrics else {
        return Outcome::fine("These settings leave them off.");
    };
    let found = match running {
        false => format!("No server serves them now. These settings start them on {address}"),
        true if answers(address) => format!("Served on {address}"),
        true => {
            return Outcome::Fine(format!(
                "The running server does not serve them on {address}, where these settings would start them; it was started with other settings."
            ));
        }
    };
    match address.ip().is_loopback() {
        true => Outcome::Fine(format!("{found}.")),
        false => Outcome::warning(
            format!("{found}, beyond this machine, for anyone who asks."),
            "See that a firewall lets only the monitoring through, or listen on 127.0.0.1.",
        ),
    }
}

/// Whether somebody listens there. An address that stands for every one of this machine is asked
/// on its loopback.
fn answers(address: SocketAddr) -> bool {
    const PATIENCE: Duration = Duration::from_millis(500);
    let mut address = address;
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    TcpStream::connect_timeout(&address, PATIENCE).is_ok()
}

fn console(built: bool) -> Outcome {
    if built {
        return Outcome::fine("Part of this binary.");
    }
    Outcome::warning(
        "It is not part of this binary.",
        "Build it with `cargo xtask run` or `cargo xtask dist`.",
    )
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::path::Path;

    use super::super::tests::config;
    use super::*;

    fn of(settings: &[(&str, &str)]) -> Config {
        config(Path::new("/nowhere"), settings)
    }

    fn is_warning(outcome: &Outcome, part: &str) -> bool {
        matches!(outcome, Outcome::Warning { found, .. } if found.contains(part))
    }

    #[test]
    fn the_defaults_are_fine() {
        let config = of(&[]);
        assert!(matches!(public_url(&config), Outcome::Fine(_)));
        assert!(matches!(tls(&config.listen), Outcome::Fine(_)));
        assert!(matches!(trusted_proxies(&config.listen), Outcome::Fine(_)));
        let unused = metrics(&config.listen, false);
        assert!(
            matches!(&unused, Outcome::Fine(found) if found.starts_with("No server serves them now."))
        );
    }

    #[test]
    fn an_https_url_needs_a_certificate_or_a_named_proxy() {
        let url = ("ROLLCALL_PUBLIC_URL", "https://people.example.org");
        assert!(is_warning(&public_url(&of(&[url])), "no proxy is trusted"));
        let proxy = ("ROLLCALL_TRUSTED_PROXIES", "127.0.0.1");
        assert!(matches!(public_url(&of(&[url, proxy])), Outcome::Fine(_)));
    }

    #[test]
    fn plain_http_beyond_this_machine_is_a_warning() {
        let open = ("ROLLCALL_LISTEN", "0.0.0.0:8080");
        let url = ("ROLLCALL_PUBLIC_URL", "https://people.example.org");
        assert!(is_warning(&public_url(&of(&[open, url])), "plain HTTP"));
    }

    #[test]
    fn tls_and_the_public_url_have_to_agree() {
        let cert = ("ROLLCALL_TLS_CERT", "/nowhere/cert.pem");
        let key = ("ROLLCALL_TLS_KEY", "/nowhere/key.pem");
        let plain = of(&[cert, key, ("ROLLCALL_PUBLIC_URL", "http://localhost:8080")]);
        assert!(matches!(public_url(&plain), Outcome::Error { .. }));
        let port = of(&[
            cert,
            key,
            ("ROLLCALL_PUBLIC_URL", "https://people.example.org"),
        ]);
        assert!(is_warning(&public_url(&port), "leads to port 443"));
        let missing = tls(&port.listen);
        assert!(matches!(&missing, Outcome::Error { found, .. } if found.contains("--tls-cert")));
    }

    #[test]
    fn trusting_everyone_is_an_error() {
        let all = of(&[("ROLLCALL_TRUSTED_PROXIES", "10.0.0.0/8,0.0.0.0/0")]);
        assert!(matches!(
            trusted_proxies(&all.listen),
            Outcome::Error { .. }
        ));
        let some = of(&[("ROLLCALL_TRUSTED_PROXIES", "10.0.0.0/8,fd00::/16")]);
        let fine = Outcome::fine("10.0.0.0/8, fd00::/16.");
        assert_eq!(trusted_proxies(&some.listen), fine);
    }

    #[test]
    fn public_metrics_and_a_missing_console_are_warnings() {
        let open = of(&[("ROLLCALL_METRICS_LISTEN", "0.0.0.0:9090")]);
        assert!(is_warning(
            &metrics(&open.listen, false),
            "beyond this machine"
        ));
        assert!(is_warning(&console(false), "not part of this binary"));
        assert!(matches!(console(true), Outcome::Fine(_)));
    }

    #[test]
    fn metrics_are_served_when_a_running_server_answers_there() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let settings = of(&[("ROLLCALL_METRICS_LISTEN", &address)]);
        let found = |running| match metrics(&settings.listen, running) {
            Outcome::Fine(found) => found,
            other => panic!("{other:?}"),
        };
        assert_eq!(found(true), format!("Served on {address}."));
        assert!(found(false).starts_with("No server serves them now."));
        drop(listener);
        assert!(found(true).starts_with("The running server does not serve them"));

        let off = of(&[("ROLLCALL_METRICS_LISTEN", "off")]);
        for running in [false, true] {
            let outcome = metrics(&off.listen, running);
            assert_eq!(outcome, Outcome::fine("These settings leave them off."));
        }
    }
}
