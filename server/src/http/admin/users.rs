//! Users: `/users`, `/users/counts`, `/users/{id}`.

use axum::{
    Json,
    extract::State,
    http::{HeaderName, header::ETAG},
};
use scim_schema::{
    api::{
        page::Page,
        users::{UserCounts, UserDetail, UserQuery, UserRow},
    },
    id::UserId,
    permission::Permission,
};

use crate::{
    app_state::AppState,
    db::{UserList, UserListError},
    http::{
        extract::{Caller, path::Id, query::Parameters},
        problem::ApiError,
    },
    ops::{OpError, memberships, password_resets, precondition::EntityTag, user_acts},
};

/// One page of the table.
pub(super) async fn list(
    State(state): State<AppState>,
    caller: Caller,
    Parameters(query): Parameters<UserQuery>,
) -> Result<Json<Page<UserRow>>, ApiError> {
    let reach = caller.reach(Permission::ReadUsers)?;
    let list = UserList::parse(&query).map_err(|error| match error {
        UserListError::Parameter(name, message) => ApiError::invalid(name, message),
        UserListError::Cursor(_) => OpError::InvalidCursor.into(),
    })?;
    let account = state.db.account(caller.ctx.account);
    Ok(Json(account.console_users(&list, &reach).await?))
}

/// Users per displayed status.
pub(super) async fn counts(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<UserCounts>, ApiError> {
    let reach = caller.reach(Permission::ReadUsers)?;
    let account = state.db.account(caller.ctx.account);
    Ok(Json(account.user_counts(&reach).await?))
}

/// A person with the version that an act on them names in If-Match.
pub(super) type Person = ([(HeaderName, String); 1], Json<UserDetail>);

/// One person.
pub(super) async fn get(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<UserId>,
) -> Result<Person, ApiError> {
    let reach = caller.reach(Permission::ReadUsers)?;
    let account = state.db.account(caller.ctx.account);
    let user = account.user_detail(id, &reach).await?;
    let mut user = user.ok_or_else(ApiError::not_found)?;
    user.acts = user_acts::offered(&caller.identity, &user);
    memberships::offer(&caller.identity, &mut user);
    user.password_link = password_resets::is_offered(&caller.identity, &user);
    let tag = EntityTag::of(user.row.version).to_string();
    Ok(([(ETAG, tag)], Json(user)))
}
