//! A mail server in the test's process: EHLO, STARTTLS, AUTH and what is needed to take mails, with
//! answers that a test decides. The embeddable servers on crates.io bring a second implementation of
//! TLS, which would become the one of everything else here.

use std::{
    collections::VecDeque,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use mailparse::MailHeaderMap;
use rollcall_server::config::{SmtpConfig, SmtpTls};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};

/// The address that mails of tests come from.
pub(crate) const FROM: &str = "people@rollcall.example.org";
/// Longest time until a mail is here.
const MAILS_TAKE: Duration = Duration::from_secs(10);

/// A mail that was taken.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    /// The receiver's address on the envelope.
    pub(crate) to: String,
    /// Whether it came over TLS.
    pub(crate) tls: bool,
    /// Who had signed in.
    pub(crate) login: Option<String>,
    /// What was sent between DATA and the dot.
    pub(crate) raw: String,
}

/// Where a scripted answer is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    /// In the place of the greeting.
    Greeting,
    /// To the receiver's address.
    Recipient,
    /// To the mail itself, which is then not kept.
    Data,
    /// To nothing: the mail is kept, and the connection closed without an answer.
    Gone,
}

#[derive(Default)]
struct Shared {
    received: Vec<Received>,
    script: VecDeque<(At, &'static str)>,
}

/// How the server is set up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setup {
    pub(crate) tls: SmtpTls,
    /// Who may sign in, and must.
    pub(crate) login: Option<(&'static str, &'static str)>,
    /// Whether it takes addresses beyond ASCII (RFC 6531).
    pub(crate) utf8: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            tls: SmtpTls::None,
            login: None,
            utf8: true,
        }
    }
}

/// A running mail server. Ends with the test.
#[derive(Clone)]
pub(crate) struct SmtpServer {
    port: u16,
    setup: Setup,
    certificate: Option<PathBuf>,
    shared: Arc<Mutex<Shared>>,
    _folder: Arc<tempfile::TempDir>,
}

impl SmtpServer {
    pub(crate) async fn start(setup: Setup) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let folder = Arc::new(tempfile::tempdir().expect("a folder"));
        let (acceptor, certificate) = match setup.tls {
            SmtpTls::None => (None, None),
            SmtpTls::StartTls | SmtpTls::Tls => {
                let (acceptor, pem) = certificate();
                let file = folder.path().join("ca.pem");
                std::fs::write(&file, pem).expect("a file");
                (Some(acceptor), Some(file))
            }
        };
        let server = Self {
            port: listener.local_addr().expect("an address").port(),
            setup,
            certificate,
            shared: Arc::default(),
            _folder: folder,
        };
        let shared = Arc::clone(&server.shared);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (shared, acceptor) = (Arc::clone(&shared), acceptor.clone());
                // A client that goes away in the middle is no fault of a test.
                tokio::spawn(async move { serve(stream, setup, acceptor, shared).await });
            }
        });
        server
    }

    /// The settings with which a Rollcall hands its mails over to it.
    pub(crate) fn config(&self) -> SmtpConfig {
        let mut config = SmtpConfig::new("localhost", self.port, self.setup.tls, FROM);
        config.timeout = Duration::from_secs(5);
        config.ca.clone_from(&self.certificate);
        match self.setup.login {
            Some((user, password)) => config.signing_in(user, password),
            None => config,
        }
    }

    /// Answers so, once, at the next such place.
    pub(crate) fn answer(&self, at: At, answer: &'static str) {
        self.shared().script.push_back((at, answer));
    }

    /// What has been taken so far.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.shared().received.clone()
    }

    /// Waits until so many mails are here, and answers them.
    pub(crate) async fn until(&self, number: usize) -> Vec<Received> {
        let deadline = tokio::time::Instant::now() + MAILS_TAKE;
        loop {
            let received = self.received();
            if received.len() >= number {
                assert_eq!(received.len(), number, "{received:#?}");
                return received;
            }
            let late = tokio::time::Instant::now() > deadline;
            assert!(!late, "{} of {number} mails came", received.len());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().expect("whole")
    }
}

impl Received {
    fn mail(&self) -> mailparse::ParsedMail<'_> {
        mailparse::parse_mail(self.raw.as_bytes()).expect("a mail")
    }

    /// A header, decoded.
    pub(crate) fn header(&self, name: &str) -> String {
        let values = self.mail().headers.get_all_values(name);
        assert_eq!(values.len(), 1, "{name}: {values:?}");
        values[0].clone()
    }

    /// Names of the headers.
    pub(crate) fn headers(&self) -> Vec<String> {
        let mail = self.mail();
        mail.headers.iter().map(|header| header.get_key()).collect()
    }

    /// The part in plain text, decoded.
    pub(crate) fn text(&self) -> String {
        self.part("text/plain")
    }

    /// The part in HTML, decoded.
    pub(crate) fn html(&self) -> String {
        self.part("text/html")
    }

    fn part(&self, kind: &str) -> String {
        let mail = self.mail();
        let part = mail.parts().find(|part| part.ctype.mimetype == kind);
        let body = part.expect("a part").get_body().expect("a text");
        body.replace("\r\n", "\n")
    }

    /// The secret of the one-time link.
    pub(crate) fn secret(&self) -> String {
        let text = self.text();
        let (_, rest) = text.split_once("/setup#").expect("a link");
        rest.split_whitespace().next().expect("a secret").to_owned()
    }
}

/// A throw-away certificate of `localhost`, its own authority.
fn certificate() -> (TlsAcceptor, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], PrivateKeyDer::from(key))
        .expect("a pair");
    (TlsAcceptor::from(Arc::new(config)), made.cert.pem())
}

