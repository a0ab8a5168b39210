//! Members of groups: set-based, so that a change costs what it changes and not the whole group.

use std::{collections::HashSet, sync::Arc};

use scim_schema::{
    filter::TypedFilter,
    id::{ConnectionId, GroupId},
    schema::{ResourceKind, registry},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait, InsertStatement, LockType, OnConflict, Query},
};
use uuid::Uuid;

use super::{
    entity::{group, group_member, group_subgroup, idp_connection, scim_link as link},
    error::DbError,
    filter::{self, FilterScope},
    scim_users::is_live,
    unit::AccountTx,
};

/// Rows of one statement; PostgreSQL takes 65,535 parameters, SQLite 32,766.
const CHUNK: usize = 5_000;

impl AccountTx {
    /// Which of `ids` are live users of the connection: pairs of SCIM id and user.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn resolve_users(
        &self,
        connection: ConnectionId,
        ids: &[Uuid],
    ) -> Result<Vec<(Uuid, Uuid)>, DbError> {
        let mut found = Vec::with_capacity(ids.len());
        for chunk in ids.chunks(CHUNK) {
            let rows: Vec<(Uuid, Option<Uuid>)> = link::Entity::find()
                .select_only()
                .columns([link::Column::ScimId, link::Column::UserId])
                .filter(link::Column::AccountId.eq(self.account().0))
                .filter(link::Column::ConnectionId.eq(connection.0))
                .filter(is_live())
                .filter(link::Column::ScimId.is_in(chunk.iter().copied()))
                .into_tuple()
                .all(&self.connection)
                .await?;
            found.extend(rows.into_iter().filter_map(|(id, user)| Some((id, user?))));
        }
        Ok(found)
    }

    /// Which of `ids` are groups of the connection.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn resolve_groups(
        &self,
        connection: ConnectionId,
        ids: &[Uuid],
    ) -> Result<Vec<Uuid>, DbError> {
        let mut found = Vec::new();
        for chunk in ids.chunks(CHUNK) {
            let rows: Vec<Uuid> = group::Entity::find()
                .select_only()
                .column(group::Column::Id)
                .filter(group::Column::AccountId.eq(self.account().0))
                .filter(group::Column::ConnectionId.eq(connection.0))
                .filter(group::Column::Id.is_in(chunk.iter().copied()))
                .into_tuple()
                .all(&self.connection)
                .await?;
            found.extend(rows);
        }
        Ok(found)
    }

    /// Users that are members of a group.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn member_users(&self, id: GroupId) -> Result<HashSet<Uuid>, DbError> {
        let rows: Vec<Uuid> = group_member::Entity::find()
            .select_only()
            .column(group_member::Column::UserId)
            .filter(group_member::Column::AccountId.eq(self.account().0))
            .filter(group_member::Column::GroupId.eq(id.0))
            .into_tuple()
            .all(&self.connection)
            .await?;
        Ok(rows.into_iter().collect())
    }

    /// How many users and groups are members of a group.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn member_count(&self, id: GroupId) -> Result<u64, DbError> {
        let users = group_member::Entity::find()
            .filter(group_member::Column::AccountId.eq(self.account().0))
            .filter(group_member::Column::GroupId.eq(id.0))
            .count(&self.connection)
            .await?;
        let groups = group_subgroup::Entity::find()
            .filter(group_subgroup::Column::AccountId.eq(self.account().0))
            .filter(group_subgroup::Column::GroupId.eq(id.0))
            .count(&self.connection)
            .await?;
        Ok(users + groups)
    }

    /// Groups that are members of a group.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn member_groups(&self, id: GroupId) -> Result<HashSet<Uuid>, DbError> {
        self.subgroups_of(&[id.0]).await
    }

    async fn subgroups_of(&self, ids: &[Uuid]) -> Result<HashSet<Uuid>, DbError> {
        let mut found = HashSet::new();
        for chunk in ids.chunks(CHUNK) {
            let rows: Vec<Uuid> = group_subgroup::Entity::find()
                .select_only()
                .column(group_subgroup::Column::MemberGroupId)
                .filter(group_subgroup::Column::AccountId.eq(self.account().0))
                .filter(group_subgroup::Column::GroupId.is_in(chunk.iter().copied()))
                .into_tuple()
                .all(&self.connection)
                .await?;
            found.extend(rows);
        }
        Ok(found)
    }

    /// Lets one unit at a time change which groups hold which in a connection: two that look for a
    /// cycle at once would each miss the other's half. Everything else goes on meanwhile.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn lock_nesting(&self, connection: ConnectionId) -> Result<(), DbError> {
        let lock = Query::select()
            .column(idp_connection::Column::Id)
            .from(idp_connection::Entity)
            .and_where(idp_connection::Column::AccountId.eq(self.account().0))
            .and_where(idp_connection::Column::Id.eq(connection.0))
            .lock(LockType::NoKeyUpdate)
            .to_owned();
        self.connection.query_one(&lock).await?;
        Ok(())
    }

    /// Whether `target` is among `start` or below them: adding `start` to it would close a cycle.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn reaches_group(&self, start: &[Uuid], target: GroupId) -> Result<bool, DbError> {
        let mut seen: HashSet<Uuid> = start.iter().copied().collect();
        let mut frontier: Vec<Uuid> = start.to_vec();
        while !frontier.is_empty() {
            if frontier.contains(&target.0) {
                return Ok(true);
            }
            let below = self.subgroups_of(&frontier).await?;
            frontier = below.into_iter().filter(|id| seen.insert(*id)).collect();
        }
        Ok(false)
    }

    /// Adds users to a group; those who are in it stay as they are, and those who were deleted
    /// meanwhile stay out. Answers how many are new.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn add_member_users(&self, id: GroupId, users: &[Uuid]) -> Result<u64, DbError> {
        let mut added = 0;
        for chunk in users.chunks(CHUNK) {
            let insert = self.insert_live(id, chunk)?;
            added += self.connection.execute(&insert).await?.rows_affected();
        }
        Ok(added)
    }

    /// Adds groups to a group, as [`AccountTx::add_member_users`].
    ///
    /// # Errors
    /// Those of the database.
    pub async fn add_member_groups(&self, id: GroupId, groups: &[Uuid]) -> Result<u64, DbError> {
        let mut added = 0;
        for chunk in groups.chunks(CHUNK) {
            let rows = chunk.iter().map(|member| group_subgroup::ActiveModel {
                account_id: Set(self.account().0),
                group_id: Set(id.0),
                member_group_id: Set(*member),
                source: Set("scim".to_owned()),
                added_at: Set(self.ctx().now),
            });
            added += group_subgroup::Entity::insert_many(rows)
                .on_conflict(OnConflict::new().do_nothing().to_owned())
                .exec_without_returning(&self.connection)
                .await?;
        }
        Ok(added)
    }

    /// Takes users out of a group; answers how many were in it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn remove_member_users(&self, id: GroupId, users: &[Uuid]) -> Result<u64, DbError> {
        let mut removed = 0;
        for chunk in users.chunks(CHUNK) {
            removed += group_member::Entity::delete_many()
                .filter(group_member::Column::AccountId.eq(self.account().0))
                .filter(group_member::Column::GroupId.eq(id.0))
                .filter(group_member::Column::UserId.is_in(chunk.iter().copied()))
                .exec(&self.connection)
                .await?
                .rows_affected;
        }
        Ok(removed)
    }

    /// Takes groups out of a group; answers how many were in it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn remove_member_groups(&self, id: GroupId, groups: &[Uuid]) -> Result<u64, DbError> {
        let mut removed = 0;
        for chunk in groups.chunks(CHUNK) {
            removed += group_subgroup::Entity::delete_many()
                .filter(group_subgroup::Column::AccountId.eq(self.account().0))
                .filter(group_subgroup::Column::GroupId.eq(id.0))
                .filter(group_subgroup::Column::MemberGroupId.is_in(chunk.iter().copied()))
                .exec(&self.connection)
                .await?
                .rows_affected;
        }
        Ok(removed)
    }

    /// The members of a group that match a filter on the sub-attributes of `members`: users and
    /// groups apart.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn members_matching(
        &self,
        connection: ConnectionId,
        id: GroupId,
        base_url: &str,
        matching: &TypedFilter,
    ) -> Result<(Vec<Uuid>, Vec<Uuid>), DbError> {
        let scope = FilterScope {
            backend: self.backend(),
            account: self.account(),
            connection,
            base_url: base_url.to_owned(),
            users: Arc::clone(registry().resource_type(ResourceKind::User)),
        };
        let users = filter::user_members(&scope)
            .column((group_member::Entity, group_member::Column::UserId))
            .and_where(group_member::Column::GroupId.eq(id.0))
            .and_where(filter::condition(
                &filter::Member(&scope, ResourceKind::User),
                matching,
            ))
            .to_owned();
        let groups = Query::select()
            .column((
                group_subgroup::Entity,
                group_subgroup::Column::MemberGroupId,
            ))
            .from(group_subgroup::Entity)
            .join_as(
                sea_orm::JoinType::InnerJoin,
                group::Entity,
                "member_group",
                Condition::all()
                    .add(
                        Expr::col(("member_group", group::Column::AccountId))
                            .equals((group_subgroup::Entity, group_subgroup::Column::AccountId)),
                    )
                    .add(Expr::col(("member_group", group::Column::Id)).equals((
                        group_subgroup::Entity,
                        group_subgroup::Column::MemberGroupId,
                    ))),
            )
            .and_where(group_subgroup::Column::AccountId.eq(self.account().0))
            .and_where(group_subgroup::Column::GroupId.eq(id.0))
            .and_where(filter::condition(
                &filter::Member(&scope, ResourceKind::Group),
                matching,
            ))
            .to_owned();
        Ok((
            self.fetch_ids(&users).await?,
            self.fetch_ids(&groups).await?,
        ))
    }
}

