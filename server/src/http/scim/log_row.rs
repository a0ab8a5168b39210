//! The row of the provisioning log that a request becomes.

use scim_schema::api::provisioning_log::LogNote;

use super::{body, bulk, log::Queued};
use crate::db::{LogSubject, NewLogRow};

/// The row, of texts that both databases can store.
pub(super) fn row_of(queued: Queued) -> NewLogRow {
    let Queued { id, entry, .. } = queued;
    let mut notes: Vec<LogNote> = entry
        .notes
        .into_vec()
        .into_iter()
        .map(|note| LogNote {
            rule: note.rule.to_owned(),
            detail: storable(note.detail),
        })
        .collect();
    if queued.dropped_bodies {
        notes.push(LogNote {
            rule: "body_left_out".to_owned(),
            detail: "Too many large requests at once: the bodies were not kept".to_owned(),
        });
    }
    let request_body = entry
        .request_body
        .and_then(|body| body::stored(&body, "request", &mut notes));
    let response_body = entry.response_body.and_then(|body| match entry.status {
        200..300 if entry.path != bulk::PATH => body::answered(&body, &mut notes),
        _ => body::stored(&body, "answer", &mut notes),
    });
    NewLogRow {
        id,
        connection: entry.connection,
        token: entry.token,
        at: entry.at,
        method: storable(entry.method),
        path: storable(entry.path),
        status: entry.status,
        scim_type: entry.scim_type.map(storable),
        decision: storable(entry.decision),
        duration_us: entry.duration_us,
        request: Some(entry.request),
        statements: Some(entry.statements),
        // Texts within JSON are escaped.
        facts: entry.facts,
        notes,
        request_body: request_body.map(storable),
        response_body: response_body.map(storable),
        users: entry.users,
        subjects: entry.subjects.into_iter().map(storable_subject).collect(),
    }
}

/// PostgreSQL stores no U+0000; it is shown as U+FFFD.
fn storable(text: String) -> String {
    if text.contains('\0') {
        return text.replace('\0', "\u{fffd}");
    }
    text
}

fn storable_subject(subject: LogSubject) -> LogSubject {
    match subject {
        LogSubject::UserName(name) => LogSubject::UserName(storable(name)),
        LogSubject::ExternalId(id) => LogSubject::ExternalId(storable(id)),
        LogSubject::Link(id) => LogSubject::Link(id),
    }
}