async fn serve(
    stream: TcpStream,
    setup: Setup,
    acceptor: Option<TlsAcceptor>,
    shared: Arc<Mutex<Shared>>,
) -> std::io::Result<()> {
    let mut talk = Talk {
        setup,
        shared,
        tls: false,
        login: None,
    };
    let Some(acceptor) = acceptor else {
        talk.over(stream, true).await?;
        return Ok(());
    };
    if setup.tls == SmtpTls::Tls {
        talk.tls = true;
        talk.over(acceptor.accept(stream).await?, true).await?;
        return Ok(());
    }
    if let Some(stream) = talk.over(stream, true).await? {
        talk.tls = true;
        talk.over(acceptor.accept(stream).await?, false).await?;
    }
    Ok(())
}

/// One conversation.
struct Talk {
    setup: Setup,
    shared: Arc<Mutex<Shared>>,
    tls: bool,
    login: Option<String>,
}

impl Talk {
    /// Talks until the client leaves; answers the stream when it asks for TLS.
    async fn over<S>(&mut self, stream: S, greets: bool) -> std::io::Result<Option<S>>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let mut stream = BufReader::new(stream);
        if greets {
            let greeting = self.scripted(At::Greeting).unwrap_or("220 localhost");
            say(&mut stream, greeting).await?;
        }
        let mut to = String::new();
        while let Some(line) = hear(&mut stream).await? {
            let verb = line.split(' ').next().unwrap_or_default().to_uppercase();
            let answer = match verb.as_str() {
                "EHLO" => self.extensions(),
                "STARTTLS" => {
                    say(&mut stream, "220 go ahead").await?;
                    return Ok(Some(stream.into_inner()));
                }
                "AUTH" => self.sign_in(&line),
                "MAIL" if self.setup.login.is_some() && self.login.is_none() => {
                    "530 5.7.0 sign in first".to_owned()
                }
                "RCPT" => {
                    to = address(&line);
                    self.scripted(At::Recipient).unwrap_or("250 ok").to_owned()
                }
                "DATA" => {
                    say(&mut stream, "354 go ahead").await?;
                    let raw = body(&mut stream).await?;
                    match self.take(&to, raw) {
                        Some(answer) => answer.to_owned(),
                        None => return Ok(None),
                    }
                }
                "QUIT" => {
                    say(&mut stream, "221 bye").await?;
                    return Ok(None);
                }
                _ => "250 ok".to_owned(),
            };
            say(&mut stream, &answer).await?;
        }
        Ok(None)
    }

    fn extensions(&self) -> String {
        let mut lines = vec!["localhost"];
        if self.setup.tls == SmtpTls::StartTls && !self.tls {
            lines.push("STARTTLS");
        }
        if self.setup.login.is_some() {
            lines.push("AUTH PLAIN");
        }
        if self.setup.utf8 {
            lines.extend(["8BITMIME", "SMTPUTF8"]);
        }
        let last = lines.len() - 1;
        let lines = lines.iter().enumerate().map(|(index, line)| match index {
            index if index == last => format!("250 {line}"),
            _ => format!("250-{line}"),
        });
        lines.collect::<Vec<_>>().join("\r\n")
    }

    fn sign_in(&mut self, line: &str) -> String {
        let given = line.rsplit(' ').next().unwrap_or_default();
        let given = STANDARD.decode(given).unwrap_or_default();
        let given = String::from_utf8_lossy(&given).into_owned();
        let mut parts = given.split('\0').skip(1);
        let given = (parts.next(), parts.next());
        match self.setup.login {
            Some((user, password)) if given == (Some(user), Some(password)) => {
                self.login = Some(user.to_owned());
                "235 2.7.0 welcome".to_owned()
            }
            _ => "535 5.7.8 wrong name or password".to_owned(),
        }
    }

    /// Keeps a mail and answers; `None` when the connection goes without an answer.
    fn take(&mut self, to: &str, raw: String) -> Option<&'static str> {
        if let Some(answer) = self.scripted(At::Data) {
            return Some(answer);
        }
        let gone = self.scripted(At::Gone).is_some();
        self.shared.lock().expect("whole").received.push(Received {
            to: to.to_owned(),
            tls: self.tls,
            login: self.login.clone(),
            raw,
        });
        (!gone).then_some("250 2.0.0 taken")
    }

    fn scripted(&self, at: At) -> Option<&'static str> {
        let mut shared = self.shared.lock().expect("whole");
        let first = shared.script.front().filter(|(place, _)| *place == at)?.1;
        shared.script.pop_front();
        Some(first)
    }
}

async fn say<S: AsyncWrite + Unpin>(stream: &mut BufReader<S>, line: &str) -> std::io::Result<()>
where
    BufReader<S>: AsyncWrite,
{
    stream.write_all(format!("{line}\r\n").as_bytes()).await?;
    stream.flush().await
}

async fn hear<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> std::io::Result<Option<String>> {
    let mut line = String::new();
    let heard = stream.read_line(&mut line).await?;
    Ok((heard > 0).then(|| line.trim_end().to_owned()))
}

/// What comes until the dot, with the dots that were doubled on the way.
async fn body<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> std::io::Result<String> {
    let mut raw = String::new();
    while let Some(line) = hear(stream).await? {
        if line == "." {
            break;
        }
        raw.push_str(line.strip_prefix('.').unwrap_or(&line));
        raw.push_str("\r\n");
    }
    Ok(raw)
}

fn address(line: &str) -> String {
    let rest = line.split_once('<').map_or("", |(_, rest)| rest);
    rest.split('>').next().unwrap_or_default().to_owned()
}
