//! DELETE /Groups/{id}: the group goes with its memberships.

use scim_schema::{api::events::ChangeKind, id::GroupId};
use serde_json::json;

use super::patch::lock;
use crate::{
    db::{AccountTx, AuditEntry, Change, Written},
    ops::{
        OpError,
        mapping::{Moved, regrouping},
        precondition::Precondition,
        provisioner::Provisioner,
        shadow,
    },
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
    let (current, _) = lock(tx, by, id, &[]).await?;
    precondition.check(current.version)?;
    // Whoever was in it is known only until then.
    let moved = match by.rules.reads_groups() {
        true => Moved {
            users: tx.member_users(id).await?.into_iter().collect(),
            groups: tx.member_groups(id).await?.into_iter().collect(),
        },
        false => Moved::default(),
    };
    let mut parents = Vec::new();
    if by.mode.is_shadow() {
        shadow::delete_group(tx, by, id).await?;
    } else {
        parents = tx.delete_group(id).await?;
    }
    let document = super::stored_document(&current)?;
    let details = json!({
        "connection": by.name,
        "displayName": document.display_name(),
    });
    let mut written = Written::audited((), AuditEntry::done("group.delete", "group", id, details))
        .announcing(Change::deleted(ChangeKind::Group, id, current.version + 1));
    written.jobs.extend(regrouping(tx, by, &moved));
    for parent in parents {
        written = written.announcing(Change::updated(ChangeKind::Group, parent, 0));
    }
    Ok(written)
}
