//! Attributes that an account defines: `/attribute-definitions`.

use axum::{Json, extract::State, http::StatusCode};
use scim_schema::{
    api::attributes::{
        AttributeDefinition, AttributeDefinitions, ChangeDefinition, DefineAttribute,
        DefinitionDeleted,
    },
    id::AttributeDefinitionId,
    permission::Permission,
};

use crate::{
    app_state::AppState,
    http::{
        extract::{Caller, json::Body, path::Id},
        problem::ApiError,
    },
    ops::custom_attributes,
};

/// Every definition of the account, by name; there are at most 100, so there are no pages.
pub(super) async fn list(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<AttributeDefinitions>, ApiError> {
    caller.require(Permission::ReadConnections)?;
    let account = state.db.account(caller.ctx.account);
    let items = account.attribute_definitions(None).await?;
    Ok(Json(AttributeDefinitions { items }))
}

/// One definition.
pub(super) async fn get(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<AttributeDefinitionId>,
) -> Result<Json<AttributeDefinition>, ApiError> {
    caller.require(Permission::ReadConnections)?;
    view(&state, &caller, id).await.map(Json)
}

/// Defines an attribute.
pub(super) async fn create(
    State(state): State<AppState>,
    caller: Caller,
    Body(input): Body<DefineAttribute>,
) -> Result<(StatusCode, Json<AttributeDefinition>), ApiError> {
    caller.require(Permission::ManageConnections)?;
    let id = custom_attributes::define(&state.db, &caller.ctx, &input).await?;
    let defined = view(&state, &caller, id).await?;
    Ok((StatusCode::CREATED, Json(defined)))
}

/// Changes name, description or when it is returned.
pub(super) async fn change(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<AttributeDefinitionId>,
    Body(input): Body<ChangeDefinition>,
) -> Result<Json<AttributeDefinition>, ApiError> {
    caller.require(Permission::ManageConnections)?;
    let (db, tokens) = (&state.db, &state.tokens);
    custom_attributes::change(db, &caller.ctx, tokens, id, &input).await?;
    view(&state, &caller, id).await.map(Json)
}

/// Deletes a definition and says how many people lose their value.
pub(super) async fn delete(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<AttributeDefinitionId>,
) -> Result<Json<DefinitionDeleted>, ApiError> {
    caller.require(Permission::ManageConnections)?;
    let people = view(&state, &caller, id).await?.people;
    custom_attributes::delete(&state.db, &caller.ctx, &state.tokens, id).await?;
    Ok(Json(DefinitionDeleted { people }))
}

/// A definition as the console shows it.
pub(super) async fn view(
    state: &AppState,
    caller: &Caller,
    id: AttributeDefinitionId,
) -> Result<AttributeDefinition, ApiError> {
    let account = state.db.account(caller.ctx.account);
    let found = account.attribute_definitions(Some(id)).await?;
    found.into_iter().next().ok_or_else(ApiError::not_found)
}
