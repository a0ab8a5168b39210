//! The shadow of a connection: `/idp-connections/{id}/shadow`.

use axum::{Json, extract::State, http::StatusCode};
use scim_schema::{
    api::shadow::{
        GoLiveQuery, ShadowDiscarded, ShadowGroup, ShadowPage, ShadowQuery, ShadowSummary,
        ShadowUser,
    },
    id::ConnectionId,
    permission::Permission,
};

use crate::{
    app_state::AppState,
    http::{
        extract::{Caller, path::Id, query::Parameters},
        problem::ApiError,
    },
    ops::shadow::{difference, going_live, switching},
};

/// The shadow in numbers.
pub(super) async fn get(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<ConnectionId>,
) -> Result<Json<ShadowSummary>, ApiError> {
    caller.require(Permission::ReadConnections)?;
    let summary = difference::summary(&state.db, caller.ctx.account, id).await?;
    Ok(Json(summary))
}

/// Puts the connection into shadow mode.
pub(super) async fn enter(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<ConnectionId>,
) -> Result<StatusCode, ApiError> {
    caller.require(Permission::ManageConnections)?;
    caller.require_recent()?;
    switching::enter(&state.db, &caller.ctx, id).await?;
    state.tokens.forget();
    Ok(StatusCode::NO_CONTENT)
}

/// Deletes what is in the shadow.
pub(super) async fn discard(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<ConnectionId>,
) -> Result<Json<ShadowDiscarded>, ApiError> {
    caller.require(Permission::ManageConnections)?;
    caller.require_recent()?;
    let objects = switching::discard(&state.db, &caller.ctx, id).await?;
    Ok(Json(ShadowDiscarded { objects }))
}

/// Begins to take the shadow live, as it was reviewed.
pub(super) async fn go_live(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<ConnectionId>,
    Parameters(query): Parameters<GoLiveQuery>,
) -> Result<StatusCode, ApiError> {
    caller.require(Permission::ManageConnections)?;
    caller.require_recent()?;
    going_live::start(&state.db, &caller.ctx, id, query.reviewed).await?;
    state.tokens.forget();
    Ok(StatusCode::ACCEPTED)
}

/// Stops a going live.
pub(super) async fn stop(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<ConnectionId>,
) -> Result<StatusCode, ApiError> {
    caller.require(Permission::ManageConnections)?;
    going_live::stop(&state.db, &caller.ctx, id).await?;
    state.tokens.forget();
    Ok(StatusCode::NO_CONTENT)
}

/// A page of users with what would become of each; it shows people's data.
pub(super) async fn users(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<ConnectionId>,
    Parameters(query): Parameters<ShadowQuery>,
) -> Result<Json<ShadowPage<ShadowUser>>, ApiError> {
    caller.require(Permission::ManageConnections)?;
    let page = difference::users(&state.db, &caller.ctx, id, query.after).await?;
    Ok(Json(page))
}

/// A page of groups.
pub(super) async fn groups(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<ConnectionId>,
    Parameters(query): Parameters<ShadowQuery>,
) -> Result<Json<ShadowPage<ShadowGroup>>, ApiError> {
    caller.require(Permission::ManageConnections)?;
    let page = difference::groups(&state.db, caller.ctx.account, id, query.after).await?;
    Ok(Json(page))
}
