//! Who did what, and whether the log of it still holds: `/audit`.

use axum::{
    Json,
    body::Body,
    extract::State,
    http::{
        HeaderValue,
        header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::DateTime;
use futures_util::stream;
use scim_schema::{
    api::audit::{AuditDetail, AuditHead, AuditPage, AuditQuery, AuditVerification, VerifyQuery},
    audit::actions_of,
    id::AuditEventId,
    permission::Permission,
};
use uuid::Uuid;

use crate::{
    app_state::AppState,
    db::{AuditFilter, AuditPlace},
    http::{
        extract::{Caller, path::Id, query::Parameters},
        problem::ApiError,
    },
    ops::{
        OpError,
        audit::{
            chain,
            export::{Export, Format},
            verification,
        },
    },
};

const LIMIT_DEFAULT: u32 = 25;
const LIMIT_MAX: u32 = 100;
/// Longest name of a kind of target, in bytes.
const KIND_MAX: usize = 64;

/// A page of the log, newest first.
pub(super) async fn list(
    State(state): State<AppState>,
    caller: Caller,
    Parameters(query): Parameters<AuditQuery>,
) -> Result<Json<AuditPage>, ApiError> {
    caller.require(Permission::ReadAudit)?;
    let (size, before) = page(query.limit, query.cursor.as_deref())?;
    let filter = AuditFilter {
        before,
        // One more than asked for tells whether there is another page.
        limit: size as u64 + 1,
        ..filter(query)?
    };
    let account = state.db.account(caller.ctx.account);
    let mut items = account.audit_rows(&filter).await?;
    let more = items.len() > size;
    items.truncate(size);
    let last = items.last().filter(|_| more);
    let next_cursor = last.map(|row| {
        cursor(AuditPlace {
            at: row.at,
            id: row.id.0,
        })
    });
    Ok(Json(AuditPage { items, next_cursor }))
}

/// One act, with where it came from and its place in the chain.
pub(super) async fn get(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<AuditEventId>,
) -> Result<Json<AuditDetail>, ApiError> {
    caller.require(Permission::ReadAudit)?;
    let account = state.db.account(caller.ctx.account);
    let event = account.audit_event(id).await?;
    event.map(Json).ok_or_else(ApiError::not_found)
}

/// Where the chain stands.
pub(super) async fn head(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<AuditHead>, ApiError> {
    caller.require(Permission::ReadAudit)?;
    Ok(Json(chain::head(&state.db, caller.ctx.account).await?))
}

/// Verifies a part of the chain.
pub(super) async fn verify(
    State(state): State<AppState>,
    caller: Caller,
    Parameters(query): Parameters<VerifyQuery>,
) -> Result<Json<AuditVerification>, ApiError> {
    caller.require(Permission::ReadAudit)?;
    let after = query.after.unwrap_or(0);
    let (account, now) = (caller.ctx.account, caller.ctx.now);
    let verified = verification::verify(&state.db, account, after, now).await?;
    Ok(Json(verified))
}

/// The log as a table.
pub(super) async fn export_csv(
    state: State<AppState>,
    caller: Caller,
    query: Parameters<AuditQuery>,
) -> Result<Response, ApiError> {
    export(state, caller, query, Format::Csv).await
}

/// The log as JSON, one act a line.
pub(super) async fn export_json_lines(
    state: State<AppState>,
    caller: Caller,
    query: Parameters<AuditQuery>,
) -> Result<Response, ApiError> {
    export(state, caller, query, Format::JsonLines).await
}

async fn export(
    State(state): State<AppState>,
    caller: Caller,
    Parameters(query): Parameters<AuditQuery>,
    format: Format,
) -> Result<Response, ApiError> {
    caller.require(Permission::ReadAudit)?;
    for (path, given) in [
        ("cursor", query.cursor.is_some()),
        ("limit", query.limit.is_some()),
    ] {
        if given {
            let message = "An export has no pages: leave this out.";
            return Err(ApiError::invalid(path, message));
        }
    }
    let (ending, media_type) = match format {
        Format::Csv => ("csv", "text/csv; charset=utf-8"),
        Format::JsonLines => ("jsonl", "application/jsonl"),
    };
    let day = caller.ctx.now.format("%Y-%m-%d");
    let name = format!("attachment; filename=\"audit-{day}.{ending}\"");
    let name = HeaderValue::from_str(&name)
        .map_err(|error| ApiError::internal(format!("no name for a file: {error}")))?;
    let begun = Export::begin(&state.db, &caller.ctx, filter(query)?, format).await?;
    // A part that cannot be read breaks the transfer off: nobody takes it for the whole file.
    let parts = stream::try_unfold(begun, async |mut export| {
        let part = export.next().await;
        let part = part.inspect_err(|error| tracing::warn!(%error, "an export broke off"))?;
        Ok::<_, OpError>(part.map(|part| (part, export)))
    });
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (CONTENT_DISPOSITION, name),
    ];
    Ok((headers, Body::from_stream(parts)).into_response())
}

/// Rows of a page, and the place that it begins beyond.
pub(super) fn page(
    limit: Option<u32>,
    cursor: Option<&str>,
) -> Result<(usize, Option<AuditPlace>), ApiError> {
    let limit = limit.unwrap_or(LIMIT_DEFAULT);
    if !(1..=LIMIT_MAX).contains(&limit) {
        let message = format!("Ask for 1 to {LIMIT_MAX} rows.");
        return Err(ApiError::invalid("limit", message));
    }
    let before = cursor.map(read_cursor).transpose()?;
    Ok((usize::try_from(limit).unwrap_or(usize::MAX), before))
}

/// What is asked for, without its page.
fn filter(query: AuditQuery) -> Result<AuditFilter, ApiError> {
    if let (Some(since), Some(until)) = (query.since, query.until)
        && since >= until
    {
        let message = "This is not later than `since`: nothing lies between them.";
        return Err(ApiError::invalid("until", message));
    }
    Ok(AuditFilter {
        since: query.since,
        until: query.until,
        actor: query.actor,
        actions: actions(query.action.as_deref())?,
        target_kind: target_kind(query.target_kind)?,
        target: query.target,
        outcome: query.outcome,
        channel: query.channel,
        any_id: any_id(query.q.as_deref())?,
        before: None,
        limit: 0,
    })
}

fn actions(word: Option<&str>) -> Result<Vec<&'static str>, ApiError> {
    let Some(word) = word else {
        return Ok(Vec::new());
    };
    let actions = actions_of(word);
    if actions.is_empty() {
        let message = "There is no such act. Use the name of one, such as user.suspend, or of an area, such as user.";
        return Err(ApiError::invalid("action", message));
    }
    Ok(actions)
}

fn target_kind(kind: Option<String>) -> Result<Option<String>, ApiError> {
    let is_word = |kind: &String| {
        let mut letters = kind.bytes();
        !kind.is_empty()
            && kind.len() <= KIND_MAX
            && letters.all(|letter| letter.is_ascii_lowercase() || letter == b'_')
    };
    if kind.as_ref().is_some_and(|kind| !is_word(kind)) {
        let message = "This is no kind of thing. Use a word such as user or connection.";
        return Err(ApiError::invalid("target_kind", message));
    }
    Ok(kind)
}

/// The id that is searched for.
fn any_id(q: Option<&str>) -> Result<Option<Uuid>, ApiError> {
    let Some(q) = q.map(str::trim).filter(|q| !q.is_empty()) else {
        return Ok(None);
    };
    let id = Uuid::parse_str(q).map_err(|_| {
        let message = "Search for an id: of an act, a request, a person or another thing. Names are found on their own pages.";
        ApiError::invalid("q", message)
    })?;
    Ok(Some(id))
}

/// A place as a cursor.
pub(super) fn cursor(place: AuditPlace) -> String {
    let mut bytes = [0; 24];
    let (at, id) = bytes.split_at_mut(8);
    at.copy_from_slice(&place.at.timestamp_micros().to_be_bytes());
    id.copy_from_slice(place.id.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

fn read_cursor(text: &str) -> Result<AuditPlace, OpError> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok();
    let place = bytes.as_deref().and_then(|bytes| {
        let (at, id) = bytes.split_at_checked(8)?;
        let at = i64::from_be_bytes(at.try_into().ok()?);
        Some(AuditPlace {
            at: DateTime::from_timestamp_micros(at)
                .filter(|at| (0..=9_999).contains(&chrono::Datelike::year(at)))?,
            id: Uuid::from_slice(id).ok()?,
        })
    });
    place.ok_or(OpError::InvalidCursor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_cursors_are_read() {
        let place = AuditPlace {
            at: "2026-11-22T08:00:00.123456Z".parse().unwrap(),
            id: Uuid::from_u128(7),
        };
        let text = cursor(place);
        assert_eq!(read_cursor(&text).unwrap(), place);
        let far = URL_SAFE_NO_PAD.encode([0x7f; 24]);
        for foreign in ["", "abc", "!", &text[1..], &text[..20], &far] {
            assert!(matches!(read_cursor(foreign), Err(OpError::InvalidCursor)));
        }
    }

    #[test]
    fn what_is_no_filter_is_refused_with_its_path() {
        let path = |query: AuditQuery| filter(query).unwrap_err().errors[0].path.clone();
        let action = Some("people.vanish".to_owned());
        let query = AuditQuery::default;
        assert_eq!(path(AuditQuery { action, ..query() }), "action");
        let q = Some("Anna".to_owned());
        assert_eq!(path(AuditQuery { q, ..query() }), "q");
        let target_kind = Some("User\0".to_owned());
        assert_eq!(
            path(AuditQuery {
                target_kind,
                ..query()
            }),
            "target_kind"
        );
        let now = DateTime::from_timestamp_micros(0);
        let (since, until) = (now, now);
        assert_eq!(
            path(AuditQuery {
                since,
                until,
                ..query()
            }),
            "until"
        );
    }
}
