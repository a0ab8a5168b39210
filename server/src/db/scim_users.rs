//! Users as a connection sees them: the live link joined with the user.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use scim_schema::{
    filter::TypedFilter,
    id::{ConnectionId, LinkId, UserId},
    lifecycle::Axes,
    schema::{ResourceKind, registry},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseBackend, FromQueryResult,
    sea_query::{Expr, ExprTrait, LockType, Query, SelectStatement},
};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    administrators, dialect,
    entity::{scim_link as link, user},
    error::DbError,
    filter::{self, FilterScope},
    holds,
    page::{PAGE, Page, Weighed, count_of},
    scope::AccountScope,
    unit::AccountTx,
};

/// Name of the column with the groups of a user.
const GROUPS: &str = "groups";

/// A live user of a connection.
#[derive(Clone, Debug)]
pub struct ScimUser {
    /// The SCIM `id`.
    pub scim_id: LinkId,
    /// The user behind it; never shown to the provider.
    pub user: UserId,
    /// Registered attributes without `active`, as the serialiser of `scim-schema` wrote them.
    pub document: String,
    /// What no definition knows, a JSON object.
    pub unmapped: String,
    /// The connection's own `active`; without one the hold tells (`Axes::is_let_in`).
    pub active: Option<bool>,
    /// The three axes.
    pub axes: Axes,
    /// Local administrator that no identity provider can lock out.
    pub break_glass: bool,
    /// Has an administrative role or is break-glass; looked at only where the user is locked.
    pub administrator: bool,
    /// Has signed in here at least once; nobody else can have a session.
    pub has_signed_in: bool,
    /// Rises with every change; the ETag.
    pub version: i64,
    /// When the link was made.
    pub created: DateTime<Utc>,
    /// When the user last changed.
    pub last_modified: DateTime<Utc>,
    /// Groups of this connection the user is in; empty unless they were asked for.
    pub groups: Vec<GroupOfUser>,
}

/// A group of a user.
#[derive(Clone, Debug, Deserialize)]
pub struct GroupOfUser {
    /// The group's SCIM `id`.
    pub id: Uuid,
    /// Its display name.
    pub display: String,
}

/// A live user as the database answers it.
#[derive(FromQueryResult)]
pub(super) struct Row {
    scim_id: Uuid,
    user_id: Uuid,
    document: String,
    unmapped: String,
    linked_at: DateTime<Utc>,
    lifecycle: String,
    invitation: String,
    hold_kinds: String,
    idp_active: Option<bool>,
    break_glass: bool,
    administrator: bool,
    has_signed_in: bool,
    version: i64,
    updated_at: DateTime<Utc>,
    groups: Option<String>,
}

impl Row {
    fn into_user(self) -> Result<ScimUser, DbError> {
        Ok(ScimUser {
            axes: holds::axes(&self.lifecycle, &self.invitation, &self.hold_kinds)?,
            groups: parse_groups(self.groups.as_deref())?,
            scim_id: self.scim_id.into(),
            user: self.user_id.into(),
            document: self.document,
            unmapped: self.unmapped,
            active: self.idp_active,
            break_glass: self.break_glass,
            administrator: self.administrator,
            has_signed_in: self.has_signed_in,
            version: self.version,
            created: self.linked_at,
            last_modified: self.updated_at,
        })
    }
}

fn parse_groups(text: Option<&str>) -> Result<Vec<GroupOfUser>, DbError> {
    text.map_or(Ok(Vec::new()), |text| {
        serde_json::from_str(text).map_err(|error| DbError::Corrupt(format!("groups: {error}")))
    })
}

pub(super) fn into_users(rows: Vec<Row>) -> Result<Vec<ScimUser>, DbError> {
    rows.into_iter().map(Row::into_user).collect()
}

/// The link is live. A constant and no parameter: SQLite uses a partial index only when it can
/// compare the condition with the index's own while it plans.
pub(super) fn is_live() -> Expr {
    Expr::col((link::Entity, link::Column::State)).eq(Expr::Constant("live".into()))
}

/// Live links of a connection, without columns.
pub(super) fn live_links(account: Uuid, connection: ConnectionId) -> SelectStatement {
    Query::select()
        .from(link::Entity)
        .and_where(link::Column::AccountId.eq(account))
        .and_where(link::Column::ConnectionId.eq(connection.0))
        .and_where(is_live())
        .to_owned()
}

