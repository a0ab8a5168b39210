//! PATCH /Groups/{id}: attributes by document, members by set, in one transaction.

use scim_schema::{
    api::events::ChangeKind,
    dialect::Notes,
    id::GroupId,
    patch::{PatchOp, PlacedChange, apply},
    resource::Document,
    schema::{ResourceKind, registry},
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    GroupChanged, data_of,
    members::{Membership, Outcome, named_ids},
    stored_document,
};
use crate::{
    db::{AccountTx, AuditEntry, Candidate, Change, ScimGroup, Written},
    ops::{
        OpError, mapping::regrouping, precondition::Precondition, provisioner::Provisioner, shadow,
        unmapped,
    },
};

/// Ids that are read together with the group; more of them take a statement of their own.
const READ_WITH_GROUP: usize = 5_000;

/// The parts of a PATCH on a group.
#[derive(Clone, Debug)]
pub struct GroupPatch {
    /// Operations on attributes.
    pub operations: Vec<PatchOp>,
    /// Changes of members, in order, each with the place of its operation in the request.
    pub members: Vec<PlacedChange>,
    /// Whether this completes a circle of one Bulk (RFC 7644 section 3.7.1): groups may become
    /// members of each other, and there is no operation that an error could name.
    pub completes_circle: bool,
}

/// Applies a PATCH: all of it or nothing.
///
/// # Errors
/// [`OpError::NotFound`], [`OpError::PreconditionFailed`], [`OpError::Unique`], the SCIM errors of
/// the operations, and those of the database.
pub async fn patch(
    tx: &AccountTx,
    by: &Provisioner,
    id: GroupId,
    precondition: &Precondition,
    patch: &GroupPatch,
) -> Result<Written<GroupChanged>, OpError> {
    let named = named_ids(patch.members.iter().map(|(_, change)| change));
    let (current, candidates) = lock(tx, by, id, &named).await?;
    precondition.check(current.version)?;
    let old = stored_document(&current)?;
    let mut document = old.clone();
    let mut notes = Notes::new();
    let applied = apply(
        registry().resource_type(ResourceKind::Group),
        &id.to_string(),
        &mut document,
        &patch.operations,
        &by.dialect,
        &mut notes,
        &mut tx.effort(),
    )?;
    let mut membership = Membership::begin(tx, by, id, &candidates, &named)
        .await?
        .closing_circles(patch.completes_circle);
    for (index, change) in &patch.members {
        let applied = membership.apply(change).await;
        applied.map_err(|error| match error {
            OpError::Scim(error) if !patch.completes_circle => error.in_operation(*index).into(),
            other => other,
        })?;
    }
    let mut outcome = membership.finish();
    outcome.notes.splice(0..0, notes.into_vec());
    let unmapped = unmapped::merged(unmapped::stored(&current.unmapped), &applied.unmapped);
    store(tx, by, &current, &old, &document, unmapped, outcome).await
}

/// Locks a group and finds the users among `named`.
pub(super) async fn lock(
    tx: &AccountTx,
    by: &Provisioner,
    id: GroupId,
    named: &[Uuid],
) -> Result<(ScimGroup, Vec<Candidate>), OpError> {
    if by.mode.is_shadow() {
        return shadow::lock_group(tx, by, id, named).await;
    }
    if named.len() <= READ_WITH_GROUP {
        return tx
            .lock_group(by.id, id, named)
            .await?
            .ok_or(OpError::NotFound);
    }
    let (group, _) = tx
        .lock_group(by.id, id, &[])
        .await?
        .ok_or(OpError::NotFound)?;
    let present = tx.member_users(id).await?;
    let candidates = tx
        .resolve_users(by.id, named)
        .await?
        .into_iter()
        .map(|(scim_id, user)| Candidate {
            scim_id,
            user,
            is_member: present.contains(&user),
        })
        .collect();
    Ok((group, candidates))
}

/// The shared end of PUT and PATCH: a new version when anything changed, else nothing.
pub(super) async fn store(
    tx: &AccountTx,
    by: &Provisioner,
    current: &ScimGroup,
    old: &Document,
    document: &Document,
    unmapped: String,
    outcome: Outcome,
) -> Result<Written<GroupChanged>, OpError> {
    let renamed = document != old || unmapped != current.unmapped;
    if !renamed && !outcome.members_changed {
        return Ok(Written::unchanged(GroupChanged {
            id: current.id,
            version: current.version,
            touched: Vec::new(),
            notes: outcome.notes,
        }));
    }
    let data = renamed.then(|| data_of(current.id, by, document, unmapped));
    let (id, version) = (current.id, current.version);
    let updated = if by.mode.is_shadow() {
        shadow::update_group(tx, id, version, data.as_ref()).await?
    } else {
        tx.update_group(id, version, data.as_ref()).await?
    };
    if !updated {
        return Err(OpError::PreconditionFailed);
    }
    let version = current.version + 1;
    let details = json!({
        "connection": by.name,
        "displayName": document.display_name(),
        "before": differing(old, document),
        "after": differing(document, old),
        "members": outcome.touched,
    });
    let mut written = Written::audited(
        (),
        AuditEntry::done("group.update", "group", current.id, details),
    )
    .announcing(Change::updated(ChangeKind::Group, current.id, version));
    let moved = outcome.moved.and_below(renamed.then_some(current.id));
    written.jobs.extend(regrouping(tx, by, &moved));
    for user in &outcome.touched {
        written = written.announcing(Change::updated(ChangeKind::User, *user, 0));
    }
    Ok(written.map(|()| GroupChanged {
        id: current.id,
        version,
        touched: outcome.touched,
        notes: outcome.notes,
    }))
}

/// Attributes of one document that the other has not, or otherwise.
fn differing(one: &Document, other: &Document) -> Map<String, Value> {
    let attributes = one.as_map().iter();
    attributes
        .filter(|(name, value)| other.as_map().get(*name) != Some(*value))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
