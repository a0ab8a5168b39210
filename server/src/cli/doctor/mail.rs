//! Whether mails can leave: a real connection with TLS and sign-in, and no mail.

use super::{Outcome, sentence};
use crate::config::{SmtpConfig, SmtpTls};
use crate::mail::Mailer;

pub(super) async fn examine(smtp: Option<&SmtpConfig>) -> Outcome {
    const MEND: &str = "Correct smtp_host, smtp_port, smtp_tls, smtp_user and its password; until then mails wait in the outbox.";
    let Some(smtp) = smtp else {
        return Outcome::warning(
            "No mail server is configured.",
            "Set smtp_host and mail_from; until then mails wait in the outbox.",
        );
    };
    let mailer = match Mailer::new(smtp) {
        Ok(mailer) => mailer,
        Err(error) => return Outcome::error(sentence(&error), ""),
    };
    let place = format!("{}:{}", smtp.host, smtp.port);
    if let Err(why) = mailer.check().await {
        return Outcome::error(format!("{place}: {why}"), MEND);
    }
    let signed_in = match &smtp.login {
        Some((user, _)) => format!(" and signed {user} in"),
        None => String::new(),
    };
    let found = format!(
        "{place} answered{signed_in}; mails come from {}.",
        smtp.from
    );
    if smtp.tls == SmtpTls::None && !smtp.is_on_this_machine() {
        return Outcome::warning(
            format!("{found} They travel there in the clear."),
            "Set smtp_tls to starttls or tls, unless the network between is its own.",
        );
    }
    Outcome::Fine(found)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn without_a_server_mails_wait() {
        let found = examine(None).await;
        assert!(
            matches!(&found, Outcome::Warning { mend, .. } if mend.contains("mails wait")),
            "{found:?}"
        );
    }

    #[tokio::test]
    async fn a_server_that_nobody_reaches_is_an_error() {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let mut smtp = SmtpConfig::new("127.0.0.1", port, SmtpTls::None, "people@example.org");
        smtp.timeout = Duration::from_secs(2);
        let found = examine(Some(&smtp)).await;
        assert!(
            matches!(&found, Outcome::Error { found, .. } if found.contains("cannot be reached")),
            "{found:?}"
        );
    }
}
