//! `/attribute-definitions`, and `/idp-connections/{id}/attributes`.

use scim_schema::{
    api::attributes::{
        AttributeDefinition, AttributeDefinitions, ChangeDefinition, ConnectionAttributes,
        DeclareAttribute, DefineAttribute, ExposeAttribute,
    },
    id::{AttributeDefinitionId, ConnectionId},
};

use super::{Call, call};

/// Every attribute that the account defined.
pub(crate) fn list() -> Call<Vec<AttributeDefinition>> {
    call::get("/attribute-definitions").map(|answer: AttributeDefinitions| answer.items)
}

/// Defines an attribute.
pub(crate) fn define(body: &DefineAttribute) -> Call<AttributeDefinition> {
    call::post("/attribute-definitions", body)
}

/// Changes what may change of a definition.
pub(crate) fn change(
    id: AttributeDefinitionId,
    body: &ChangeDefinition,
) -> Call<AttributeDefinition> {
    call::patch(format!("/attribute-definitions/{id}"), body)
}

/// Deletes a definition with its values.
pub(crate) fn delete(id: AttributeDefinitionId) -> Call<()> {
    call::delete_only(format!("/attribute-definitions/{id}"))
}

/// What a connection exposes, and what arrived without a definition.
pub(crate) fn of_connection(id: ConnectionId) -> Call<ConnectionAttributes> {
    call::get(format!("/idp-connections/{id}/attributes"))
}

/// Defines an attribute that arrived on a connection, and exposes it there.
pub(crate) fn declare(id: ConnectionId, body: &DeclareAttribute) -> Call<AttributeDefinition> {
    call::post(format!("/idp-connections/{id}/attributes"), body)
}

/// Exposes an attribute on a connection, or moves it there.
pub(crate) fn expose(
    id: ConnectionId,
    definition: AttributeDefinitionId,
    body: &ExposeAttribute,
) -> Call<()> {
    call::put_only(
        format!("/idp-connections/{id}/attributes/{definition}"),
        body,
    )
}

/// Exposes an attribute no longer.
pub(crate) fn hide(id: ConnectionId, definition: AttributeDefinitionId) -> Call<()> {
    call::delete_only(format!("/idp-connections/{id}/attributes/{definition}"))
}
