//! `/idp-connections`.

use scim_schema::{
    api::{
        connections::{
            ConnectionView, CreateConnection, CreateOAuthClient, CreateToken, NewConnection,
            NewOAuthClient, RotateToken,
        },
        dialects::{ChangeDialect, DialectView},
    },
    id::{ConnectionId, OAuthClientId, ScimTokenId},
};
use serde::Deserialize;

use super::{ApiError, client};

#[derive(Deserialize)]
struct Connections {
    items: Vec<ConnectionView>,
}

/// Every connection of the account.
pub(crate) async fn list() -> Result<Vec<ConnectionView>, ApiError> {
    let answer: Connections = client::get("/idp-connections").await?;
    Ok(answer.items)
}

/// One connection.
pub(crate) async fn one(id: ConnectionId) -> Result<ConnectionView, ApiError> {
    client::get(&format!("/idp-connections/{id}")).await
}

/// Creates a connection with its first token.
pub(crate) async fn create(body: &CreateConnection) -> Result<NewConnection, ApiError> {
    client::post("/idp-connections", body).await
}

/// Makes another token; the older ones stay valid.
pub(crate) async fn add_token(
    id: ConnectionId,
    body: &CreateToken,
) -> Result<NewConnection, ApiError> {
    client::post(&format!("/idp-connections/{id}/tokens"), body).await
}

/// Makes a token in the place of another one, which ends later.
pub(crate) async fn rotate_token(
    id: ConnectionId,
    token: ScimTokenId,
    body: &RotateToken,
) -> Result<NewConnection, ApiError> {
    client::post(
        &format!("/idp-connections/{id}/tokens/{token}/rotate"),
        body,
    )
    .await
}

/// Makes an OAuth client.
pub(crate) async fn add_oauth_client(
    id: ConnectionId,
    body: &CreateOAuthClient,
) -> Result<NewOAuthClient, ApiError> {
    client::post(&format!("/idp-connections/{id}/oauth-clients"), body).await
}

/// Ends an OAuth client with its tokens.
pub(crate) async fn revoke_oauth_client(
    id: ConnectionId,
    oauth_client: OAuthClientId,
) -> Result<(), ApiError> {
    client::delete(&format!(
        "/idp-connections/{id}/oauth-clients/{oauth_client}"
    ))
    .await
}

/// How a connection speaks.
pub(crate) async fn dialect(id: ConnectionId) -> Result<DialectView, ApiError> {
    client::get(&format!("/idp-connections/{id}/dialect")).await
}

/// Turns functions of its dialect on or off, or back to their defaults.
pub(crate) async fn change_dialect(
    id: ConnectionId,
    body: &ChangeDialect,
) -> Result<DialectView, ApiError> {
    client::patch(&format!("/idp-connections/{id}/dialect"), body).await
}

/// Ends a token at once.
pub(crate) async fn revoke_token(id: ConnectionId, token: ScimTokenId) -> Result<(), ApiError> {
    client::delete(&format!("/idp-connections/{id}/tokens/{token}")).await
}
