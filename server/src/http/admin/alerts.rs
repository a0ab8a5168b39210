//! Alerts about connections: `/alerts`.

use axum::{Json, extract::State, http::StatusCode};
use scim_schema::{api::alerts::Alerts, id::AlertId, permission::Permission};

use crate::{
    app_state::AppState,
    http::{
        extract::{Caller, path::Id},
        problem::ApiError,
    },
    ops::alerts,
};

/// What nobody has acknowledged and is not over.
pub(super) async fn list(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<Alerts>, ApiError> {
    caller.require(Permission::ReadConnections)?;
    let items = state.db.account(caller.ctx.account).alerts().await?;
    Ok(Json(Alerts { items }))
}

/// Notes that the caller has seen an alert.
pub(super) async fn acknowledge(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<AlertId>,
) -> Result<StatusCode, ApiError> {
    caller.require(Permission::ManageConnections)?;
    alerts::acknowledge(&state.db, &caller.ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
