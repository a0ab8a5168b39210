//! PUT /Groups/{id}: attributes and members become what the body says.

use scim_schema::{id::GroupId, patch::MemberChange, resource::Incoming};

use super::{
    GroupChanged,
    members::{Membership, named_ids},
    patch::{lock, store},
    stored_document,
};
use crate::{
    db::{AccountTx, Written},
    ops::{OpError, precondition::Precondition, provisioner::Provisioner, unmapped},
};

/// Replaces a group; a body without `members` leaves it without members
/// (RFC 7644 section 3.5.1).
///
/// # Errors
/// [`OpError::NotFound`], [`OpError::PreconditionFailed`], [`OpError::Unique`], a SCIM
/// `invalidValue` for an unknown member, and those of the database.
pub async fn replace(
    tx: &AccountTx,
    by: &Provisioner,
    id: GroupId,
    precondition: &Precondition,
    incoming: &Incoming,
) -> Result<Written<GroupChanged>, OpError> {
    let change = MemberChange::Replace(incoming.members.clone().unwrap_or_default());
    let named = named_ids([&change]);
    let (current, candidates) = lock(tx, by, id, &named).await?;
    precondition.check(current.version)?;
    let old = stored_document(&current)?;
    let mut membership = Membership::begin(tx, by, id, &candidates, &named).await?;
    membership.apply(&change).await?;
    let outcome = membership.finish();
    let unmapped = unmapped::bounded(incoming.unmapped.clone());
    store(
        tx,
        by,
        &current,
        &old,
        &incoming.document,
        unmapped,
        outcome,
    )
    .await
}
