//! Policies of organisations: `/policies/{organisation}`.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderName, StatusCode, header::ETAG},
};
use scim_schema::{
    api::policies::{ChangePolicy, PolicyOverview, PolicyVersions, PolicyView},
    id::OrganisationId,
    permission::Permission,
};

use crate::{
    app_state::AppState,
    http::{
        extract::{Caller, if_match, json::Body, path::Id},
        problem::ApiError,
    },
    ops::{policies, precondition::EntityTag},
};

type Tagged = ([(HeaderName, String); 1], Json<PolicyView>);

/// Where something is decided.
pub(super) async fn overview(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<PolicyOverview>, ApiError> {
    caller.require(Permission::ReadPolicies)?;
    let overview = policies::overview(&state.db, &caller.identity).await?;
    Ok(Json(overview))
}

/// What holds, and where each value comes from.
pub(super) async fn get(
    State(state): State<AppState>,
    caller: Caller,
    Id(organisation): Id<OrganisationId>,
) -> Result<Tagged, ApiError> {
    caller.reach(Permission::ReadPolicies)?;
    let view = policies::view(&state.db, &caller.identity, organisation).await?;
    let tag = EntityTag::of(view.version).to_string();
    Ok(([(ETAG, tag)], Json(view)))
}

/// Changes what the organisation decided, and answers what holds then: 202 where a second person has
/// to approve it first.
pub(super) async fn change(
    State(state): State<AppState>,
    caller: Caller,
    Id(organisation): Id<OrganisationId>,
    headers: HeaderMap,
    Body(asked): Body<ChangePolicy>,
) -> Result<(StatusCode, Tagged), ApiError> {
    caller.reach(Permission::ManagePolicies)?;
    let lowers = !asked.floors.is_empty();
    let change = (asked, if_match(&headers));
    policies::change(
        &state.db,
        &caller.ctx,
        &caller.identity,
        organisation,
        change,
    )
    .await?;
    let tagged = get(State(state), caller, Id(organisation)).await?;
    let waits = lowers && tagged.1.waiting.is_some();
    let status = if waits {
        StatusCode::ACCEPTED
    } else {
        StatusCode::OK
    };
    Ok((status, tagged))
}

/// What was decided before.
pub(super) async fn versions(
    State(state): State<AppState>,
    caller: Caller,
    Id(organisation): Id<OrganisationId>,
) -> Result<Json<PolicyVersions>, ApiError> {
    caller.reach(Permission::ReadPolicies)?;
    let versions = policies::versions(&state.db, &caller.identity, organisation).await?;
    Ok(Json(versions))
}
