//! Passkeys: the ceremonies of `WebAuthn` (<https://www.w3.org/TR/webauthn-3/>) for the address of
//! this server. An authenticator has to verify its person, so a passkey proves possession and person
//! at once. What a ceremony has to remember is kept here and not by the browser.

use std::sync::Arc;

use scim_schema::{
    api::second_factors::FactorKind,
    id::{SecondFactorId, UserId},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use webauthn_rs::{
    Webauthn, WebauthnBuilder,
    prelude::{
        DiscoverableAuthentication, DiscoverableKey, Passkey, PasskeyAuthentication,
        PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential, Url,
    },
};

use crate::{
    db::{FactorSecret, StoredFactor},
    ops::OpError,
};

/// The ceremonies; clones share them.
#[derive(Clone)]
pub struct Passkeys(Option<Arc<Webauthn>>);

/// A ceremony that was begun.
pub(in crate::ops) struct Ceremony {
    /// The `publicKey` that the browser is given.
    pub(in crate::ops) options: Value,
    /// What its end is checked with.
    pub(in crate::ops) state: String,
}

/// Somebody to make a passkey for.
pub(in crate::ops) struct Owner<'o> {
    /// Who.
    pub(in crate::ops) id: UserId,
    /// Sign-in name.
    pub(in crate::ops) user_name: &'o str,
    /// Name to show.
    pub(in crate::ops) name: &'o str,
}

impl Passkeys {
    /// Passkeys of a server at this address. Browsers make none for a number in the place of a name,
    /// other than for this machine, which is `localhost` to them.
    #[must_use]
    pub fn at(public_url: &str) -> Self {
        let ceremonies = Url::parse(public_url).ok().and_then(|mut url| {
            if matches!(url.host_str(), Some("127.0.0.1" | "[::1]")) {
                url.set_host(Some("localhost")).ok()?;
            }
            let name = url.domain()?.to_owned();
            let builder = WebauthnBuilder::new(&name, &url).ok()?;
            builder.rp_name("Rollcall").build().ok()
        });
        Self(ceremonies.map(Arc::new))
    }

    /// Whether there can be any.
    #[must_use]
    pub fn work_here(&self) -> bool {
        self.0.is_some()
    }

    fn ceremonies(&self) -> Result<&Webauthn, OpError> {
        self.0.as_deref().ok_or_else(|| {
            OpError::Conflict(
                "Passkeys need a name in the address of this server, and it has a number. Use an authenticator app, or ask the operator to set public_url to a name.".to_owned(),
            )
        })
    }

    /// Begins to make a passkey for somebody who has these factors already.
    ///
    /// # Errors
    /// [`OpError::Conflict`] where passkeys do not work.
    pub(in crate::ops) fn begin_enrolment(
        &self,
        owner: &Owner<'_>,
        factors: &[StoredFactor],
    ) -> Result<Ceremony, OpError> {
        let known = passkeys(factors)?;
        let known = known.iter().map(|(_, passkey)| passkey.cred_id().clone());
        let (options, state) = self
            .ceremonies()?
            .start_passkey_registration(
                owner.id.0,
                owner.user_name,
                owner.name,
                Some(known.collect()),
            )
            .map_err(|error| OpError::Internal(format!("passkey: {error}")))?;
        let mut options = public_key(&options)?;
        // A passkey that its authenticator remembers needs no name typed to sign in with.
        options["authenticatorSelection"]["residentKey"] = json!("preferred");
        Ok(Ceremony {
            options,
            state: text(&state)?,
        })
    }

    /// What to store of a passkey that was made.
    ///
    /// # Errors
    /// [`OpError::Invalid`] for an answer that cannot be read, [`OpError::WrongProof`] for one that is
    /// not of this ceremony.
    pub(in crate::ops) fn finish_enrolment(
        &self,
        state: &str,
        answer: &Value,
    ) -> Result<FactorSecret, OpError> {
        let state: PasskeyRegistration = stored(state)?;
        let answer: RegisterPublicKeyCredential = answer_of(answer)?;
        let passkey = self
            .ceremonies()?
            .finish_passkey_registration(&answer, &state)
            .map_err(|_| OpError::WrongProof)?;
        Ok(FactorSecret::Passkey {
            id: passkey.cred_id().to_vec(),
            credential: text(&passkey)?,
        })
    }

    /// Begins to ask somebody for one of their passkeys; `None` of those who have none.
    ///
    /// # Errors
    /// [`OpError::Internal`].
    pub(in crate::ops) fn begin_proof(
        &self,
        factors: &[StoredFactor],
    ) -> Result<Option<Ceremony>, OpError> {
        let known = passkeys(factors)?;
        let Some(ceremonies) = self.0.as_deref().filter(|_| !known.is_empty()) else {
            return Ok(None);
        };
        let known: Vec<Passkey> = known.into_iter().map(|(_, passkey)| passkey).collect();
        let (options, state) = ceremonies
            .start_passkey_authentication(&known)
            .map_err(|error| OpError::Internal(format!("passkey: {error}")))?;
        Ok(Some(Ceremony {
            options: public_key(&options)?,
            state: text(&state)?,
        }))
    }

