//! `/idp-connections/{id}/conformance`.

use scim_schema::{
    api::conformance::{CheckResult, ConformanceRun, ConformanceView},
    id::ConnectionId,
};
use serde::Serialize;

use super::{ApiError, client};
use crate::query::encode;

/// A body for requests that carry nothing: the endpoint still takes JSON only.
#[derive(Serialize)]
struct Nothing {}

fn path(id: ConnectionId) -> String {
    format!("/idp-connections/{id}/conformance")
}

/// The last run, without its evidence.
pub(crate) async fn last(id: ConnectionId) -> Result<ConformanceView, ApiError> {
    client::get(&path(id)).await
}

/// Runs every check.
pub(crate) async fn run(id: ConnectionId) -> Result<ConformanceRun, ApiError> {
    client::post(&path(id), &Nothing {}).await
}

/// One check of the last run, with its evidence.
pub(crate) async fn check(id: ConnectionId, check: &str) -> Result<CheckResult, ApiError> {
    client::get(&format!("{}/checks/{}", path(id), encode(check))).await
}

/// Address of the file with the last run and all its evidence.
pub(crate) fn export(id: ConnectionId) -> String {
    format!("{}{}/export", client::BASE, path(id))
}
