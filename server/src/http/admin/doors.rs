//! What administrators do at the door of other people: `/users/{id}/sessions`, `/users/{id}/sign-ins`,
//! `/users/{id}/password`, `/users/{id}/second-factors`.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header::IF_MATCH},
};
use scim_schema::{
    api::my_account::{AssignPassword, Sessions, SessionsEnded, SignIns},
    id::{SessionId, UserId},
    permission::Permission,
};

use super::sessions::services;
use crate::{
    app_state::AppState,
    http::{
        extract::{
            Caller,
            json::Body,
            path::{Id, Ids},
        },
        problem::ApiError,
    },
    ops::{doors, precondition::Precondition},
};

/// Where somebody is signed in.
pub(super) async fn sessions(
    State(state): State<AppState>,
    caller: Caller,
    Id(user): Id<UserId>,
) -> Result<Json<Sessions>, ApiError> {
    caller.require(Permission::ReadSessions)?;
    let (policies, by) = (&state.tools.policies, &caller.identity);
    let sessions = doors::sessions(&state.db, &caller.ctx, policies, by, user).await?;
    Ok(Json(sessions))
}

/// How somebody signed in, and tried to.
pub(super) async fn sign_ins(
    State(state): State<AppState>,
    caller: Caller,
    Id(user): Id<UserId>,
) -> Result<Json<SignIns>, ApiError> {
    caller.require(Permission::ReadSessions)?;
    let sign_ins = doors::sign_ins(&state.db, &caller.ctx, &caller.identity, user).await?;
    Ok(Json(sign_ins))
}

/// Ends one session of somebody.
pub(super) async fn end_session(
    State(state): State<AppState>,
    caller: Caller,
    Ids(user, session): Ids<UserId, SessionId>,
) -> Result<StatusCode, ApiError> {
    caller.reach(Permission::EndSessions)?;
    let by = &caller.identity;
    doors::end_session(&state.db, &caller.ctx, by, user, session).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends every session of somebody.
pub(super) async fn revoke_sessions(
    State(state): State<AppState>,
    caller: Caller,
    Id(user): Id<UserId>,
) -> Result<Json<SessionsEnded>, ApiError> {
    caller.reach(Permission::EndSessions)?;
    let ended = doors::end_sessions(&state.db, &caller.ctx, &caller.identity, user).await?;
    Ok(Json(SessionsEnded { ended }))
}

/// *Reassign password*.
pub(super) async fn assign_password(
    State(state): State<AppState>,
    caller: Caller,
    Id(user): Id<UserId>,
    headers: HeaderMap,
    Body(input): Body<AssignPassword>,
) -> Result<StatusCode, ApiError> {
    caller.reach(Permission::AssignPasswords)?;
    caller.require_recent()?;
    let if_match = headers.get(IF_MATCH).and_then(|value| value.to_str().ok());
    let precondition = Precondition::parse(if_match, None);
    let (services, ctx) = (services(&state), &caller.ctx);
    doors::assign_password(services, ctx, &caller.identity, user, precondition, &input).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes the second factors of somebody away.
pub(super) async fn reset_second_factors(
    State(state): State<AppState>,
    caller: Caller,
    Id(user): Id<UserId>,
) -> Result<StatusCode, ApiError> {
    caller.reach(Permission::ResetSecondFactors)?;
    caller.require_recent()?;
    doors::reset_second_factors(&state.db, &caller.ctx, &caller.identity, user).await?;
    Ok(StatusCode::NO_CONTENT)
}
