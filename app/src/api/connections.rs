//! `/idp-connections`.

use scim_schema::{
    api::connections::{ConnectionView, CreateConnection, NewConnection},
    id::{ConnectionId, ScimTokenId},
};
use serde::{Deserialize, Serialize};

use super::{ApiError, client};

#[derive(Deserialize)]
struct Connections {
    items: Vec<ConnectionView>,
}

/// A body for requests that carry nothing: the endpoint still takes JSON only.
#[derive(Serialize)]
struct Nothing {}

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
pub(crate) async fn add_token(id: ConnectionId) -> Result<NewConnection, ApiError> {
    client::post(&format!("/idp-connections/{id}/tokens"), &Nothing {}).await
}

/// Ends a token at once.
pub(crate) async fn revoke_token(id: ConnectionId, token: ScimTokenId) -> Result<(), ApiError> {
    client::delete(&format!("/idp-connections/{id}/tokens/{token}")).await
}
