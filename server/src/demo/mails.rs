//! What was mailed to people about what befell them, and what became of it.

use chrono::TimeDelta;
use scim_schema::{
    id::{MailId, UserId},
    mail::{MailKind, MailState},
};

use super::{Plan, Stage, fates::Fate, people::Placed, roster::Person};
use crate::{
    db::{MailAbout, StoredMail, Written},
    ops::OpError,
};

/// What the mail server said to one of the mails that it refused.
const REFUSED: &str = "The mail server answered 550: 5.1.1 The mailbox does not exist.";
/// The same where it never took one.
const FULL: &str = "The mail server answered 452: 4.2.2 The mailbox is full.";

/// Puts past mails into the outbox; those that are there already stay as they are.
pub(super) async fn recall(
    stage: &Stage<'_>,
    plan: &Plan,
    placed: &[Placed],
) -> Result<(), OpError> {
    let people = plan.roster.iter().zip(placed);
    let mut mails: Vec<(MailKind, UserId, String, TimeDelta)> = Vec::new();
    for (person, placed) in people {
        let Some(ago) = person.befell else { continue };
        let mailed = told(person).iter();
        mails.extend(mailed.map(|(kind, before)| {
            (
                *kind,
                placed.user,
                person.address(),
                ago + TimeDelta::days(*before),
            )
        }));
    }
    for (place, (kind, user, address, ago)) in mails.into_iter().enumerate() {
        let ctx = stage.ctx(ago);
        let id = MailId(stage.ids.uuid_v7(ctx.now));
        let mut mail = StoredMail {
            id,
            kind,
            state: MailState::Sent,
            user,
            address,
            about: about(kind),
            attempts: 1,
            next_attempt_at: None,
            message_id: Some(format!("<{id}@northfield.example>")),
            last_error: None,
            created_at: ctx.now,
            sent_at: Some(ctx.now + TimeDelta::seconds(2)),
        };
        became(&mut mail, place);
        let key = format!("demo:{kind}:{}:{user}", mail.about.days.unwrap_or(0));
        stage
            .db
            .write::<_, OpError, _>(&ctx, move |tx| {
                let (mail, key) = (mail.clone(), key.clone());
                Box::pin(async move {
                    tx.insert_past_mail(&mail, key).await?;
                    Ok(Written::bookkeeping(()))
                })
            })
            .await?;
    }
    Ok(())
}

/// What somebody was told, and how many days before it befell them.
fn told(person: &Person) -> &'static [(MailKind, i64)] {
    match person.fate {
        Fate::LockedOut => &[(MailKind::Denied, 0)],
        Fate::Dormant => &[(MailKind::DormancyWarning, 14), (MailKind::Inactive, 0)],
        Fate::Invited => &[(MailKind::SetPassword, 0)],
        _ => &[],
    }
}

fn about(kind: MailKind) -> MailAbout {
    MailAbout {
        days: (kind == MailKind::DormancyWarning).then_some(14),
        ..MailAbout::default()
    }
}

/// Most were taken at once.
fn became(mail: &mut StoredMail, place: usize) {
    let (state, attempts, error) = match place % 9 {
        3 => (MailState::Bounced, 1, Some(REFUSED)),
        5 => (MailState::Dead, 9, Some(FULL)),
        7 => (MailState::Sent, 3, None),
        _ => return,
    };
    mail.state = state;
    mail.attempts = attempts;
    mail.last_error = error.map(str::to_owned);
    if state != MailState::Sent {
        mail.sent_at = None;
    }
}
