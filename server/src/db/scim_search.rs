//! Lists over both resource types at once (RFC 7644 section 3.4.2.1): the ids of a page first, then
//! the resources behind them.

use std::collections::HashMap;

use scim_schema::schema::ResourceKind;
use sea_orm::{
    ColumnTrait, FromQueryResult, IntoSimpleExpr,
    sea_query::{Expr, ExprTrait, SelectStatement, UnionType},
};
use uuid::Uuid;

use super::{
    entity::{group, scim_link as link},
    error::DbError,
    fetch,
    filter::Reach,
    index_pages::{self, Resumption},
    keyset::{self, KeyKind, Place, Sequence, SortKey, Walked},
    page::{Page, READ_AT_ONCE, Weighed, count_of},
    reader::Snapshot,
    scim_groups::{self as groups, Members, ScimGroup},
    scim_lists::{List, ListQuery, Window},
    scim_users::{self as users, ScimUser},
    scope::AccountScope,
    totals::Counting,
};

/// Name of the select over both types.
const FOUND: &str = "found";

/// One resource of a list over both types.
#[derive(Clone, Debug)]
pub enum Resource {
    /// A user.
    User(Box<ScimUser>),
    /// A group.
    Group(Box<ScimGroup>),
}

/// What a list over both types looks for: filter and sort key as each type understands them.
/// The window is that of `users`.
#[derive(Clone, Debug)]
pub struct SearchQuery {
    /// Which users.
    pub users: ListQuery,
    /// Which groups.
    pub groups: ListQuery,
}

