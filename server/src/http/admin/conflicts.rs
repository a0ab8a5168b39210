//! Whom connections sent that somebody here is in the way of: `/conflicts`.

use axum::{Json, extract::State, http::StatusCode};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use scim_schema::{
    api::conflicts::{
        ConflictCounts, ConflictDetail, ConflictPage, ConflictQuery, ConflictResults,
        ConflictSelection, ConflictState, ResolveConflict, ResolveConflicts,
    },
    id::ConflictId,
    permission::Permission,
};
use uuid::Uuid;

use crate::{
    app_state::AppState,
    db::ConflictFilter,
    http::{
        extract::{Caller, json::Body, path::Id, query::Parameters},
        problem::ApiError,
    },
    ops::{OpError, conflicts},
};

const LIMIT_DEFAULT: u32 = 25;
const LIMIT_MAX: u32 = 100;

/// A page of conflicts, newest first.
pub(super) async fn list(
    State(state): State<AppState>,
    caller: Caller,
    Parameters(query): Parameters<ConflictQuery>,
) -> Result<Json<ConflictPage>, ApiError> {
    caller.require(Permission::ReadConflicts)?;
    let limit = query.limit.unwrap_or(LIMIT_DEFAULT);
    if !(1..=LIMIT_MAX).contains(&limit) {
        let message = format!("Ask for 1 to {LIMIT_MAX} rows.");
        return Err(ApiError::invalid("limit", message));
    }
    let filter = ConflictFilter {
        before: query.cursor.as_deref().map(read_cursor).transpose()?,
        // One more than asked for tells whether there is another page.
        limit: u64::from(limit) + 1,
        ..filter_of(&query)
    };
    let account = state.db.account(caller.ctx.account);
    let (mut items, total) = account.conflicts(&filter).await?;
    let size = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = items.len() > size;
    items.truncate(size);
    let last = items.last().filter(|_| more);
    let next_cursor = last.map(|row| URL_SAFE_NO_PAD.encode(row.id.0.as_bytes()));
    Ok(Json(ConflictPage {
        items,
        total,
        next_cursor,
    }))
}

/// How many are open.
pub(super) async fn counts(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<ConflictCounts>, ApiError> {
    caller.require(Permission::ReadConflicts)?;
    let account = state.db.account(caller.ctx.account);
    let open = account.open_conflict_count().await?;
    Ok(Json(ConflictCounts { open }))
}

/// What a bulk act would be about.
pub(super) async fn selection(
    State(state): State<AppState>,
    caller: Caller,
    Parameters(query): Parameters<ConflictQuery>,
) -> Result<Json<ConflictSelection>, ApiError> {
    caller.require(Permission::ReadConflicts)?;
    let account = state.db.account(caller.ctx.account);
    let selection = account.movable_conflicts(&filter_of(&query)).await?;
    Ok(Json(selection))
}

/// One conflict with both of its sides.
pub(super) async fn get(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<ConflictId>,
) -> Result<Json<ConflictDetail>, ApiError> {
    caller.require(Permission::ReadConflicts)?;
    let detail = conflicts::read(&state.db, caller.ctx.account, id).await?;
    Ok(Json(detail))
}

/// Moves the person to the connection, or keeps them apart.
pub(super) async fn resolve(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<ConflictId>,
    Body(input): Body<ResolveConflict>,
) -> Result<StatusCode, ApiError> {
    caller.require(Permission::ResolveConflicts)?;
    let reason = input.reason.as_deref();
    conflicts::resolve(&state.db, &caller.ctx, id, input.act, reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The same for up to 50, with a result for each.
pub(super) async fn resolve_several(
    State(state): State<AppState>,
    caller: Caller,
    Body(input): Body<ResolveConflicts>,
) -> Result<Json<ConflictResults>, ApiError> {
    caller.require(Permission::ResolveConflicts)?;
    let (db, ctx) = (&state.db, &caller.ctx);
    let reason = input.reason.as_deref();
    let items = conflicts::resolve_several(db, ctx, &input.ids, input.act, reason).await?;
    Ok(Json(ConflictResults { items }))
}

fn filter_of(query: &ConflictQuery) -> ConflictFilter {
    ConflictFilter {
        connection: query.connection,
        kind: query.kind,
        state: Some(query.state.unwrap_or(ConflictState::Open)),
        before: None,
        limit: 0,
    }
}

fn read_cursor(text: &str) -> Result<ConflictId, OpError> {
    let bytes = URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| OpError::InvalidCursor)?;
    Uuid::from_slice(&bytes)
        .map(ConflictId)
        .map_err(|_| OpError::InvalidCursor)
}
