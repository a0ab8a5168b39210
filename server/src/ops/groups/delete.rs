//! DELETE /Groups/{id}: the group goes with its memberships.

use scim_schema::{api::events::ChangeKind, id::GroupId};
use serde_json::json;

use crate::{
    db::{AccountTx, AuditEntry, Change, Written},
    ops::{OpError, precondition::Precondition, provisioner::Provisioner},
};

/// Deletes a group of the connection.
///
/// # Errors
/// [`OpError::NotFound`], [`OpError::PreconditionFailed`], and those of the database.
pub async fn delete(
    tx: &AccountTx,
    by: &Provisioner,
    id: GroupId,
    precondition: &Precondition,
) -> Result<Written<()>, OpError> {
    let (current, _) = tx
        .lock_group(by.id, id, &[])
        .await?
        .ok_or(OpError::NotFound)?;
    precondition.check(current.version)?;
    tx.delete_group(id).await?;
    let document = super::stored_document(&current)?;
    let details = json!({
        "connection": by.name,
        "displayName": document.display_name(),
    });
    Ok(
        Written::audited((), AuditEntry::done("group.delete", "group", id, details))
            .announcing(Change::deleted(ChangeKind::Group, id, current.version + 1)),
    )
}
