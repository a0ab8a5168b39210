//! Hands mails to the configured server over pooled connections.

use std::{fs, io, path::PathBuf, time::Duration};

use chrono::{DateTime, Utc};
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
    transport::smtp::{
        Error as SmtpError, PoolConfig,
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
        extension::ClientId,
        response::Code,
    },
};

use super::letter::{Letter, plain};
use crate::config::{SmtpConfig, SmtpTls};

/// Connections to the server at a time: mails go out one after the other, and a test beside them.
const CONNECTIONS: u32 = 2;
/// How long one that is not used is kept.
const IDLE: Duration = Duration::from_secs(30);
/// Longest answer of a server that is kept, in characters.
const ANSWER_MAX: usize = 300;

/// The way to the mail server. Clones share its connections.
#[derive(Clone)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Address,
}

/// Why there is no way to the mail server.
#[derive(Debug, thiserror::Error)]
pub enum MailerError {
    /// The file with certificates.
    #[error("The file {} (smtp_ca) cannot be read ({reason}). Check its name and its permissions.", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        reason: io::Error,
    },
    /// What is in it.
    #[error("The file {} (smtp_ca) has no certificate in PEM.", file.display())]
    NoCertificate {
        /// The file.
        file: PathBuf,
    },
    /// TLS with these settings.
    #[error("TLS to the mail server cannot be set up: {0}.")]
    Tls(String),
    /// The address that mails come from.
    #[error(
        "Mails cannot come from {0}: it is not an e-mail address that mail servers take. Correct mail_from."
    )]
    From(String),
}

/// From whom to whom, and when.
#[derive(Clone, Debug)]
pub struct Envelope {
    /// The name that it comes from.
    pub from: String,
    /// Name of the receiver.
    pub name: String,
    /// Address of the receiver.
    pub address: String,
    /// With its angle brackets; the same in every try.
    pub message_id: String,
    /// When its cause was.
    pub date: DateTime<Utc>,
}

/// Why a mail was not taken; the sentence is for administrators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undelivered {
    /// It may be taken later.
    Later(String),
    /// It will never be taken.
    Never(String),
}

impl Mailer {
    /// The way to a server; nothing is sent yet.
    ///
    /// # Errors
    /// [`MailerError`] when its certificates or addresses cannot be used.
    pub fn new(config: &SmtpConfig) -> Result<Self, MailerError> {
        let pool = PoolConfig::new().max_size(CONNECTIONS).idle_timeout(IDLE);
        let from = address(&config.from).ok_or_else(|| MailerError::From(config.from.clone()))?;
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&config.host)
            .port(config.port)
            .hello_name(ClientId::Domain(from.domain().to_owned()))
            .timeout(Some(config.timeout))
            .tls(tls(config)?)
            .pool_config(pool);
        if let Some((user, password)) = &config.login {
            let password = password.reveal().to_owned();
            builder = builder.credentials(Credentials::new(user.clone(), password));
        }
        Ok(Self {
            transport: builder.build(),
            from,
        })
    }

    /// The identifier of a mail in every one of its tries (RFC 5322 section 3.6.4).
    #[must_use]
    pub fn message_id(&self, id: uuid::Uuid) -> String {
        format!("<{id}@{}>", self.from.domain())
    }

    /// Connects, signs in and says good-bye.
    ///
    /// # Errors
    /// What went wrong, as a sentence.
    pub async fn check(&self) -> Result<(), String> {
        match self.transport.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err("The mail server closed the connection at once.".to_owned()),
            Err(error) => Err(sentence(&error)),
        }
    }

    /// Hands a mail over.
    ///
    /// # Errors
    /// [`Undelivered`] with what the server said.
    pub async fn send(&self, envelope: &Envelope, letter: &Letter) -> Result<(), Undelivered> {
        let message = self.message(envelope, letter)?;
        let Err(error) = self.transport.send(message).await else {
            return Ok(());
        };
        let said = sentence(&error);
        // Also a mail that the server has no means to take, such as one to an address beyond ASCII.
        let is_refused = error.is_permanent() || error.is_client();
        let is_refused = is_refused && !is_about_us(error.status());
        // A server that takes nobody's mail now refuses in the same words: then it is not this mail.
        match is_refused && self.check().await.is_ok() {
            true => Err(Undelivered::Never(said)),
            false => Err(Undelivered::Later(said)),
        }
    }

    fn message(&self, envelope: &Envelope, letter: &Letter) -> Result<Message, Undelivered> {
        let to = address(&envelope.address).ok_or_else(|| {
            Undelivered::Never("Mail servers do not take this e-mail address.".to_owned())
        })?;
        let named = |name: &str, address| Mailbox::new(Some(plain(name)), address);
        Message::builder()
            .from(named(&envelope.from, self.from.clone()))
            .to(named(&envelope.name, to))
            .subject(letter.subject.clone())
            .message_id(Some(envelope.message_id.clone()))
            .date(envelope.date.into())
            .raw_header(auto_submitted())
            .multipart(MultiPart::alternative_plain_html(
                letter.to_text(),
                letter.to_html(),
            ))
            .map_err(|error| Undelivered::Never(format!("The mail cannot be written: {error}.")))
    }
}

