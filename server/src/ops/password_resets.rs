//! Links with which people choose another password: sent by an administrator, or asked for by
//! whoever forgot theirs (domain.md sections 2 and 4).

use std::{sync::Arc, time::Instant};

use chrono::TimeDelta;
use scim_schema::{
    api::{
        my_account::SignedInBy,
        session::{ForgottenPassword, LOGIN_MAX_BYTES},
        users::UserDetail,
    },
    id::UserId,
    lifecycle::Transition,
    mail::MailKind,
    permission::{Permission, Reach, Standing, guard},
    text::fold,
};
use serde_json::json;

use super::{
    OpError, mails,
    memberships::administered,
    sessions::{Identity, Visitor, may_enter},
    sign_in::until_departure,
    user_acts,
};
use crate::{
    ctx::Ctx,
    db::{AccountTx, AuditEntry, Db, MailAbout, SignInUser, Written},
};

/// Links that somebody who forgot is mailed within an hour: enough for whoever deletes the first,
/// and no way to fill somebody's mailbox.
const MAILS_AN_HOUR: u64 = 3;

/// Whether somebody may have a link mailed to a person as they are, to be shown before they ask.
#[must_use]
pub fn is_offered(by: &Identity, person: &UserDetail) -> bool {
    let is_self = by.user == person.row.id;
    let administered = administered(person);
    let theirs = Standing {
        roles: &person.roles,
        organisations: &administered,
    };
    let is_reached = match by.standing().reach(Permission::ResetPasswords) {
        Some(Reach::Account) => true,
        reach => reach.is_some() && !person.shared,
    };
    is_reached
        && guard(Transition::Validate, is_self, by.standing(), theirs).is_ok()
        && person.row.email.is_some()
        && MailKind::ResetPassword.reaches(&person.axes())
}

/// Mails a person a link to choose a password: the first one where there is none yet.
///
/// # Errors
/// [`OpError::NotFound`], [`OpError::Guarded`], [`OpError::MissingEmail`], [`OpError::Conflict`] when
/// the link would lead to a door that stays shut, and those of the database.
pub async fn send(db: &Db, ctx: &Arc<Ctx>, by: &Identity, user: UserId) -> Result<(), OpError> {
    let (actor, roles) = (by.user, by.roles.clone());
    let outcome = db
        .write::<_, OpError, _>(ctx, move |tx| {
            let roles = roles.clone();
            Box::pin(async move {
                let person = tx.lock_sign_in_user(user).await?;
                let person = person.ok_or(OpError::NotFound)?;
                // It lets somebody in again, as that transition does; nobody acts on a higher role.
                let (by, is_self) = (roles.standing(), actor == user);
                let needed = Permission::ResetPasswords;
                let shared = user_acts::shared(tx, by, needed, user).await?;
                let theirs = person.roles.standing();
                let guarded = guard(Transition::Validate, is_self, by, theirs).err();
                if let Some(guard) = shared.or(guarded) {
                    let details = json!({ "guard": guard });
                    let entry = AuditEntry::done(ACTION, "user", user, details).refused();
                    return Ok(Written::audited(Err(guard), entry));
                }
                let kind = kind_for(&person)?;
                let to = (user, person.email.as_deref());
                let about = MailAbout {
                    by: Some(actor),
                    ..MailAbout::default()
                };
                let mail = mails::to_person(kind, to, about).ok_or(OpError::MissingEmail)?;
                let entry = AuditEntry::done(ACTION, "user", user, json!({ "mail": kind }));
                Ok(Written::audited(Ok(()), entry).mailing([mail]))
            })
        })
        .await?;
    outcome.map_err(OpError::Guarded)
}

const ACTION: &str = "user.reset_password";

/// What is sent to somebody, or why nothing is.
fn kind_for(person: &SignInUser) -> Result<MailKind, OpError> {
    let kind = match person.password_hash {
        Some(_) => MailKind::ResetPassword,
        None => MailKind::SetPassword,
    };
    match kind.reaches(&person.axes) {
        true => Ok(kind),
        false => Err(OpError::Conflict(
            "This person may not sign in, so a link would lead nowhere. Let them in again first."
                .to_owned(),
        )),
    }
}

/// Mails a link to whoever forgot their password and is found by that name. What happens cannot be
/// told from outside: not by the answer, and not by how long it took.
///
/// # Errors
/// [`OpError::Invalid`] for a name that nobody can have, and those of the database.
pub async fn forgotten(
    db: &Db,
    visitor: &Visitor,
    input: &ForgottenPassword,
) -> Result<(), OpError> {
    if input.login.len() > LOGIN_MAX_BYTES {
        return Err(OpError::Invalid {
            path: "login",
            message: format!("A name has at most {LOGIN_MAX_BYTES} bytes."),
        });
    }
    if input.login.trim().is_empty() {
        return Err(OpError::Invalid {
            path: "login",
            message: "Enter your user name or e-mail address.".to_owned(),
        });
    }
    let started = Instant::now();
    let outcome = look_and_mail(db, visitor, input).await;
    tokio::time::sleep(until_departure(started.elapsed())).await;
    outcome
}

async fn look_and_mail(
    db: &Db,
    visitor: &Visitor,
    input: &ForgottenPassword,
) -> Result<(), OpError> {
    let Some(account) = db.platform().account_of_slug(&input.account).await? else {
        return Ok(());
    };
    let login = fold(input.login.trim());
    let found = db.account(account.id).sign_in_user(&login).await?;
    let user = found.map(|user| user.id);
    let ctx = visitor.anonymous(account.id);
    db.write(&ctx, move |tx| {
        Box::pin(async move {
            match user {
                Some(user) => mail_to(tx, user).await,
                None => {
                    let account = tx.account();
                    let details = json!({ "reason": "unknown_name" });
                    let entry = AuditEntry::done(FORGOTTEN, "account", account, details).refused();
                    Ok(Written::audited((), entry))
                }
            }
        })
    })
    .await
}

const FORGOTTEN: &str = "password_reset.request";

async fn mail_to(tx: &AccountTx, user: UserId) -> Result<Written<()>, OpError> {
    let person = tx.lock_sign_in_user(user).await?;
    let person = person.ok_or(OpError::NotFound)?;
    let refused = |reason: &str| {
        let details = json!({ "reason": reason });
        let entry = AuditEntry::done(FORGOTTEN, "user", user, details).refused();
        Ok(Written::audited((), entry))
    };
    // Who signs in elsewhere has no password to forget.
    if person.password_hash.is_none() || may_enter(&person, SignedInBy::Link).is_err() {
        return refused("may_not_sign_in");
    }
    let to = (user, person.email.as_deref());
    let Some(mail) = mails::to_person(MailKind::ResetPassword, to, MailAbout::default()) else {
        return refused("no_address");
    };
    let since = tx.ctx().now - TimeDelta::hours(1);
    let mailed = tx.mails_since(user, MailKind::ResetPassword, since);
    if mailed.await? >= MAILS_AN_HOUR {
        return refused("too_many");
    }
    let entry = AuditEntry::done(FORGOTTEN, "user", user, json!({}));
    Ok(Written::audited((), entry).mailing([mail]))
}
