//! Assertions of OAuth clients (RFC 7523): what a JWT must claim to be taken, once.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use super::{client_credentials::GrantError, secrets};

/// Longest time an assertion may be valid: its `jti` is kept for as long.
const ASSERTION_LIVES: TimeDelta = TimeDelta::hours(1);
/// How far clocks may differ.
const LEEWAY: TimeDelta = TimeDelta::seconds(60);
/// Characters of a `jti`.
const JTI_MAX: usize = 255;

/// What an assertion may name as its audience: this server's issuer or its token endpoint.
#[derive(Clone, Debug)]
pub struct Audience {
    /// The issuer of RFC 8414.
    pub issuer: String,
    /// The token endpoint.
    pub token_endpoint: String,
}

/// What is kept of an assertion, so that it works once.
#[derive(Clone)]
pub(super) struct Assertion {
    /// SHA-256 of its `jti`.
    pub(super) jti_hash: [u8; 32],
    /// When it can no longer be used.
    pub(super) expires_at: DateTime<Utc>,
}

/// The refusal of what is no assertion at all.
pub(super) const MALFORMED: GrantError = GrantError::InvalidClient(
    "The assertion must be a JWT with iss, sub, aud, exp and jti (RFC 7523 section 3)",
);

/// What an assertion claims.
#[derive(Deserialize)]
pub(super) struct Claims {
    iss: String,
    /// The client.
    pub(super) sub: String,
    aud: OneOrMany,
    exp: f64,
    nbf: Option<f64>,
    jti: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl Claims {
    /// Reads a payload.
    pub(super) fn read(payload: &[u8]) -> Option<Self> {
        serde_json::from_slice(payload).ok()
    }

    /// The rules of RFC 7523 section 3, with an assertion that works once.
    pub(super) fn check(
        &self,
        client: &str,
        audience: &Audience,
        now: DateTime<Utc>,
    ) -> Result<Assertion, GrantError> {
        let refused = |why| Err(GrantError::InvalidClient(why));
        if self.iss != client || self.sub != client {
            return refused("iss and sub of the assertion must both be the client_id");
        }
        if !self.aud.names(audience) {
            return refused("aud of the assertion must be this server's issuer or token endpoint");
        }
        let Some(expires_at) = instant(self.exp).filter(|exp| *exp + LEEWAY > now) else {
            return refused("The assertion has expired");
        };
        if expires_at > now + ASSERTION_LIVES + LEEWAY {
            return refused("exp of the assertion must be at most an hour ahead");
        }
        if self
            .nbf
            .is_some_and(|nbf| instant(nbf).is_none_or(|nbf| nbf > now + LEEWAY))
        {
            return refused("The assertion is not valid yet");
        }
        if self.jti.is_empty() || self.jti.chars().count() > JTI_MAX {
            return refused("jti of the assertion must have 1 to 255 characters");
        }
        Ok(Assertion {
            jti_hash: secrets::hash(&self.jti),
            expires_at: expires_at + LEEWAY,
        })
    }
}

impl OneOrMany {
    fn names(&self, audience: &Audience) -> bool {
        let is_ours = |text: &String| {
            *text == audience.token_endpoint || text.trim_end_matches('/') == audience.issuer
        };
        match self {
            Self::One(text) => is_ours(text),
            Self::Many(texts) => texts.iter().any(is_ours),
        }
    }
}

/// A `NumericDate` (RFC 7519 section 2); parts of a second are dropped.
fn instant(seconds: f64) -> Option<DateTime<Utc>> {
    const YEAR_9999: f64 = 253_402_300_799.0;
    if !(0.0..=YEAR_9999).contains(&seconds) {
        return None;
    }
    let whole = seconds as i64;
    DateTime::from_timestamp(whole, 0)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const CLIENT: &str = "0199aa00-0000-7000-8000-000000000001";

    fn now() -> DateTime<Utc> {
        "2026-11-22T08:00:00Z".parse().unwrap()
    }

    fn audience() -> Audience {
        Audience {
            issuer: "https://people.example.org".to_owned(),
            token_endpoint: "https://people.example.org/oauth/token".to_owned(),
        }
    }

    fn check(name: &str, value: Value) -> Result<Assertion, GrantError> {
        let mut claims = json!({
            "iss": CLIENT,
            "sub": CLIENT,
            "aud": "https://people.example.org/oauth/token",
            "exp": now().timestamp() + 300,
            "jti": "1",
        });
        claims[name] = value;
        let claims = Claims::read(claims.to_string().as_bytes()).ok_or(MALFORMED)?;
        claims.check(CLIENT, &audience(), now())
    }

    #[test]
    fn an_assertion_for_this_server_is_taken() {
        let at = now().timestamp();
        for (name, value) in [
            ("aud", json!("https://people.example.org")),
            ("aud", json!(["elsewhere", "https://people.example.org/"])),
            ("exp", json!(at - 59)),
            ("exp", json!(at as f64 + 0.5)),
            ("nbf", json!(at + 60)),
            ("extra", json!({})),
        ] {
            assert!(check(name, value.clone()).is_ok(), "{name} {value}");
        }
    }

    #[test]
    fn every_other_assertion_is_refused() {
        let at = now().timestamp();
        for (name, value) in [
            ("iss", json!("another")),
            ("sub", json!("another")),
            ("aud", json!("https://people.example.org.evil")),
            ("aud", json!([])),
            ("exp", json!(at - 60)),
            ("exp", json!(at + 3_661)),
            ("exp", json!(1e300)),
            ("exp", json!("soon")),
            ("exp", Value::Null),
            ("nbf", json!(at + 61)),
            ("nbf", json!("1")),
            ("jti", json!("")),
            ("jti", json!("x".repeat(256))),
            ("jti", Value::Null),
        ] {
            assert!(check(name, value.clone()).is_err(), "{name} {value}");
        }
    }
}
