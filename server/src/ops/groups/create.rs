//! POST /Groups.

use scim_schema::{api::events::ChangeKind, id::GroupId, patch::MemberChange, resource::Incoming};
use serde_json::json;

use super::{
    GroupChanged, data_of,
    members::{Membership, named_ids},
};
use crate::{
    db::{AccountTx, AuditEntry, Candidate, Change, Written},
    ops::{OpError, provisioner::Provisioner, unmapped},
};

/// Creates a group of the connection with its members.
///
/// # Errors
/// [`OpError::Unique`] when `displayName` or `externalId` is taken, a SCIM `invalidValue` for an
/// unknown member, and those of the database.
pub async fn create(
    tx: &AccountTx,
    by: &Provisioner,
    incoming: &Incoming,
) -> Result<Written<GroupChanged>, OpError> {
    let id = GroupId(tx.new_id());
    let data = data_of(
        id,
        by,
        &incoming.document,
        unmapped::bounded(incoming.unmapped.clone()),
    );
    tx.insert_group(&data).await?;
    let change = MemberChange::Add(incoming.members.clone().unwrap_or_default());
    let named = named_ids([&change]);
    let candidates: Vec<Candidate> = tx
        .resolve_users(by.id, &named)
        .await?
        .into_iter()
        .map(|(scim_id, user)| Candidate {
            scim_id,
            user,
            is_member: false,
        })
        .collect();
    let mut membership = Membership::begin(tx, by, id, &candidates, &named).await?;
    membership.apply(&change).await?;
    let (_, touched, notes) = membership.finish();
    let details = json!({
        "displayName": data.display_name,
        "connection": by.name,
        "members": named.len(),
    });
    let changed = GroupChanged {
        id,
        version: 1,
        touched,
        notes,
    };
    let mut written = Written::audited(
        changed.clone(),
        AuditEntry::done("group.create", "group", id, details),
    )
    .announcing(Change::created(ChangeKind::Group, id));
    for user in changed.touched {
        written = written.announcing(Change::updated(ChangeKind::User, user, 0));
    }
    Ok(written)
}
