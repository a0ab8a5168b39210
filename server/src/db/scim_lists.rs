//! Lists of users and groups: by index, and by cursor.

use std::sync::Arc;

use scim_schema::{
    attr::AttrId,
    filter::{AttrRef, CompareOp, TypedFilter},
    id::ConnectionId,
    schema::{ResourceKind, ResourceType},
};
use sea_orm::{
    FromQueryResult, IntoSimpleExpr,
    sea_query::{Expr, Func, SelectStatement},
};

use super::{
    dialect,
    entity::{group, scim_link as link},
    error::DbError,
    fetch,
    filter::{self, FilterScope, Reach},
    index_pages::{self, Resumption},
    keyset::{self, KeyKind, Place, Sequence, SortKey, Walk, Walked},
    page::Page,
    scim_groups::{self as groups, Members, ScimGroup},
    scim_users::{self as users, ScimUser},
    scope::AccountScope,
    totals::{Bound, Counting, kept},
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
    /// What a user is on this connection.
    pub user_type: Arc<ResourceType>,
    /// Only resources that match.
    pub filter: Option<TypedFilter>,
    /// By id when absent.
    pub sort: Option<Sort>,
    /// Which part.
    pub window: Window,
    /// What is wanted of the members of groups, or of the groups of users.
    pub members: Members,
}

/// The statements of a list.
pub(super) struct List {
    /// Its rows, without columns.
    pub(super) base: SelectStatement,
    /// The same rows, with no more than their order needs.
    pub(super) keys: SelectStatement,
    /// The size of a row of these, where it differs much.
    pub(super) bytes: Option<Expr>,
    pub(super) counting: Counting,
    pub(super) page: Page,
    pub(super) sequence: Sequence,
}

impl ListQuery {
    /// Whether a place can be one of this list of `kind`; one of another list must not be walked
    /// from.
    #[must_use]
    pub fn takes(&self, kind: ResourceKind, place: &Place) -> bool {
        self.sequence(kind, &self.nowhere()).takes(place)
    }

    /// What kind of value the list of `kind` is sorted by; `None` when that is the id.
    pub(crate) fn sorted_by(&self, kind: ResourceKind) -> Option<KeyKind> {
        self.sort_key(kind, &self.nowhere()).map(|key| key.kind)
    }

    /// A scope for what is told apart without a database.
    fn nowhere(&self) -> FilterScope {
        FilterScope {
            backend: sea_orm::DatabaseBackend::Sqlite,
            account: uuid::Uuid::nil().into(),
            connection: self.connection,
            base_url: String::new(),
            users: Arc::clone(&self.user_type),
        }
    }

