//! Reads of a connection's own resources: of people and groups when it is live, of its shadow when
//! it is not.

use scim_schema::id::{AccountId, GroupId, LinkId};

use super::{OpError, provisioner::Provisioner, shadow};
use crate::db::{
    AccountScope, AccountTx, Db, ListQuery, Members, Paging, Place, Resource, Resumption,
    ScimGroup, ScimUser, SearchQuery, Walked,
};

/// What a connection can see.
pub struct Reads<'d> {
    scope: AccountScope<'d>,
    by: &'d Provisioner,
}

impl<'d> Reads<'d> {
    /// The reads of a connection of this account.
    #[must_use]
    pub fn of(db: &'d Db, account: AccountId, by: &'d Provisioner) -> Self {
        Self {
            scope: db.account(account),
            by,
        }
    }

    /// One user, with its groups if they are wanted.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn user(&self, id: LinkId, with_groups: bool) -> Result<Option<ScimUser>, OpError> {
        if self.by.mode.is_shadow() {
            let groups = match with_groups {
                true => Members::Named,
                false => Members::None,
            };
            return shadow::get_user(self.scope, self.by, id, groups).await;
        }
        Ok(self.scope.scim_user(self.by.id, id, with_groups).await?)
    }

    /// A page of the matching users by index, and the total.
    ///
    /// # Errors
    /// Those of the database; see [`ListQuery::takes`] about the place.
    pub async fn users(
        &self,
        query: &ListQuery,
        from: Option<&Resumption>,
    ) -> Result<Walked<ScimUser>, OpError> {
        if self.by.mode.is_shadow() {
            let (items, total) = shadow::list_users(self.scope, self.by, query).await?;
            return Ok(counted(items, total));
        }
        Ok(self.scope.scim_users(query, from).await?)
    }

    /// Matching users from a place on, or from the first.
    ///
    /// # Errors
    /// Those of the database; see [`ListQuery::takes`] about the place.
    pub async fn walk_users(
        &self,
        query: &ListQuery,
        from: Option<&Place>,
    ) -> Result<Walked<ScimUser>, OpError> {
        if self.by.mode.is_shadow() {
            return shadow::walk_users(self.scope, self.by, query, from).await;
        }
        Ok(self.scope.walk_users(query, from).await?)
    }

    /// One group, with its members if they are wanted.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn group(&self, id: GroupId, members: Members) -> Result<Option<ScimGroup>, OpError> {
        if self.by.mode.is_shadow() {
            return shadow::get_group(self.scope, self.by, id, members).await;
        }
        Ok(self.scope.scim_group(self.by.id, id, members).await?)
    }

    /// A page of the matching groups by index, and the total.
    ///
    /// # Errors
    /// Those of the database; see [`ListQuery::takes`] about the place.
    pub async fn groups(
        &self,
        query: &ListQuery,
        from: Option<&Resumption>,
    ) -> Result<Walked<ScimGroup>, OpError> {
        if self.by.mode.is_shadow() {
            let (items, total) = shadow::list_groups(self.scope, self.by, query).await?;
            return Ok(counted(items, total));
        }
        Ok(self.scope.scim_groups(query, from).await?)
    }

    /// Matching groups from a place on, or from the first.
    ///
    /// # Errors
    /// Those of the database; see [`ListQuery::takes`] about the place.
    pub async fn walk_groups(
        &self,
        query: &ListQuery,
        from: Option<&Place>,
    ) -> Result<Walked<ScimGroup>, OpError> {
        if self.by.mode.is_shadow() {
            return shadow::walk_groups(self.scope, self.by, query, from).await;
        }
        Ok(self.scope.walk_groups(query, from).await?)
    }

    /// A page of the matching users and groups.
    ///
    /// # Errors
    /// Those of the database; see [`SearchQuery::takes`] about the place.
    pub async fn search(
        &self,
        query: &SearchQuery,
        paging: Paging<'_>,
    ) -> Result<Walked<Resource>, OpError> {
        if self.by.mode.is_shadow() {
            return shadow::search(self.scope, self.by, query, paging).await;
        }
        Ok(self.scope.search(query, paging).await?)
    }
}

/// A page that is found by counting: a shadow is small and remembers no walks.
fn counted<T>(items: Vec<T>, total: u64) -> Walked<T> {
    Walked {
        items,
        total,
        previous: None,
        next: None,
    }
}

/// A group as a unit of work has made it so far.
///
/// # Errors
/// Those of the database.
pub async fn group_so_far(
    tx: &AccountTx,
    by: &Provisioner,
    id: GroupId,
    members: Members,
) -> Result<Option<ScimGroup>, OpError> {
    if by.mode.is_shadow() {
        return shadow::read_group(tx, by, id, members).await;
    }
    Ok(tx.scim_group(by.id, id, members).await?)
}