    /// Which passkey answered, and what to store of it now.
    ///
    /// # Errors
    /// [`OpError::Invalid`] for an answer that cannot be read, [`OpError::WrongProof`].
    pub(in crate::ops) fn finish_proof(
        &self,
        state: &str,
        answer: &Value,
        factors: &[StoredFactor],
    ) -> Result<(SecondFactorId, String), OpError> {
        let state: PasskeyAuthentication = stored(state)?;
        let answer: PublicKeyCredential = answer_of(answer)?;
        let (id, mut passkey) = used(&answer, factors)?;
        let result = self
            .ceremonies()?
            .finish_passkey_authentication(&answer, &state)
            .map_err(|_| OpError::WrongProof)?;
        passkey.update_credential(&result);
        Ok((id, text(&passkey)?))
    }

    /// Begins to ask for any passkey of this server.
    ///
    /// # Errors
    /// [`OpError::Conflict`] where passkeys do not work.
    pub(in crate::ops) fn begin_sign_in(&self) -> Result<Ceremony, OpError> {
        let (options, state) = self
            .ceremonies()?
            .start_discoverable_authentication()
            .map_err(|error| OpError::Internal(format!("passkey: {error}")))?;
        Ok(Ceremony {
            options: public_key(&options)?,
            state: text(&state)?,
        })
    }

    /// Whose passkey says it answered; still to be proven.
    ///
    /// # Errors
    /// [`OpError::Invalid`] for an answer that cannot be read, [`OpError::WrongProof`] for one that
    /// names nobody.
    pub(in crate::ops) fn claimed_by(&self, answer: &Value) -> Result<UserId, OpError> {
        let answer: PublicKeyCredential = answer_of(answer)?;
        let claimed = self
            .ceremonies()?
            .identify_discoverable_authentication(&answer)
            .map_err(|_| OpError::WrongProof)?;
        Ok(UserId(claimed.0))
    }

    /// As [`Passkeys::finish_proof`], of a ceremony that asked for any passkey.
    ///
    /// # Errors
    /// [`OpError::Invalid`] for an answer that cannot be read, [`OpError::WrongProof`].
    pub(in crate::ops) fn finish_sign_in(
        &self,
        state: &str,
        answer: &Value,
        factors: &[StoredFactor],
    ) -> Result<(SecondFactorId, String), OpError> {
        let state: DiscoverableAuthentication = stored(state)?;
        let answer: PublicKeyCredential = answer_of(answer)?;
        let (id, mut passkey) = used(&answer, factors)?;
        let result = self
            .ceremonies()?
            .finish_discoverable_authentication_v2(&answer, state, DiscoverableKey::from(&passkey))
            .map_err(|_| OpError::WrongProof)?;
        passkey.update_credential(&result);
        Ok((id, text(&passkey)?))
    }
}

/// The passkeys among these factors.
fn passkeys(factors: &[StoredFactor]) -> Result<Vec<(SecondFactorId, Passkey)>, OpError> {
    let kept = factors
        .iter()
        .filter(|factor| factor.view.kind == FactorKind::Passkey);
    let read = kept.filter_map(|factor| match &factor.secret {
        FactorSecret::Passkey { credential, .. } => {
            Some(stored(credential).map(|passkey| (factor.view.id, passkey)))
        }
        FactorSecret::Totp { .. } => None,
    });
    read.collect()
}

fn used(
    answer: &PublicKeyCredential,
    factors: &[StoredFactor],
) -> Result<(SecondFactorId, Passkey), OpError> {
    let mut known = passkeys(factors)?.into_iter();
    known
        .find(|(_, passkey)| passkey.cred_id().as_slice() == answer.get_credential_id())
        .ok_or(OpError::WrongProof)
}

/// What `navigator.credentials` takes.
fn public_key(options: &impl Serialize) -> Result<Value, OpError> {
    let mut options = serde_json::to_value(options).map_err(|error| unreadable(&error))?;
    Ok(options["publicKey"].take())
}

fn answer_of<T: DeserializeOwned>(answer: &Value) -> Result<T, OpError> {
    T::deserialize(answer).map_err(|_| OpError::Invalid {
        path: "passkey",
        message: "Send the passkey's answer as PublicKeyCredential.toJSON() writes it.".to_owned(),
    })
}

fn text(value: &impl Serialize) -> Result<String, OpError> {
    serde_json::to_string(value).map_err(|error| unreadable(&error))
}

fn stored<T: DeserializeOwned>(text: &str) -> Result<T, OpError> {
    serde_json::from_str(text).map_err(|error| unreadable(&error))
}

fn unreadable(error: &serde_json::Error) -> OpError {
    OpError::Internal(format!("passkey: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_work_for_names_and_for_this_machine() {
        for (url, work) in [
            ("https://people.example.org", true),
            ("http://localhost:8080", true),
            ("http://127.0.0.1:8080", true),
            ("http://[::1]:8080", true),
            ("https://192.0.2.7", false),
        ] {
            assert_eq!(Passkeys::at(url).work_here(), work, "{url}");
        }
        let refused = Passkeys::at("https://192.0.2.7").begin_sign_in();
        assert!(matches!(refused, Err(OpError::Conflict(_))));
    }
}
