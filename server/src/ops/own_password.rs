//! *Change password* of *My account*: the one of now, and another.

use std::sync::Arc;

use scim_schema::api::{
    events::ChangeKind,
    my_account::{ChangePassword, PasswordStrength},
    session::PASSWORD_MAX_BYTES,
};
use serde_json::json;

use super::{
    OpError, password_quality,
    secrets::Secret,
    sessions::{CLOSE_SESSIONS, Identity, restriction},
    sign_in::{Services, count_try, refuse},
    user_acts,
};
use crate::{
    ctx::Ctx,
    db::{AuditEntry, Change, RenewedSession, Written},
};

/// The word in the audit log.
const ACTION: &str = "user.set_password";

/// How long a password that the caller thinks of would withstand guessing.
#[must_use]
pub fn judge(by: &Identity, password: &str) -> PasswordStrength {
    password_quality::judge(password, &known(by))
}

fn known(by: &Identity) -> [Option<&str>; 4] {
    [
        Some(&by.name),
        Some(&by.user_name),
        by.email.as_deref(),
        Some(&by.account.name),
    ]
}

/// Changes the caller's password. Every other session of the person ends; this one goes on under the
/// secret that is answered, without the restriction that asked for the change.
///
/// # Errors
/// [`OpError::Invalid`] for a new one that people may not have, [`OpError::Conflict`] where passwords
/// are not set here, [`OpError::WrongProof`] for a wrong one of now, which counts, and those of the
/// database.
pub async fn change(
    services: Services<'_>,
    ctx: &Arc<Ctx>,
    by: &Identity,
    input: &ChangePassword,
) -> Result<Secret, OpError> {
    let Services {
        db,
        passwords,
        ids,
        tools,
    } = services;
    require_here(services, ctx)?;
    let new = password_quality::check("new", &input.new, &known(by))?;
    if input.current.len() > PASSWORD_MAX_BYTES {
        return Err(OpError::WrongProof);
    }
    let guess = count_try(db, ctx, tools, by.user, None).await?;
    let guess = guess.ok_or(OpError::WrongProof)?;
    let stored = guess.person.password_hash.clone();
    if !passwords.verify(&input.current, stored.as_deref()).await? {
        refuse(db, ctx, tools, &guess, (ACTION, "wrong_password")).await?;
        return Err(OpError::WrongProof);
    }
    password_quality::refuse_reused(services, ctx.account, by.user, "new", &new).await?;
    let hash = passwords.hash(&new).await?;
    let secret = Secret::new(ids, "");
    let token_hash = secret.hash();
    let (by, tools) = (by.clone(), tools.clone());
    db.write::<_, OpError, _>(ctx, move |tx| {
        let (by, tools) = (by.clone(), tools.clone());
        let (hash, stored) = (hash.clone(), stored.clone());
        Box::pin(async move {
            let person = tx.lock_sign_in_user(by.user).await?;
            let person = person.ok_or(OpError::NotFound)?;
            if person.password_hash != stored {
                return Err(OpError::WrongProof);
            }
            tx.replace_password(by.user, &hash).await?;
            tx.reset_password_tries(by.user, 0).await?;
            let has_factor = !tx.second_factors(by.user).await?.is_empty();
            let policy = tx.policy_of_person(by.user).await?;
            let standing = person.roles.standing();
            let needs_factor = tools.policies.needs_second_factor(&policy, standing);
            let renewed = RenewedSession {
                token_hash,
                epoch: person.access_epoch + 1,
                restriction: restriction(false, needs_factor && !has_factor),
                is_proof: true,
            };
            tx.renew_session(by.session, &renewed).await?;
            let close = user_acts::later(tx, CLOSE_SESSIONS, by.user, tx.ctx().now);
            let change = Change::updated(ChangeKind::User, by.user, person.version + 1);
            let entry = AuditEntry::done(ACTION, "user", by.user, json!({ "own": true }));
            Ok(Written::audited((), entry)
                .announcing(change)
                .queueing(close))
        })
    })
    .await?;
    Ok(secret)
}

/// Passwords are set here, unless people sign in through a provider (features.md A97).
///
/// # Errors
/// [`OpError::Conflict`].
pub(super) fn require_here(services: Services<'_>, ctx: &Ctx) -> Result<(), OpError> {
    match services.tools.policies.passwords_here(ctx.account) {
        true => Ok(()),
        false => Err(OpError::Conflict(
            "People sign in through an identity provider here, so passwords change only there."
                .to_owned(),
        )),
    }
}
