//! Groups of a shadow, and who is in them.

use std::collections::HashSet;

use scim_schema::{
    filter::{TypedFilter, element_matches},
    id::GroupId,
    resource::ScimError,
    schema::ResourceKind,
};
use uuid::Uuid;

use super::{as_live, enter, make_room};
use crate::{
    db::{
        AccountTx, Candidate, GroupData, MemberOfGroup, Members, ScimGroup, ShadowData,
        ShadowMember, ShadowObject,
    },
    ops::{OpError, provisioner::Provisioner, resources::member_value},
};

const GROUP: ResourceKind = ResourceKind::Group;

/// A group of the shadow as SCIM answers it, with those of its members that are given.
pub(super) fn as_group(object: ShadowObject, members: Vec<ShadowMember>) -> ScimGroup {
    let (users, groups) = members
        .into_iter()
        .partition::<Vec<_>, _>(|member| member.kind == ResourceKind::User);
    let shown = |members: Vec<ShadowMember>| {
        let members = members.into_iter();
        members
            .map(|member| MemberOfGroup {
                id: member.id,
                display: Some(member.label),
            })
            .collect()
    };
    ScimGroup {
        id: GroupId(object.id),
        document: object.document,
        unmapped: object.unmapped,
        version: object.version,
        created: object.created,
        last_modified: object.updated,
        users: shown(users),
        groups: shown(groups),
    }
}

/// One group of the shadow and which of `ids` are users there; the shadow is the unit's alone until
/// it ends.
///
/// # Errors
/// Those of [`enter`], [`OpError::NotFound`], and those of the database.
pub(in crate::ops) async fn lock_group(
    tx: &AccountTx,
    by: &Provisioner,
    id: GroupId,
    ids: &[Uuid],
) -> Result<(ScimGroup, Vec<Candidate>), OpError> {
    enter(tx, by).await?;
    let object = tx.shadow_object(by.id, GROUP, id.0).await?;
    let group = as_group(object.ok_or(OpError::NotFound)?, Vec::new());
    let present = members_in(tx, id, ResourceKind::User).await?;
    let kinds = tx.shadow_kinds(by.id, ids).await?.into_iter();
    let candidates = kinds
        .filter(|(_, kind)| *kind == ResourceKind::User)
        .map(|(id, _)| Candidate {
            scim_id: id,
            user: id,
            is_member: present.contains(&id),
        });
    Ok((group, candidates.collect()))
}

/// The same group as the unit has made it so far.
///
/// # Errors
/// Those of the database.
pub(in crate::ops) async fn read_group(
    tx: &AccountTx,
    by: &Provisioner,
    id: GroupId,
    members: Members,
) -> Result<Option<ScimGroup>, OpError> {
    let Some(object) = tx.shadow_object(by.id, GROUP, id.0).await? else {
        return Ok(None);
    };
    let members = match members {
        Members::None => Vec::new(),
        Members::Ids | Members::Named => tx.shadow_members(&[id.0]).await?,
    };
    Ok(Some(as_group(object, members)))
}

/// Inserts a group, and makes the shadow the unit's alone until it ends.
///
/// # Errors
/// [`OpError::Unique`], 400 `tooMany` when the shadow is full, and those of the database.
pub(in crate::ops) async fn insert_group(
    tx: &AccountTx,
    by: &Provisioner,
    data: &GroupData,
) -> Result<(), OpError> {
    enter(tx, by).await?;
    make_room(tx, by).await?;
    tx.insert_shadow_object(by.id, GROUP, data.id.0, &data_of(data))
        .await
        .map_err(as_live(GROUP))
}

/// Raises a group's version and stores its data, if any; `false` when it is not at `version`.
///
/// # Errors
/// [`OpError::Unique`], and those of the database.
pub(in crate::ops) async fn update_group(
    tx: &AccountTx,
    id: GroupId,
    version: i64,
    data: Option<&GroupData>,
) -> Result<bool, OpError> {
    let data = data.map(data_of);
    tx.update_shadow_object(id.0, version, data.as_ref())
        .await
        .map_err(as_live(GROUP))
}

/// Deletes a group with its memberships.
///
/// # Errors
/// Those of the database.
pub(in crate::ops) async fn delete_group(
    tx: &AccountTx,
    by: &Provisioner,
    id: GroupId,
) -> Result<(), OpError> {
    tx.delete_shadow_objects(by.id, &[id.0]).await?;
    Ok(())
}

/// Members of a group that are of a kind.
///
/// # Errors
/// Those of the database.
pub(in crate::ops) async fn members_in(
    tx: &AccountTx,
    group: GroupId,
    kind: ResourceKind,
) -> Result<HashSet<Uuid>, OpError> {
    let members = tx.shadow_members(&[group.0]).await?.into_iter();
    let of_kind = members.filter(|member| member.kind == kind);
    Ok(of_kind.map(|member| member.id).collect())
}

/// Whether `target` is among `start` or below them.
///
/// # Errors
/// Those of the database.
pub(in crate::ops) async fn reaches(
    tx: &AccountTx,
    start: &[Uuid],
    target: GroupId,
) -> Result<bool, OpError> {
    let mut seen: HashSet<Uuid> = start.iter().copied().collect();
    let mut frontier = start.to_vec();
    while !frontier.is_empty() {
        if frontier.contains(&target.0) {
            return Ok(true);
        }
        let members = tx.shadow_members(&frontier).await?.into_iter();
        let below = members.filter(|member| member.kind == GROUP);
        frontier = below
            .map(|member| member.id)
            .filter(|id| seen.insert(*id))
            .collect();
    }
    Ok(false)
}

/// Members that satisfy a filter on the sub-attributes of `members`: users and groups apart.
///
/// # Errors
/// Those of the database.
pub(in crate::ops) async fn matching_members(
    tx: &AccountTx,
    by: &Provisioner,
    group: GroupId,
    filter: &TypedFilter,
) -> Result<(Vec<Uuid>, Vec<Uuid>), OpError> {
    let rt = by.dialect.resource_type(ResourceKind::Group);
    let Some((_, def)) = rt.attribute("members") else {
        return Ok((Vec::new(), Vec::new()));
    };
    let sizes = tx.shadow_group_sizes(&[group.0]).await?;
    let size = sizes.get(&group.0).copied().unwrap_or(0);
    tx.effort().spend_reading(size).map_err(ScimError::from)?;
    let members = tx.shadow_members(&[group.0]).await?.into_iter();
    let (mut users, mut groups) = (Vec::new(), Vec::new());
    let mut effort = tx.effort();
    for member in members {
        let value = member_value(member.id, member.kind, Some(&member.label), &by.base_url);
        if !element_matches(def, filter, &value, &mut effort).map_err(ScimError::from)? {
            continue;
        }
        match member.kind {
            ResourceKind::User => users.push(member.id),
            ResourceKind::Group => groups.push(member.id),
        }
    }
    Ok((users, groups))
}

fn data_of(data: &GroupData) -> ShadowData {
    ShadowData {
        name: data.display_name.clone(),
        label: data.display_name.clone(),
        external_id: data.external_id.clone(),
        active: None,
        is_staged: false,
        document: data.document.clone(),
        unmapped: data.unmapped.clone(),
    }
}
