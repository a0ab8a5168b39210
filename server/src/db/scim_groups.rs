//! Groups as a connection sees them.

use chrono::{DateTime, Utc};
use scim_schema::{
    id::{ConnectionId, GroupId},
    text::fold,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait, LockType, Query, SelectStatement},
};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    dialect,
    entity::{group, group_member, group_subgroup, scim_link as link},
    error::DbError,
    page::{PAGE, Page, Weighed, count_of},
    scim_users::is_live,
    scope::AccountScope,
    unit::AccountTx,
};

/// Names of the columns with the members of a group.
const USERS: &str = "users";
const SUBGROUPS: &str = "subgroups";

/// A group of a connection.
#[derive(Clone, Debug)]
pub struct ScimGroup {
    /// The SCIM `id`.
    pub id: GroupId,
    /// Registered attributes without members.
    pub document: String,
    /// What no definition knows, a JSON object.
    pub unmapped: String,
    /// Rises with every change; the ETag.
    pub version: i64,
    /// When it was created.
    pub created: DateTime<Utc>,
    /// When it or its members last changed.
    pub last_modified: DateTime<Utc>,
    /// Members that are users; empty unless they were asked for.
    pub users: Vec<MemberOfGroup>,
    /// Members that are groups; empty unless they were asked for.
    pub groups: Vec<MemberOfGroup>,
}

/// One member.
#[derive(Clone, Debug, Deserialize)]
pub struct MemberOfGroup {
    /// The member's SCIM `id`.
    pub id: Uuid,
    /// Its name, if it was asked for.
    pub display: Option<String>,
}

/// What is wanted of the members of a group, or of the groups of a user, which have their names
/// always.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Members {
    /// Nothing: no row of a member is read.
    None,
    /// Their ids.
    Ids,
    /// Their ids and names.
    Named,
}

/// A group to insert or what an existing one becomes.
#[derive(Clone, Debug)]
pub struct GroupData {
    /// Its SCIM `id`.
    pub id: GroupId,
    /// Whose group.
    pub connection: ConnectionId,
    /// `displayName`.
    pub display_name: String,
    /// `externalId`.
    pub external_id: Option<String>,
    /// Registered attributes without members.
    pub document: String,
    /// What no definition knows.
    pub unmapped: String,
}

/// A user of the connection that a request names as member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The id in the request.
    pub scim_id: Uuid,
    /// The user behind it.
    pub user: Uuid,
    /// Whether it is a member already.
    pub is_member: bool,
}

/// A group as the database answers it.
#[derive(FromQueryResult)]
pub(super) struct Row {
    id: Uuid,
    document: String,
    unmapped: String,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    users: Option<String>,
    subgroups: Option<String>,
}

impl Row {
    fn into_group(self) -> Result<ScimGroup, DbError> {
        Ok(ScimGroup {
            users: members(self.users.as_deref())?,
            groups: members(self.subgroups.as_deref())?,
            id: self.id.into(),
            document: self.document,
            unmapped: self.unmapped,
            version: self.version,
            created: self.created_at,
            last_modified: self.updated_at,
        })
    }
}

pub(super) fn into_groups(rows: Vec<Row>) -> Result<Vec<ScimGroup>, DbError> {
    rows.into_iter().map(Row::into_group).collect()
}

fn members(text: Option<&str>) -> Result<Vec<MemberOfGroup>, DbError> {
    text.map_or(Ok(Vec::new()), |text| {
        serde_json::from_str(text).map_err(|error| DbError::Corrupt(format!("members: {error}")))
    })
}

#[derive(FromQueryResult)]
struct LockedRow {
    id: Uuid,
    document: String,
    unmapped: String,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    scim_id: Option<Uuid>,
    user_id: Option<Uuid>,
    member_id: Option<Uuid>,
}

/// Groups of a connection, without columns.
pub(super) fn groups_of(account: Uuid, connection: ConnectionId) -> SelectStatement {
    Query::select()
        .from(group::Entity)
        .and_where(group::Column::AccountId.eq(account))
        .and_where(group::Column::ConnectionId.eq(connection.0))
        .to_owned()
}

/// The columns of [`Row`] but members.
pub(super) fn with_columns(select: &mut SelectStatement) {
    use group::Column as C;
    for column in [
        C::Id,
        C::Document,
        C::Unmapped,
        C::Version,
        C::CreatedAt,
        C::UpdatedAt,
    ] {
        select.column((group::Entity, column));
    }
}

