//! Second factors: authenticator apps, passkeys and recovery codes (domain.md section 1, *People sign
//! in to the product itself*).

mod codes;
mod enrol;
mod passkeys;
pub(super) mod prove;
mod totp;

use std::sync::Arc;

use scim_schema::{
    api::{
        events::ChangeKind,
        second_factors::{RecoveryCodes, SecondFactors},
    },
    id::{SecondFactorId, UserId},
};
use serde_json::json;

pub use self::{
    enrol::{Enrolment, begin_passkey, begin_totp, finish},
    passkeys::Passkeys,
    prove::Proof,
};
use super::{
    OpError,
    policy::Policies,
    secrets::{SecretHash, hash},
    sessions::{Identity, Visitor},
};
use crate::{
    ctx::Ctx,
    db::{AccountTx, AuditEntry, Change, Db, StoredChallenge, Written},
    ids::Ids,
    sealing::{Keyring, SealingError},
};

/// What proving and enrolling work with; clones share it.
#[derive(Clone)]
pub struct Tools {
    /// Opens the keys of authenticator apps.
    pub keyring: Keyring,
    /// The ceremonies of passkeys.
    pub passkeys: Passkeys,
    /// What the account asks of its people.
    pub policies: Policies,
}

impl From<SealingError> for OpError {
    fn from(error: SealingError) -> Self {
        Self::Internal(error.to_string())
    }
}

/// What the key of somebody's authenticator app is sealed for.
pub(super) fn sealed_for(user: UserId) -> String {
    format!("totp {user}")
}

/// What was begun under this secret, by whomever.
///
/// # Errors
/// [`OpError::ChallengeGone`] when it ran out, was finished or never existed.
pub async fn begun(db: &Db, visitor: &Visitor, secret: &str) -> Result<StoredChallenge, OpError> {
    let challenge = db.platform().challenge(&hash(secret)).await?;
    challenge
        .filter(|challenge| challenge.used_at.is_none() && visitor.now < challenge.expires_at)
        .ok_or(OpError::ChallengeGone)
}

/// The same, when it is of the person of this session.
///
/// # Errors
/// [`OpError::ChallengeGone`], also for somebody else's.
pub(super) async fn own_challenge(
    db: &Db,
    ctx: &Ctx,
    by: &Identity,
    secret: &str,
) -> Result<StoredChallenge, OpError> {
    let challenge = db.platform().challenge(&hash(secret)).await?;
    challenge
        .filter(|challenge| challenge.account.id == ctx.account && challenge.user == Some(by.user))
        .filter(|challenge| challenge.used_at.is_none() && ctx.now < challenge.expires_at)
        .ok_or(OpError::ChallengeGone)
}

/// The second factors of the caller.
///
/// # Errors
/// Those of the database.
pub async fn of_caller(db: &Db, tools: &Tools, by: &Identity) -> Result<SecondFactors, OpError> {
    let scope = db.account(by.account.id);
    let items = scope.second_factors(by.user).await?;
    let left = scope.recovery_codes_left(by.user).await?;
    let policy = scope.policy_of_person(by.user).await?;
    Ok(SecondFactors {
        items: items.into_iter().map(|factor| factor.view).collect(),
        recovery_codes_left: u32::try_from(left).unwrap_or(u32::MAX),
        required: tools.policies.needs_second_factor(&policy, by.standing()),
        passkeys: tools.passkeys.work_here(),
    })
}

/// Takes one of the caller's factors away, and with the last one the recovery codes.
///
/// # Errors
/// [`OpError::NotFound`]; [`OpError::Conflict`] for the last one of somebody who has to have one; those
/// of the database.
pub async fn remove(
    db: &Db,
    ctx: &Arc<Ctx>,
    tools: &Tools,
    by: &Identity,
    id: SecondFactorId,
) -> Result<(), OpError> {
    let user = by.user;
    let policy = db.account(by.account.id).policy_of_person(user).await?;
    let is_needed = tools.policies.needs_second_factor(&policy, by.standing());
    db.write::<_, OpError, _>(ctx, move |tx| {
        Box::pin(async move {
            tx.lock_sign_in_user(user).await?.ok_or(OpError::NotFound)?;
            if !tx.delete_factor(user, id).await? {
                return Err(OpError::NotFound);
            }
            let is_last = tx.second_factors(user).await?.is_empty();
            if is_last && is_needed {
                return Err(OpError::Conflict(
                    "Your role needs a second factor, and this is the last one. Add another one first.".to_owned(),
                ));
            }
            if is_last {
                tx.replace_recovery_codes(user, &[]).await?;
            }
            written(tx, user, "second_factor.delete", json!({ "factor": id })).await
        })
    })
    .await
}

/// Gives the caller new recovery codes in the place of those of before.
///
/// # Errors
/// [`OpError::Conflict`] without a second factor, and those of the database.
pub async fn renew_codes(
    db: &Db,
    ctx: &Arc<Ctx>,
    ids: &Ids,
    by: &Identity,
) -> Result<RecoveryCodes, OpError> {
    let codes = codes::new_codes(ids);
    let hashes = hashes_of(&codes);
    let user = by.user;
    db.write::<_, OpError, _>(ctx, move |tx| {
        let hashes = hashes.clone();
        Box::pin(async move {
            tx.lock_sign_in_user(user).await?.ok_or(OpError::NotFound)?;
            if tx.second_factors(user).await?.is_empty() {
                return Err(OpError::Conflict(
                    "Recovery codes stand in for a second factor, and you have none. Add one first.".to_owned(),
                ));
            }
            tx.replace_recovery_codes(user, &hashes).await?;
            written(tx, user, "recovery_codes.create", json!({ "codes": hashes.len() })).await
        })
    })
    .await?;
    Ok(RecoveryCodes { codes })
}

fn hashes_of(codes: &[String]) -> Vec<SecretHash> {
    codes.iter().map(|code| codes::hash_of(code)).collect()
}

/// A change of somebody's second factors. Mail to the person is an effect of it.
async fn written(
    tx: &AccountTx,
    user: UserId,
    action: &'static str,
    details: serde_json::Value,
) -> Result<Written<()>, OpError> {
    let version = tx.user_version(user).await?;
    let change = Change::updated(ChangeKind::User, user, version);
    let entry = AuditEntry::done(action, "user", user, details);
    Ok(Written::audited((), entry).announcing(change))
}
