//! Requests that are tried and undone: `/idp-connections/{id}/rehearsals` and
//! `/provisioning-log/{id}/rehearsals`.

use axum::{Json, extract::State};
use scim_schema::{
    api::rehearsals::{Rehearse, Rehearsed},
    id::{ConnectionId, ProvisioningRequestId},
    permission::Permission,
};
use serde::Deserialize;

use crate::{
    app_state::AppState,
    http::{
        extract::{Caller, json::Body, path::Id},
        problem::ApiError,
        scim::rehearsal::{Trial, rehearse},
    },
    ops::{connections, rehearsals},
};

/// A body that says nothing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// What a connection would be answered.
pub(super) async fn of_connection(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<ConnectionId>,
    Body(input): Body<Rehearse>,
) -> Result<Json<Rehearsed>, ApiError> {
    caller.require(Permission::ManageConnections)?;
    attempt(&state, &caller, id, input, None).await
}

/// What a logged request would be answered now.
pub(super) async fn of_logged(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<ProvisioningRequestId>,
    Body(Nothing {}): Body<Nothing>,
) -> Result<Json<Rehearsed>, ApiError> {
    caller.require(Permission::ManageConnections)?;
    let logged = rehearsals::logged(&state.db, &caller.ctx, id).await?;
    let input = Rehearse {
        method: logged.method,
        path: logged.path,
        body: logged.body,
    };
    attempt(&state, &caller, logged.connection, input, Some(id)).await
}

async fn attempt(
    state: &AppState,
    caller: &Caller,
    id: ConnectionId,
    input: Rehearse,
    replayed: Option<ProvisioningRequestId>,
) -> Result<Json<Rehearsed>, ApiError> {
    let account = state.db.account(caller.ctx.account);
    let connection = account.connection_info(id).await?;
    let connection = connection.ok_or_else(ApiError::not_found)?;
    let base_url = connections::base_url(&state.config.public_url.to_string());
    let trial = Trial::read(&input.method, &input.path, input.body, &base_url)?;
    let (method, path) = (trial.method().as_str(), trial.path());
    rehearsals::note(&state.db, &caller.ctx, id, method, path, replayed).await?;
    let rehearsed = rehearse(state, &caller.ctx, connection, trial).await?;
    Ok(Json(rehearsed))
}
