//! Signing in by name and password. Until the identity is proven, every refusal is the same answer
//! at the same cost, whoever exists.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use scim_schema::{
    api::{
        events::ChangeKind,
        my_account::SignedInBy,
        session::{PASSWORD_MAX_BYTES, SignIn},
        users::Actor,
    },
    id::UserId,
    lifecycle::{HoldKind, SignInRefusal},
    text::fold,
};
use serde_json::json;

use super::{
    error::{OpError, refusal_word},
    lock_out,
    passwords::PasswordPool,
    policy::{LockOut, Policies},
    second_factors::Tools,
    second_step::{Entered, enter},
    secrets::{Secret, SecretHash},
    sessions::{Visitor, may_enter},
};
use crate::{
    ctx::Ctx,
    db::{Account, AccountTx, AuditEntry, Change, Db, KnownDevice, SignInUser, Written},
    ids::Ids,
};

/// Refusals leave at multiples of this time after the request: what was done before (a row read, a
/// counter written) does not show in how long it took.
const REFUSALS_LEAVE_EVERY: Duration = Duration::from_millis(250);

/// Signing in, in the audit log.
pub(super) const SIGN_IN: &str = "session.create";

/// What signing in works with.
#[derive(Clone, Copy)]
pub struct Services<'s> {
    /// The database.
    pub db: &'s Db,
    /// Bounded pool that hashes passwords.
    pub passwords: &'s PasswordPool,
    /// Secrets of sessions.
    pub ids: &'s Ids,
    /// Second factors.
    pub tools: &'s Tools,
}

/// Signs in: proves the identity, then makes a session, whose secret belongs into the cookie, or asks
/// for the second factor.
///
/// # Errors
/// [`OpError::WrongCredentials`] until the identity is proven, then [`OpError::SignInRefused`] with
/// the reason; [`OpError::Invalid`] for a password that nobody can have; [`OpError::Busy`].
pub async fn sign_in(
    services: Services<'_>,
    visitor: &Visitor,
    input: &SignIn,
) -> Result<(Secret, Entered), OpError> {
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
) -> Result<(Secret, Entered), OpError> {
    let Services {
        db,
        passwords,
        ids,
        tools,
    } = services;
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
        Some(user) if user.password_hash.is_some() => {
            count_try(db, &ctx, tools, user.id, visitor.device).await?
        }
        _ => None,
    };
    let hash = guess
        .as_ref()
        .and_then(|guess| guess.person.password_hash.as_deref());
    let right = passwords.verify(&input.password, hash).await?;
    match guess {
        Some(guess) if right => {
            let secret = Secret::new(ids, "");
            let entered = finish(services, visitor, &account, guess, &secret).await?;
            Ok((secret, entered))
        }
        Some(guess) => {
            refuse(db, &ctx, tools, &guess, (SIGN_IN, "wrong_password")).await?;
            Err(OpError::WrongCredentials)
        }
        None => {
            audit_nobody(db, &ctx, user.map(|user| user.id)).await?;
            Err(OpError::WrongCredentials)
        }
    }
}

/// A try that was counted.
#[derive(Clone, Debug)]
pub(super) struct Guess {
    /// Whose, as they were before.
    pub(super) person: SignInUser,
    /// Where it was counted, when that was on a browser of theirs.
    device: Option<KnownDevice>,
}

impl Guess {
    /// Takes it back: it was right, and something else is to be proven.
    async fn take_back(&self, tx: &AccountTx) -> Result<(), OpError> {
        match self.device {
            Some(device) => tx.uncount_device_try(device).await?,
            None => tx.uncount_password_try(self.person.id).await?,
        }
        Ok(())
    }
}

/// What locks a person out.
async fn lock_out_rule(
    tx: &AccountTx,
    policies: &Policies,
    user: UserId,
) -> Result<LockOut, OpError> {
    let policy = tx.policy_of_person(user).await?;
    Ok(LockOut::of(
        &policy,
        policies.has_single_sign_on(tx.account()),
    ))
}

