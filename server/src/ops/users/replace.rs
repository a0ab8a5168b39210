//! PUT /Users/{id} (RFC 7644 section 3.5.1).

use scim_schema::{
    id::LinkId,
    resource::Incoming,
    schema::{ResourceKind, registry},
};

use super::{
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
) -> Result<Written<ScimUser>, OpError> {
    let current = tx
        .lock_scim_user(by.id, id)
        .await?
        .ok_or(OpError::NotFound)?;
    precondition.check(current.version)?;
    let old = stored_document(&current)?;
    old.check_immutable(
        registry().resource_type(ResourceKind::User),
        &incoming.document,
    )?;
    let new = Replacement {
        document: incoming.document.clone(),
        unmapped: unmapped::bounded(incoming.unmapped.clone()),
    };
    store(tx, by, current, &old, new).await
}
