//! What identity providers sent: `/provisioning-log`.

use axum::{Json, extract::State};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use scim_schema::{
    api::provisioning_log::{LogDetail, LogPage, LogQuery, LogRow},
    id::ProvisioningRequestId,
    permission::Permission,
    text::fold,
};
use uuid::Uuid;

use crate::{
    app_state::AppState,
    db::LogFilter,
    http::{
        extract::{Caller, path::Id, query::Parameters},
        problem::ApiError,
    },
    ops::{OpError, provisioning_log},
};

const LIMIT_DEFAULT: u32 = 25;
const LIMIT_MAX: u32 = 100;
/// Longest search text, in characters.
const SEARCH_MAX: usize = 200;

/// A page of the log, newest first, without bodies.
pub(super) async fn list(
    State(state): State<AppState>,
    caller: Caller,
    Parameters(query): Parameters<LogQuery>,
) -> Result<Json<LogPage>, ApiError> {
    caller.require(Permission::ReadProvisioningLog)?;
    let limit = query.limit.unwrap_or(LIMIT_DEFAULT);
    if !(1..=LIMIT_MAX).contains(&limit) {
        let message = format!("Ask for 1 to {LIMIT_MAX} rows.");
        return Err(ApiError::invalid("limit", message));
    }
    let (words, request) = read_search(query.q.as_deref())?;
    let filter = LogFilter {
        user: query.user,
        connection: query.connection,
        errors_only: query.errors_only.unwrap_or(false),
        words,
        request,
        method: query.method.map(|method| method.to_ascii_uppercase()),
        outcome: query.outcome,
        since: query.since,
        until: query.until,
        before: query.cursor.as_deref().map(read_cursor).transpose()?,
        // One more than asked for tells whether there is another page.
        limit: u64::from(limit) + 1,
    };
    let account = state.db.account(caller.ctx.account);
    let mut items = account.log_rows(&filter).await?;
    let size = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = items.len() > size;
    items.truncate(size);
    let next_cursor = items.last().filter(|_| more).map(cursor_after);
    Ok(Json(LogPage { items, next_cursor }))
}

/// One request; with its bodies for whoever may read them, which is audited.
pub(super) async fn get(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<ProvisioningRequestId>,
) -> Result<Json<LogDetail>, ApiError> {
    caller.require(Permission::ReadProvisioningLog)?;
    let may_read_bodies = caller.require(Permission::ReadProvisioningBodies).is_ok();
    let detail = provisioning_log::read(&state.db, &caller.ctx, id, may_read_bodies).await?;
    Ok(Json(detail))
}

/// What is searched for: words, or an id.
fn read_search(q: Option<&str>) -> Result<(Vec<String>, Option<Uuid>), ApiError> {
    let q = q.unwrap_or_default().trim();
    if q.chars().count() > SEARCH_MAX || q.contains('\0') {
        let message = format!("Search for at most {SEARCH_MAX} characters.");
        return Err(ApiError::invalid("q", message));
    }
    if let Ok(id) = Uuid::parse_str(q) {
        return Ok((Vec::new(), Some(id)));
    }
    let words = fold(q).split_whitespace().map(str::to_owned).collect();
    Ok((words, None))
}

fn cursor_after(row: &LogRow) -> String {
    URL_SAFE_NO_PAD.encode(row.id.0.as_bytes())
}

fn read_cursor(text: &str) -> Result<ProvisioningRequestId, OpError> {
    let bytes = URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| OpError::InvalidCursor)?;
    Uuid::from_slice(&bytes)
        .map(ProvisioningRequestId)
        .map_err(|_| OpError::InvalidCursor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_cursors_are_read() {
        let id = Uuid::from_u128(7);
        let cursor = URL_SAFE_NO_PAD.encode(id.as_bytes());
        assert_eq!(read_cursor(&cursor).unwrap().0, id);
        for foreign in ["", "abc", "!", &cursor[1..]] {
            assert!(matches!(read_cursor(foreign), Err(OpError::InvalidCursor)));
        }
    }
}
