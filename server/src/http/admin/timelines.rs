//! What happened to one person, and why they are in the state they are in.

use axum::{Json, extract::State};
use scim_schema::{
    api::audit::{StatusExplanation, TimelinePage, TimelineQuery},
    id::UserId,
    permission::Permission,
};

use super::audit::{cursor, page};
use crate::{
    app_state::AppState,
    db::AuditPlace,
    http::{
        extract::{Caller, path::Id, query::Parameters},
        problem::ApiError,
    },
    ops::audit::explanation,
};

/// A page of a person's story, newest first.
pub(super) async fn list(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<UserId>,
    Parameters(query): Parameters<TimelineQuery>,
) -> Result<Json<TimelinePage>, ApiError> {
    caller.require(Permission::ReadAudit)?;
    let (size, before) = page(query.limit, query.cursor.as_deref())?;
    let account = state.db.account(caller.ctx.account);
    account
        .log_person(id)
        .await?
        .ok_or_else(ApiError::not_found)?;
    // One more than asked for tells whether there is another page.
    let mut items = account.timeline(id, before, size as u64 + 1).await?;
    let more = items.len() > size;
    items.truncate(size);
    let last = items.last().filter(|_| more);
    let next_cursor = last.map(|entry| {
        cursor(AuditPlace {
            at: entry.at(),
            id: entry.id(),
        })
    });
    Ok(Json(TimelinePage { items, next_cursor }))
}

/// Why a person has their status.
pub(super) async fn explain(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<UserId>,
) -> Result<Json<StatusExplanation>, ApiError> {
    caller.require(Permission::ReadAudit)?;
    let account = state.db.account(caller.ctx.account);
    Ok(Json(explanation::explain(account, id).await?))
}
