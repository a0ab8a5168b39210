//! Sending a mail: it is taken, sent outside any transaction, and what became of it is recorded.
//!
//! The secret of a link is in no table: each try makes a link of its own, whose secret is in that
//! mail alone. A mail that is repeated after a crash leads somewhere, and so does the one of before,
//! until one of the two is used; a mail that is asked for anew ends the links of before.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use scim_schema::{
    api::{events::ChangeKind, session::LinkPurpose},
    id::MailId,
    mail::{MailKind, MailState},
};

use super::{super::one_time_links, OpError};
use crate::{
    ctx::Ctx,
    db::{AccountTx, AuditEntry, Change, Db, StoredMail, Written},
    ids::Ids,
    mail::Undelivered,
    ops::secrets::Secret,
};

/// Longest time until a try counts as lost: every answer of the server may take its time.
const TRY_TAKES: TimeDelta = TimeDelta::minutes(5);

/// Pauses after tries that failed; after the last one it is given up, a day after the first.
const PAUSES: [TimeDelta; 8] = [
    TimeDelta::minutes(1),
    TimeDelta::minutes(5),
    TimeDelta::minutes(15),
    TimeDelta::hours(1),
    TimeDelta::hours(2),
    TimeDelta::hours(4),
    TimeDelta::hours(8),
    TimeDelta::hours(9),
];

/// How long after its time a mail still says something new: one that waited longer for a mail server
/// is sent only when somebody asks for it.
const STALE: TimeDelta = TimeDelta::days(7);

/// A try that has begun.
#[derive(Clone, Debug)]
pub struct Try {
    /// The mail, as it is stored now.
    pub mail: StoredMail,
    /// The secret of its link.
    pub secret: Option<Secret>,
}

/// Takes a mail to send it: nobody else does until [`finish`], or until the try counts as lost.
/// `message_id` names it in every try. `None` when it is over, or another try is under way.
///
/// # Errors
/// Those of the database.
pub async fn begin(
    db: &Db,
    ctx: &Arc<Ctx>,
    ids: &Ids,
    id: MailId,
    message_id: String,
) -> Result<Option<Try>, OpError> {
    let secret = Secret::new(ids, "");
    db.write::<_, OpError, _>(ctx, move |tx| {
        let (secret, message_id) = (secret.clone(), message_id.clone());
        Box::pin(async move {
            let Some(mail) = tx.lock_mail(id).await? else {
                return Ok(Written::unchanged(None));
            };
            if mail.state.is_over() {
                return Ok(Written::unchanged(None));
            }
            match mail.next_attempt_at.filter(|at| *at > tx.ctx().now) {
                // Whoever began may be gone: then somebody has to come back for it.
                Some(at) => {
                    let job = tx.sending(id, at);
                    Ok(Written::bookkeeping(None).queueing(job))
                }
                None => take(tx, mail, message_id, secret).await,
            }
        })
    })
    .await
}

async fn take(
    tx: &AccountTx,
    mut mail: StoredMail,
    message_id: String,
    secret: Secret,
) -> Result<Written<Option<Try>>, OpError> {
    let is_stale = |due: DateTime<Utc>| tx.ctx().now - due > STALE;
    let address = match mail.next_attempt_at.is_some_and(is_stale) {
        true => Err(
            "It waited for a mail server for more than a week and says nothing new. Send it again if it is still wanted.",
        ),
        false => address_of(tx, &mail).await?,
    };
    match address {
        Ok(address) => mail.address = address,
        Err(why) => {
            settle(&mut mail, MailState::Dead, Some(why.to_owned()));
            tx.store_mail(&mail).await?;
            return Ok(announced(None, mail.id));
        }
    }
    let is_first = mail.attempts == 0;
    mail.state = MailState::Sending;
    mail.attempts += 1;
    mail.next_attempt_at = Some(tx.ctx().now + TRY_TAKES);
    mail.message_id.get_or_insert(message_id);
    tx.store_mail(&mail).await?;
    let entry = link(tx, &mail, &secret, is_first).await?;
    let secret = entry.is_some().then_some(secret);
    let mut written = announced((), mail.id);
    written.audit.extend(entry);
    Ok(written.map(|()| Some(Try { mail, secret })))
}

/// Where the mail goes now, or why it goes nowhere.
async fn address_of(
    tx: &AccountTx,
    mail: &StoredMail,
) -> Result<Result<String, &'static str>, OpError> {
    let Some(person) = tx.lock_sign_in_user(mail.user).await? else {
        return Ok(Err("The person is not here any more."));
    };
    if !mail.kind.reaches(&person.axes) {
        return Ok(Err(
            "The person's status changed, and a mail like this is not sent to somebody of that status.",
        ));
    }
    if mail.kind == MailKind::EmailChanged {
        return Ok(Ok(mail.address.clone()));
    }
    Ok(person
        .email
        .ok_or("The person has no e-mail address any more. Give them one and send it again."))
}

/// The link that this try carries.
async fn link(
    tx: &AccountTx,
    mail: &StoredMail,
    secret: &Secret,
    is_first: bool,
) -> Result<Option<AuditEntry>, OpError> {
    let purpose = match mail.kind {
        MailKind::SetPassword => LinkPurpose::Setup,
        MailKind::ResetPassword => LinkPurpose::Reset,
        _ => return Ok(None),
    };
    let user = Some(mail.user);
    let entry = match is_first {
        true => one_time_links::issue(tx, purpose, user, secret.hash()).await?,
        false => one_time_links::add(tx, purpose, user, secret.hash()).await?,
    };
    Ok(Some(entry))
}

