//! POST /Groups.

use scim_schema::{api::events::ChangeKind, id::GroupId, patch::MemberChange, resource::Incoming};
use serde_json::json;

use super::{
    GroupChanged, data_of,
    members::{Membership, named_ids},
    roster::candidates,
};
use crate::{
    db::{AccountTx, AuditEntry, Change, Written},
    ops::{OpError, mapping::regrouping, provisioner::Provisioner, shadow, unmapped},
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
    create_as(tx, by, GroupId(tx.new_id()), incoming).await
}

/// The same with an id that the provider knows already.
///
/// # Errors
/// Those of [`create`].
pub async fn create_as(
    tx: &AccountTx,
    by: &Provisioner,
    id: GroupId,
    incoming: &Incoming,
) -> Result<Written<GroupChanged>, OpError> {
    let data = data_of(
        id,
        by,
        &incoming.document,
        unmapped::bounded(incoming.unmapped.clone()),
    );
    if by.mode.is_shadow() {
        shadow::insert_group(tx, by, &data).await?;
    } else {
        tx.insert_group(&data).await?;
    }
    let change = MemberChange::Add(incoming.members.clone().unwrap_or_default());
    let named = named_ids([&change]);
    let candidates = candidates(tx, by, &named).await?;
    let mut membership = Membership::begin(tx, by, id, &candidates, &named).await?;
    membership.apply(&change).await?;
    let outcome = membership.finish();
    let details = json!({
        "displayName": data.display_name,
        "connection": by.name,
        "members": named.len(),
    });
    let changed = GroupChanged {
        id,
        version: 1,
        touched: outcome.touched,
        notes: outcome.notes,
    };
    let mut written = Written::audited(
        changed.clone(),
        AuditEntry::done("group.create", "group", id, details),
    )
    .announcing(Change::created(ChangeKind::Group, id));
    written.jobs.extend(regrouping(tx, by, &outcome.moved));
    for user in changed.touched {
        written = written.announcing(Change::updated(ChangeKind::User, user, 0));
    }
    Ok(written)
}
