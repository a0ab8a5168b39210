//! Default organisation and mapping rules of a connection: `/idp-connections/{id}/mapping`.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, header::ETAG},
    response::{IntoResponse, Response},
};
use scim_schema::{
    api::mapping::{ChangeMapping, MappingPlan, MappingTest, PlanMapping, TestMapping},
    id::ConnectionId,
    permission::Permission,
};

use crate::{
    app_state::AppState,
    http::{
        extract::{Caller, if_match, json::Body, path::Id},
        problem::ApiError,
    },
    ops::{mapping, precondition::EntityTag},
};

/// The mapping, with its version as ETag.
pub(super) async fn get(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<ConnectionId>,
) -> Result<Response, ApiError> {
    caller.require(Permission::ReadConnections)?;
    shown(&state, &caller, id).await
}

/// Stores a mapping that was planned.
pub(super) async fn change(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<ConnectionId>,
    headers: HeaderMap,
    Body(input): Body<ChangeMapping>,
) -> Result<Response, ApiError> {
    caller.require(Permission::ManageConnections)?;
    caller.require_recent()?;
    let precondition = if_match(&headers);
    let (db, tokens) = (&state.db, &state.tokens);
    mapping::change(db, &caller.ctx, tokens, id, &precondition, input).await?;
    shown(&state, &caller, id).await
}

/// What a mapping would do to everyone who is linked; a page of it.
pub(super) async fn plan(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<ConnectionId>,
    Body(input): Body<PlanMapping>,
) -> Result<Json<MappingPlan>, ApiError> {
    caller.require(Permission::ManageConnections)?;
    let (db, ctx, draft) = (&state.db, &caller.ctx, &input.mapping);
    let planned = match input.after {
        None => mapping::plan(db, ctx, id, draft).await?,
        Some(after) => mapping::page(db, ctx, id, draft, after).await?,
    };
    Ok(Json(planned))
}

/// What a mapping does to one person, and why.
pub(super) async fn test(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<ConnectionId>,
    Body(input): Body<TestMapping>,
) -> Result<Json<MappingTest>, ApiError> {
    caller.require(Permission::ManageConnections)?;
    let tested = mapping::test(&state.db, &caller.ctx, id, &input).await?;
    Ok(Json(tested))
}

async fn shown(state: &AppState, caller: &Caller, id: ConnectionId) -> Result<Response, ApiError> {
    let view = mapping::view(&state.db, &caller.ctx, id).await?;
    let tag = EntityTag::of(view.version).to_string();
    Ok(([(ETAG, tag)], Json(view)).into_response())
}
