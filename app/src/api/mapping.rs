//! `/idp-connections/{id}/mapping`.

use scim_schema::{
    api::mapping::{ChangeMapping, MappingPlan, MappingView, PlanMapping},
    id::ConnectionId,
};

use super::{ApiError, client};

/// Default organisation and rules of a connection.
pub(crate) async fn get(id: ConnectionId) -> Result<MappingView, ApiError> {
    client::get(&path(id)).await
}

/// What a mapping would do to everyone who is linked.
pub(crate) async fn plan(id: ConnectionId, body: &PlanMapping) -> Result<MappingPlan, ApiError> {
    client::post(&format!("{}/plan", path(id)), body).await
}

/// Stores a mapping that was reviewed.
pub(crate) async fn change(
    id: ConnectionId,
    body: &ChangeMapping,
) -> Result<MappingView, ApiError> {
    client::put(&path(id), body).await
}

fn path(id: ConnectionId) -> String {
    format!("/idp-connections/{id}/mapping")
}