    fn scope(&self, scope: &AccountScope<'_>) -> FilterScope {
        FilterScope {
            backend: scope.backend(),
            account: scope.account,
            connection: self.connection,
            base_url: self.base_url.clone(),
            users: Arc::clone(&self.user_type),
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

    /// What the filter has to look at; everything without one.
    pub(super) fn reach(&self, kind: ResourceKind) -> Reach {
        let filter = self.filter.as_ref();
        filter.map_or(Reach::Everything, |filter| filter::reach(kind, filter))
    }

    /// How the rows of a list with this reach are counted.
    pub(super) fn counting(
        &self,
        scope: &AccountScope<'_>,
        reach: Reach,
        kinds: &[ResourceKind],
    ) -> Counting {
        let kept = || kept(scope.account.0, self.connection, kinds);
        match reach {
            Reach::Everything => Counting::Kept(kept()),
            Reach::Nothing | Reach::Indexed => Counting::Rows,
            Reach::Scanned(attribute) => Counting::Bounded(Bound {
                candidates: kept(),
                attribute,
                most: scope.connection.most_candidates(),
            }),
        }
    }

    pub(super) fn users(&self, scope: &AccountScope<'_>) -> List {
        let (kind, reach) = (ResourceKind::User, self.reach(ResourceKind::User));
        let filter_scope = self.scope(scope);
        let mut base = users::live_users(scope.account.0, self.connection);
        let mut keys = base.clone();
        if let Some(filter) = self.filter.as_ref().filter(|_| reach != Reach::Everything) {
            base.and_where(filter::condition(&filter::Users(&filter_scope), filter));
            keys = base.clone();
        } else if self.sort.is_none_or(|sort| filter::is_of_link(sort.by)) {
            keys = users::live_links(scope.account.0, self.connection);
        }
        List {
            page: users::page(base.clone(), scope.backend(), self.members != Members::None),
            keys,
            base,
            bytes: Some(byte_length(link::Column::Document.into_simple_expr())),
            counting: self.counting(scope, reach, &[kind]),
            sequence: self.sequence(kind, &filter_scope),
        }
    }

    pub(super) fn groups(&self, scope: &AccountScope<'_>) -> List {
        let (kind, reach) = (ResourceKind::Group, self.reach(ResourceKind::Group));
        let filter_scope = self.scope(scope);
        let mut base = groups::groups_of(scope.account.0, self.connection);
        if let Some(filter) = self.filter.as_ref().filter(|_| reach != Reach::Everything) {
            base.and_where(filter::condition(&filter::Groups(&filter_scope), filter));
        }
        List {
            page: groups::page(base.clone(), scope.backend(), self.members),
            keys: base.clone(),
            base,
            bytes: None,
            counting: self.counting(scope, reach, &[kind]),
            sequence: self.sequence(kind, &filter_scope),
        }
    }
}

impl AccountScope<'_> {
    /// A page of the matching users by index, and the total: one statement for a look-up by a
    /// unique value, for a list that is shown whole and for a page that goes on where an earlier
    /// one ended, else two in one snapshot. `next` is where the page after goes on.
    ///
    /// # Errors
    /// [`DbError::TooMany`], and those of the database; see [`ListQuery::takes`] about the place.
    pub async fn scim_users(
        &self,
        query: &ListQuery,
        from: Option<&Resumption>,
    ) -> Result<Walked<ScimUser>, DbError> {
        let page = fetch_page(self, query, query.users(self), from).await?;
        page.try_map(users::into_users)
    }

    /// A page of the matching groups by index, as [`AccountScope::scim_users`].
    ///
    /// # Errors
    /// [`DbError::TooMany`], and those of the database; see [`ListQuery::takes`] about the place.
    pub async fn scim_groups(
        &self,
        query: &ListQuery,
        from: Option<&Resumption>,
    ) -> Result<Walked<ScimGroup>, DbError> {
        let page = fetch_page(self, query, query.groups(self), from).await?;
        page.try_map(groups::into_groups)
    }

    /// Matching users from a place on, or from the first: at most `window.limit`, in at most two
    /// statements of one snapshot.
    ///
    /// # Errors
    /// [`DbError::TooMany`], and those of the database; see [`ListQuery::takes`] about the place.
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
    /// [`DbError::TooMany`], and those of the database; see [`ListQuery::takes`] about the place.
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
    pub(super) const fn walk<'w>(&'w self, limit: u64, from: Option<&'w Place>) -> Walk<'w> {
        Walk {
            list: self,
            limit,
            from,
        }
    }
}

/// The bytes of a text, which neither database reads for it.
fn byte_length(text: Expr) -> Expr {
    Func::cust("octet_length").arg(text).into()
}

/// A page by index.
async fn fetch_page<R: FromQueryResult>(
    scope: &AccountScope<'_>,
    query: &ListQuery,
    list: List,
    from: Option<&Resumption>,
) -> Result<Walked<R>, DbError> {
    let window = query.window;
    // Nothing else can match: no second statement, and so no snapshot. There is nothing to sort
    // either; asked to, SQLite would read every link in its order instead of looking one up.
    if window.limit > 0 && window.offset == 0 && query.filter.as_ref().is_some_and(names_one) {
        let rows: Vec<R> = fetch::all(scope.connection, &list.page.only()).await?;
        return Ok(Walked {
            total: rows.len() as u64,
            items: rows,
            previous: None,
            next: None,
        });
    }
    let snapshot = scope.snapshot().await?;
    let found = index_pages::page_in(&snapshot, &list, window, from).await?;
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
/// reading all of them in order, which SQLite, that takes them for many, would rather do.
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
