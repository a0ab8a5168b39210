//! What needs two persons: `/approvals`, `/users/{id}/purge` and `/users/{id}/erase`.

use axum::{Json, extract::State, http::StatusCode};
use scim_schema::{
    api::approvals::{ApprovalPayload, ApprovalView, Approvals, Approve, AskToErase},
    id::{ApprovalId, UserId},
    permission::Permission,
};

use crate::{
    app_state::AppState,
    http::{
        extract::{Caller, json::Body, path::Id},
        problem::ApiError,
    },
    ops::approvals,
};

/// What waits, and what was decided last.
pub(super) async fn list(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<Approvals>, ApiError> {
    caller.require(Permission::DecideApprovals)?;
    let list = approvals::list(&state.db, &caller.identity, caller.ctx.now).await?;
    Ok(Json(list))
}

/// One of them.
pub(super) async fn get(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<ApprovalId>,
) -> Result<Json<ApprovalView>, ApiError> {
    caller.require(Permission::DecideApprovals)?;
    view(&state, &caller, id).await
}

/// Does what somebody else asked for.
pub(super) async fn approve(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<ApprovalId>,
    Body(seen): Body<Approve>,
) -> Result<Json<ApprovalView>, ApiError> {
    caller.require(Permission::DecideApprovals)?;
    approvals::approve(&state.db, &caller.ctx, &caller.identity, (id, seen)).await?;
    view(&state, &caller, id).await
}

/// Takes it back, or refuses it.
pub(super) async fn cancel(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<ApprovalId>,
) -> Result<Json<ApprovalView>, ApiError> {
    caller.require(Permission::DecideApprovals)?;
    approvals::cancel(&state.db, &caller.ctx, &caller.identity, id).await?;
    view(&state, &caller, id).await
}

/// Asks to erase somebody who is deleted before their time is over.
pub(super) async fn purge(
    state: State<AppState>,
    caller: Caller,
    Id(user): Id<UserId>,
    body: Body<AskToErase>,
) -> Result<(StatusCode, Json<ApprovalView>), ApiError> {
    ask(state, caller, ApprovalPayload::Purge { user }, body).await
}

/// Asks to erase somebody on request, whatever the policy says.
pub(super) async fn erase(
    state: State<AppState>,
    caller: Caller,
    Id(user): Id<UserId>,
    body: Body<AskToErase>,
) -> Result<(StatusCode, Json<ApprovalView>), ApiError> {
    ask(state, caller, ApprovalPayload::Erase { user }, body).await
}

async fn ask(
    State(state): State<AppState>,
    caller: Caller,
    payload: ApprovalPayload,
    Body(asked): Body<AskToErase>,
) -> Result<(StatusCode, Json<ApprovalView>), ApiError> {
    caller.require(Permission::EraseUsers)?;
    let asked = (payload, asked);
    let id = approvals::ask_to_erase(&state.db, &caller.ctx, &caller.identity, asked).await?;
    Ok((StatusCode::ACCEPTED, view(&state, &caller, id).await?))
}

async fn view(
    state: &AppState,
    caller: &Caller,
    id: ApprovalId,
) -> Result<Json<ApprovalView>, ApiError> {
    let view = approvals::one(&state.db, &caller.identity, caller.ctx.now, id).await?;
    Ok(Json(view))
}