/// Counts the try before the password, or another proof, is looked at; `None` when the person has to
/// wait first.
pub(super) async fn count_try(
    db: &Db,
    ctx: &Arc<Ctx>,
    tools: &Tools,
    id: UserId,
    device: Option<SecretHash>,
) -> Result<Option<Guess>, OpError> {
    let policies = tools.policies;
    db.write(ctx, move |tx| {
        Box::pin(async move {
            let Some(user) = tx.lock_sign_in_user(id).await? else {
                return Ok(Written::unchanged(None));
            };
            let rule = lock_out_rule(tx, &policies, id).await?;
            let never_locked = lock_out::never_locked(tx, &user).await?;
            let waits = lock_out::waits(never_locked, rule.threshold, tx.ctx().now);
            let known = match device {
                Some(device) => tx.known_device(id, &device).await?,
                None => None,
            };
            let counted = match known {
                Some(known) => {
                    let again_before = tx.ctx().now - lock_out::LONGEST_WAIT;
                    let counted = tx.count_device_try(known, rule.threshold, again_before);
                    counted.await?.map(Some)
                }
                None => tx.count_password_try(id, &waits).await?.map(|_| None),
            };
            Ok(match counted {
                Some(device) => Written::bookkeeping(Some(Guess {
                    person: user,
                    device,
                })),
                None => Written::unchanged(None),
            })
        })
    })
    .await
}

/// The password was right: a session, what comes next, or the reason why there is none. The user is
/// read again, since a hold may have been placed and the password changed while it was being verified.
async fn finish(
    services: Services<'_>,
    visitor: &Visitor,
    account: &Account,
    guess: Guess,
    secret: &Secret,
) -> Result<Entered, OpError> {
    let ctx = visitor.ctx(
        account.id,
        Actor::User {
            id: guess.person.id,
            name: guess.person.name.clone(),
        },
    );
    let account = account.clone();
    let (secret, tools) = (secret.clone(), services.tools.clone());
    let outcome = services
        .db
        .write::<_, OpError, _>(&ctx, move |tx| {
            let (account, guess) = (account.clone(), guess.clone());
            let (secret, tools) = (secret.clone(), tools.clone());
            Box::pin(async move {
                let proven = &guess.person;
                let Some(user) = tx.lock_sign_in_user(proven.id).await? else {
                    return Err(OpError::WrongCredentials);
                };
                if user.password_hash != proven.password_hash {
                    return Err(OpError::WrongCredentials);
                }
                let by = SignedInBy::Password;
                if let Err(refusal) = may_enter(&user, by) {
                    return Ok(refused(tx, &tools, &user, refusal).await?.map(Err));
                }
                let entered = enter(tx, &tools, &account, &user, by, &secret).await?;
                if matches!(entered.value, Entered::Pending(_)) {
                    // What was counted before stays: it may have been codes.
                    guess.take_back(tx).await?;
                }
                Ok(entered.map(Ok))
            })
        })
        .await?;
    outcome.map_err(OpError::SignInRefused)
}

/// The trace of a session that was opened.
pub(super) fn opened(user: &SignInUser, entered: &Entered, by: SignedInBy) -> Written<()> {
    let details = match entered {
        Entered::In(identity) => json!({
            "session": identity.session,
            "method": by,
            "restriction": identity.restriction,
        }),
        Entered::Pending(_) => json!({ "next": "second_factor" }),
    };
    let action = match entered {
        Entered::In(_) => SIGN_IN,
        Entered::Pending(_) => "session.begin",
    };
    let change = Change::updated(ChangeKind::User, user.id, user.version);
    Written::audited((), AuditEntry::done(action, "user", user.id, details)).announcing(change)
}

/// Records a proven identity that may not come in. The row of wrong passwords is broken; for
/// somebody who is locked out it stays at what locked them out.
pub(super) async fn refused(
    tx: &AccountTx,
    tools: &Tools,
    user: &SignInUser,
    refusal: SignInRefusal,
) -> Result<Written<SignInRefusal>, OpError> {
    let mut holds = user.axes.holds.iter();
    let locked_out = holds.any(|hold| hold.kind == HoldKind::Denied);
    let tries = if locked_out {
        lock_out_rule(tx, &tools.policies, user.id).await?.threshold
    } else {
        0
    };
    tx.reset_password_tries(user.id, tries).await?;
    let details = json!({ "reason": refusal_word(refusal) });
    let entry = AuditEntry::done(SIGN_IN, "user", user.id, details).refused();
    Ok(Written::audited(refusal, entry))
}

/// Records a wrong proof, in what was to be done with it.
pub(super) async fn refuse(
    db: &Db,
    ctx: &Arc<Ctx>,
    tools: &Tools,
    guess: &Guess,
    what: (&'static str, &'static str),
) -> Result<(), OpError> {
    let policies = tools.policies;
    let (user, on_device) = (guess.person.id, guess.device.map(|device| device.tries));
    db.write(ctx, move |tx| {
        Box::pin(async move {
            let rule = lock_out_rule(tx, &policies, user).await?;
            lock_out::wrong_proof(tx, rule, (user, on_device), what).await
        })
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
            let entry = AuditEntry::done(SIGN_IN, kind, id, details).refused();
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
