//! Lists of users and groups: by index, and by cursor.

use scim_schema::{
    attr::AttrId,
    filter::{AttrRef, CompareOp, TypedFilter},
    id::ConnectionId,
    schema::ResourceKind,
};
use sea_orm::{
    ConnectionTrait, FromQueryResult, IntoSimpleExpr,
    sea_query::{Expr, SelectStatement},
};

use super::{
    dialect,
    entity::{group, scim_link as link},
    error::DbError,
    fetch::{self, unsigned},
    filter::{self, FilterScope},
    keyset::{self, Place, Sequence, SortKey, Walk, Walked},
    page::{Page, Part},
    scim_groups::{self as groups, ScimGroup},
    scim_users::{self as users, ScimUser},
    scope::AccountScope,
};

/// Which rows of a sorted list to answer with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Rows to leave out first; a walk leaves out none.
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

/// The statements of a list.
pub(super) struct List {
    /// Its rows, without columns.
    pub(super) base: SelectStatement,
    pub(super) page: Page,
    pub(super) sequence: Sequence,
}

impl ListQuery {
    /// Whether a place can be one of this list of `kind`; one of another list must not be walked
    /// from.
    #[must_use]
    pub fn takes(&self, kind: ResourceKind, place: &Place) -> bool {
        let scope = FilterScope {
            backend: sea_orm::DatabaseBackend::Sqlite,
            account: uuid::Uuid::nil().into(),
            connection: self.connection,
            base_url: String::new(),
        };
        self.sequence(kind, &scope).takes(place)
    }

    fn scope(&self, scope: &AccountScope<'_>) -> FilterScope {
        FilterScope {
            backend: scope.backend(),
            account: scope.account,
            connection: self.connection,
            base_url: self.base_url.clone(),
        }
    }

    pub(super) fn sort_key(&self, kind: ResourceKind, scope: &FilterScope) -> Option<SortKey> {
        let by = self.sort?.by;
        match kind {
            ResourceKind::User => filter::user_order(scope, by),
            ResourceKind::Group => filter::group_order(by),
        }
    }

    fn sequence(&self, kind: ResourceKind, scope: &FilterScope) -> Sequence {
        let id = match kind {
            ResourceKind::User => link::Column::ScimId.into_simple_expr(),
            ResourceKind::Group => group::Column::Id.into_simple_expr(),
        };
        Sequence {
            id: if self.filter.as_ref().is_some_and(names_few) {
                dialect::computed(scope.backend, id)
            } else {
                id
            },
            key: self.sort_key(kind, scope),
            descending: self.sort.is_some_and(|sort| sort.descending),
        }
    }

    pub(super) fn users(&self, scope: &AccountScope<'_>) -> List {
        let filter_scope = self.scope(scope);
        let mut base = users::live_users(scope.account.0, self.connection);
        if let Some(filter) = &self.filter {
            base.and_where(filter::condition(&filter::Users(&filter_scope), filter));
        }
        List {
            page: users::page(base.clone(), scope.backend(), self.with_members),
            base,
            sequence: self.sequence(ResourceKind::User, &filter_scope),
        }
    }

    pub(super) fn groups(&self, scope: &AccountScope<'_>) -> List {
        let filter_scope = self.scope(scope);
        let mut base = groups::groups_of(scope.account.0, self.connection);
        if let Some(filter) = &self.filter {
            base.and_where(filter::condition(&filter::Groups(&filter_scope), filter));
        }
        List {
            page: groups::page(base.clone(), scope.backend(), self.with_members),
            base,
            sequence: self.sequence(ResourceKind::Group, &filter_scope),
        }
    }
}

