//! `/idp-connections/{id}/shadow`.

use scim_schema::{
    api::shadow::{ShadowDiscarded, ShadowGroup, ShadowPage, ShadowSummary, ShadowUser},
    id::ConnectionId,
};
use uuid::Uuid;

use super::{Call, call};
use crate::query::QueryString;

fn path(id: ConnectionId, below: &str) -> String {
    format!("/idp-connections/{id}/shadow{below}")
}

/// The shadow in numbers.
pub(crate) fn summary(id: ConnectionId) -> Call<ShadowSummary> {
    call::get(path(id, ""))
}

/// Users after `after`.
pub(crate) fn users(id: ConnectionId, after: Option<Uuid>) -> Call<ShadowPage<ShadowUser>> {
    call::get(page(id, "/users", after))
}

/// Groups after `after`.
pub(crate) fn groups(id: ConnectionId, after: Option<Uuid>) -> Call<ShadowPage<ShadowGroup>> {
    call::get(page(id, "/groups", after))
}

fn page(id: ConnectionId, below: &str, after: Option<Uuid>) -> String {
    let after = after.map(|after| after.to_string());
    QueryString::default()
        .with_some("after", after.as_deref())
        .after(&path(id, below))
}

/// Puts the connection into shadow mode.
pub(crate) fn enter(id: ConnectionId) -> Call<()> {
    call::act(path(id, ""))
}

/// Begins to take the shadow live, if it is still the one that was reviewed.
pub(crate) fn go_live(id: ConnectionId, reviewed: &ShadowSummary) -> Call<()> {
    let changed_at = reviewed.changed_at.map(|at| at.to_rfc3339());
    call::act(
        QueryString::default()
            .with_some("reviewed", changed_at.as_deref())
            .after(&path(id, "/go-live")),
    )
}

/// Stops a going live.
pub(crate) fn stop(id: ConnectionId) -> Call<()> {
    call::delete(path(id, "/go-live"))
}

/// Deletes what is in the shadow.
pub(crate) fn discard(id: ConnectionId) -> Call<ShadowDiscarded> {
    call::delete(path(id, ""))
}
