//! `/users`.

use scim_schema::{
    api::{
        page::Page,
        users::{UserCounts, UserDetail, UserQuery, UserRow},
    },
    id::UserId,
};

use super::{Call, call};
use crate::query::QueryString;

/// One page of users.
pub(crate) fn list(query: &UserQuery) -> Call<Page<UserRow>> {
    let limit = query.limit.map(|limit| limit.to_string());
    let path = QueryString::default()
        .with_some("q", query.q.as_deref())
        .with_some("status", query.status.as_deref())
        .with_some("source", query.source.as_deref())
        .with_some("sort", query.sort.as_deref())
        .with_some("cursor", query.cursor.as_deref())
        .with_some("limit", limit.as_deref())
        .after("/users");
    call::get(path)
}

/// Users per displayed status.
pub(crate) fn counts() -> Call<UserCounts> {
    call::get("/users/counts")
}

/// One user.
pub(crate) fn one(id: UserId) -> Call<UserDetail> {
    call::get(format!("/users/{id}"))
}
