//! `/idp-connections/{id}/shadow`.

use scim_schema::{
    api::shadow::{ShadowDiscarded, ShadowGroup, ShadowPage, ShadowSummary, ShadowUser},
    id::ConnectionId,
};
use uuid::Uuid;

use super::{ApiError, client};
use crate::query::QueryString;

fn path(id: ConnectionId, below: &str) -> String {
    format!("/idp-connections/{id}/shadow{below}")
}

/// The shadow in numbers.
pub(crate) async fn summary(id: ConnectionId) -> Result<ShadowSummary, ApiError> {
    client::get(&path(id, "")).await
}

/// Users after `after`.
pub(crate) async fn users(
    id: ConnectionId,
    after: Option<Uuid>,
) -> Result<ShadowPage<ShadowUser>, ApiError> {
    client::get(&page(id, "/users", after)).await
}

/// Groups after `after`.
pub(crate) async fn groups(
    id: ConnectionId,
    after: Option<Uuid>,
) -> Result<ShadowPage<ShadowGroup>, ApiError> {
    client::get(&page(id, "/groups", after)).await
}

fn page(id: ConnectionId, below: &str, after: Option<Uuid>) -> String {
    let after = after.map(|after| after.to_string());
    QueryString::default()
        .with_some("after", after.as_deref())
        .after(&path(id, below))
}

/// Puts the connection into shadow mode.
pub(crate) async fn enter(id: ConnectionId) -> Result<(), ApiError> {
    client::act(&path(id, "")).await
}

/// Begins to take the shadow live.
pub(crate) async fn go_live(id: ConnectionId) -> Result<(), ApiError> {
    client::act(&path(id, "/go-live")).await
}

/// Deletes what is in the shadow.
pub(crate) async fn discard(id: ConnectionId) -> Result<ShadowDiscarded, ApiError> {
    client::delete_all(&path(id, "")).await
}