impl AccountTx {
    /// Membership rows for those of `users` whose link is live. A deletion under way is waited for
    /// and then looked at again: its rows are locked, and it has left the groups already.
    fn insert_live(&self, id: GroupId, users: &[Uuid]) -> Result<InsertStatement, DbError> {
        use group_member::Column as C;
        let live = Query::select()
            .expr(Expr::val(self.account().0))
            .expr(Expr::val(id.0))
            .column((link::Entity, link::Column::UserId))
            .expr(Expr::val("scim"))
            .expr(Expr::val(self.ctx().now))
            .from(link::Entity)
            .and_where(link::Column::AccountId.eq(self.account().0))
            .and_where(link::Column::UserId.is_in(users.iter().copied()))
            .and_where(is_live())
            .lock(LockType::KeyShare)
            .to_owned();
        let columns = [C::AccountId, C::GroupId, C::UserId, C::Source, C::AddedAt];
        let mut insert = Query::insert();
        insert
            .into_table(group_member::Entity)
            .columns(columns)
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .select_from(live)
            .map_err(|error| DbError::Corrupt(error.to_string()))?;
        Ok(insert)
    }

    async fn fetch_ids(
        &self,
        select: &sea_orm::sea_query::SelectStatement,
    ) -> Result<Vec<Uuid>, DbError> {
        let rows = self
            .connection
            .query_all_raw(self.backend().build(select))
            .await?;
        rows.iter()
            .map(|row| row.try_get_by_index(0).map_err(DbError::from))
            .collect()
    }
}
