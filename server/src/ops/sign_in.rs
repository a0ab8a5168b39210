//! Signing in by name and password. Until the identity is proven, every refusal is the same answer
//! at the same cost, whoever exists.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use scim_schema::{
    api::{
        events::ChangeKind,
        session::{PASSWORD_MAX_BYTES, SignIn},
        users::Actor,
    },
    id::UserId,
    lifecycle::{HoldKind, SignInMethod},
    text::fold,
};
use serde_json::json;

use super::{
    error::{OpError, SignInDenial},
    lock_out,
    passwords::PasswordPool,
    secrets::{Secret, SecretHash},
    sessions::{Identity, Visitor, create_session, may_open_console},
};
use crate::{
    ctx::Ctx,
    db::{Account, AccountTx, AuditEntry, Change, Db, SignInUser, Written},
    ids::Ids,
};

/// Refusals leave at multiples of this time after the request: what was done before (a row read, a
/// counter written) does not show in how long it took.
const REFUSALS_LEAVE_EVERY: Duration = Duration::from_millis(250);

/// What signing in works with.
#[derive(Clone, Copy)]
pub struct Services<'s> {
    /// The database.
    pub db: &'s Db,
    /// Bounded pool that hashes passwords.
    pub passwords: &'s PasswordPool,
    /// Secrets of sessions.
    pub ids: &'s Ids,
}

/// Signs in: proves the identity, then makes a session. The secret belongs into the cookie.
///
/// # Errors
/// [`OpError::WrongCredentials`] until the identity is proven, then [`OpError::SignInRefused`] with
/// the reason; [`OpError::Invalid`] for a password that nobody can have; [`OpError::Busy`].
pub async fn sign_in(
    services: Services<'_>,
    visitor: &Visitor,
    input: &SignIn,
) -> Result<(Secret, Identity), OpError> {
    if input.password.len() > PASSWORD_MAX_BYTES {
        return Err(OpError::Invalid {
            path: "password",
            message: format!("A password has at most {PASSWORD_MAX_BYTES} bytes."),
        });
    }
    let started = Instant::now();
    let answer = try_sign_in(services, visitor, input).await;
    if matches!(answer, Err(OpError::WrongCredentials)) {
        tokio::time::sleep(until_departure(started.elapsed())).await;
    }
    answer
}

/// How much longer a refusal is kept that was ready `elapsed` after the request.
pub(super) fn until_departure(elapsed: Duration) -> Duration {
    let period = REFUSALS_LEAVE_EVERY.as_micros();
    let rest = period - elapsed.as_micros() % period;
    Duration::from_micros(u64::try_from(rest).unwrap_or(0))
}

async fn try_sign_in(
    services: Services<'_>,
    visitor: &Visitor,
    input: &SignIn,
) -> Result<(Secret, Identity), OpError> {
    let Services { db, passwords, ids } = services;
    let Some(account) = db.platform().account_of_slug(&input.account).await? else {
        passwords.verify(&input.password, None).await?;
        return Err(OpError::WrongCredentials);
    };
    let ctx = visitor.anonymous(account.id);
    let login = fold(input.login.trim());
    let user = db.account(account.id).sign_in_user(&login).await?;
    // Somebody without a password cannot guess it wrong: not counted, or anybody could lock out
    // people who sign in elsewhere.
    let guess = match &user {
        Some(user) if user.password_hash.is_some() => count_try(db, &ctx, user.id).await?,
        _ => None,
    };
    let hash = guess
        .as_ref()
        .and_then(|user| user.password_hash.as_deref());
    let right = passwords.verify(&input.password, hash).await?;
    match guess {
        Some(user) if right => {
            let secret = Secret::new(ids, "");
            let identity = finish(db, visitor, &account, &user, secret.hash()).await?;
            Ok((secret, identity))
        }
        Some(user) => {
            refuse(db, &ctx, user.id).await?;
            Err(OpError::WrongCredentials)
        }
        None => {
            audit_nobody(db, &ctx, user.map(|user| user.id)).await?;
            Err(OpError::WrongCredentials)
        }
    }
}

