//! Verified domains: `/domains`.

use axum::{Json, extract::State, http::StatusCode};
use scim_schema::{
    api::domains::{AssertDomain, DomainView, Domains},
    id::DomainId,
    permission::Permission,
};

use crate::{
    app_state::AppState,
    http::{
        extract::{Caller, json::Body, path::Id},
        problem::ApiError,
    },
    ops::domains,
};

/// Every verified domain of the account.
pub(super) async fn list(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<Domains>, ApiError> {
    caller.require(Permission::ReadConnections)?;
    let items = state.db.account(caller.ctx.account).domains().await?;
    Ok(Json(Domains { items }))
}

/// Takes a System Administrator's word for a domain.
pub(super) async fn assert(
    State(state): State<AppState>,
    caller: Caller,
    Body(input): Body<AssertDomain>,
) -> Result<(StatusCode, Json<DomainView>), ApiError> {
    caller.require(Permission::ManageDomains)?;
    let made = domains::assert(&state.db, &caller.ctx, &input.domain).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Forgets a domain.
pub(super) async fn remove(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<DomainId>,
) -> Result<StatusCode, ApiError> {
    caller.require(Permission::ManageDomains)?;
    domains::remove(&state.db, &caller.ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
