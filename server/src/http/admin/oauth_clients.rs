//! OAuth clients of connections: `/idp-connections/{id}/oauth-clients`.

use axum::{Json, extract::State, http::StatusCode};
use scim_schema::{
    api::connections::{CreateOAuthClient, NewOAuthClient},
    id::{ConnectionId, OAuthClientId},
    permission::Permission,
};

use super::connections::view;
use crate::{
    app_state::AppState,
    http::{
        extract::{
            Caller,
            json::Body,
            path::{Id, Ids},
        },
        oauth::TOKEN_PATH,
        problem::ApiError,
    },
    ops::{oauth_clients, secrets::Secret},
};

/// Makes a client.
pub(super) async fn create(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<ConnectionId>,
    Body(input): Body<CreateOAuthClient>,
) -> Result<(StatusCode, Json<NewOAuthClient>), ApiError> {
    caller.require(Permission::ManageConnections)?;
    caller.require_recent()?;
    let (db, ctx, ids) = (&state.db, &caller.ctx, &state.ids);
    let issued = oauth_clients::create(db, ctx, ids, id, &input).await?;
    let answer = NewOAuthClient {
        connection: view(&state, &caller, id).await?,
        client_id: issued.id,
        client_secret: issued
            .secret
            .as_ref()
            .map(Secret::reveal)
            .map(str::to_owned),
        token_endpoint: format!("{}{TOKEN_PATH}", state.config.public_url.as_str()),
    };
    Ok((StatusCode::CREATED, Json(answer)))
}

/// Ends a client with its tokens.
pub(super) async fn revoke(
    State(state): State<AppState>,
    caller: Caller,
    Ids(id, client): Ids<ConnectionId, OAuthClientId>,
) -> Result<StatusCode, ApiError> {
    caller.require(Permission::ManageConnections)?;
    caller.require_recent()?;
    oauth_clients::revoke(&state.db, &caller.ctx, &state.tokens, id, client).await?;
    Ok(StatusCode::NO_CONTENT)
}
