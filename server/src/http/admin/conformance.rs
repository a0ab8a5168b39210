//! The conformance checks of a connection: `/idp-connections/{id}/conformance`.

use std::{sync::Arc, time::Instant};

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, header::CONTENT_DISPOSITION},
    response::{IntoResponse, Response},
};
use scim_schema::{
    api::{
        conformance::{CheckResult, ConformanceRun, ConformanceView, Score},
        problem::ErrorCode,
    },
    id::ConnectionId,
    permission::Permission,
};
use serde::Deserialize;

use crate::{
    app_state::AppState,
    conformance::{self, Examiner},
    ctx::Ctx,
    db::ConnectionInfo,
    http::{
        extract::{
            Caller,
            json::Body,
            path::{Id, Ids},
        },
        problem::ApiError,
        scim::insider,
    },
    ops::{OpError, conformance_runs, connections, shadow::throw_away},
};

/// A body that says nothing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// The last run, without its evidence.
pub(super) async fn get(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<ConnectionId>,
) -> Result<Json<ConformanceView>, ApiError> {
    caller.require(Permission::ReadConnections)?;
    known(&state, &caller, id).await?;
    let account = state.db.account(caller.ctx.account);
    Ok(Json(ConformanceView {
        available: u32::try_from(conformance::checks().count()).unwrap_or(u32::MAX),
        last: account.conformance_run(id).await?,
    }))
}

/// Runs every check.
pub(super) async fn run(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<ConnectionId>,
    Body(Nothing {}): Body<Nothing>,
) -> Result<Json<ConformanceRun>, ApiError> {
    caller.require(Permission::ManageConnections)?;
    let connection = known(&state, &caller, id).await?;
    let room = Arc::clone(&state.examinations).try_acquire_owned();
    let room = room.map_err(|_| {
        ApiError::new(
            ErrorCode::Conflict,
            "Checks are being run already. Wait a few seconds and try again.",
        )
    })?;
    let ctx = Arc::clone(&caller.ctx);
    // It goes on when the caller goes away, so that it takes away what it made.
    let work = tokio::spawn(async move {
        let _room = room;
        examine(&state, &ctx, connection).await
    });
    let run = work
        .await
        .map_err(|error| ApiError::internal(format!("the checks broke off: {error}")))?;
    Ok(Json(run?))
}

/// One check of the last run, with its evidence.
pub(super) async fn check(
    State(state): State<AppState>,
    caller: Caller,
    Ids(id, name): Ids<ConnectionId, String>,
) -> Result<Json<CheckResult>, ApiError> {
    caller.require(Permission::ReadConnections)?;
    let run = with_evidence(&state, &caller, id).await?;
    let mut checks = run.checks.into_iter();
    let check = checks.find(|check| check.id == name);
    check.map(Json).ok_or_else(ApiError::not_found)
}

/// The last run with all its evidence, as a file.
pub(super) async fn export(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<ConnectionId>,
) -> Result<Response, ApiError> {
    caller.require(Permission::ReadConnections)?;
    let run = with_evidence(&state, &caller, id).await?;
    let name = format!("attachment; filename=\"conformance-{id}.json\"");
    let name = HeaderValue::from_str(&name)
        .map_err(|error| ApiError::internal(format!("no name for a file: {error}")))?;
    Ok(([(CONTENT_DISPOSITION, name)], Json(run)).into_response())
}

async fn known(
    state: &AppState,
    caller: &Caller,
    id: ConnectionId,
) -> Result<ConnectionInfo, ApiError> {
    let account = state.db.account(caller.ctx.account);
    let connection = account.connection_info(id).await?;
    connection.ok_or_else(ApiError::not_found)
}

async fn with_evidence(
    state: &AppState,
    caller: &Caller,
    id: ConnectionId,
) -> Result<ConformanceRun, ApiError> {
    let account = state.db.account(caller.ctx.account);
    let run = account.conformance_run(id).await?;
    let mut run = run.ok_or_else(ApiError::not_found)?;
    let mut evidence = account.conformance_evidence(id).await?;
    for check in &mut run.checks {
        check.evidence = evidence.remove(&check.id).unwrap_or_default();
    }
    Ok(run)
}

/// Examines a connection that speaks as this one does and is thrown away afterwards.
async fn examine(
    state: &AppState,
    ctx: &Arc<Ctx>,
    connection: ConnectionInfo,
) -> Result<ConformanceRun, OpError> {
    let started = Instant::now();
    let shadow = throw_away::make(&state.db, ctx, connection.id).await?;
    let service = insider::service(state, ctx, &shadow);
    let base_url = connections::base_url(&state.config.public_url.to_string());
    let tag = "conformance".to_owned();
    let mut examiner = Examiner::new(service, base_url, shadow.dialect.clone(), tag);
    let mut checks = Vec::new();
    for check in conformance::checks() {
        checks.push(examiner.examine(check).await);
    }
    throw_away::remove(&state.db, ctx, shadow.id).await?;
    let run = ConformanceRun {
        at: ctx.now,
        by: ctx.actor.clone(),
        duration_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        kind: shadow.dialect.kind,
        switches: shadow.dialect.switches(),
        score: Score::of(&checks),
        checks,
    };
    conformance_runs::store(&state.db, ctx, connection.id, run).await
}
