//! Users as a connection sees them: the live link joined with the user.

use chrono::{DateTime, Utc};
use scim_schema::{
    filter::{AttrRef, TypedFilter},
    id::{ConnectionId, LinkId, UserId},
    lifecycle::Axes,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, FromQueryResult, Order,
    sea_query::{Expr, ExprTrait, LockType, NullOrdering, Query, SelectStatement},
};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    dialect,
    entity::{scim_link as link, user},
    error::DbError,
    filter::{self, FilterScope},
    holds,
    scope::AccountScope,
    unit::AccountTx,
};

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
    /// The connection's own `active`.
    pub active: bool,
    /// The three axes.
    pub axes: Axes,
    /// Local administrator that no identity provider can lock out.
    pub break_glass: bool,
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

/// Which rows of a sorted list to answer with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Rows to leave out first.
    pub offset: u64,
    /// Rows at most; 0 asks for the total alone.
    pub limit: u64,
}

/// Sort key and direction (RFC 7644 section 3.4.2.3).
#[derive(Clone, Copy, Debug)]
pub struct Sort {
    /// The attribute.
    pub by: AttrRef,
    /// Largest first.
    pub descending: bool,
}

/// What a list looks for.
#[derive(Clone, Debug)]
pub struct ListQuery {
    /// The connection whose resources these are.
    pub connection: ConnectionId,
    /// SCIM base URL without a trailing slash, for filters on locations.
    pub base_url: String,
    /// Only resources that match.
    pub filter: Option<TypedFilter>,
    /// By id when absent.
    pub sort: Option<Sort>,
    /// Which part.
    pub window: Window,
    /// Whether members (of groups) or groups (of users) are wanted.
    pub with_members: bool,
}

impl ListQuery {
    pub(super) fn scope(&self, scope: &AccountScope<'_>) -> FilterScope {
        FilterScope {
            backend: scope.backend(),
            account: scope.account,
            connection: self.connection,
            base_url: self.base_url.clone(),
        }
    }
}

#[derive(FromQueryResult)]
struct Row {
    scim_id: Uuid,
    user_id: Uuid,
    document: String,
    unmapped: String,
    linked_at: DateTime<Utc>,
    lifecycle: String,
    invitation: String,
    hold_kinds: String,
    idp_active: bool,
    break_glass: bool,
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

/// Live links of a connection with their users, without columns.
fn live_users(account: Uuid, connection: ConnectionId) -> SelectStatement {
    Query::select()
        .from(link::Entity)
        .inner_join(
            user::Entity,
            Expr::col((user::Entity, user::Column::AccountId))
                .equals((link::Entity, link::Column::AccountId))
                .and(
                    Expr::col((user::Entity, user::Column::Id))
                        .equals((link::Entity, link::Column::UserId)),
                ),
        )
        .and_where(link::Column::AccountId.eq(account))
        .and_where(link::Column::ConnectionId.eq(connection.0))
        .and_where(link::Column::State.eq("live"))
        .to_owned()
}

fn with_columns(select: &mut SelectStatement, groups: Option<Expr>) {
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
    select.expr_as(
        groups.unwrap_or_else(|| Expr::cust("CAST(NULL AS text)")),
        "groups",
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
        let groups = with_groups.then(|| dialect::groups_json(self.backend()));
        with_columns(&mut select, groups);
        select.and_where(link::Column::ScimId.eq(id.0));
        one(self.connection, &select).await
    }

    /// A part of the matching users and the total: one statement when the part shows the end of
    /// the list, else two in one snapshot.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn scim_users(&self, query: &ListQuery) -> Result<(Vec<ScimUser>, u64), DbError> {
        let scope = query.scope(self);
        let mut base = live_users(self.account.0, query.connection);
        if let Some(filter) = &query.filter {
            base.and_where(filter::condition(&filter::Users(&scope), filter));
        }
        let mut page = base.clone();
        let groups = query.with_members.then(|| dialect::groups_json(scope.backend));
        with_columns(&mut page, groups);
        if let Some(sort) = query.sort {
            order(&mut page, filter::user_order(&scope, sort.by), sort.descending);
        }
        page.order_by((link::Entity, link::Column::ScimId), Order::Asc);
        let mut count = base;
        count.expr_as(Expr::cust("COUNT(*)"), "total");
        let (rows, total) = fetch_window::<Row>(self, page, count, query.window).await?;
        let users = rows
            .into_iter()
            .map(Row::into_user)
            .collect::<Result<_, _>>()?;
        Ok((users, total))
    }
}

impl AccountTx {
    /// One live user of a connection, locked together with its link until the unit ends.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn lock_scim_user(
        &self,
        connection: ConnectionId,
        id: LinkId,
    ) -> Result<Option<ScimUser>, DbError> {
        let mut select = live_users(self.account().0, connection);
        with_columns(&mut select, None);
        select
            .and_where(link::Column::ScimId.eq(id.0))
            .lock(LockType::Update);
        one(&self.connection, &select).await
    }

    /// Live users of a connection whose manager is `manager`, locked.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn lock_reports(
        &self,
        connection: ConnectionId,
        filter: &TypedFilter,
    ) -> Result<Vec<ScimUser>, DbError> {
        let scope = FilterScope {
            backend: self.backend(),
            account: self.account(),
            connection,
            base_url: String::new(),
        };
        let mut select = live_users(self.account().0, connection);
        with_columns(&mut select, None);
        select
            .and_where(filter::condition(&filter::Users(&scope), filter))
            .lock(LockType::Update);
        let rows = Row::find_by_statement(self.backend().build(&select))
            .all(&self.connection)
            .await?;
        rows.into_iter().map(Row::into_user).collect()
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

/// Ascending puts missing values last, descending first (RFC 7644 section 3.4.2.3).
pub(super) fn order(select: &mut SelectStatement, key: Expr, descending: bool) {
    let (direction, nulls) = if descending {
        (Order::Desc, NullOrdering::First)
    } else {
        (Order::Asc, NullOrdering::Last)
    };
    select.order_by_expr_with_nulls(key, direction, nulls);
}

/// The rows of a window and the total behind them.
pub(super) async fn fetch_window<R: FromQueryResult>(
    scope: &AccountScope<'_>,
    mut page: SelectStatement,
    count: SelectStatement,
    window: Window,
) -> Result<(Vec<R>, u64), DbError> {
    let backend = scope.backend();
    page.limit(window.limit).offset(window.offset);
    // A first page that is not full shows the whole list: no second statement, no snapshot.
    if window.limit > 0 && window.offset == 0 {
        let rows = R::find_by_statement(backend.build(&page))
            .all(scope.connection)
            .await?;
        if (rows.len() as u64) < window.limit {
            let total = rows.len() as u64;
            return Ok((rows, total));
        }
    }
    let snapshot = scope.snapshot().await?;
    let rows = if window.limit == 0 {
        Vec::new()
    } else {
        R::find_by_statement(backend.build(&page)).all(&snapshot).await?
    };
    let total = snapshot
        .query_one_raw(backend.build(&count))
        .await?
        .map_or(Ok(0), |row| row.try_get::<i64>("", "total"))?;
    snapshot.commit().await?;
    Ok((rows, u64::try_from(total).unwrap_or(0)))
}
