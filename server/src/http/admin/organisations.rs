//! Organisations: `/organisations`.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderName, StatusCode, header::ETAG},
};
use scim_schema::{
    api::organisations::{ChangeOrganisation, CreateOrganisation, OrganisationView, Organisations},
    id::OrganisationId,
    permission::Permission,
};

use crate::{
    app_state::AppState,
    http::{
        extract::{Caller, if_match, json::Body, path::Id},
        problem::ApiError,
    },
    ops::{organisations, precondition::EntityTag},
};

/// An organisation with the version that a change of it names in If-Match.
type Tagged = ([(HeaderName, String); 1], Json<OrganisationView>);

/// Every organisation that the caller sees.
pub(super) async fn list(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<Organisations>, ApiError> {
    let items = seen(&state, &caller).await?;
    Ok(Json(Organisations { items }))
}

/// One of them.
pub(super) async fn get(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<OrganisationId>,
) -> Result<Tagged, ApiError> {
    view(&state, &caller, id).await
}

/// Creates one.
pub(super) async fn create(
    State(state): State<AppState>,
    caller: Caller,
    Body(input): Body<CreateOrganisation>,
) -> Result<(StatusCode, Tagged), ApiError> {
    caller.require(Permission::ManageOrganisations)?;
    let id = organisations::create(&state.db, &caller.ctx, &input).await?;
    Ok((StatusCode::CREATED, view(&state, &caller, id).await?))
}

/// Renames or moves one, or changes its time zone.
pub(super) async fn change(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<OrganisationId>,
    headers: HeaderMap,
    Body(input): Body<ChangeOrganisation>,
) -> Result<Tagged, ApiError> {
    let (db, ctx, by) = (&state.db, &caller.ctx, &caller.identity);
    organisations::change(db, ctx, by, id, if_match(&headers), &input).await?;
    view(&state, &caller, id).await
}

/// Takes one out of use.
pub(super) async fn archive(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<OrganisationId>,
    headers: HeaderMap,
) -> Result<Tagged, ApiError> {
    caller.require(Permission::ManageOrganisations)?;
    organisations::archive(&state.db, &caller.ctx, id, if_match(&headers)).await?;
    view(&state, &caller, id).await
}

/// Takes one back into use.
pub(super) async fn unarchive(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<OrganisationId>,
    headers: HeaderMap,
) -> Result<Tagged, ApiError> {
    caller.require(Permission::ManageOrganisations)?;
    organisations::unarchive(&state.db, &caller.ctx, id, if_match(&headers)).await?;
    view(&state, &caller, id).await
}

async fn seen(state: &AppState, caller: &Caller) -> Result<Vec<OrganisationView>, ApiError> {
    let reach = caller.reach(Permission::ReadOrganisations)?;
    let by = caller.identity.standing();
    Ok(organisations::list(&state.db, &caller.ctx, &reach, by).await?)
}

async fn view(state: &AppState, caller: &Caller, id: OrganisationId) -> Result<Tagged, ApiError> {
    let mut seen = seen(state, caller).await?.into_iter();
    let found = seen.find(|one| one.id == id);
    let found = found.ok_or_else(ApiError::not_found)?;
    let tag = EntityTag::of(found.version).to_string();
    Ok(([(ETAG, tag)], Json(found)))
}
