//! PUT /Users/{id} (RFC 7644 section 3.5.1).

use scim_schema::{id::LinkId, resource::Incoming, schema::ResourceKind};

use super::{
    lock,
    password::HashedPassword,
    store::{Replacement, store},
    stored_document,
};
use crate::{
    db::{AccountTx, ScimUser, Written},
    ops::{OpError, precondition::Precondition, provisioner::Provisioner, unmapped},
};

/// Replaces a user's attributes; what the body leaves out is cleared, except `active` (D9).
///
/// # Errors
/// [`OpError::NotFound`], [`OpError::PreconditionFailed`], [`OpError::Unique`], a SCIM
/// `mutability` error, and those of the database.
pub async fn replace(
    tx: &AccountTx,
    by: &Provisioner,
    id: LinkId,
    precondition: &Precondition,
    incoming: &Incoming,
    password: Option<&HashedPassword>,
) -> Result<Written<ScimUser>, OpError> {
    let current = lock(tx, by, id).await?;
    precondition.check(current.version)?;
    let old = stored_document(&current)?;
    let users = by.dialect.resource_type(ResourceKind::User);
    old.check_immutable(users, &incoming.document)?;
    let document = incoming.document.clone().without_active();
    document.check_size(old.bytes())?;
    let new = Replacement {
        active: incoming.document.active().or(current.active),
        document: document.with_hidden_of(users, &old),
        unmapped: unmapped::bounded(incoming.unmapped.clone()),
        password_hash: HashedPassword::stored(password, incoming.password.as_deref())?,
    };
    store(tx, by, current, &old, new).await
}
