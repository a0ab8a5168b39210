//! `/attribute-definitions`, and `/idp-connections/{id}/attributes`.

use scim_schema::{
    api::attributes::{
        AttributeDefinition, AttributeDefinitions, ChangeDefinition, ConnectionAttributes,
        DeclareAttribute, DefineAttribute, ExposeAttribute,
    },
    id::{AttributeDefinitionId, ConnectionId},
};

use super::{ApiError, client};

/// Every attribute that the account defined.
pub(crate) async fn list() -> Result<Vec<AttributeDefinition>, ApiError> {
    let answer: AttributeDefinitions = client::get("/attribute-definitions").await?;
    Ok(answer.items)
}

/// Defines an attribute.
pub(crate) async fn define(body: &DefineAttribute) -> Result<AttributeDefinition, ApiError> {
    client::post("/attribute-definitions", body).await
}

/// Changes what may change of a definition.
pub(crate) async fn change(
    id: AttributeDefinitionId,
    body: &ChangeDefinition,
) -> Result<AttributeDefinition, ApiError> {
    client::patch(&format!("/attribute-definitions/{id}"), body).await
}

/// Deletes a definition with its values.
pub(crate) async fn delete(id: AttributeDefinitionId) -> Result<(), ApiError> {
    client::delete(&format!("/attribute-definitions/{id}")).await
}

/// What a connection exposes, and what arrived without a definition.
pub(crate) async fn of_connection(id: ConnectionId) -> Result<ConnectionAttributes, ApiError> {
    client::get(&format!("/idp-connections/{id}/attributes")).await
}

/// Defines an attribute that arrived on a connection, and exposes it there.
pub(crate) async fn declare(
    id: ConnectionId,
    body: &DeclareAttribute,
) -> Result<AttributeDefinition, ApiError> {
    client::post(&format!("/idp-connections/{id}/attributes"), body).await
}

/// Exposes an attribute on a connection, or moves it there.
pub(crate) async fn expose(
    id: ConnectionId,
    definition: AttributeDefinitionId,
    body: &ExposeAttribute,
) -> Result<(), ApiError> {
    client::put_unanswered(
        &format!("/idp-connections/{id}/attributes/{definition}"),
        body,
    )
    .await
}

/// Exposes an attribute no longer.
pub(crate) async fn hide(
    id: ConnectionId,
    definition: AttributeDefinitionId,
) -> Result<(), ApiError> {
    client::delete(&format!("/idp-connections/{id}/attributes/{definition}")).await
}
