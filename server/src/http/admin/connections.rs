//! Connections of identity providers: `/idp-connections`.

use axum::{Json, extract::State, http::StatusCode};
use scim_schema::{
    api::connections::{
        ChangeConnection, ConnectionView, CreateConnection, CreateToken, NewConnection, RotateToken,
    },
    id::{ConnectionId, ScimTokenId},
    permission::Permission,
};
use serde::Serialize;

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
    ops::{
        connection_settings,
        connections::{self, Beginning, IssuedToken},
    },
};

/// Every connection; there are few of them, so there are no pages.
#[derive(Serialize)]
pub(super) struct Connections {
    items: Vec<ConnectionView>,
}

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
    caller.require_recent()?;
    let CreateConnection {
        name,
        kind,
        scopes,
        shadow,
    } = input;
    let beginning = Beginning { scopes, shadow };
    let (db, ctx, ids) = (&state.db, &caller.ctx, &state.ids);
    let issued = connections::create_with(db, ctx, ids, &name, kind, beginning).await?;
    shown_once(&state, &caller, &issued).await
}

/// Changes settings of a connection; what the body leaves out stays.
pub(super) async fn change(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<ConnectionId>,
    Body(input): Body<ChangeConnection>,
) -> Result<Json<ConnectionView>, ApiError> {
    caller.require(Permission::ManageConnections)?;
    caller.require_recent()?;
    connection_settings::change(&state.db, &caller.ctx, &state.tokens, id, input).await?;
    view(&state, &caller, id).await.map(Json)
}

/// Makes another token.
pub(super) async fn create_token(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<ConnectionId>,
    Body(input): Body<CreateToken>,
) -> Result<(StatusCode, Json<NewConnection>), ApiError> {
    caller.require(Permission::ManageConnections)?;
    caller.require_recent()?;
    let (db, ctx, ids) = (&state.db, &caller.ctx, &state.ids);
    let issued = connections::new_token(db, ctx, ids, id, input.scopes).await?;
    shown_once(&state, &caller, &issued).await
}

/// Makes a token that takes the place of another one, which ends later.
pub(super) async fn rotate_token(
    State(state): State<AppState>,
    caller: Caller,
    Ids(id, token): Ids<ConnectionId, ScimTokenId>,
    Body(input): Body<RotateToken>,
) -> Result<(StatusCode, Json<NewConnection>), ApiError> {
    caller.require(Permission::ManageConnections)?;
    caller.require_recent()?;
    let (db, ctx, ids) = (&state.db, &caller.ctx, &state.ids);
    let (cache, ends) = (Some(&state.tokens), input.old_ends);
    let issued = connections::rotate_token(db, ctx, ids, cache, (id, token), ends).await?;
    shown_once(&state, &caller, &issued).await
}

/// Ends a token.
pub(super) async fn revoke_token(
    State(state): State<AppState>,
    caller: Caller,
    Ids(id, token): Ids<ConnectionId, ScimTokenId>,
) -> Result<StatusCode, ApiError> {
    caller.require(Permission::ManageConnections)?;
    caller.require_recent()?;
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

/// A connection as it is now.
pub(super) async fn view(
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