/// How a page is found.
#[derive(Clone, Copy, Debug)]
pub enum Paging<'p> {
    /// By the window's offset, or from where an earlier page ended.
    Index(Option<&'p Resumption>),
    /// From a place on, or from the first resource.
    Cursor(Option<&'p Place>),
}

#[derive(FromQueryResult)]
struct Hit {
    kind: String,
    sort_id: Uuid,
}

impl SearchQuery {
    /// Whether a place can be one of this list; one of another list must not be walked from.
    #[must_use]
    pub fn takes(&self, place: &Place) -> bool {
        self.users.takes(ResourceKind::User, place) || self.groups.takes(ResourceKind::Group, place)
    }

    /// Both types weigh what they show.
    fn weighed(&self) -> Option<Weighed> {
        let (groups_of, members_of) = (members_of("user_id"), members_of("group_id"));
        let with_groups = self.users.members != Members::None;
        let with_members = self.groups.members != Members::None;
        let of_user = if with_groups {
            count_of("group_members", &groups_of)
        } else {
            Expr::val(0)
        };
        let of_group = if with_members {
            let subgroups = count_of("group_subgroups", &members_of);
            count_of("group_members", &members_of).add(subgroups)
        } else {
            Expr::val(0)
        };
        let is_user = Expr::col((FOUND, "kind")).eq(ResourceKind::User.name());
        (with_groups || with_members).then(|| Weighed {
            weight: Expr::case(is_user, of_user).finally(of_group).into(),
            columns: Vec::new(),
        })
    }

    fn list(&self, scope: &AccountScope<'_>) -> List {
        let (users, groups) = (self.users.users(scope), self.groups.groups(scope));
        let kind = [&users, &groups]
            .into_iter()
            .find_map(|list| list.sequence.key.as_ref())
            .map(|key| key.kind);
        let mut both = marked(&users, ResourceKind::User, kind);
        both.union(UnionType::All, marked(&groups, ResourceKind::Group, kind));
        let base = keyset::rows_of(both, FOUND);
        let mut rows = base.clone();
        for column in ["kind", "account_id", "owner"] {
            rows.column((FOUND, column));
        }
        List {
            keys: base.clone(),
            base,
            bytes: None,
            counting: self.counting(scope),
            page: Page {
                rows,
                weighed: self.weighed(),
            },
            sequence: Sequence {
                id: Expr::col((FOUND, "sort_id")),
                key: kind.map(|kind| SortKey {
                    expr: Expr::col((FOUND, "sort_key")),
                    kind,
                    optional: true,
                }),
                descending: users.sequence.descending || groups.sequence.descending,
            },
        }
    }
}

impl SearchQuery {
    /// What has to be looked at of both types; one that cannot match is not counted either.
    fn counting(&self, scope: &AccountScope<'_>) -> Counting {
        let reaches = [
            (ResourceKind::User, self.users.reach(ResourceKind::User)),
            (ResourceKind::Group, self.groups.reach(ResourceKind::Group)),
        ];
        let kinds = |wanted: fn(Reach) -> bool| -> Vec<ResourceKind> {
            let of_both = reaches.iter().filter(|(_, reach)| wanted(*reach));
            of_both.map(|(kind, _)| *kind).collect()
        };
        let scanned = |reach| matches!(reach, Reach::Scanned(_));
        if let Some((_, reach)) = reaches.iter().find(|(_, reach)| scanned(*reach)) {
            return self.users.counting(scope, *reach, &kinds(scanned));
        }
        if kinds(|reach| reach == Reach::Indexed).is_empty() {
            let everything = kinds(|reach| reach == Reach::Everything);
            return self.users.counting(scope, Reach::Everything, &everything);
        }
        Counting::Rows
    }
}

fn members_of(column: &str) -> String {
    format!("m.account_id = {FOUND}.account_id AND m.{column} = {FOUND}.owner")
}

/// The account, kind, id and sort key of each row of a list, and what memberships call it; a type without the attribute has no key.
fn marked(list: &List, kind: ResourceKind, key: Option<KeyKind>) -> SelectStatement {
    let (account, owner) = match kind {
        ResourceKind::User => (
            link::Column::AccountId.into_simple_expr(),
            link::Column::UserId.into_simple_expr(),
        ),
        ResourceKind::Group => (
            group::Column::AccountId.into_simple_expr(),
            group::Column::Id.into_simple_expr(),
        ),
    };
    let mut select = list.base.clone();
    select
        .expr_as(Expr::cust(format!("'{}'", kind.name())), "kind")
        .expr_as(account, "account_id")
        .expr_as(owner, "owner")
        .expr_as(list.sequence.id.clone(), "sort_id");
    if let Some(key) = key {
        let missing = || {
            Expr::cust(match key {
                KeyKind::Text => "CAST(NULL AS text)",
                KeyKind::Flag => "CAST(NULL AS boolean)",
                KeyKind::Number => "CAST(NULL AS bigint)",
                KeyKind::Decimal => "CAST(NULL AS double precision)",
                KeyKind::Instant => "CAST(NULL AS timestamptz)",
            })
        };
        let expr = list.sequence.key.as_ref().map(|key| key.expr.clone());
        select.expr_as(expr.unwrap_or_else(missing), "sort_key");
    }
    select
}

impl AccountScope<'_> {
    /// A page of the matching users and groups, in at most four statements of one snapshot.
    ///
    /// # Errors
    /// [`DbError::TooMany`], and those of the database; see [`SearchQuery::takes`] about the place.
    pub async fn search(
        &self,
        query: &SearchQuery,
        paging: Paging<'_>,
    ) -> Result<Walked<Resource>, DbError> {
        let list = query.list(self);
        // What is found is read by id, whatever it weighs.
        let window = Window {
            limit: Ord::min(query.users.window.limit, READ_AT_ONCE),
            ..query.users.window
        };
        let snapshot = self.snapshot().await?;
        let hits: Walked<Hit> = match paging {
            Paging::Cursor(from) => {
                keyset::walk_in(&snapshot, list.walk(window.limit, from)).await?
            }
            Paging::Index(from) => index_pages::page_in(&snapshot, &list, window, from).await?,
        };
        let mut found = self.resources(&snapshot, query, &hits.items).await?;
        snapshot.commit().await?;
        hits.try_map(|hits| {
            let resources = hits.iter().filter_map(|hit| found.remove(&hit.sort_id));
            Ok(resources.collect())
        })
    }

    async fn resources(
        &self,
        snapshot: &Snapshot,
        query: &SearchQuery,
        hits: &[Hit],
    ) -> Result<HashMap<Uuid, Resource>, DbError> {
        let ids = |kind: ResourceKind| -> Vec<Uuid> {
            let of_kind = hits.iter().filter(|hit| hit.kind == kind.name());
            of_kind.map(|hit| hit.sort_id).collect()
        };
        let mut found = HashMap::with_capacity(hits.len());
        let user_ids = ids(ResourceKind::User);
        if !user_ids.is_empty() {
            let mut select = users::live_users(self.account.0, query.users.connection);
            users::with_columns(
                &mut select,
                self.backend(),
                query.users.members != Members::None,
            );
            select.and_where(link::Column::ScimId.is_in(user_ids));
            for user in users::into_users(fetch::all(snapshot, &select).await?)? {
                found.insert(user.scim_id.0, Resource::User(Box::new(user)));
            }
        }
        let group_ids = ids(ResourceKind::Group);
        if !group_ids.is_empty() {
            let mut select = groups::groups_of(self.account.0, query.groups.connection);
            groups::with_columns(&mut select);
            groups::with_members(&mut select, self.backend(), query.groups.members);
            select.and_where(group::Column::Id.is_in(group_ids));
            for group in groups::into_groups(fetch::all(snapshot, &select).await?)? {
                found.insert(group.id.0, Resource::Group(Box::new(group)));
            }
        }
        Ok(found)
    }
}
