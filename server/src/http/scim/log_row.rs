//! The row of the provisioning log that a request becomes.

use axum::body::Bytes;
use scim_schema::api::provisioning_log::LogNote;

use super::{body, log::Queued};
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
    let mut kept =
        |body: Option<Bytes>, which| body.and_then(|body| body::stored(&body, which, &mut notes));
    let request_body = kept(entry.request_body, "request");
    let response_body = kept(entry.response_body, "answer");
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
