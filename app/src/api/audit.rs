//! `/audit`, and what it says about one person.

use chrono::{DateTime, SecondsFormat, Utc};
use scim_schema::{
    api::audit::{
        AuditChannel, AuditDetail, AuditOutcome, AuditPage, AuditQuery, AuditVerification,
        StatusExplanation, TimelinePage,
    },
    id::{AuditEventId, UserId},
};

use super::{Call, call, client};
use crate::query::QueryString;

/// Entries a page.
const PAGE: &str = "25";

/// A page of acts, newest first.
pub(crate) fn list(query: &AuditQuery) -> Call<AuditPage> {
    let query = filters(query)
        .with_some("cursor", query.cursor.as_deref())
        .with("limit", PAGE);
    call::get(query.after("/audit"))
}

/// One act.
pub(crate) fn one(id: AuditEventId) -> Call<AuditDetail> {
    call::get(format!("/audit/{id}"))
}

/// Verifies the chain from the link after this one on.
pub(crate) fn verify(after: Option<u64>) -> Call<AuditVerification> {
    let after = after.map(|after| after.to_string());
    let query = QueryString::default().with_some("after", after.as_deref());
    call::get(query.after("/audit/verify"))
}

/// Address of the log as a file, `csv` or `jsonl`.
pub(crate) fn export(query: &AuditQuery, ending: &str) -> String {
    filters(query).after(&format!("{}/audit/export.{ending}", client::BASE))
}

/// A page of a person's story, newest first.
pub(crate) fn timeline(id: UserId, cursor: Option<&str>) -> Call<TimelinePage> {
    let query = QueryString::default()
        .with_some("cursor", cursor)
        .with("limit", PAGE);
    call::get(query.after(&format!("/users/{id}/timeline")))
}

/// Why a person has their status.
pub(crate) fn explanation(id: UserId) -> Call<StatusExplanation> {
    call::get(format!("/users/{id}/status-explanation"))
}

fn filters(query: &AuditQuery) -> QueryString {
    let actor = query.actor.map(|id| id.to_string());
    let target = query.target.map(|id| id.to_string());
    QueryString::default()
        .with_some("since", query.since.map(machine).as_deref())
        .with_some("until", query.until.map(machine).as_deref())
        .with_some("actor", actor.as_deref())
        .with_some("action", query.action.as_deref())
        .with_some("target", target.as_deref())
        .with_some("outcome", query.outcome.map(AuditOutcome::as_str))
        .with_some("channel", query.channel.map(AuditChannel::as_str))
        .with_some("q", query.q.as_deref())
}

fn machine(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}
