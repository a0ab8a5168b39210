//! Step-up: what is dangerous asks for a proof of the last ten minutes (domain.md section 2,
//! *Lifetimes*). Whoever has a second factor proves that; whoever has none, the password.

use std::sync::Arc;

use chrono::TimeDelta;
use scim_schema::{
    api::second_factors::{ProofKind, StepUpChallenge},
    lifecycle::Transition,
    permission::Standing,
};
use serde_json::json;

use super::{
    OpError,
    second_factors::{
        Proof, Tools, own_challenge,
        prove::{methods, prove},
    },
    secrets::Secret,
    sessions::Identity,
    sign_in::{Services, count_try, refuse},
};
use crate::{
    ctx::Ctx,
    db::{
        AccountTx, AuditEntry, ChallengePurpose, DbError, NewChallenge, SignInUser,
        StoredChallenge, Written,
    },
};

/// How long a proof is enough for what is dangerous.
const LASTS: TimeDelta = TimeDelta::minutes(10);
/// How long somebody has for it.
const TO_PROVE: TimeDelta = TimeDelta::minutes(5);
/// The word in the audit log.
const ACTION: &str = "session.step_up";

/// Lets a caller go on who has proven recently enough who they are.
///
/// # Errors
/// [`OpError::StepUpRequired`].
pub fn require(by: &Identity, ctx: &Ctx) -> Result<(), OpError> {
    match ctx.now - by.auth_time <= LASTS {
        true => Ok(()),
        false => Err(OpError::StepUpRequired),
    }
}

/// Whether an act on somebody who stands so asks for it (console.md E2): a deletion, and to ban
/// administrators.
#[must_use]
pub fn is_asked_for(act: Transition, target: Standing<'_>) -> bool {
    match act {
        Transition::Delete => true,
        Transition::Ban => target.is_administrator(),
        _ => false,
    }
}

/// Says what the caller can prove with, and begins it.
///
/// # Errors
/// Those of the database.
pub async fn begin(
    services: Services<'_>,
    ctx: &Arc<Ctx>,
    by: &Identity,
) -> Result<StepUpChallenge, OpError> {
    let Services { db, ids, tools, .. } = services;
    let scope = db.account(by.account.id);
    let factors = scope.second_factors(by.user).await?;
    let left = scope.recovery_codes_left(by.user).await?;
    let ceremony = tools.passkeys.begin_proof(&factors)?;
    let (options, state) = ceremony.map(|begun| (begun.options, begun.state)).unzip();
    let secret = Secret::new(ids, "");
    let new = NewChallenge {
        purpose: ChallengePurpose::StepUp,
        user: Some(by.user),
        token_hash: secret.hash(),
        epoch: by.epoch,
        state,
        expires_at: ctx.now + TO_PROVE,
    };
    db.write::<_, DbError, _>(ctx, move |tx| {
        let new = new.clone();
        Box::pin(async move {
            tx.insert_challenge(new).await?;
            Ok(Written::bookkeeping(()))
        })
    })
    .await?;
    Ok(StepUpChallenge {
        challenge: secret.reveal().to_owned(),
        methods: methods(&factors, left),
        passkey: options,
    })
}

/// Proves once more who the caller is: the session counts as opened now. A wrong proof counts like a
/// wrong password.
///
/// # Errors
/// [`OpError::ChallengeGone`], [`OpError::WrongProof`], [`OpError::Busy`], and those of the database.
pub async fn finish(
    services: Services<'_>,
    ctx: &Arc<Ctx>,
    by: &Identity,
    challenge: &str,
    proof: Proof,
) -> Result<(), OpError> {
    let Services {
        db,
        passwords,
        tools,
        ..
    } = services;
    let challenge = own_challenge(db, ctx, by, challenge).await?;
    if challenge.purpose != ChallengePurpose::StepUp {
        return Err(OpError::ChallengeGone);
    }
    let guess = count_try(db, ctx, tools, by.user, None).await?;
    let guess = guess.ok_or(OpError::WrongProof)?;
    let person = guess.person.clone();
    let right = match &proof {
        Proof::Password(password) => {
            let hash = person.password_hash.as_deref();
            passwords.verify(password, hash).await?
        }
        _ => true,
    };
    let outcome = match right {
        true => prove_again(services, ctx, by, (challenge, person), proof.clone()).await,
        false => Err(OpError::WrongProof),
    };
    if matches!(outcome, Err(OpError::WrongProof)) {
        refuse(db, ctx, tools, &guess, (ACTION, proof.wrong())).await?;
    }
    outcome
}

async fn prove_again(
    services: Services<'_>,
    ctx: &Arc<Ctx>,
    by: &Identity,
    (challenge, person): (StoredChallenge, SignInUser),
    proof: Proof,
) -> Result<(), OpError> {
    let (tools, session) = (services.tools.clone(), by.session);
    services
        .db
        .write::<_, OpError, _>(ctx, move |tx| {
            let (challenge, person) = (challenge.clone(), person.clone());
            let (tools, proof) = (tools.clone(), proof.clone());
            Box::pin(async move {
                check(tx, &tools, &person, &proof, &challenge).await?;
                if !tx.use_challenge(challenge.id).await? || !tx.note_proof(session).await? {
                    return Err(OpError::ChallengeGone);
                }
                tx.reset_password_tries(person.id, 0).await?;
                let details = json!({ "method": proof.kind() });
                let entry = AuditEntry::done(ACTION, "session", session, details);
                Ok(Written::audited((), entry))
            })
        })
        .await
}

/// The password is proof enough of those alone who have nothing else.
async fn check(
    tx: &AccountTx,
    tools: &Tools,
    person: &SignInUser,
    proof: &Proof,
    challenge: &StoredChallenge,
) -> Result<(), OpError> {
    let now = tx.lock_sign_in_user(person.id).await?;
    let now = now.ok_or(OpError::ChallengeGone)?;
    if now.access_epoch != challenge.epoch {
        return Err(OpError::ChallengeGone);
    }
    if proof.kind() != ProofKind::Password {
        return prove(tx, tools, person.id, proof, challenge)
            .await
            .map(drop);
    }
    let has_factor = !tx.second_factors(person.id).await?.is_empty();
    match has_factor || now.password_hash != person.password_hash {
        true => Err(OpError::WrongProof),
        false => Ok(()),
    }
}
