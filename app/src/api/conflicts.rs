//! `/conflicts`.

use scim_schema::{
    api::conflicts::{
        ConflictCounts, ConflictDetail, ConflictKind, ConflictPage, ConflictQuery, ConflictResults,
        ConflictSelection, ConflictState, ResolveConflict, ResolveConflicts,
    },
    id::ConflictId,
};

use super::{Call, call};
use crate::query::QueryString;

/// A page of conflicts, newest first.
pub(crate) fn list(query: &ConflictQuery) -> Call<ConflictPage> {
    call::get(filtered(query).after("/conflicts"))
}

/// How many are open.
pub(crate) fn counts() -> Call<ConflictCounts> {
    call::get("/conflicts/counts")
}

/// What a bulk act would be about.
pub(crate) fn selection(query: &ConflictQuery) -> Call<ConflictSelection> {
    call::get(filtered(query).after("/conflicts/selection"))
}

/// One conflict with both of its sides.
pub(crate) fn one(id: ConflictId) -> Call<ConflictDetail> {
    call::get(format!("/conflicts/{id}"))
}

/// Moves the person to the connection, or keeps them apart.
pub(crate) fn resolve(id: ConflictId, body: &ResolveConflict) -> Call<()> {
    call::post_only(format!("/conflicts/{id}/resolve"), body)
}

/// The same for several, with a result for each.
pub(crate) fn resolve_several(body: &ResolveConflicts) -> Call<ConflictResults> {
    call::post("/conflicts/resolve", body)
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