/// The same with their users.
pub(super) fn live_users(account: Uuid, connection: ConnectionId) -> SelectStatement {
    live_links(account, connection)
        .inner_join(
            user::Entity,
            Expr::col((user::Entity, user::Column::AccountId))
                .equals((link::Entity, link::Column::AccountId))
                .and(
                    Expr::col((user::Entity, user::Column::Id))
                        .equals((link::Entity, link::Column::UserId)),
                ),
        )
        .to_owned()
}

/// The columns of [`Row`]; `groups` is filled when they are wanted.
pub(super) fn with_columns(
    select: &mut SelectStatement,
    backend: DatabaseBackend,
    with_groups: bool,
) {
    with_own_columns(select, Expr::cust("FALSE"));
    with_groups_column(select, backend, with_groups);
}

fn with_groups_column(select: &mut SelectStatement, backend: DatabaseBackend, with_groups: bool) {
    let groups = if with_groups {
        dialect::groups_json(backend, "scim_links")
    } else {
        Expr::cust("CAST(NULL AS text)")
    };
    select.expr_as(groups, GROUPS);
}

/// A page of the users that `base` selects, with the columns of [`Row`].
pub(super) fn page(mut base: SelectStatement, backend: DatabaseBackend, with_groups: bool) -> Page {
    if !with_groups {
        with_columns(&mut base, backend, false);
        return Page::plain(base);
    }
    with_own_columns(&mut base, Expr::cust("FALSE"));
    for column in [link::Column::AccountId, link::Column::ConnectionId] {
        base.column((link::Entity, column));
    }
    let of_user = "m.account_id = scim_links.account_id AND m.user_id = scim_links.user_id";
    Page {
        rows: base,
        weighed: Some(Weighed {
            weight: count_of("group_members", of_user),
            columns: vec![(GROUPS, dialect::groups_json(backend, PAGE))],
        }),
    }
}

fn with_own_columns(select: &mut SelectStatement, administrator: Expr) {
    use link::Column as L;
    use user::Column as U;
    for column in [L::ScimId, L::UserId, L::Document, L::Unmapped, L::LinkedAt] {
        select.column((link::Entity, column));
    }
    for column in [
        U::Lifecycle,
        U::Invitation,
        U::HoldKinds,
        U::IdpActive,
        U::BreakGlass,
        U::Version,
        U::UpdatedAt,
    ] {
        select.column((user::Entity, column));
    }
    select.expr_as(administrator, "administrator");
    select.expr_as(
        Expr::col((user::Entity, user::Column::LastLoginAt)).is_not_null(),
        "has_signed_in",
    );
}

impl AccountScope<'_> {
    /// One live user of a connection, in one statement.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn scim_user(
        &self,
        connection: ConnectionId,
        id: LinkId,
        with_groups: bool,
    ) -> Result<Option<ScimUser>, DbError> {
        let mut select = live_users(self.account.0, connection);
        with_columns(&mut select, self.backend(), with_groups);
        select.and_where(link::Column::ScimId.eq(id.0));
        one(self.connection, &select).await
    }
}

impl AccountTx {
    /// One live user of a connection with its groups, locked together with its link until the
    /// unit ends. A change answers with the groups, and a statement of their own would be one more.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn lock_scim_user(
        &self,
        connection: ConnectionId,
        id: LinkId,
    ) -> Result<Option<ScimUser>, DbError> {
        let mut select = live_users(self.account().0, connection);
        with_own_columns(&mut select, administrators::is_administrator());
        with_groups_column(&mut select, self.backend(), true);
        select
            .and_where(link::Column::ScimId.eq(id.0))
            .lock(LockType::Update);
        one(&self.connection, &select).await
    }

    /// Live users of a connection who match a filter on their manager, locked; at most `limit`.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn lock_reports(
        &self,
        connection: ConnectionId,
        filter: &TypedFilter,
        limit: u64,
    ) -> Result<Vec<ScimUser>, DbError> {
        let scope = FilterScope {
            backend: self.backend(),
            account: self.account(),
            connection,
            base_url: String::new(),
            users: Arc::clone(registry().resource_type(ResourceKind::User)),
        };
        let mut select = live_users(self.account().0, connection);
        with_columns(&mut select, self.backend(), false);
        select
            .and_where(filter::condition(&filter::Users(&scope), filter))
            .limit(limit)
            .lock(LockType::Update);
        let rows = Row::find_by_statement(self.backend().build(&select))
            .all(&self.connection)
            .await?;
        into_users(rows)
    }
}

async fn one<C: ConnectionTrait>(
    connection: &C,
    select: &SelectStatement,
) -> Result<Option<ScimUser>, DbError> {
    Row::find_by_statement(connection.get_database_backend().build(select))
        .one(connection)
        .await?
        .map(Row::into_user)
        .transpose()
}
