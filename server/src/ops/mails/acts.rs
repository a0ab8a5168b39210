//! What administrators do with the outbox: look at a mail, send it again, send themselves a test.

use std::sync::Arc;

use scim_schema::{
    api::{events::ChangeKind, mails::MailDetail},
    id::{AccountId, MailId},
    mail::{MailKind, MailState},
};
use serde_json::json;

use super::{OpError, facts::letter_of};
use crate::{
    ctx::Ctx,
    db::{AuditEntry, Change, Db, MailAbout, NewMail, Written},
    ops::sessions::Identity,
};

/// Test mails that somebody may ask for within an hour.
const TESTS_AN_HOUR: u64 = 10;

/// A mail as it would be written now, without the secret of its link.
///
/// # Errors
/// [`OpError::NotFound`], and those of the database.
pub async fn read(
    db: &Db,
    account: AccountId,
    id: MailId,
    public_url: &str,
) -> Result<MailDetail, OpError> {
    let mail = db.account(account).mail(id).await?;
    let mail = mail.ok_or(OpError::NotFound)?;
    let written = letter_of(db, account, &mail, public_url, None).await?;
    Ok(MailDetail {
        row: mail.row(written.name),
        message_id: mail.message_id,
        text: written.letter.to_text(),
        html: written.letter.to_html(),
        subject: written.letter.subject,
    })
}

/// Sends a mail that is over again, or one that waits at once; its tries begin anew.
///
/// # Errors
/// [`OpError::NotFound`], [`OpError::Conflict`] while it is being sent, and those of the database.
pub async fn send_again(db: &Db, ctx: &Arc<Ctx>, id: MailId) -> Result<(), OpError> {
    db.write(ctx, move |tx| {
        Box::pin(async move {
            let mail = tx.lock_mail(id).await?;
            let mut mail = mail.ok_or(OpError::NotFound)?;
            let now = tx.ctx().now;
            let is_on_its_way = mail.state == MailState::Sending;
            if is_on_its_way && mail.next_attempt_at.is_some_and(|lost| lost > now) {
                return Err(OpError::Conflict(
                    "This mail is being sent at this moment. Wait for what becomes of it."
                        .to_owned(),
                ));
            }
            let before = mail.state;
            mail.state = MailState::Queued;
            mail.attempts = 0;
            mail.next_attempt_at = Some(now);
            mail.last_error = None;
            mail.sent_at = None;
            tx.store_mail(&mail).await?;
            let details = json!({ "kind": mail.kind, "user": mail.user, "before": before });
            let entry = AuditEntry::done("mail.send_again", "mail", id, details);
            let change = Change::updated(ChangeKind::Mail, id, 0);
            Ok(Written::audited((), entry)
                .announcing(change)
                .queueing(tx.sending(id, now)))
        })
    })
    .await
}

/// Puts a test mail to whoever asks into the outbox.
///
/// # Errors
/// [`OpError::MissingEmail`], [`OpError::Conflict`] beyond ten within an hour, and those of the
/// database.
pub async fn send_test(db: &Db, ctx: &Arc<Ctx>, by: &Identity) -> Result<(), OpError> {
    let user = by.user;
    db.write(ctx, move |tx| {
        Box::pin(async move {
            let person = tx.lock_sign_in_user(user).await?;
            let email = person.and_then(|person| person.email);
            let address = email.ok_or(OpError::MissingEmail)?;
            let since = tx.ctx().now - chrono::TimeDelta::hours(1);
            if tx.mails_since(user, MailKind::Test, since).await? >= TESTS_AN_HOUR {
                return Err(OpError::Conflict(format!(
                    "You asked for {TESTS_AN_HOUR} test mails within the last hour. Look at what became of them first."
                )));
            }
            let mail = NewMail {
                kind: MailKind::Test,
                user,
                address,
                about: MailAbout::default(),
                dedup_key: None,
            };
            let entry = AuditEntry::done("mail.test", "user", user, json!({}));
            Ok(Written::audited((), entry).mailing([mail]))
        })
    })
    .await
}
