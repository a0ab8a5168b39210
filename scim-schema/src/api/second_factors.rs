//! Second factors and what somebody proves with: `/sessions/second-factor`,
//! `/sessions/current/step-up`, `/me/second-factors`, `/me/recovery-codes`.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{id::SecondFactorId, lifecycle::word_enum};

/// Longest name of a second factor, in characters.
pub const LABEL_MAX: usize = 60;

word_enum! {
    /// What somebody can prove with.
    ProofKind {
        /// The password, for those who have nothing else.
        Password = "password",
        /// A code of an authenticator app.
        Totp = "totp",
        /// A passkey.
        Passkey = "passkey",
        /// One of the codes that were printed.
        RecoveryCode = "recovery_code",
    }
}

word_enum! {
    /// Kinds of second factors that somebody enrols.
    FactorKind {
        /// An authenticator app (RFC 6238).
        Totp = "totp",
        /// A passkey (`WebAuthn`).
        Passkey = "passkey",
    }
}

word_enum! {
    /// What comes next for whoever has begun to sign in.
    NextStep {
        /// To prove a second factor.
        SecondFactor = "second_factor",
    }
}

/// Answer 202 of `POST /sessions` and `POST /one-time-links/redeem`: the password was right, and
/// something else is to be proven with `POST /sessions/second-factor`. This is no session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PendingSignIn {
    /// What comes next.
    pub next: NextStep,
    /// Names this sign-in; sent back with the proof.
    pub challenge: String,
    /// Any one of them will do.
    pub methods: Vec<ProofKind>,
    /// What the browser needs to ask for a passkey: the `publicKey` of `navigator.credentials.get`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passkey: Option<Value>,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

/// Body of `POST /sessions/passkey`. Answer: [`PasskeyRequest`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BeginPasskey {
    /// Slug of the account.
    pub account: String,
}

/// What a browser is to ask for a passkey with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PasskeyRequest {
    /// Sent back with the passkey's answer.
    pub challenge: String,
    /// The `publicKey` of `navigator.credentials.get`.
    pub passkey: Value,
}

/// Body of `POST /sessions/second-factor`: exactly one proof. Answer: 200 with
/// [`Me`](super::session::Me) and the session cookie.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContinueSignIn {
    /// Of the sign-in that was begun.
    pub challenge: String,
    /// The code of an authenticator app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub totp: Option<String>,
    /// One of the recovery codes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery_code: Option<String>,
    /// The passkey's answer, as `PublicKeyCredential.toJSON` writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passkey: Option<Value>,
}

/// Answer of `POST /sessions/current/step-up/challenge`: what the caller can prove with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepUpChallenge {
    /// Sent back with the proof.
    pub challenge: String,
    /// Any one of them will do.
    pub methods: Vec<ProofKind>,
    /// The `publicKey` of `navigator.credentials.get`, for those who have a passkey.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passkey: Option<Value>,
}

/// Body of `POST /sessions/current/step-up`: exactly one proof. The sign-in counts as of now then.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepUp {
    /// Of `POST /sessions/current/step-up/challenge`.
    pub challenge: String,
    /// The password, of those who have no second factor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// The code of an authenticator app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub totp: Option<String>,
    /// One of the recovery codes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery_code: Option<String>,
    /// The passkey's answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passkey: Option<Value>,
}

/// A second factor as its owner and administrators see it: never a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactorView {
    /// Its id.
    pub id: SecondFactorId,
    /// Its kind.
    pub kind: FactorKind,
    /// What its owner calls it.
    pub label: String,
    /// When it was enrolled.
    pub created_at: DateTime<Utc>,
    /// When it proved something last.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// Answer of `GET /me/second-factors`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactors {
    /// Oldest first.
    pub items: Vec<SecondFactorView>,
    /// Recovery codes that were not used yet.
    pub recovery_codes_left: u32,
    /// Whether there has to be one.
    pub required: bool,
    /// Whether passkeys work at the address of this server.
    pub passkeys: bool,
}

/// Answer of `POST /me/second-factors/totp`: what an authenticator app is given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TotpEnrolment {
    /// Sent back with the first code.
    pub challenge: String,
    /// The key in base32, for typing.
    pub secret: String,
    /// The key for the app, as `otpauth:` address.
    pub uri: String,
    /// The same as a picture.
    pub qr: QrCode,
}

/// A QR code: a square of modules, dark ones as the `d` of an SVG path in units of one module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QrCode {
    /// Modules of a side, the quiet zone of four on each side included.
    pub size: u32,
    /// `d` of the path.
    pub path: String,
}

/// Answer of `POST /me/second-factors/passkey`: what a browser is to make a passkey with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PasskeyEnrolment {
    /// Sent back with the new passkey.
    pub challenge: String,
    /// The `publicKey` of `navigator.credentials.create`.
    pub passkey: Value,
}

/// Body of `POST /me/second-factors`: the proof that the new factor works. Answer: 201 with
/// [`Enrolled`]; the session's secret changes with it.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnrolFactor {
    /// Of the enrolment that was begun.
    pub challenge: String,
    /// What to call it, 1 to [`LABEL_MAX`] characters.
    pub label: String,
    /// The first code of an authenticator app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub totp: Option<String>,
    /// The new passkey, as `PublicKeyCredential.toJSON` writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passkey: Option<Value>,
}

/// What came of an enrolment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolled {
    /// The factor.
    pub factor: SecondFactorView,
    /// The recovery codes that came with the first one; shown this once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recovery_codes: Vec<String>,
}

/// Answer of `POST /me/recovery-codes`: new ones in the place of those of before, shown this once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryCodes {
    /// Each works once.
    pub codes: Vec<String>,
}

/// Checks the name of a second factor and trims it.
///
/// # Errors
/// A sentence that says what to change.
pub fn check_label(label: &str) -> Result<&str, &'static str> {
    let label = label.trim();
    match label.chars().count() {
        0 => Err("Enter a name, so that you can tell it apart later."),
        count if count > LABEL_MAX => Err("Use at most 60 characters."),
        _ if crate::prepare::forbidden_in_name(label).is_some() => {
            Err("Use no control characters and none that cannot be seen.")
        }
        _ => Ok(label),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_trimmed_bounded_and_visible() {
        assert_eq!(check_label(" My phone "), Ok("My phone"));
        assert!(check_label(" ").is_err());
        assert!(check_label(&"x".repeat(61)).is_err());
        assert!(check_label("a\u{7}b").is_err());
        assert!(check_label("a\u{202e}b").is_err());
    }
}
