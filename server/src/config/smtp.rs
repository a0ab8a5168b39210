//! The mail server that mails are handed to. Without one they wait in the outbox.
//!
//! The operator names the server, and nobody else can: that is the list of domain.md section 1,
//! *Outgoing connections*, so its address may be a private one.

use std::fmt;
use std::fs;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use scim_schema::api::session::check_email;

use super::error::ConfigError;
use super::layers::{Layers, Setting};

const DEFAULT_TIMEOUT_SECONDS: u64 = 20;

/// How the connection to the mail server is kept from others' eyes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpTls {
    /// Begun in the clear and continued in TLS; a server that does not offer it is refused.
    StartTls,
    /// TLS from the first byte.
    Tls,
    /// In the clear: for a relay on this machine or in a network of its own.
    None,
}

/// A secret that is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct SmtpPassword(String);

impl SmtpPassword {
    /// The password itself, for the server.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SmtpPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SmtpPassword")
    }
}

/// The mail server, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmtpConfig {
    /// Name or address, as its certificate has it.
    pub host: String,
    /// Port; 587, 465 or 25 by the mode of TLS unless set.
    pub port: u16,
    /// Mode of TLS.
    pub tls: SmtpTls,
    /// Who signs in there, if anybody.
    pub login: Option<(String, SmtpPassword)>,
    /// The address that mails come from.
    pub from: String,
    /// Longest wait for one answer of the server.
    pub timeout: Duration,
    /// Certificates in PEM that are trusted beside those of the system.
    pub ca: Option<PathBuf>,
}

impl SmtpConfig {
    /// The settings of an anonymous server, with the usual rest.
    #[must_use]
    pub fn new(host: &str, port: u16, tls: SmtpTls, from: &str) -> Self {
        Self {
            host: host.to_owned(),
            port,
            tls,
            login: None,
            from: from.to_owned(),
            timeout: Duration::from_secs(DEFAULT_TIMEOUT_SECONDS),
            ca: None,
        }
    }

    /// The same with somebody who signs in.
    #[must_use]
    pub fn signing_in(mut self, user: &str, password: &str) -> Self {
        self.login = Some((user.to_owned(), SmtpPassword(password.to_owned())));
        self
    }

    /// Whether nothing that is said to the server leaves this machine.
    #[must_use]
    pub fn is_on_this_machine(&self) -> bool {
        is_this_machine(&self.host)
    }

    pub(super) fn from_layers(layers: &Layers) -> Result<Option<Self>, ConfigError> {
        let Some(host) = layers.text("smtp_host")? else {
            return without_host(layers);
        };
        let tls = match layers.text("smtp_tls")? {
            None => SmtpTls::StartTls,
            Some(setting) => mode(&setting)?,
        };
        let port = match layers.text("smtp_port")? {
            None => usual_port(tls),
            Some(setting) => setting.whole_number(1..=65_535, "a port")?,
        };
        let timeout = match layers.text("smtp_timeout_s")? {
            None => DEFAULT_TIMEOUT_SECONDS,
            Some(setting) => setting.whole_number(1..=60, "seconds")?,
        };
        let from = from(layers, &host)?;
        let login = login(layers)?;
        let name = host_name(&host)?;
        if login.is_some() && tls == SmtpTls::None && !is_this_machine(&name) {
            return Err(host.refuse(
                format!("is \"{name}\", which the password would travel to readable by everybody in between, because `smtp_tls` is \"none\""),
                "Set smtp_tls to starttls or tls, or leave smtp_user and its password out",
            ));
        }
        Ok(Some(Self {
            host: name,
            port,
            tls,
            login,
            from,
            timeout: Duration::from_secs(timeout),
            ca: layers.text("smtp_ca")?.map(|file| PathBuf::from(file.text)),
        }))
    }
}

const fn usual_port(tls: SmtpTls) -> u16 {
    match tls {
        SmtpTls::StartTls => 587,
        SmtpTls::Tls => 465,
        SmtpTls::None => 25,
    }
}

