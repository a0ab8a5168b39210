//! PATCH /Users/{id} (RFC 7644 section 3.5.2): all operations or none.

use scim_schema::{
    dialect::{Note, Notes},
    id::LinkId,
    patch::{PatchOp, apply},
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

/// Applies operations to a user and answers it with the rewrites that were needed.
///
/// # Errors
/// [`OpError::NotFound`], [`OpError::PreconditionFailed`], [`OpError::Unique`], the SCIM errors of
/// the operations, and those of the database.
pub async fn patch(
    tx: &AccountTx,
    by: &Provisioner,
    id: LinkId,
    precondition: &Precondition,
    operations: &[PatchOp],
) -> Result<Written<(ScimUser, Vec<Note>)>, OpError> {
    let current = tx
        .lock_scim_user(by.id, id)
        .await?
        .ok_or(OpError::NotFound)?;
    precondition.check(current.version)?;
    let users = registry().resource_type(ResourceKind::User);
    let old = stored_document(&current)?;
    let mut document = old.clone();
    document.set_active(users, current.active);
    let mut notes = Notes::new();
    let applied = apply(
        users,
        &id.to_string(),
        &mut document,
        operations,
        &by.dialect,
        &mut notes,
    )?;
    if document.active().is_none() {
        // Taken back: what the connection says when it says nothing, as in a POST.
        document.set_active(users, true);
    }
    let new = Replacement {
        document,
        unmapped: unmapped::merged(&current.unmapped, &applied.unmapped),
    };
    let written = store(tx, by, current, &old, new).await?;
    Ok(written.map(|user| (user, notes.into_vec())))
}