/// Counts the try before the password is looked at; `None` when the person has to wait first.
async fn count_try(db: &Db, ctx: &Arc<Ctx>, id: UserId) -> Result<Option<SignInUser>, OpError> {
    db.write(ctx, move |tx| {
        Box::pin(async move {
            let Some(user) = tx.lock_sign_in_user(id).await? else {
                return Ok(Written::unchanged(None));
            };
            let never_locked = lock_out::never_locked(tx, &user).await?;
            let waits = lock_out::waits(never_locked, tx.ctx().now);
            Ok(match tx.count_password_try(id, &waits).await? {
                Some(_) => Written::bookkeeping(Some(user)),
                None => Written::unchanged(None),
            })
        })
    })
    .await
}

/// The password was right: a session, or the reason why there is none. The user is read again,
/// since a hold may have been placed and the password changed while it was being verified.
async fn finish(
    db: &Db,
    visitor: &Visitor,
    account: &Account,
    proven: &SignInUser,
    secret: SecretHash,
) -> Result<Identity, OpError> {
    let ctx = visitor.ctx(
        account.id,
        Actor::User {
            id: proven.id,
            name: proven.name.clone(),
        },
    );
    let (account, proven) = (account.clone(), proven.clone());
    let outcome = db
        .write::<_, OpError, _>(&ctx, move |tx| {
            let (account, proven) = (account.clone(), proven.clone());
            Box::pin(async move {
                let Some(user) = tx.lock_sign_in_user(proven.id).await? else {
                    return Err(OpError::WrongCredentials);
                };
                if user.password_hash != proven.password_hash {
                    return Err(OpError::WrongCredentials);
                }
                if let Err(denial) = may_open_console(&user, SignInMethod::Password) {
                    return refused(tx, &user, denial).await;
                }
                let method = SignInMethod::Password;
                let identity = create_session(tx, &account, &user, method, secret).await?;
                let entry = AuditEntry::done(
                    "session.create",
                    "user",
                    user.id,
                    json!({ "session": identity.session, "method": "password" }),
                );
                let change = Change::updated(ChangeKind::User, user.id, user.version);
                Ok(Written::audited(Ok(identity), entry).announcing(change))
            })
        })
        .await?;
    outcome.map_err(OpError::SignInRefused)
}

/// Records a proven identity that may not come in. The row of wrong passwords is broken; for
/// somebody who is locked out it stays at what locked them out.
async fn refused(
    tx: &AccountTx,
    user: &SignInUser,
    denial: SignInDenial,
) -> Result<Written<Result<Identity, SignInDenial>>, OpError> {
    let mut holds = user.axes.holds.iter();
    let locked_out = holds.any(|hold| hold.kind == HoldKind::Denied);
    let tries = if locked_out {
        lock_out::WRONG_PASSWORDS
    } else {
        0
    };
    tx.reset_password_tries(user.id, tries).await?;
    let details = json!({ "reason": denial.word() });
    let entry = AuditEntry::done("session.create", "user", user.id, details).refused();
    Ok(Written::audited(Err(denial), entry))
}

async fn refuse(db: &Db, ctx: &Arc<Ctx>, user: UserId) -> Result<(), OpError> {
    db.write(ctx, move |tx| {
        Box::pin(async move { lock_out::wrong_password(tx, user).await })
    })
    .await
}

/// Records a try that was not a guess at a password: an unknown name, somebody without a password,
/// or somebody who has to wait. What was typed is not kept: people type passwords into the field
/// of the name.
async fn audit_nobody(db: &Db, ctx: &Arc<Ctx>, user: Option<UserId>) -> Result<(), OpError> {
    db.write(ctx, move |tx| {
        Box::pin(async move {
            let (id, reason) = match user {
                Some(user) => (user.0, "not_tried"),
                None => (tx.account().0, "unknown_name"),
            };
            let kind = if user.is_some() { "user" } else { "account" };
            let details = json!({ "reason": reason });
            let entry = AuditEntry::done("session.create", kind, id, details).refused();
            Ok(Written::audited((), entry))
        })
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_leave_at_whole_periods() {
        let at = |milliseconds| {
            let elapsed = Duration::from_millis(milliseconds);
            elapsed + until_departure(elapsed)
        };
        assert_eq!(at(3), REFUSALS_LEAVE_EVERY);
        assert_eq!(at(249), REFUSALS_LEAVE_EVERY);
        assert_eq!(at(260), REFUSALS_LEAVE_EVERY * 2);
    }
}