/// Settings that stand alone were meant for something: better said than ignored.
fn without_host(layers: &Layers) -> Result<Option<SmtpConfig>, ConfigError> {
    const NEED_A_HOST: [&str; 8] = [
        "smtp_port",
        "smtp_tls",
        "smtp_user",
        "smtp_password",
        "smtp_password_file",
        "smtp_ca",
        "smtp_timeout_s",
        "mail_from",
    ];
    for key in NEED_A_HOST {
        if let Some(setting) = layers.text(key)? {
            return Err(setting.refuse(
                "is set, but `smtp_host` is not",
                "Set smtp_host to the mail server, or remove this",
            ));
        }
    }
    Ok(None)
}

fn host_name(host: &Setting) -> Result<String, ConfigError> {
    let name = host.text.trim();
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
    match !name.is_empty() && name.chars().all(is_name) && (!name.contains(':') || is_ip(name)) {
        true => Ok(name.to_owned()),
        false => Err(host.refuse(
            format!("is \"{name}\", which is not the name of a machine"),
            "Write the name alone, like mail.example.org; the port is smtp_port",
        )),
    }
}

fn is_ip(name: &str) -> bool {
    name.parse::<IpAddr>().is_ok()
}

fn is_this_machine(name: &str) -> bool {
    match name.parse::<IpAddr>() {
        Ok(address) => address.to_canonical().is_loopback(),
        Err(_) => name.eq_ignore_ascii_case("localhost"),
    }
}

fn mode(setting: &Setting) -> Result<SmtpTls, ConfigError> {
    match setting.text.trim() {
        "starttls" => Ok(SmtpTls::StartTls),
        "tls" => Ok(SmtpTls::Tls),
        "none" => Ok(SmtpTls::None),
        other => Err(setting.refuse(
            format!("is \"{other}\", which is no mode of TLS"),
            "Write starttls, tls or none",
        )),
    }
}

fn from(layers: &Layers, host: &Setting) -> Result<String, ConfigError> {
    const MEND: &str = "Write the address that mails come from, like people@example.org";
    let Some(setting) = layers.text("mail_from")? else {
        return Err(host.refuse(
            "is set, but `mail_from` is not",
            "Set mail_from to the address that mails come from, like people@example.org",
        ));
    };
    let address = setting.text.trim();
    match check_email(address) {
        Ok(()) if address.is_ascii() => Ok(address.to_owned()),
        _ => Err(setting.refuse(
            format!("is \"{address}\", which is not a plain e-mail address"),
            MEND,
        )),
    }
}

fn login(layers: &Layers) -> Result<Option<(String, SmtpPassword)>, ConfigError> {
    let user = layers.text("smtp_user")?;
    let password = password(layers)?;
    match (user, password) {
        (None, None) => Ok(None),
        (Some(user), Some((_, password))) => Ok(Some((user.text, SmtpPassword(password)))),
        (Some(user), None) => Err(user.refuse(
            "is set, but its password is not",
            "Set smtp_password_file to a file with the password, or the variable ROLLCALL_SMTP_PASSWORD",
        )),
        (None, Some((setting, _))) => Err(setting.refuse(
            "is set, but `smtp_user` is not",
            "Set smtp_user to who signs in to the mail server, or remove this",
        )),
    }
}

/// The password with the setting that it comes from; a line end behind it is none of it.
fn password(layers: &Layers) -> Result<Option<(Setting, String)>, ConfigError> {
    match (
        layers.text("smtp_password")?,
        layers.text("smtp_password_file")?,
    ) {
        (None, None) => Ok(None),
        (Some(setting), None) => {
            let password = setting.text.clone();
            Ok(Some((setting, password)))
        }
        (None, Some(file)) => match fs::read_to_string(&file.text) {
            Ok(text) => {
                let password = text.trim_end_matches(['\r', '\n']).to_owned();
                Ok(Some((file, password)))
            }
            Err(error) => Err(file.refuse(
                format!("is \"{}\", which cannot be read: {error}", file.text),
                "Check its name and its permissions",
            )),
        },
        (Some(_), Some(file)) => {
            Err(file.refuse("is set, and so is `smtp_password`", "Set one of the two"))
        }
    }
}
