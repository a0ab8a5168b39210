//! `/users`.

use scim_schema::{
    api::{
        acts::ActOnUser,
        approvals::{ApprovalView, AskToErase},
        page::Page,
        users::{UserCounts, UserDetail, UserQuery, UserRow},
    },
    id::UserId,
    lifecycle::Transition,
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
        .with_some("org", query.org.as_deref())
        .with_some("role", query.role.as_deref())
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

/// Makes something happen to a user; the answer is the user after it.
pub(crate) fn act(id: UserId, act: Transition, asked: &ActOnUser) -> Call<UserDetail> {
    call::post(format!("/users/{id}/{act}"), asked)
}

/// Asks that a user be erased: `before_time` of one who is deleted, on request of anybody else.
pub(crate) fn ask_to_erase(
    id: UserId,
    before_time: bool,
    asked: &AskToErase,
) -> Call<ApprovalView> {
    let act = if before_time { "purge" } else { "erase" };
    call::post(format!("/users/{id}/{act}"), asked)
}
