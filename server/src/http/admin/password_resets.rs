//! Links with which people choose another password: `/users/{id}/reset-password`,
//! `/password-resets`.

use axum::{Json, extract::State, http::StatusCode};
use scim_schema::{
    api::{mails::MailQueued, session::ForgottenPassword},
    id::UserId,
    permission::Permission,
};

use super::{mails::queued, sessions::throttle};
use crate::{
    app_state::AppState,
    http::{
        extract::{Caller, json::Body, path::Id},
        problem::ApiError,
    },
    ops::{password_resets, sessions::Visitor},
};

/// Mails a person a link.
pub(super) async fn send(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<UserId>,
) -> Result<(StatusCode, Json<MailQueued>), ApiError> {
    caller.reach(Permission::ResetPasswords)?;
    password_resets::send(&state.db, &caller.ctx, &caller.identity, id).await?;
    Ok(queued(&state))
}

/// Mails a link to whoever forgot their password; the answer is the same whoever exists.
pub(super) async fn forgotten(
    State(state): State<AppState>,
    visitor: Visitor,
    Body(input): Body<ForgottenPassword>,
) -> Result<StatusCode, ApiError> {
    throttle(&state, &visitor)?;
    password_resets::forgotten(&state.db, &visitor, &input).await?;
    Ok(StatusCode::ACCEPTED)
}
