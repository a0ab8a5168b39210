//! What an operator can set, where it comes from and how a wrong value is refused.
//!
//! Each setting has one name in three spellings: `public_url` in the file, `ROLLCALL_PUBLIC_URL` in
//! the environment and `--public-url` as a flag. Later sources win: default, file, variable, flag.
//! The file is the one named by `--config` (or `ROLLCALL_CONFIG`), otherwise `rollcall.toml` in the
//! data folder if there is one. Paths are taken relative to the working directory.
//!
//! ```toml
//! # rollcall.toml, with the defaults
//! listen = "127.0.0.1:8080"
//! metrics_listen = "127.0.0.1:9090"    # "off" for none
//! public_url = "http://127.0.0.1:8080" # https unless the host is this machine
//! # database_url = "postgres://rollcall@localhost/rollcall"  (default: rollcall.db in the data folder)
//! sqlite_synchronous = "full"          # or "normal": a power failure may take the last seconds
//! # tls_cert = "/etc/rollcall/fullchain.pem"
//! # tls_key = "/etc/rollcall/key.pem"
//! trusted_proxies = []                 # for example ["10.0.0.0/8"]
//! body_limit = "16 MiB"
//! body_budget = "64 MiB"               # of all SCIM bodies in memory at a time
//! query_timeout_s = 5                  # after which the database stops a search
//! request_timeout_s = 30
//! scim_rate_per_second = 2000          # for each SCIM token; at least 25
//! shutdown_grace_s = 25
//! provisioning_body_days = 30          # 0 to 90
//! second_factor = "administrative_roles" # who has to have one; or "all", "optional"
//! # master_key = "…"                   # 32 bytes in base64 (default: master.key in the data folder)
//! # smtp_host = "mail.example.org"     (without it mails wait in the outbox)
//! # smtp_port = 587                      (465 for tls, 25 for none)
//! # smtp_tls = "starttls"                (or "tls", "none")
//! # smtp_user = "rollcall"
//! # smtp_password_file = "/etc/rollcall/smtp"  (or smtp_password, here or as a variable, never a flag)
//! # smtp_ca = "/etc/rollcall/mail-ca.pem"      (beside the certificates of the system)
//! # smtp_timeout_s = 20
//! # mail_from = "people@example.org"
//! log_format = "text"                  # or "json"
//! log_filter = "info"
//! ```

pub mod database;
pub mod error;
mod file;
pub mod flags;
mod layers;
pub mod limits;
pub mod listen;
pub mod log;
pub mod public_url;
pub mod sign_in;
pub mod smtp;

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::net::SocketAddr;
use std::path::PathBuf;

pub use database::{DatabaseLocation, Synchronous};
pub use error::ConfigError;
pub use flags::{Flags, ServeFlags, StoreFlags};
pub use limits::{Limits, Retention};
pub use listen::{ListenConfig, TlsFiles, TrustedProxies};
pub use log::{LogConfig, LogFormat};
pub use public_url::PublicUrl;
pub use sign_in::MasterKeySetting;
pub use smtp::{SmtpConfig, SmtpTls};

use scim_schema::policy::SecondFactorRule;

use layers::Layers;

/// Every setting of a process, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// The folder that holds the embedded database and what else belongs to this installation.
    pub data: PathBuf,
    /// Where the records are kept.
    pub database: DatabaseLocation,
    /// When the embedded database waits for the disk.
    pub synchronous: Synchronous,
    /// How the server listens, and whom it believes.
    pub listen: ListenConfig,
    /// The address under which people and identity providers reach the server.
    pub public_url: PublicUrl,
    /// Bounds of a single request and of a caller.
    pub limits: Limits,
    /// How long what was received is kept.
    pub retention: Retention,
    /// Who has to prove more than a password; `None` leaves it to the product.
    pub second_factor: Option<SecondFactorRule>,
    /// The master keys, unless they are in a file of the data folder.
    pub master_key: Option<MasterKeySetting>,
    /// Where mails are handed over; without it they wait in the outbox.
    pub smtp: Option<SmtpConfig>,
    /// What is logged, and how it is written.
    pub log: LogConfig,
    /// The configuration file that was read.
    pub file: Option<PathBuf>,
}

impl Config {
    /// Reads and checks the settings of one invocation. `variables` is the environment.
    ///
    /// # Errors
    /// [`ConfigError`]: the first setting that is wrong, where it stands, and how to mend it.
    pub fn load<S: BuildHasher>(
        flags: &Flags,
        variables: &HashMap<String, String, S>,
    ) -> Result<Self, ConfigError> {
        let layers = Layers::read(flags, variables)?;
        let listen = ListenConfig::from_layers(&layers)?;
        Ok(Self {
            data: layers.data().to_path_buf(),
            database: DatabaseLocation::from_layers(&layers)?,
            synchronous: Synchronous::from_layers(&layers)?,
            public_url: PublicUrl::from_layers(&layers, listen.address, listen.tls.is_some())?,
            limits: Limits::from_layers(&layers)?,
            retention: Retention::from_layers(&layers)?,
            second_factor: sign_in::second_factor(&layers)?,
            master_key: MasterKeySetting::from_layers(&layers)?,
            smtp: SmtpConfig::from_layers(&layers)?,
            log: LogConfig::from_layers(&layers)?,
            file: layers.file_path(),
            listen,
        })
    }

    /// Where a server of this invocation would listen, for what is decided before its other settings
    /// are asked for.
    ///
    /// # Errors
    /// [`ConfigError`]: a setting of the listener that is wrong.
    pub fn listen_address<S: BuildHasher>(
        flags: &Flags,
        variables: &HashMap<String, String, S>,
    ) -> Result<SocketAddr, ConfigError> {
        let layers = Layers::read(flags, variables)?;
        Ok(ListenConfig::from_layers(&layers)?.address)
    }

    /// The same settings once the listener has its address: port 0 asks the system for a free port,
    /// which the default public URL then has to name.
    #[must_use]
    pub fn bound_to(mut self, address: SocketAddr) -> Self {
        self.public_url = self.public_url.with_bound_port(address.port());
        self.listen.address = address;
        self
    }
}

#[cfg(test)]
mod tests;
