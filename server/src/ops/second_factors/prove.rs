//! Proofs of who somebody is, besides the password at the door: how they are told apart, counted and
//! checked.

use scim_schema::{
    api::{
        my_account::SignedInBy,
        second_factors::{FactorKind, ProofKind},
    },
    id::{SecondFactorId, UserId},
};
use serde_json::Value;

use super::{Tools, codes, sealed_for, totp};
use crate::{
    db::{AccountTx, ChallengePurpose, FactorSecret, StoredChallenge, StoredFactor},
    ops::OpError,
    sealing::Sealed,
};

/// Longest text of a code that is looked at.
const CODE_MAX: usize = 64;

/// What somebody proves with.
#[derive(Clone)]
pub enum Proof {
    /// The password.
    Password(String),
    /// The code of an authenticator app.
    Totp(String),
    /// A recovery code.
    RecoveryCode(String),
    /// A passkey's answer.
    Passkey(Value),
}

impl Proof {
    /// The one proof of a request.
    ///
    /// # Errors
    /// [`OpError::Invalid`] for none, for several, and for a text that no code is as long as.
    pub fn only(
        password: Option<String>,
        totp: Option<String>,
        recovery_code: Option<String>,
        passkey: Option<Value>,
    ) -> Result<Self, OpError> {
        let codes = [("totp", &totp), ("recovery_code", &recovery_code)];
        let too_long =
            |code: &Option<String>| code.as_ref().is_some_and(|code| code.len() > CODE_MAX);
        if let Some((path, _)) = codes.into_iter().find(|(_, code)| too_long(code)) {
            let message = format!("A code has at most {CODE_MAX} characters.");
            return Err(OpError::Invalid { path, message });
        }
        match (password, totp, recovery_code, passkey) {
            (Some(password), None, None, None) => Ok(Self::Password(password)),
            (None, Some(code), None, None) => Ok(Self::Totp(code)),
            (None, None, Some(code), None) => Ok(Self::RecoveryCode(code)),
            (None, None, None, Some(answer)) => Ok(Self::Passkey(answer)),
            _ => Err(OpError::Invalid {
                path: "",
                message: "Send exactly one proof: totp, recovery_code or passkey, or the password where it is asked for.".to_owned(),
            }),
        }
    }

    /// The word for a wrong one in the audit log.
    pub(in crate::ops) const fn wrong(&self) -> &'static str {
        match self {
            Self::Password(_) => "wrong_password",
            Self::Totp(_) => "wrong_totp",
            Self::RecoveryCode(_) => "wrong_recovery_code",
            Self::Passkey(_) => "wrong_passkey",
        }
    }

    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> ProofKind {
        match self {
            Self::Password(_) => ProofKind::Password,
            Self::Totp(_) => ProofKind::Totp,
            Self::RecoveryCode(_) => ProofKind::RecoveryCode,
            Self::Passkey(_) => ProofKind::Passkey,
        }
    }
}

/// What somebody with these factors can prove with: one of them or, without any, the password.
pub(in crate::ops) fn methods(factors: &[StoredFactor], codes_left: u64) -> Vec<ProofKind> {
    if factors.is_empty() {
        return vec![ProofKind::Password];
    }
    let has = |kind| factors.iter().any(|factor| factor.view.kind == kind);
    let offered = [
        (ProofKind::Passkey, has(FactorKind::Passkey)),
        (ProofKind::Totp, has(FactorKind::Totp)),
        (ProofKind::RecoveryCode, codes_left > 0),
    ];
    let offered = offered.into_iter().filter(|(_, is)| *is);
    offered.map(|(kind, _)| kind).collect()
}

/// Checks a second factor and uses it up as far as it can be used once only.
///
/// # Errors
/// [`OpError::WrongProof`], [`OpError::Invalid`] for a passkey's answer that cannot be read, and those
/// of the database.
pub(in crate::ops) async fn prove(
    tx: &AccountTx,
    tools: &Tools,
    user: UserId,
    proof: &Proof,
    challenge: &StoredChallenge,
) -> Result<SignedInBy, OpError> {
    match proof {
        // The password is not one: it was proven before, or is checked by whoever asks for it.
        Proof::Password(_) => Err(OpError::WrongProof),
        Proof::Totp(code) => prove_totp(tx, tools, user, code).await,
        Proof::RecoveryCode(code) => {
            let is_right = tx.use_recovery_code(user, &codes::hash_of(code)).await?;
            let right = is_right.then_some(SignedInBy::SecondFactor);
            right.ok_or(OpError::WrongProof)
        }
        Proof::Passkey(answer) => prove_passkey(tx, tools, user, answer, challenge).await,
    }
}

async fn prove_totp(
    tx: &AccountTx,
    tools: &Tools,
    user: UserId,
    code: &str,
) -> Result<SignedInBy, OpError> {
    for factor in tx.second_factors(user).await? {
        let FactorSecret::Totp { key_id, sealed } = factor.secret else {
            continue;
        };
        let sealed = Sealed {
            key_id,
            bytes: sealed,
        };
        let key = tools.keyring.open(&sealed_for(user), &sealed)?;
        let Some(step) = totp::step_of(&key, code, tx.ctx().now)? else {
            continue;
        };
        if tx.use_totp(factor.view.id, step).await? {
            return Ok(SignedInBy::SecondFactor);
        }
    }
    Err(OpError::WrongProof)
}

async fn prove_passkey(
    tx: &AccountTx,
    tools: &Tools,
    user: UserId,
    answer: &Value,
    challenge: &StoredChallenge,
) -> Result<SignedInBy, OpError> {
    let Some(state) = &challenge.state else {
        return Err(OpError::WrongProof);
    };
    let factors = tx.second_factors(user).await?;
    let (id, credential): (SecondFactorId, String) = match challenge.purpose {
        ChallengePurpose::Passkey => tools.passkeys.finish_sign_in(state, answer, &factors)?,
        _ => tools.passkeys.finish_proof(state, answer, &factors)?,
    };
    tx.use_passkey(id, &credential).await?;
    Ok(match challenge.purpose {
        ChallengePurpose::Passkey => SignedInBy::Passkey,
        _ => SignedInBy::SecondFactor,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_has_one_proof_of_a_sane_length() {
        let some = |text: &str| Some(text.to_owned());
        let one = Proof::only(None, some("123456"), None, None).ok();
        assert_eq!(one.map(|proof| proof.kind()), Some(ProofKind::Totp));
        assert!(Proof::only(None, None, None, None).is_err());
        assert!(Proof::only(some("a"), some("b"), None, None).is_err());
        let long = Proof::only(None, None, Some("x".repeat(65)), None);
        assert!(matches!(
            long,
            Err(OpError::Invalid {
                path: "recovery_code",
                ..
            })
        ));
    }

    #[test]
    fn without_a_factor_the_password_is_what_there_is() {
        assert_eq!(methods(&[], 10), [ProofKind::Password]);
    }
}
