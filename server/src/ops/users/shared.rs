//! An address that somebody else has: accepted, and flagged for a System Administrator (scim.md 1.3,
//! *Identity of a resource*).

use scim_schema::{
    api::conflicts::{ConflictCause, ConflictKind},
    id::UserId,
    text::fold,
};

use crate::{
    db::{AccountTx, Change, DbError, NewConflict, Profile, SentUser},
    ops::provisioner::Provisioner,
};

/// The address that a user is given, when it is another one than before.
pub(super) fn new_address<'p>(before: Option<&str>, profile: &'p Profile) -> Option<&'p str> {
    let email = profile.email.as_deref()?;
    (before.map(fold) != Some(fold(email))).then_some(email)
}

/// Flags that a user has the address of others, if anybody has it still.
///
/// # Errors
/// Those of the database.
pub(in crate::ops) async fn flag(
    tx: &AccountTx,
    by: &Provisioner,
    (user, profile): (UserId, &Profile),
    sent: SentUser,
) -> Result<Option<Change>, DbError> {
    let Some(email) = profile.email.as_deref() else {
        return Ok(None);
    };
    let with = tx.sharing(email, user).await?;
    note(tx, by, (user, profile), with, sent).await
}

/// Flags that a user has the address of these others.
///
/// # Errors
/// Those of the database.
pub(super) async fn note(
    tx: &AccountTx,
    by: &Provisioner,
    (user, profile): (UserId, &Profile),
    with: Vec<UserId>,
    sent: SentUser,
) -> Result<Option<Change>, DbError> {
    if with.is_empty() {
        return Ok(None);
    }
    let conflict = NewConflict {
        connection: by.id,
        kind: ConflictKind::EmailShared,
        cause: ConflictCause::Shared,
        candidates: [vec![user], with].concat(),
        user_name: profile.user_name.clone(),
        sent,
    };
    let noted = tx.note_conflict(&conflict).await?;
    Ok(noted.map(|noted| noted.change()))
}
