//! `/idp-connections/{id}/conformance`.

use scim_schema::{
    api::conformance::{CheckResult, ConformanceRun, ConformanceView},
    id::ConnectionId,
};
use serde::Serialize;

use super::{Call, call, client};
use crate::query::encode;

/// A body for requests that carry nothing: the endpoint still takes JSON only.
#[derive(Serialize)]
struct Nothing {}

fn path(id: ConnectionId) -> String {
    format!("/idp-connections/{id}/conformance")
}

/// The last run, without its evidence.
pub(crate) fn last(id: ConnectionId) -> Call<ConformanceView> {
    call::get(path(id))
}

/// Runs every check.
pub(crate) fn run(id: ConnectionId) -> Call<ConformanceRun> {
    call::post(path(id), &Nothing {})
}

/// One check of the last run, with its evidence.
pub(crate) fn check(id: ConnectionId, check: &str) -> Call<CheckResult> {
    call::get(format!("{}/checks/{}", path(id), encode(check)))
}

/// Address of the file with the last run and all its evidence.
pub(crate) fn export(id: ConnectionId) -> String {
    format!("{}{}/export", client::BASE, path(id))
}
