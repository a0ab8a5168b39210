//! One-time links: `/one-time-links/inspect`, `/one-time-links/redeem`. POST only: programs that
//! open links to look at them must not use them up.

use axum::{Json, extract::State, response::Response};
use scim_schema::api::session::{InspectLink, LinkView, RedeemLink};

use super::sessions::{answer_entered, services, throttle};
use crate::{
    app_state::AppState,
    http::{extract::json::Body, problem::ApiError},
    ops::{one_time_links, sessions::Visitor},
};

/// What a link is for, without consuming it.
pub(super) async fn inspect(
    State(state): State<AppState>,
    visitor: Visitor,
    Body(input): Body<InspectLink>,
) -> Result<Json<LinkView>, ApiError> {
    throttle(&state, &visitor)?;
    let view = one_time_links::inspect(&state.db, &visitor, &input.token).await?;
    Ok(Json(view))
}

/// Consumes a link and signs in.
pub(super) async fn redeem(
    State(state): State<AppState>,
    visitor: Visitor,
    Body(input): Body<RedeemLink>,
) -> Result<Response, ApiError> {
    throttle(&state, &visitor)?;
    let (secret, entered) = one_time_links::redeem(services(&state), &visitor, &input).await?;
    answer_entered(&state, &visitor, &secret, &entered).await
}