/// So that nothing answers by itself (RFC 3834 section 5).
fn auto_submitted() -> HeaderValue {
    let name = HeaderName::new_from_ascii_str("Auto-Submitted");
    HeaderValue::new(name, "auto-generated".to_owned())
}

/// An address for the envelope: its domain as the DNS knows it, so that only what is before the `@`
/// asks the server for SMTPUTF8.
fn address(text: &str) -> Option<Address> {
    let (local, domain) = text.rsplit_once('@')?;
    let domain = idna::domain_to_ascii(domain).ok()?;
    Address::new(local, domain).ok()
}

/// Whether a refusal is of our own sign-in (RFC 4954 section 6), whatever the mail.
fn is_about_us(code: Option<Code>) -> bool {
    code.is_some_and(|code| matches!(u16::from(code), 530 | 534 | 535 | 538))
}

fn tls(config: &SmtpConfig) -> Result<Tls, MailerError> {
    if config.tls == SmtpTls::None {
        return Ok(Tls::None);
    }
    let mut parameters = TlsParameters::builder(config.host.clone());
    if let Some(file) = &config.ca {
        let pem = fs::read(file).map_err(|reason| MailerError::Unreadable {
            file: file.clone(),
            reason,
        })?;
        let has_one = pem.windows(10).any(|window| window == b"-----BEGIN");
        let certificate = Certificate::from_pem(&pem).ok().filter(|_| has_one);
        let certificate =
            certificate.ok_or_else(|| MailerError::NoCertificate { file: file.clone() })?;
        parameters = parameters.add_root_certificate(certificate);
    }
    let parameters = parameters
        .build()
        .map_err(|error| MailerError::Tls(error.to_string()))?;
    Ok(match config.tls {
        SmtpTls::Tls => Tls::Wrapper(parameters),
        _ => Tls::Required(parameters),
    })
}

/// What went wrong, with everything that it is due to.
fn sentence(error: &SmtpError) -> String {
    let what = match error.status() {
        Some(code) => format!("The mail server answered {code}"),
        None if error.is_timeout() => "The mail server did not answer in time".to_owned(),
        None if error.is_tls() => "TLS to the mail server failed".to_owned(),
        None if error.is_client() => "The mail server cannot take this mail".to_owned(),
        None if error.is_response() => "The mail server answered something unknown".to_owned(),
        None => "The mail server cannot be reached".to_owned(),
    };
    let mut causes = Vec::new();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let text = cause.to_string();
        if !causes.contains(&text) {
            causes.push(text);
        }
        source = cause.source();
    }
    let why: String = causes.join(": ");
    let why: String = why
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(ANSWER_MAX)
        .collect();
    match why.trim().trim_end_matches('.') {
        "" => format!("{what}."),
        why => format!("{what}: {why}."),
    }
}
