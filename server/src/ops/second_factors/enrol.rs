//! Enrolling a second factor: begun, then proven to work, in that order. The first one comes with
//! recovery codes, and opens a session that was for enrolling alone.

use std::sync::Arc;

use chrono::TimeDelta;
use scim_schema::{
    api::{
        my_account::Restriction,
        second_factors::{
            Enrolled, PasskeyEnrolment, SecondFactorView, TotpEnrolment, check_label,
        },
    },
    id::UserId,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Tools, codes, hashes_of, own_challenge, passkeys::Owner, sealed_for, totp, written};
use crate::{
    ctx::Ctx,
    db::{
        AccountTx, AuditEntry, ChallengePurpose, Db, DbError, FactorSecret, NewChallenge,
        NewFactor, RenewedSession, StoredChallenge, Written,
    },
    ids::Ids,
    ops::{
        OpError,
        secrets::{Secret, SecretHash},
        sessions::Identity,
    },
    sealing::Sealed,
};

/// How long an enrolment that was begun can be finished.
const LASTS: TimeDelta = TimeDelta::minutes(15);
/// Factors of one person.
const MOST: usize = 10;

/// What somebody enrols, and the proof that it works.
#[derive(Clone, Debug)]
pub struct Enrolment {
    /// What was begun.
    pub challenge: String,
    /// What to call it.
    pub label: String,
    /// The first code of an authenticator app.
    pub totp: Option<String>,
    /// The new passkey.
    pub passkey: Option<Value>,
}

/// The key of an app that was begun to be enrolled, as it waits in the challenge.
#[derive(Serialize, Deserialize)]
struct WaitingKey {
    key_id: String,
    sealed: Vec<u8>,
}

/// Begins to enrol an authenticator app: makes its key.
///
/// # Errors
/// [`OpError::Conflict`] with as many factors as there can be, and those of the database.
pub async fn begin_totp(
    db: &Db,
    ctx: &Arc<Ctx>,
    ids: &Ids,
    tools: &Tools,
    by: &Identity,
) -> Result<TotpEnrolment, OpError> {
    room(db, by).await?;
    let key = totp::new_key(ids);
    let sealed = tools.keyring.seal(ids, &sealed_for(by.user), &key)?;
    let waiting = WaitingKey {
        key_id: sealed.key_id,
        sealed: sealed.bytes,
    };
    let state = serde_json::to_string(&waiting)
        .map_err(|error| OpError::Internal(format!("enrolment: {error}")))?;
    let secret = begin(db, ctx, ids, by, (ChallengePurpose::EnrolTotp, state)).await?;
    let (key, uri) = totp::for_app(&key, &by.account.name, &by.user_name);
    Ok(TotpEnrolment {
        challenge: secret.reveal().to_owned(),
        qr: totp::qr_code(&uri)?,
        secret: key,
        uri,
    })
}

/// Begins to make a passkey.
///
/// # Errors
/// [`OpError::Conflict`] with as many factors as there can be and where passkeys do not work, and
/// those of the database.
pub async fn begin_passkey(
    db: &Db,
    ctx: &Arc<Ctx>,
    ids: &Ids,
    tools: &Tools,
    by: &Identity,
) -> Result<PasskeyEnrolment, OpError> {
    room(db, by).await?;
    let factors = db.account(by.account.id).second_factors(by.user).await?;
    let owner = Owner {
        id: by.user,
        user_name: &by.user_name,
        name: &by.name,
    };
    let ceremony = tools.passkeys.begin_enrolment(&owner, &factors)?;
    let purpose = ChallengePurpose::EnrolPasskey;
    let secret = begin(db, ctx, ids, by, (purpose, ceremony.state)).await?;
    Ok(PasskeyEnrolment {
        challenge: secret.reveal().to_owned(),
        passkey: ceremony.options,
    })
}

async fn room(db: &Db, by: &Identity) -> Result<(), OpError> {
    let factors = db.account(by.account.id).second_factors(by.user).await?;
    match factors.len() < MOST {
        true => Ok(()),
        false => Err(OpError::Conflict(format!(
            "You have {MOST} second factors, which is as many as there can be. Remove one first."
        ))),
    }
}

async fn begin(
    db: &Db,
    ctx: &Arc<Ctx>,
    ids: &Ids,
    by: &Identity,
    (purpose, state): (ChallengePurpose, String),
) -> Result<Secret, OpError> {
    let secret = Secret::new(ids, "");
    let new = NewChallenge {
        purpose,
        user: Some(by.user),
        token_hash: secret.hash(),
        epoch: by.epoch,
        state: Some(state),
        expires_at: ctx.now + LASTS,
    };
    db.write::<_, DbError, _>(ctx, move |tx| {
        let new = new.clone();
        Box::pin(async move {
            tx.insert_challenge(new).await?;
            Ok(Written::bookkeeping(()))
        })
    })
    .await?;
    Ok(secret)
}

