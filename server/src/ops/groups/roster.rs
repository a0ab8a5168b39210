//! Where the members of a group are: rows of people and groups, or the shadow of the connection.

use std::collections::HashSet;

use scim_schema::{filter::TypedFilter, id::GroupId, resource::ScimError, schema::ResourceKind};
use uuid::Uuid;

use crate::{
    db::{AccountTx, Candidate},
    ops::{OpError, provisioner::Provisioner, shadow},
};

/// Which of `ids` are users of the connection, for a group that has no members yet.
pub(super) async fn candidates(
    tx: &AccountTx,
    by: &Provisioner,
    ids: &[Uuid],
) -> Result<Vec<Candidate>, OpError> {
    let found: Vec<(Uuid, Uuid)> = if by.mode.is_shadow() {
        let kinds = tx.shadow_kinds(by.id, ids).await?.into_iter();
        let users = kinds.filter(|(_, kind)| *kind == ResourceKind::User);
        users.map(|(id, _)| (id, id)).collect()
    } else {
        tx.resolve_users(by.id, ids).await?
    };
    let candidates = found.into_iter().map(|(scim_id, user)| Candidate {
        scim_id,
        user,
        is_member: false,
    });
    Ok(candidates.collect())
}

/// The rows of one group's members.
pub(super) struct Roster<'t> {
    pub(super) tx: &'t AccountTx,
    pub(super) by: &'t Provisioner,
    pub(super) group: GroupId,
}

impl Roster<'_> {
    const fn in_shadow(&self) -> bool {
        self.by.mode.is_shadow()
    }

    /// Which of `ids` are groups of the connection.
    pub(super) async fn groups_among(&self, ids: &[Uuid]) -> Result<HashSet<Uuid>, OpError> {
        if self.in_shadow() {
            let kinds = self.tx.shadow_kinds(self.by.id, ids).await?.into_iter();
            let groups = kinds.filter(|(_, kind)| *kind == ResourceKind::Group);
            return Ok(groups.map(|(id, _)| id).collect());
        }
        let groups = self.tx.resolve_groups(self.by.id, ids).await?;
        Ok(groups.into_iter().collect())
    }

    pub(super) async fn users(&self) -> Result<HashSet<Uuid>, OpError> {
        if self.in_shadow() {
            return shadow::members_in(self.tx, self.group, ResourceKind::User).await;
        }
        Ok(self.tx.member_users(self.group).await?)
    }

    pub(super) async fn groups(&self) -> Result<HashSet<Uuid>, OpError> {
        if self.in_shadow() {
            return shadow::members_in(self.tx, self.group, ResourceKind::Group).await;
        }
        Ok(self.tx.member_groups(self.group).await?)
    }

    pub(super) async fn add_users(&self, ids: &[Uuid]) -> Result<u64, OpError> {
        if self.in_shadow() {
            return Ok(self.tx.add_shadow_members(self.group.0, ids).await?);
        }
        Ok(self.tx.add_member_users(self.group, ids).await?)
    }

    pub(super) async fn add_groups(&self, ids: &[Uuid]) -> Result<u64, OpError> {
        if self.in_shadow() {
            return Ok(self.tx.add_shadow_members(self.group.0, ids).await?);
        }
        Ok(self.tx.add_member_groups(self.group, ids).await?)
    }

    pub(super) async fn remove_users(&self, ids: &[Uuid]) -> Result<u64, OpError> {
        if self.in_shadow() {
            return Ok(self.tx.remove_shadow_members(self.group.0, ids).await?);
        }
        Ok(self.tx.remove_member_users(self.group, ids).await?)
    }

    pub(super) async fn remove_groups(&self, ids: &[Uuid]) -> Result<u64, OpError> {
        if self.in_shadow() {
            return Ok(self.tx.remove_shadow_members(self.group.0, ids).await?);
        }
        Ok(self.tx.remove_member_groups(self.group, ids).await?)
    }

    /// Users and groups among the members that satisfy a filter.
    pub(super) async fn matching(
        &self,
        filter: &TypedFilter,
    ) -> Result<(Vec<Uuid>, Vec<Uuid>), OpError> {
        if self.in_shadow() {
            return shadow::matching_members(self.tx, self.by, self.group, filter).await;
        }
        let (tx, by) = (self.tx, self.by);
        let members = tx.member_count(self.group).await?;
        tx.effort()
            .spend_searching(members, filter)
            .map_err(ScimError::from)?;
        Ok(tx
            .members_matching(by.id, self.group, &by.base_url, filter)
            .await?)
    }

    /// Whether the group is among `start` or below them, which nobody changes until the unit ends.
    pub(super) async fn is_below(&self, start: &[Uuid]) -> Result<bool, OpError> {
        if self.in_shadow() {
            return shadow::reaches(self.tx, start, self.group).await;
        }
        Ok(self.tx.reaches_group(start, self.group).await?)
    }

    /// Lets one unit at a time change which groups hold which; that of a shadow is alone anyway.
    pub(super) async fn lock_nesting(&self) -> Result<(), OpError> {
        if self.in_shadow() {
            return Ok(());
        }
        Ok(self.tx.lock_nesting(self.by.id).await?)
    }
}
