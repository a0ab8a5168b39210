//! `password` of a user whom a connection provisions (scim.md section 1.3, D19): checked and hashed
//! before any unit of work begins, because a hash takes longer than a unit may wait.

use scim_schema::{prepare::new_password, resource::ScimError};

use crate::ops::{OpError, passwords::PasswordPool, provisioner::Provisioner};

/// A password that a connection sent, with its hash. It has no `Debug`: nothing prints it.
#[derive(Clone)]
pub struct HashedPassword {
    sent: String,
    hash: String,
}

impl HashedPassword {
    /// Checks a password and hashes it.
    ///
    /// # Errors
    /// 400 `invalidValue` for one that people may not have, [`OpError::Busy`] when too many wait.
    pub async fn of(pool: &PasswordPool, sent: &str) -> Result<Self, OpError> {
        let prepared = check_password(sent)?;
        Ok(Self {
            sent: sent.to_owned(),
            hash: pool.hash(&prepared).await?,
        })
    }

    /// What is stored for the password of a body, which must be the one that was hashed.
    pub(super) fn stored(
        known: Option<&Self>,
        sent: Option<&str>,
    ) -> Result<Option<String>, OpError> {
        match (known, sent) {
            (None, _) => Ok(None),
            (Some(known), Some(sent)) if known.sent == sent => Ok(Some(known.hash.clone())),
            (Some(_), _) => Err(OpError::Internal(
                "another password was hashed than the request sets".to_owned(),
            )),
        }
    }
}

/// The form in which a password is hashed.
///
/// # Errors
/// 400 `invalidValue` for one that people may not have.
pub fn check_password(sent: &str) -> Result<String, ScimError> {
    new_password(sent).map_err(|why| {
        ScimError::invalid_value("password", format!("is none that people may have. {why}"))
    })
}

/// Whether passwords that the connection sends are set; otherwise they are discarded, as a shadow
/// discards them always.
#[must_use]
pub fn takes_passwords(by: &Provisioner) -> bool {
    by.dialect.accept_password && !by.mode.is_shadow()
}