impl AccountScope<'_> {
    /// A part of the matching users and the total: one statement for a look-up by a unique value
    /// and for a list that is shown whole, else two in one snapshot.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn scim_users(&self, query: &ListQuery) -> Result<(Vec<ScimUser>, u64), DbError> {
        let (rows, total) = fetch_window(self, query, query.users(self)).await?;
        Ok((users::into_users(rows)?, total))
    }

    /// A part of the matching groups and the total, as [`AccountScope::scim_users`].
    ///
    /// # Errors
    /// Those of the database.
    pub async fn scim_groups(&self, query: &ListQuery) -> Result<(Vec<ScimGroup>, u64), DbError> {
        let (rows, total) = fetch_window(self, query, query.groups(self)).await?;
        Ok((groups::into_groups(rows)?, total))
    }

    /// Matching users from a place on, or from the first: at most `window.limit`, in at most two
    /// statements of one snapshot.
    ///
    /// # Errors
    /// Those of the database; see [`ListQuery::takes`] about the place.
    pub async fn walk_users(
        &self,
        query: &ListQuery,
        from: Option<&Place>,
    ) -> Result<Walked<ScimUser>, DbError> {
        let list = query.users(self);
        let walked = keyset::walk(self, list.walk(query.window.limit, from)).await?;
        walked.try_map(users::into_users)
    }

    /// Matching groups from a place on, as [`AccountScope::walk_users`].
    ///
    /// # Errors
    /// Those of the database; see [`ListQuery::takes`] about the place.
    pub async fn walk_groups(
        &self,
        query: &ListQuery,
        from: Option<&Place>,
    ) -> Result<Walked<ScimGroup>, DbError> {
        let list = query.groups(self);
        let walked = keyset::walk(self, list.walk(query.window.limit, from)).await?;
        walked.try_map(groups::into_groups)
    }
}

impl List {
    pub(super) fn walk<'w>(&'w self, limit: u64, from: Option<&'w Place>) -> Walk<'w> {
        Walk {
            base: self.base.clone(),
            page: &self.page,
            sequence: &self.sequence,
            limit,
            from,
        }
    }
}

/// The rows of a window and the total behind them.
async fn fetch_window<R: FromQueryResult>(
    scope: &AccountScope<'_>,
    query: &ListQuery,
    list: List,
) -> Result<(Vec<R>, u64), DbError> {
    let window = query.window;
    // Nothing else can match: no second statement, and so no snapshot. There is nothing to sort
    // either; asked to, SQLite would read every link in its order instead of looking one up.
    if window.limit > 0 && window.offset == 0 && query.filter.as_ref().is_some_and(names_one) {
        let rows = fetch::all(scope.connection, &list.page.only()).await?;
        let total = rows.len() as u64;
        return Ok((rows, total));
    }
    let snapshot = scope.snapshot().await?;
    let found = window_in(&snapshot, list, window).await?;
    snapshot.commit().await?;
    Ok(found)
}

/// Whether at most one resource of a connection can match.
fn names_one(filter: &TypedFilter) -> bool {
    match filter {
        TypedFilter::And(parts) => parts.iter().any(names_one),
        TypedFilter::Compare {
            attr,
            op: CompareOp::Eq,
            ..
        } => matches!(
            attr.id,
            AttrId::Id | AttrId::ExternalId | AttrId::UserName | AttrId::GroupDisplayName
        ),
        _ => false,
    }
}

/// Whether few resources can match, found by the index on values: sorting those is cheaper than
/// reading all of them in order, which SQLite, that knows no numbers, would rather do.
fn names_few(filter: &TypedFilter) -> bool {
    match filter {
        TypedFilter::And(parts) => parts.iter().any(names_few),
        TypedFilter::Element { filter, .. } => names_few(filter),
        TypedFilter::Compare {
            attr,
            op: CompareOp::Eq,
            ..
        } => matches!(
            attr.id,
            AttrId::EmailsValue
                | AttrId::PhoneNumbersValue
                | AttrId::ImsValue
                | AttrId::EnterpriseEmployeeNumber
                | AttrId::EnterpriseManagerValue
        ),
        _ => false,
    }
}

/// The same inside a snapshot.
pub(super) async fn window_in<R: FromQueryResult, C: ConnectionTrait>(
    snapshot: &C,
    list: List,
    window: Window,
) -> Result<(Vec<R>, u64), DbError> {
    let part = Part {
        from: None,
        offset: window.offset,
        limit: window.limit,
    };
    let mut rows = if window.limit == 0 {
        Vec::new()
    } else {
        let page = list.page.part(&list.sequence, part);
        snapshot.query_all(&page).await?
    };
    let found = rows.len() as u64;
    rows.truncate(list.page.fitting(&rows)?);
    let rows = keyset::read(rows)?;
    // The first page of a list that ends before the page does knows the whole.
    if window.offset == 0 && found < window.limit {
        return Ok((rows, found));
    }
    let mut count = list.base;
    count.expr_as(Expr::cust("COUNT(*)"), "total");
    let total = snapshot
        .query_one(&count)
        .await?
        .map_or(Ok(0), |row| row.try_get::<i64>("", "total"))?;
    Ok((rows, unsigned(total)))
}
