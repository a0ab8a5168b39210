//! From a proven password, link or passkey to a session: whoever has a second factor proves it first.
//! What lies between is a challenge of five minutes and no session: it opens nothing.

use chrono::TimeDelta;
use scim_schema::{
    api::{
        my_account::SignedInBy,
        second_factors::{NextStep, PasskeyRequest, PendingSignIn},
        users::Actor,
    },
    id::UserId,
};

use super::{
    OpError,
    second_factors::{
        Proof, Tools,
        prove::{methods, prove},
    },
    secrets::Secret,
    sessions::{Identity, Visitor, create_session, may_enter},
    sign_in::{SIGN_IN, Services, count_try, opened, refuse, refused},
};
use crate::db::{
    Account, AccountTx, ChallengePurpose, DbError, NewChallenge, SignInUser, StoredChallenge,
    Written,
};

/// How long a sign-in that was begun can be finished.
const LASTS: TimeDelta = TimeDelta::minutes(5);

/// What came of a right password, link or passkey.
#[derive(Clone, Debug)]
pub enum Entered {
    /// A session.
    In(Box<Identity>),
    /// No session yet: what comes next.
    Pending(Box<PendingSignIn>),
}

/// Makes a session of `secret` for somebody without a second factor, otherwise asks for it in the name
/// of `secret`. The user must be locked in the same unit of work.
///
/// # Errors
/// [`OpError::SignInRefused`], and those of the database.
pub(crate) async fn enter(
    tx: &AccountTx,
    tools: &Tools,
    account: &Account,
    user: &SignInUser,
    by: SignedInBy,
    secret: &Secret,
) -> Result<Written<Entered>, OpError> {
    may_enter(user, by).map_err(OpError::SignInRefused)?;
    let factors = tx.second_factors(user.id).await?;
    let entered = if factors.is_empty() {
        let policies = &tools.policies;
        let identity = create_session(tx, policies, account, user, by, secret.hash()).await?;
        Entered::In(Box::new(identity))
    } else {
        let ceremony = tools.passkeys.begin_proof(&factors)?;
        let (options, state) = ceremony.map(|begun| (begun.options, begun.state)).unzip();
        let expires_at = tx.ctx().now + LASTS;
        tx.insert_challenge(NewChallenge {
            purpose: ChallengePurpose::SignIn,
            user: Some(user.id),
            token_hash: secret.hash(),
            epoch: user.access_epoch,
            state,
            expires_at,
        })
        .await?;
        let left = tx.recovery_codes_left(user.id).await?;
        Entered::Pending(Box::new(PendingSignIn {
            next: NextStep::SecondFactor,
            challenge: secret.reveal().to_owned(),
            methods: methods(&factors, left),
            passkey: options,
            expires_at,
        }))
    };
    Ok(opened(user, &entered, by).map(|()| entered))
}

/// Begins to sign in with a passkey alone. Says nothing about who is here.
///
/// # Errors
/// [`OpError::NotFound`] for an account that is none, [`OpError::Conflict`] where passkeys do not
/// work, and those of the database.
pub async fn begin_passkey(
    services: Services<'_>,
    visitor: &Visitor,
    slug: &str,
) -> Result<PasskeyRequest, OpError> {
    let Services { db, ids, tools, .. } = services;
    let account = db.platform().account_of_slug(slug).await?;
    let account = account.ok_or(OpError::NotFound)?;
    let ceremony = tools.passkeys.begin_sign_in()?;
    let secret = Secret::new(ids, "");
    let new = NewChallenge {
        purpose: ChallengePurpose::Passkey,
        user: None,
        token_hash: secret.hash(),
        epoch: 0,
        state: Some(ceremony.state),
        expires_at: visitor.now + LASTS,
    };
    db.write::<_, DbError, _>(&visitor.anonymous(account.id), move |tx| {
        let new = new.clone();
        Box::pin(async move {
            tx.insert_challenge(new).await?;
            Ok(Written::bookkeeping(()))
        })
    })
    .await?;
    Ok(PasskeyRequest {
        challenge: secret.reveal().to_owned(),
        passkey: ceremony.options,
    })
}

/// Who has to prove something for a sign-in to go on.
///
/// # Errors
/// [`OpError::ChallengeGone`] for what was begun for something else; of a passkey those of its answer.
pub fn claimed_by(
    tools: &Tools,
    challenge: &StoredChallenge,
    proof: &Proof,
) -> Result<UserId, OpError> {
    match (challenge.purpose, challenge.user, proof) {
        (ChallengePurpose::SignIn, Some(user), _) => Ok(user),
        (ChallengePurpose::Passkey, None, Proof::Passkey(answer)) => {
            tools.passkeys.claimed_by(answer)
        }
        (ChallengePurpose::Passkey, ..) => Err(OpError::Invalid {
            path: "passkey",
            message: "This sign-in was begun with a passkey: send its answer.".to_owned(),
        }),
        _ => Err(OpError::ChallengeGone),
    }
}

/// Goes on with a sign-in that was begun: proves the second factor, then makes the session. A wrong
/// proof counts like a wrong password, and leaves what was begun as it is.
///
/// # Errors
/// [`OpError::WrongProof`], [`OpError::ChallengeGone`], [`OpError::SignInRefused`], and those of the
/// database.
pub async fn go_on(
    services: Services<'_>,
    visitor: &Visitor,
    challenge: StoredChallenge,
    proof: Proof,
) -> Result<(Secret, Identity), OpError> {
    let Services { db, ids, tools, .. } = services;
    let id = claimed_by(tools, &challenge, &proof)?;
    let anonymous = visitor.anonymous(challenge.account.id);
    // Whoever has to wait is told no more than whoever is wrong.
    let guess = count_try(db, &anonymous, tools, id, visitor.device).await?;
    let guess = guess.ok_or(OpError::WrongProof)?;
    let secret = Secret::new(ids, "");
    let actor = Actor::User {
        id,
        name: guess.person.name.clone(),
    };
    let ctx = visitor.ctx(challenge.account.id, actor);
    let wrong = proof.wrong();
    let (tools_of_unit, opening) = (tools.clone(), secret.clone());
    let outcome = db
        .write::<_, OpError, _>(&ctx, move |tx| {
            let (challenge, proof) = (challenge.clone(), proof.clone());
            let (tools, secret) = (tools_of_unit.clone(), opening.clone());
            Box::pin(async move {
                let user = tx.lock_sign_in_user(id).await?;
                let user = user.ok_or(OpError::WrongProof)?;
                let is_known = challenge.user.is_some();
                if is_known && user.access_epoch != challenge.epoch {
                    return Err(OpError::ChallengeGone);
                }
                let by = prove(tx, &tools, id, &proof, &challenge).await?;
                if let Err(refusal) = may_enter(&user, by) {
                    return Ok(refused(tx, &tools, &user, refusal).await?.map(Err));
                }
                if !tx.use_challenge(challenge.id).await? {
                    return Err(OpError::ChallengeGone);
                }
                let (policies, account) = (&tools.policies, &challenge.account);
                let hash = secret.hash();
                let identity = create_session(tx, policies, account, &user, by, hash).await?;
                let entered = Entered::In(Box::new(identity.clone()));
                Ok(opened(&user, &entered, by).map(|()| Ok(identity)))
            })
        })
        .await;
    if matches!(outcome, Err(OpError::WrongProof)) {
        refuse(db, &anonymous, tools, &guess, (SIGN_IN, wrong)).await?;
    }
    let identity = outcome?.map_err(OpError::SignInRefused)?;
    Ok((secret, identity))
}
