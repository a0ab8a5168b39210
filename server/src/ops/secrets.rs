//! Bearer secrets that others present to us: tokens, sessions, one-time links. 256 random bits,
//! shown once, stored as SHA-256 and found by index (domain.md section 1, *Identifiers*).

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::ids::Ids;

/// What is stored of a secret and looked up.
pub type SecretHash = [u8; 32];

/// A new secret in the form in which it is presented: a prefix that tells what it is for, then 43
/// characters of base64url.
#[derive(Clone)]
pub struct Secret {
    text: String,
    prefix: usize,
}

impl Secret {
    /// A new secret behind `prefix`.
    #[must_use]
    pub fn new(ids: &Ids, prefix: &'static str) -> Self {
        let text = format!("{prefix}{}", URL_SAFE_NO_PAD.encode(ids.secret()));
        Self {
            text,
            prefix: prefix.len(),
        }
    }

    /// What is stored of it.
    #[must_use]
    pub fn hash(&self) -> SecretHash {
        hash(&self.text)
    }

    /// The first four characters behind the prefix, to tell secrets apart: 24 of 256 bits.
    #[must_use]
    pub fn hint(&self) -> String {
        self.text.chars().skip(self.prefix).take(4).collect()
    }

    /// The secret itself, to be shown once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// SHA-256 of a secret as somebody presents it. No salt and no stretching: 256 random bits cannot
/// be guessed, and a look-up must stay cheap.
#[must_use]
pub fn hash(presented: &str) -> SecretHash {
    Sha256::digest(presented.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_by_what_is_presented_and_never_printed() {
        let secret = Secret::new(&Ids::seeded(1), "rollcall_scim_");
        assert_eq!(hash(secret.reveal()), secret.hash());
        assert_eq!(secret.reveal().len(), "rollcall_scim_".len() + 43);
        assert!(secret.reveal()["rollcall_scim_".len()..].starts_with(&secret.hint()));
        assert_eq!(secret.hint().len(), 4);
        assert_eq!(format!("{secret:?}"), "Secret");
    }

    #[test]
    fn secrets_differ() {
        let ids = Ids::seeded(2);
        assert_ne!(Secret::new(&ids, "").hash(), Secret::new(&ids, "").hash());
    }
}
