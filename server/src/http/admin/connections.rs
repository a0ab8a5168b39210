//! Connections of identity providers: `/idp-connections`.

use axum::{Json, extract::State, http::StatusCode};
use scim_schema::{
    api::connections::{ConnectionView, CreateConnection, NewConnection},
    id::{ConnectionId, ScimTokenId},
    permission::Permission,
};
use serde::{Deserialize, Serialize};

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
    ops::connections::{self, IssuedToken},
};

/// Every connection; there are few of them, so there are no pages.
#[derive(Serialize)]
pub(super) struct Connections {
    items: Vec<ConnectionView>,
}

/// A body that says nothing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// Every connection of the account, by name.
pub(super) async fn list(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<Connections>, ApiError> {
    caller.require(Permission::ReadConnections)?;
    let account = state.db.account(caller.ctx.account);
    let items = account.connections(None, &base_url(&state)).await?;
    Ok(Json(Connections { items }))
}

/// One connection.
pub(super) async fn get(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<ConnectionId>,
) -> Result<Json<ConnectionView>, ApiError> {
    caller.require(Permission::ReadConnections)?;
    view(&state, &caller, id).await.map(Json)
}

/// Makes a connection with its first token.
pub(super) async fn create(
    State(state): State<AppState>,
    caller: Caller,
    Body(input): Body<CreateConnection>,
) -> Result<(StatusCode, Json<NewConnection>), ApiError> {
    caller.require(Permission::ManageConnections)?;
    let issued =
        connections::create(&state.db, &caller.ctx, &state.ids, &input.name, input.kind).await?;
    shown_once(&state, &caller, &issued).await
}

/// Makes another token.
pub(super) async fn create_token(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<ConnectionId>,
    Body(Nothing {}): Body<Nothing>,
) -> Result<(StatusCode, Json<NewConnection>), ApiError> {
    caller.require(Permission::ManageConnections)?;
    let issued = connections::new_token(&state.db, &caller.ctx, &state.ids, id).await?;
    shown_once(&state, &caller, &issued).await
}

/// Ends a token.
pub(super) async fn revoke_token(
    State(state): State<AppState>,
    caller: Caller,
    Ids(id, token): Ids<ConnectionId, ScimTokenId>,
) -> Result<StatusCode, ApiError> {
    caller.require(Permission::ManageConnections)?;
    let cache = Some(&state.tokens);
    connections::revoke_token(&state.db, &caller.ctx, cache, id, token).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn shown_once(
    state: &AppState,
    caller: &Caller,
    issued: &IssuedToken,
) -> Result<(StatusCode, Json<NewConnection>), ApiError> {
    let answer = NewConnection {
        connection: view(state, caller, issued.connection).await?,
        token: issued.secret.reveal().to_owned(),
    };
    Ok((StatusCode::CREATED, Json(answer)))
}

async fn view(
    state: &AppState,
    caller: &Caller,
    id: ConnectionId,
) -> Result<ConnectionView, ApiError> {
    let account = state.db.account(caller.ctx.account);
    let found = account.connections(Some(id), &base_url(state)).await?;
    found.into_iter().next().ok_or_else(ApiError::not_found)
}

fn base_url(state: &AppState) -> String {
    connections::base_url(&state.config.public_url.to_string())
}
