//! `/idp-connections`.

use scim_schema::{
    api::{
        connections::{
            ChangeConnection, ConnectionView, CreateConnection, CreateOAuthClient, CreateToken,
            NewConnection, NewOAuthClient, RotateToken,
        },
        dialects::{ChangeDialect, DialectView},
    },
    id::{ConnectionId, OAuthClientId, ScimTokenId},
};
use serde::Deserialize;

use super::{Call, call};

#[derive(Deserialize)]
struct Connections {
    items: Vec<ConnectionView>,
}

/// Every connection of the account.
pub(crate) fn list() -> Call<Vec<ConnectionView>> {
    call::get("/idp-connections").map(|answer: Connections| answer.items)
}

/// One connection.
pub(crate) fn one(id: ConnectionId) -> Call<ConnectionView> {
    call::get(format!("/idp-connections/{id}"))
}

/// Creates a connection with its first token.
pub(crate) fn create(body: &CreateConnection) -> Call<NewConnection> {
    call::post("/idp-connections", body)
}

/// Changes its settings; what the body leaves out stays.
pub(crate) fn change(id: ConnectionId, body: &ChangeConnection) -> Call<ConnectionView> {
    call::patch(format!("/idp-connections/{id}"), body)
}

/// Makes another token; the older ones stay valid.
pub(crate) fn add_token(id: ConnectionId, body: &CreateToken) -> Call<NewConnection> {
    call::post(format!("/idp-connections/{id}/tokens"), body)
}

/// Makes a token in the place of another one, which ends later.
pub(crate) fn rotate_token(
    id: ConnectionId,
    token: ScimTokenId,
    body: &RotateToken,
) -> Call<NewConnection> {
    call::post(format!("/idp-connections/{id}/tokens/{token}/rotate"), body)
}

/// Makes an OAuth client.
pub(crate) fn add_oauth_client(id: ConnectionId, body: &CreateOAuthClient) -> Call<NewOAuthClient> {
    call::post(format!("/idp-connections/{id}/oauth-clients"), body)
}

/// Ends an OAuth client with its tokens.
pub(crate) fn revoke_oauth_client(id: ConnectionId, oauth_client: OAuthClientId) -> Call<()> {
    call::delete_only(format!(
        "/idp-connections/{id}/oauth-clients/{oauth_client}"
    ))
}

/// How a connection speaks.
pub(crate) fn dialect(id: ConnectionId) -> Call<DialectView> {
    call::get(format!("/idp-connections/{id}/dialect"))
}

/// Turns functions of its dialect on or off, or back to their defaults.
pub(crate) fn change_dialect(id: ConnectionId, body: &ChangeDialect) -> Call<DialectView> {
    call::patch(format!("/idp-connections/{id}/dialect"), body)
}

/// Ends a token at once.
pub(crate) fn revoke_token(id: ConnectionId, token: ScimTokenId) -> Call<()> {
    call::delete_only(format!("/idp-connections/{id}/tokens/{token}"))
}
