//! `/conflicts`.

use scim_schema::{
    api::conflicts::{
        ConflictCounts, ConflictDetail, ConflictKind, ConflictPage, ConflictQuery, ConflictResults,
        ConflictSelection, ConflictState, ResolveConflict, ResolveConflicts,
    },
    id::ConflictId,
};

use super::{ApiError, client};
use crate::query::QueryString;

/// A page of conflicts, newest first.
pub(crate) async fn list(query: &ConflictQuery) -> Result<ConflictPage, ApiError> {
    client::get(&filtered(query).after("/conflicts")).await
}

/// How many are open.
pub(crate) async fn counts() -> Result<ConflictCounts, ApiError> {
    client::get("/conflicts/counts").await
}

/// What a bulk act would be about.
pub(crate) async fn selection(query: &ConflictQuery) -> Result<ConflictSelection, ApiError> {
    client::get(&filtered(query).after("/conflicts/selection")).await
}

/// One conflict with both of its sides.
pub(crate) async fn one(id: ConflictId) -> Result<ConflictDetail, ApiError> {
    client::get(&format!("/conflicts/{id}")).await
}

/// Moves the person to the connection, or keeps them apart.
pub(crate) async fn resolve(id: ConflictId, body: &ResolveConflict) -> Result<(), ApiError> {
    client::post_only(&format!("/conflicts/{id}/resolve"), body).await
}

/// The same for several, with a result for each.
pub(crate) async fn resolve_several(body: &ResolveConflicts) -> Result<ConflictResults, ApiError> {
    client::post("/conflicts/resolve", body).await
}

fn filtered(query: &ConflictQuery) -> QueryString {
    let connection = query.connection.map(|id| id.to_string());
    let limit = query.limit.map(|limit| limit.to_string());
    QueryString::default()
        .with_some("connection", connection.as_deref())
        .with_some("kind", query.kind.map(ConflictKind::as_str))
        .with_some("state", query.state.map(ConflictState::as_str))
        .with_some("cursor", query.cursor.as_deref())
        .with_some("limit", limit.as_deref())
}
