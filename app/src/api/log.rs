//! `/provisioning-log`.

use chrono::{DateTime, SecondsFormat, Utc};
use scim_schema::{
    api::{
        provisioning_log::{LogDetail, LogOutcome, LogPage, LogQuery},
        rehearsals::{Rehearse, Rehearsed},
    },
    id::{ConnectionId, ProvisioningRequestId},
};
use serde::Serialize;

use super::{Call, call};
use crate::query::QueryString;

/// A body for requests that carry nothing: the endpoint still takes JSON only.
#[derive(Serialize)]
struct Nothing {}

/// A page of the log, newest first.
pub(crate) fn list(query: &LogQuery) -> Call<LogPage> {
    let user = query.user.map(|id| id.to_string());
    let connection = query.connection.map(|id| id.to_string());
    let errors_only = query.errors_only.map(|only| only.to_string());
    let limit = query.limit.map(|limit| limit.to_string());
    let path = QueryString::default()
        .with_some("user", user.as_deref())
        .with_some("connection", connection.as_deref())
        .with_some("errors_only", errors_only.as_deref())
        .with_some("q", query.q.as_deref())
        .with_some("method", query.method.as_deref())
        .with_some("outcome", query.outcome.map(LogOutcome::as_str))
        .with_some("since", query.since.map(machine).as_deref())
        .with_some("until", query.until.map(machine).as_deref())
        .with_some("cursor", query.cursor.as_deref())
        .with_some("limit", limit.as_deref())
        .after("/provisioning-log");
    call::get(path)
}

fn machine(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// What a logged request would do now.
pub(crate) fn replay(id: ProvisioningRequestId) -> Call<Rehearsed> {
    call::post(format!("/provisioning-log/{id}/rehearsals"), &Nothing {})
}

/// What a request of a connection would do.
pub(crate) fn rehearse(id: ConnectionId, body: &Rehearse) -> Call<Rehearsed> {
    call::post(format!("/idp-connections/{id}/rehearsals"), body)
}

/// One request with its bodies.
pub(crate) fn one(id: ProvisioningRequestId) -> Call<LogDetail> {
    call::get(format!("/provisioning-log/{id}"))
}
