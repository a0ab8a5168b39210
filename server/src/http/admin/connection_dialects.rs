//! The dialect of a connection: `/idp-connections/{id}/dialect`.

use axum::{Json, extract::State};
use scim_schema::{
    api::dialects::{ChangeDialect, DialectView},
    id::ConnectionId,
    permission::Permission,
};

use crate::{
    app_state::AppState,
    http::{
        extract::{Caller, json::Body, path::Id},
        problem::ApiError,
    },
    ops::connection_dialects,
};

/// Every switch, with its default.
pub(super) async fn get(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<ConnectionId>,
) -> Result<Json<DialectView>, ApiError> {
    caller.require(Permission::ReadConnections)?;
    let account = state.db.account(caller.ctx.account);
    let dialect = account.connection_dialect(id).await?;
    let dialect = dialect.ok_or_else(ApiError::not_found)?;
    Ok(Json(DialectView::from(&dialect)))
}

/// Turns switches on or off, or back to their default.
pub(super) async fn change(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<ConnectionId>,
    Body(input): Body<ChangeDialect>,
) -> Result<Json<DialectView>, ApiError> {
    caller.require(Permission::ManageConnections)?;
    caller.require_recent()?;
    let (db, tokens) = (&state.db, &state.tokens);
    let dialect = connection_dialects::change(db, &caller.ctx, tokens, id, input.switches).await?;
    Ok(Json(DialectView::from(&dialect)))
}