/// The members of [`Row`], filled when they are wanted.
pub(super) fn with_members(
    select: &mut SelectStatement,
    backend: sea_orm::DatabaseBackend,
    wanted: Members,
) {
    let none = || Expr::cust("CAST(NULL AS text)");
    let (users, subgroups) =
        members_json(backend, wanted, "groups").unwrap_or_else(|| (none(), none()));
    select.expr_as(users, USERS).expr_as(subgroups, SUBGROUPS);
}

/// The members of the group in `of`, users and groups; `None` when none are wanted.
fn members_json(
    backend: sea_orm::DatabaseBackend,
    wanted: Members,
    of: &str,
) -> Option<(Expr, Expr)> {
    match wanted {
        Members::None => None,
        Members::Ids => Some((
            dialect::group_user_ids_json(backend, of),
            dialect::group_subgroup_ids_json(backend, of),
        )),
        Members::Named => Some((
            dialect::group_users_json(backend, of),
            dialect::group_subgroups_json(backend, of),
        )),
    }
}

/// A page of the groups that `base` selects, with the columns of [`Row`].
pub(super) fn page(
    mut base: SelectStatement,
    backend: sea_orm::DatabaseBackend,
    wanted: Members,
) -> Page {
    with_columns(&mut base);
    let Some((users, subgroups)) = members_json(backend, wanted, PAGE) else {
        with_members(&mut base, backend, Members::None);
        return Page::plain(base);
    };
    for column in [group::Column::AccountId, group::Column::ConnectionId] {
        base.column((group::Entity, column));
    }
    let of_group = "m.account_id = groups.account_id AND m.group_id = groups.id";
    let weight_of_groups = count_of("group_subgroups", of_group);
    Page {
        rows: base,
        weighed: Some(Weighed {
            weight: count_of("group_members", of_group).add(weight_of_groups),
            columns: vec![(USERS, users), (SUBGROUPS, subgroups)],
        }),
    }
}

impl AccountScope<'_> {
    /// One group of a connection, in one statement; members only when they are asked for.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn scim_group(
        &self,
        connection: ConnectionId,
        id: GroupId,
        members: Members,
    ) -> Result<Option<ScimGroup>, DbError> {
        read(
            self.connection,
            groups_of(self.account.0, connection),
            id,
            members,
        )
        .await
    }
}

async fn read<C: ConnectionTrait>(
    from: &C,
    mut select: SelectStatement,
    id: GroupId,
    members: Members,
) -> Result<Option<ScimGroup>, DbError> {
    let backend = from.get_database_backend();
    with_columns(&mut select);
    with_members(&mut select, backend, members);
    select.and_where(group::Column::Id.eq(id.0));
    Row::find_by_statement(backend.build(&select))
        .one(from)
        .await?
        .map(Row::into_group)
        .transpose()
}

