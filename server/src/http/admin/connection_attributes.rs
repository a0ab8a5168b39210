//! Attributes that a connection exposes: `/idp-connections/{id}/attributes`.

use axum::{Json, extract::State, http::StatusCode};
use scim_schema::{
    api::attributes::{
        AttributeDefinition, ConnectionAttributes, DeclareAttribute, ExposeAttribute,
    },
    id::{AttributeDefinitionId, ConnectionId},
    permission::Permission,
};

use super::attribute_definitions::view;
use crate::{
    app_state::AppState,
    http::{
        extract::{
            Caller,
            json::Body,
            path::{Id, Ids},
        },
        problem::ApiError,
    },
    ops::{arrived_attributes, connection_attributes},
};

/// What the connection exposes, and what arrived without a definition.
pub(super) async fn list(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<ConnectionId>,
) -> Result<Json<ConnectionAttributes>, ApiError> {
    caller.require(Permission::ReadConnections)?;
    let account = state.db.account(caller.ctx.account);
    let known = account.connection_dialect(id).await?;
    known.ok_or_else(ApiError::not_found)?;
    let attributes = arrived_attributes::of_connection(&account, id).await?;
    Ok(Json(attributes))
}

/// Defines an attribute that arrived, and exposes it.
pub(super) async fn declare(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<ConnectionId>,
    Body(input): Body<DeclareAttribute>,
) -> Result<(StatusCode, Json<AttributeDefinition>), ApiError> {
    caller.require(Permission::ManageConnections)?;
    let (db, tokens) = (&state.db, &state.tokens);
    let declared = connection_attributes::declare(db, &caller.ctx, tokens, id, &input).await?;
    let definition = view(&state, &caller, declared).await?;
    Ok((StatusCode::CREATED, Json(definition)))
}

/// Exposes an attribute, or moves it to another URN and name.
pub(super) async fn expose(
    State(state): State<AppState>,
    caller: Caller,
    Ids(id, definition): Ids<ConnectionId, AttributeDefinitionId>,
    Body(input): Body<ExposeAttribute>,
) -> Result<StatusCode, ApiError> {
    caller.require(Permission::ManageConnections)?;
    let (db, tokens) = (&state.db, &state.tokens);
    let at = (id, definition);
    connection_attributes::expose(db, &caller.ctx, tokens, at, &input).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Exposes an attribute no longer.
pub(super) async fn hide(
    State(state): State<AppState>,
    caller: Caller,
    Ids(id, definition): Ids<ConnectionId, AttributeDefinitionId>,
) -> Result<StatusCode, ApiError> {
    caller.require(Permission::ManageConnections)?;
    let (db, tokens) = (&state.db, &state.tokens);
    connection_attributes::hide(db, &caller.ctx, tokens, (id, definition)).await?;
    Ok(StatusCode::NO_CONTENT)
}
