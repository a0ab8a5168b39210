//! `/users`.

use scim_schema::{
    api::{
        page::Page,
        users::{UserCounts, UserDetail, UserQuery, UserRow},
    },
    id::UserId,
};

use super::{ApiError, client};
use crate::query::QueryString;

/// One page of users.
pub(crate) async fn list(query: UserQuery) -> Result<Page<UserRow>, ApiError> {
    let limit = query.limit.map(|limit| limit.to_string());
    let path = QueryString::default()
        .with_some("q", query.q.as_deref())
        .with_some("status", query.status.as_deref())
        .with_some("source", query.source.as_deref())
        .with_some("sort", query.sort.as_deref())
        .with_some("cursor", query.cursor.as_deref())
        .with_some("limit", limit.as_deref())
        .after("/users");
    client::get(&path).await
}

/// Users per displayed status.
pub(crate) async fn counts() -> Result<UserCounts, ApiError> {
    client::get("/users/counts").await
}

/// One user.
pub(crate) async fn one(id: UserId) -> Result<UserDetail, ApiError> {
    client::get(&format!("/users/{id}")).await
}