impl AccountTx {
    /// The same group as the unit has made it so far.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn scim_group(
        &self,
        connection: ConnectionId,
        id: GroupId,
        members: Members,
    ) -> Result<Option<ScimGroup>, DbError> {
        let select = groups_of(self.account().0, connection);
        read(&self.connection, select, id, members).await
    }

    /// One group, locked until the unit ends, and which of `ids` are users of the connection, in
    /// one statement whose cost does not depend on the size of the group.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn lock_group(
        &self,
        connection: ConnectionId,
        id: GroupId,
        ids: &[Uuid],
    ) -> Result<Option<(ScimGroup, Vec<Candidate>)>, DbError> {
        let mut select = groups_of(self.account().0, connection);
        with_columns(&mut select);
        join_candidates(&mut select, ids);
        select.and_where(group::Column::Id.eq(id.0));
        // The outer join's other side cannot be locked, and SQLite has one writer anyway.
        if self.backend() == sea_orm::DatabaseBackend::Postgres {
            select.lock_with_tables(LockType::Update, [group::Entity]);
        }
        let rows = LockedRow::find_by_statement(self.backend().build(&select))
            .all(&self.connection)
            .await?;
        let candidates = rows
            .iter()
            .filter_map(|row| {
                Some(Candidate {
                    scim_id: row.scim_id?,
                    user: row.user_id?,
                    is_member: row.member_id.is_some(),
                })
            })
            .collect();
        let Some(row) = rows.into_iter().next() else {
            return Ok(None);
        };
        let group = ScimGroup {
            id: row.id.into(),
            document: row.document,
            unmapped: row.unmapped,
            version: row.version,
            created: row.created_at,
            last_modified: row.updated_at,
            users: Vec::new(),
            groups: Vec::new(),
        };
        Ok(Some((group, candidates)))
    }

    /// Inserts a group.
    ///
    /// # Errors
    /// [`DbError::Unique`] with `GroupDisplayName` or `GroupExternalId`, and those of the database.
    pub async fn insert_group(&self, data: &GroupData) -> Result<(), DbError> {
        let now = self.ctx().now;
        let row = group::ActiveModel {
            account_id: Set(self.account().0),
            id: Set(data.id.0),
            organisation_id: Set(None),
            connection_id: Set(Some(data.connection.0)),
            external_id: Set(data.external_id.clone()),
            display_name: Set(data.display_name.clone()),
            display_name_folded: Set(fold(&data.display_name)),
            document: Set(data.document.clone()),
            unmapped: Set(data.unmapped.clone()),
            state: Set("live".to_owned()),
            version: Set(1),
            created_at: Set(now),
            updated_at: Set(now),
        };
        group::Entity::insert(row)
            .exec_without_returning(&self.connection)
            .await?;
        Ok(())
    }

    /// Raises a group's version from `version` and stores its data, if any; `false` when it is not
    /// at that version.
    ///
    /// # Errors
    /// [`DbError::Unique`] with `GroupDisplayName` or `GroupExternalId`, and those of the database.
    pub async fn update_group(
        &self,
        id: GroupId,
        version: i64,
        data: Option<&GroupData>,
    ) -> Result<bool, DbError> {
        use group::Column as C;
        let mut statement = group::Entity::update_many()
            .filter(C::AccountId.eq(self.account().0))
            .filter(C::Id.eq(id.0))
            .filter(C::Version.eq(version))
            .col_expr(C::Version, Expr::val(version + 1))
            .col_expr(C::UpdatedAt, Expr::val(self.ctx().now));
        if let Some(data) = data {
            statement = statement
                .col_expr(C::DisplayName, Expr::val(data.display_name.as_str()))
                .col_expr(C::DisplayNameFolded, Expr::val(fold(&data.display_name)))
                .col_expr(C::ExternalId, Expr::val(data.external_id.clone()))
                .col_expr(C::Document, Expr::val(data.document.as_str()))
                .col_expr(C::Unmapped, Expr::val(data.unmapped.as_str()));
        }
        Ok(statement.exec(&self.connection).await?.rows_affected == 1)
    }

    /// Deletes a locked group; its memberships go with it. Groups that lose it as a member have a new
    /// version, and are answered.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn delete_group(&self, id: GroupId) -> Result<Vec<GroupId>, DbError> {
        use group_subgroup::Column as S;
        let parents: Vec<Uuid> = group_subgroup::Entity::find()
            .select_only()
            .column(S::GroupId)
            .filter(S::AccountId.eq(self.account().0))
            .filter(S::MemberGroupId.eq(id.0))
            .into_tuple()
            .all(&self.connection)
            .await?;
        let parents: Vec<GroupId> = parents.into_iter().map(GroupId).collect();
        self.touch_groups(&parents).await?;
        group::Entity::delete_many()
            .filter(group::Column::AccountId.eq(self.account().0))
            .filter(group::Column::Id.eq(id.0))
            .exec(&self.connection)
            .await?;
        Ok(parents)
    }
}

/// Joins the live users among `ids`, and whether they are members, to a select of one group.
fn join_candidates(select: &mut SelectStatement, ids: &[Uuid]) {
    let none = || Expr::cust("NULL");
    if ids.is_empty() {
        for name in ["scim_id", "user_id", "member_id"] {
            select.expr_as(none(), name);
        }
        return;
    }
    select
        .left_join(
            link::Entity,
            Expr::col((link::Entity, link::Column::AccountId))
                .equals((group::Entity, group::Column::AccountId))
                .and(
                    Expr::col((link::Entity, link::Column::ConnectionId))
                        .equals((group::Entity, group::Column::ConnectionId)),
                )
                .and(is_live())
                .and(link::Column::ScimId.is_in(ids.iter().copied())),
        )
        .left_join(
            group_member::Entity,
            Expr::col((group_member::Entity, group_member::Column::AccountId))
                .equals((group::Entity, group::Column::AccountId))
                .and(
                    Expr::col((group_member::Entity, group_member::Column::GroupId))
                        .equals((group::Entity, group::Column::Id)),
                )
                .and(
                    Expr::col((group_member::Entity, group_member::Column::UserId))
                        .equals((link::Entity, link::Column::UserId)),
                ),
        )
        .expr_as(Expr::col((link::Entity, link::Column::ScimId)), "scim_id")
        .expr_as(Expr::col((link::Entity, link::Column::UserId)), "user_id")
        .expr_as(
            Expr::col((group_member::Entity, group_member::Column::UserId)),
            "member_id",
        );
}
