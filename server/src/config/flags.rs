//! The flags that carry settings. Their values stay text here: every source of a setting is
//! checked by the same code, so that a wrong flag and a wrong variable read alike.

use clap::Args;
use config::{ConfigError as LayerError, Map, Source, Value};

/// All flags that carry settings.
#[derive(Args, Clone, Debug, Default)]
pub struct Flags {
    /// The flags of every command.
    #[command(flatten)]
    pub store: StoreFlags,
    /// The flags of a server.
    #[command(flatten)]
    pub serve: ServeFlags,
}

/// Flags of every command: which installation is meant, and how to log.
#[derive(Args, Clone, Debug, Default)]
pub struct StoreFlags {
    /// Configuration file [default: rollcall.toml in the data folder, if there is one]
    #[arg(long, value_name = "FILE")]
    pub config: Option<String>,
    /// Data folder [default: ./data]
    #[arg(long, value_name = "DIR")]
    pub data: Option<String>,
    /// `sqlite:FILE` or `postgres://USER@HOST/NAME` [default: rollcall.db in the data folder]
    #[arg(long, value_name = "URL")]
    pub database_url: Option<String>,
    /// Address under which people and identity providers reach the server [default: where it listens]
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// text or json [default: text]
    #[arg(long, value_name = "FORMAT")]
    pub log_format: Option<String>,
    /// What to log, for example `info` or `rollcall_server=debug,info` [default: info]
    #[arg(long, value_name = "FILTER")]
    pub log_filter: Option<String>,
}

/// Flags of a server.
#[derive(Args, Clone, Debug, Default)]
pub struct ServeFlags {
    /// Address and port to listen on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<String>,
    /// When SQLite waits for the disk: `full`, at each commit, or `normal`, where a power failure
    /// may take the last seconds [default: full]
    #[arg(long, value_name = "WHEN")]
    pub sqlite_synchronous: Option<String>,
    /// Certificate chain in PEM; makes the server speak TLS
    #[arg(long, value_name = "FILE")]
    pub tls_cert: Option<String>,
    /// Private key of the certificate in PEM
    #[arg(long, value_name = "FILE")]
    pub tls_key: Option<String>,
    /// Networks whose Forwarded headers are believed, separated by commas [default: none]
    #[arg(long, value_name = "CIDR", value_delimiter = ',')]
    pub trusted_proxies: Vec<String>,
    /// Address and port of /metrics, or `off` [default: 127.0.0.1:9090]
    #[arg(long, value_name = "ADDR")]
    pub metrics_listen: Option<String>,
    /// Largest request body [default: 16 MiB]
    #[arg(long, value_name = "SIZE")]
    pub body_limit: Option<String>,
    /// Largest sum of the SCIM bodies in memory at a time, such as "64 MiB" [default: four times
    /// the body limit]
    #[arg(long, value_name = "SIZE")]
    pub body_budget: Option<String>,
    /// Seconds after which the database stops a search [default: 5]
    #[arg(long, value_name = "SECONDS")]
    pub query_timeout_s: Option<String>,
    /// Seconds until a request of the console is given up, and until the body of a SCIM request has to
    /// be here [default: 30]
    #[arg(long, value_name = "SECONDS")]
    pub request_timeout_s: Option<String>,
    /// Requests per second that one SCIM token may send, at least 25 [default: 2000]
    #[arg(long, value_name = "NUMBER")]
    pub scim_rate_per_second: Option<String>,
    /// Seconds that requests in flight get to finish at shutdown [default: 25]
    #[arg(long, value_name = "SECONDS")]
    pub shutdown_grace_s: Option<String>,
    /// Days that bodies of SCIM requests are kept for the provisioning log, 0 to 90 [default: 30]
    #[arg(long, value_name = "DAYS")]
    pub provisioning_body_days: Option<String>,
    /// Who has to prove more than a password: `administrative_roles`, `all` or `optional`
    /// [default: `administrative_roles`]
    #[arg(long, value_name = "WHO")]
    pub second_factor: Option<String>,
    /// The mail server that mails are handed to [default: none, they wait in the outbox]
    #[arg(long, value_name = "HOST")]
    pub smtp_host: Option<String>,
    /// Its port [default: 587; 465 for tls, 25 for none]
    #[arg(long, value_name = "PORT")]
    pub smtp_port: Option<String>,
    /// starttls, tls or none [default: starttls]
    #[arg(long, value_name = "MODE")]
    pub smtp_tls: Option<String>,
    /// Who signs in to the mail server [default: nobody]
    #[arg(long, value_name = "NAME")]
    pub smtp_user: Option<String>,
    /// File with the password for it; the password itself is no flag, since others see those
    #[arg(long, value_name = "FILE")]
    pub smtp_password_file: Option<String>,
    /// Certificates in PEM that are trusted beside those of the system
    #[arg(long, value_name = "FILE")]
    pub smtp_ca: Option<String>,
    /// Seconds to wait for an answer of the mail server [default: 20]
    #[arg(long, value_name = "SECONDS")]
    pub smtp_timeout_s: Option<String>,
    /// The address that mails come from
    #[arg(long, value_name = "ADDRESS")]
    pub mail_from: Option<String>,
}

impl Flags {
    /// The flags of a command that does not listen.
    #[must_use]
    pub fn of_store(store: StoreFlags) -> Self {
        Self {
            store,
            serve: ServeFlags::default(),
        }
    }

    fn given(&self) -> Vec<(&'static str, Value)> {
        let (store, serve) = (&self.store, &self.serve);
        let texts = [
            ("data", &store.data),
            ("database_url", &store.database_url),
            ("public_url", &store.public_url),
            ("log_format", &store.log_format),
            ("log_filter", &store.log_filter),
            ("listen", &serve.listen),
            ("sqlite_synchronous", &serve.sqlite_synchronous),
            ("tls_cert", &serve.tls_cert),
            ("tls_key", &serve.tls_key),
            ("metrics_listen", &serve.metrics_listen),
            ("body_limit", &serve.body_limit),
            ("body_budget", &serve.body_budget),
            ("query_timeout_s", &serve.query_timeout_s),
            ("request_timeout_s", &serve.request_timeout_s),
            ("scim_rate_per_second", &serve.scim_rate_per_second),
            ("shutdown_grace_s", &serve.shutdown_grace_s),
            ("provisioning_body_days", &serve.provisioning_body_days),
            ("second_factor", &serve.second_factor),
            ("smtp_host", &serve.smtp_host),
            ("smtp_port", &serve.smtp_port),
            ("smtp_tls", &serve.smtp_tls),
            ("smtp_user", &serve.smtp_user),
            ("smtp_password_file", &serve.smtp_password_file),
            ("smtp_ca", &serve.smtp_ca),
            ("smtp_timeout_s", &serve.smtp_timeout_s),
            ("mail_from", &serve.mail_from),
        ];
        let origin = ORIGIN.to_owned();
        let mut given: Vec<_> = texts
            .into_iter()
            .filter_map(|(key, text)| {
                let text = text.clone()?;
                Some((key, Value::new(Some(&origin), text)))
            })
            .collect();
        if !serve.trusted_proxies.is_empty() {
            let list = Value::new(Some(&origin), serve.trusted_proxies.clone());
            given.push(("trusted_proxies", list));
        }
        given
    }
}

/// The origin that marks a value as coming from a flag.
pub(super) const ORIGIN: &str = "flag";

impl Source for Flags {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, LayerError> {
        Ok(self
            .given()
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect())
    }
}
