//! Where people belong and what they do: `/users/{id}/organisations` and `/users/{id}/roles`.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
};
use scim_schema::{
    api::organisations::{ChangeMemberships, ChangeRoles},
    id::{OrganisationId, UserId},
};

use super::users::{self, Person};
use crate::{
    app_state::AppState,
    http::{
        extract::{
            Caller, if_match,
            json::Body,
            path::{Id, Ids},
        },
        problem::ApiError,
    },
    ops::memberships,
};

/// Says which organisations somebody belongs to, and answers the person as they are then.
pub(super) async fn change(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<UserId>,
    headers: HeaderMap,
    Body(input): Body<ChangeMemberships>,
) -> Result<Person, ApiError> {
    let (db, ctx, by) = (&state.db, &caller.ctx, &caller.identity);
    memberships::change(db, ctx, by, id, if_match(&headers), input).await?;
    users::get(State(state), caller, Id(id)).await
}

/// Says which roles somebody has, and answers the person as they are then.
pub(super) async fn change_roles(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<UserId>,
    headers: HeaderMap,
    Body(input): Body<ChangeRoles>,
) -> Result<Person, ApiError> {
    let (db, ctx, by) = (&state.db, &caller.ctx, &caller.identity);
    memberships::change_roles(db, ctx, by, id, if_match(&headers), input).await?;
    users::get(State(state), caller, Id(id)).await
}

/// Takes somebody out of an organisation. There is no person to answer for whoever does not see them
/// any more.
pub(super) async fn remove(
    State(state): State<AppState>,
    caller: Caller,
    Ids(id, organisation): Ids<UserId, OrganisationId>,
    headers: HeaderMap,
) -> Result<StatusCode, ApiError> {
    let (db, ctx, by) = (&state.db, &caller.ctx, &caller.identity);
    memberships::remove(db, ctx, by, id, organisation, if_match(&headers)).await?;
    Ok(StatusCode::NO_CONTENT)
}