/// Records what became of a try.
///
/// # Errors
/// Those of the database.
pub async fn finish(
    db: &Db,
    ctx: &Arc<Ctx>,
    tried: StoredMail,
    outcome: Result<(), Undelivered>,
) -> Result<(), OpError> {
    db.write(ctx, move |tx| {
        let (tried, outcome) = (tried.clone(), outcome.clone());
        Box::pin(async move {
            let Some(mut mail) = tx.lock_mail(tried.id).await? else {
                return Ok(Written::unchanged(()));
            };
            // The try counted as lost meanwhile, and another one has begun.
            if mail.state != MailState::Sending || mail.attempts != tried.attempts {
                return Ok(Written::unchanged(()));
            }
            conclude(&mut mail, outcome, tx.ctx().now);
            tx.store_mail(&mail).await?;
            let mut written = announced((), mail.id);
            let again = mail.next_attempt_at.map(|at| tx.sending(mail.id, at));
            written.jobs.extend(again);
            Ok::<_, OpError>(written)
        })
    })
    .await
}

fn conclude(mail: &mut StoredMail, outcome: Result<(), Undelivered>, now: DateTime<Utc>) {
    match outcome {
        Ok(()) => {
            settle(mail, MailState::Sent, None);
            mail.sent_at = Some(now);
        }
        Err(Undelivered::Never(why)) => settle(mail, MailState::Bounced, Some(why)),
        Err(Undelivered::Later(why)) => match pause(mail.attempts) {
            Some(pause) => {
                mail.state = MailState::Queued;
                mail.next_attempt_at = Some(now + pause);
                mail.last_error = Some(why);
            }
            None => settle(mail, MailState::Dead, Some(why)),
        },
    }
}

/// Nothing more happens to it by itself.
fn settle(mail: &mut StoredMail, state: MailState, error: Option<String>) {
    mail.state = state;
    mail.next_attempt_at = None;
    mail.last_error = error;
}

/// The pause after this many tries; `None` after the last one.
fn pause(attempts: i32) -> Option<TimeDelta> {
    let index = usize::try_from(attempts - 1).ok()?;
    PAUSES.get(index).copied()
}

/// Nobody did anything: what became of a mail is in its row.
fn announced<T>(value: T, id: MailId) -> Written<T> {
    Written::bookkeeping(value).announcing(Change::updated(ChangeKind::Mail, id, 0))
}

/// Queues the sending of mails that nobody sends.
///
/// # Errors
/// Those of the database.
pub async fn requeue(db: &Db, ctx: &Arc<Ctx>, mails: Vec<MailId>) -> Result<(), OpError> {
    db.write(ctx, move |tx| {
        let now = tx.ctx().now;
        let jobs: Vec<_> = mails.iter().map(|id| tx.sending(*id, now)).collect();
        Box::pin(async move {
            let mut written = Written::bookkeeping(());
            written.jobs = jobs;
            Ok::<_, OpError>(written)
        })
    })
    .await
}

#[cfg(test)]
mod tests {
    use scim_schema::id::UserId;
    use uuid::Uuid;

    use super::*;
    use crate::db::MailAbout;

    fn now() -> DateTime<Utc> {
        "2026-11-22T08:00:00Z".parse().unwrap()
    }

    fn sending(attempts: i32) -> StoredMail {
        StoredMail {
            id: MailId(Uuid::from_u128(1)),
            kind: MailKind::Removed,
            state: MailState::Sending,
            user: UserId(Uuid::from_u128(2)),
            address: "anna@example.org".to_owned(),
            about: MailAbout::default(),
            attempts,
            next_attempt_at: Some(now() + TRY_TAKES),
            message_id: None,
            last_error: Some("before".to_owned()),
            created_at: now(),
            sent_at: None,
        }
    }

    #[test]
    fn what_was_taken_is_over_and_forgets_its_error() {
        let mut mail = sending(3);
        conclude(&mut mail, Ok(()), now());
        assert_eq!((mail.state, mail.sent_at), (MailState::Sent, Some(now())));
        assert_eq!((mail.next_attempt_at, mail.last_error), (None, None));
    }

    #[test]
    fn what_may_be_taken_later_is_tried_for_a_day_and_then_given_up() {
        let mut waited = TimeDelta::zero();
        for attempts in 1..=8 {
            let mut mail = sending(attempts);
            conclude(&mut mail, Err(Undelivered::Later("busy".to_owned())), now());
            assert_eq!(mail.state, MailState::Queued);
            waited += mail.next_attempt_at.unwrap() - now();
        }
        assert!(
            waited > TimeDelta::hours(24) && waited < TimeDelta::hours(25),
            "{waited}"
        );
        let mut mail = sending(9);
        conclude(&mut mail, Err(Undelivered::Later("busy".to_owned())), now());
        assert_eq!((mail.state, mail.next_attempt_at), (MailState::Dead, None));
        assert_eq!(mail.last_error.as_deref(), Some("busy"));
    }

    #[test]
    fn what_is_refused_for_good_is_not_tried_again() {
        let mut mail = sending(1);
        conclude(&mut mail, Err(Undelivered::Never("no".to_owned())), now());
        assert_eq!(
            (mail.state, mail.next_attempt_at),
            (MailState::Bounced, None)
        );
    }
}
