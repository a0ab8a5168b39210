//! The outbox: `/mails`.

use axum::{Json, extract::State, http::StatusCode};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use scim_schema::{
    api::mails::{MailDetail, MailPage, MailQuery, MailQueued},
    id::MailId,
    permission::Permission,
};
use uuid::Uuid;

use crate::{
    app_state::AppState,
    db::MailFilter,
    http::{
        extract::{Caller, path::Id, query::Parameters},
        problem::ApiError,
    },
    ops::{OpError, mails},
};

const LIMIT_DEFAULT: u32 = 25;
const LIMIT_MAX: u32 = 100;

/// A page of mails, newest first.
pub(super) async fn list(
    State(state): State<AppState>,
    caller: Caller,
    Parameters(query): Parameters<MailQuery>,
) -> Result<Json<MailPage>, ApiError> {
    caller.require(Permission::ReadMails)?;
    let limit = query.limit.unwrap_or(LIMIT_DEFAULT);
    if !(1..=LIMIT_MAX).contains(&limit) {
        let message = format!("Ask for 1 to {LIMIT_MAX} rows.");
        return Err(ApiError::invalid("limit", message));
    }
    let filter = MailFilter {
        state: query.state,
        kind: query.kind,
        user: query.user,
        before: query.cursor.as_deref().map(read_cursor).transpose()?,
        // One more than asked for tells whether there is another page.
        limit: u64::from(limit) + 1,
    };
    let account = state.db.account(caller.ctx.account);
    let (mut items, total) = account.mails(&filter).await?;
    let size = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = items.len() > size;
    items.truncate(size);
    let last = items.last().filter(|_| more);
    let next_cursor = last.map(|row| URL_SAFE_NO_PAD.encode(row.id.0.as_bytes()));
    Ok(Json(MailPage {
        items,
        total,
        next_cursor,
        has_server: has_server(&state),
    }))
}

/// One mail as it would be written now.
pub(super) async fn get(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<MailId>,
) -> Result<Json<MailDetail>, ApiError> {
    caller.require(Permission::ReadMails)?;
    let public_url = state.config.public_url.as_str();
    let detail = mails::read(&state.db, caller.ctx.account, id, public_url).await?;
    Ok(Json(detail))
}

/// Sends a mail again.
pub(super) async fn send_again(
    State(state): State<AppState>,
    caller: Caller,
    Id(id): Id<MailId>,
) -> Result<(StatusCode, Json<MailQueued>), ApiError> {
    caller.require(Permission::ManageMails)?;
    mails::send_again(&state.db, &caller.ctx, id).await?;
    Ok(queued(&state))
}

/// Sends a test mail to whoever asks.
pub(super) async fn test(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<(StatusCode, Json<MailQueued>), ApiError> {
    caller.require(Permission::ManageMails)?;
    mails::send_test(&state.db, &caller.ctx, &caller.identity).await?;
    Ok(queued(&state))
}

/// The answer to what puts a mail into the outbox.
pub(super) fn queued(state: &AppState) -> (StatusCode, Json<MailQueued>) {
    let has_server = has_server(state);
    (StatusCode::ACCEPTED, Json(MailQueued { has_server }))
}

fn has_server(state: &AppState) -> bool {
    state.config.smtp.is_some()
}

fn read_cursor(text: &str) -> Result<MailId, OpError> {
    let bytes = URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| OpError::InvalidCursor)?;
    Uuid::from_slice(&bytes)
        .map(MailId)
        .map_err(|_| OpError::InvalidCursor)
}