/// Enrols the factor that was begun. With it comes the session's new secret, when the session was for
/// enrolling alone.
///
/// # Errors
/// [`OpError::Invalid`] for a label that is none, [`OpError::ChallengeGone`], [`OpError::WrongProof`]
/// when the factor does not work, [`OpError::Conflict`] for a passkey that somebody has, and those of
/// the database.
pub async fn finish(
    db: &Db,
    ctx: &Arc<Ctx>,
    ids: &Ids,
    tools: &Tools,
    by: &Identity,
    asked: &Enrolment,
) -> Result<(Enrolled, Option<Secret>), OpError> {
    let label = check_label(&asked.label).map_err(|message| OpError::Invalid {
        path: "label",
        message: message.to_owned(),
    })?;
    let challenge = own_challenge(db, ctx, by, &asked.challenge).await?;
    let new = proven(tools, ctx, &challenge, by.user, asked)?;
    let new = NewFactor {
        label: label.to_owned(),
        ..new
    };
    let codes = codes::new_codes(ids);
    let is_restricted = by.restriction == Some(Restriction::EnrolSecondFactor);
    let secret = is_restricted.then(|| Secret::new(ids, ""));
    let renewed = secret.as_ref().map(Secret::hash);
    let hashes = hashes_of(&codes);
    let by = by.clone();
    let (factor, is_first) = db
        .write::<_, OpError, _>(ctx, move |tx| {
            let (new, hashes, by) = (new.clone(), hashes.clone(), by.clone());
            let challenge = challenge.clone();
            Box::pin(async move { store(tx, &by, &challenge, new, &hashes, renewed).await })
        })
        .await?;
    let recovery_codes = if is_first { codes } else { Vec::new() };
    Ok((
        Enrolled {
            factor,
            recovery_codes,
        },
        secret,
    ))
}

async fn store(
    tx: &AccountTx,
    by: &Identity,
    challenge: &StoredChallenge,
    new: NewFactor,
    hashes: &[SecretHash],
    renewed: Option<SecretHash>,
) -> Result<Written<(SecondFactorView, bool)>, OpError> {
    let person = tx.lock_sign_in_user(by.user).await?;
    let person = person.ok_or(OpError::NotFound)?;
    if !tx.use_challenge(challenge.id).await? || person.access_epoch != challenge.epoch {
        return Err(OpError::ChallengeGone);
    }
    let is_first = tx.second_factors(by.user).await?.is_empty();
    let factor = tx.insert_factor(new).await.map_err(|error| match error {
        DbError::Unique(_) => OpError::Conflict(
            "This passkey is in use already. Make another one, or sign in with it.".to_owned(),
        ),
        other => other.into(),
    })?;
    if is_first {
        tx.replace_recovery_codes(by.user, hashes).await?;
    }
    if let Some(token_hash) = renewed {
        let session = RenewedSession {
            token_hash,
            epoch: person.access_epoch,
            restriction: None,
            is_proof: true,
        };
        tx.renew_session(by.session, &session).await?;
    }
    let details = json!({ "factor": factor.id, "kind": factor.kind });
    let mut written = written(tx, by.user, "second_factor.create", details).await?;
    if is_first {
        let codes = json!({ "codes": hashes.len() });
        let entry = AuditEntry::done("recovery_codes.create", "user", by.user, codes);
        written.audit.push(entry);
    }
    Ok(written.map(|()| (factor, is_first)))
}

/// The factor, when it works.
fn proven(
    tools: &Tools,
    ctx: &Ctx,
    challenge: &StoredChallenge,
    user: UserId,
    asked: &Enrolment,
) -> Result<NewFactor, OpError> {
    let state = challenge.state.as_deref().ok_or(OpError::ChallengeGone)?;
    let new = |secret, last_step| NewFactor {
        user,
        label: String::new(),
        secret,
        last_step,
    };
    match (challenge.purpose, &asked.totp, &asked.passkey) {
        (ChallengePurpose::EnrolTotp, Some(code), None) => {
            let waiting: WaitingKey = serde_json::from_str(state)
                .map_err(|error| OpError::Internal(format!("enrolment: {error}")))?;
            let sealed = Sealed {
                key_id: waiting.key_id,
                bytes: waiting.sealed,
            };
            let key = tools.keyring.open(&sealed_for(user), &sealed)?;
            let step = totp::step_of(&key, code, ctx.now)?.ok_or(OpError::WrongProof)?;
            let secret = FactorSecret::Totp {
                key_id: sealed.key_id,
                sealed: sealed.bytes,
            };
            Ok(new(secret, Some(step)))
        }
        (ChallengePurpose::EnrolPasskey, None, Some(answer)) => {
            let secret = tools.passkeys.finish_enrolment(state, answer)?;
            Ok(new(secret, None))
        }
        (ChallengePurpose::EnrolTotp | ChallengePurpose::EnrolPasskey, ..) => {
            Err(OpError::Invalid {
                path: "",
                message: "Send the first code as totp, or the new passkey as passkey, whichever was begun.".to_owned(),
            })
        }
        _ => Err(OpError::ChallengeGone),
    }
}
