//! `/mails`, and links that are mailed.

use scim_schema::{
    api::{
        mails::{MailDetail, MailPage, MailQuery, MailQueued},
        session::ForgottenPassword,
    },
    id::{MailId, UserId},
    mail::{MailKind, MailState},
};
use serde_json::json;

use super::{Call, call};
use crate::query::QueryString;

/// A page of mails, newest first.
pub(crate) fn list(query: &MailQuery) -> Call<MailPage> {
    let user = query.user.map(|id| id.to_string());
    let limit = query.limit.map(|limit| limit.to_string());
    let path = QueryString::default()
        .with_some("state", query.state.map(MailState::as_str))
        .with_some("kind", query.kind.map(MailKind::as_str))
        .with_some("user", user.as_deref())
        .with_some("cursor", query.cursor.as_deref())
        .with_some("limit", limit.as_deref())
        .after("/mails");
    call::get(path)
}

/// One mail as it would be written now.
pub(crate) fn one(id: MailId) -> Call<MailDetail> {
    call::get(format!("/mails/{id}"))
}

/// Sends a mail again.
pub(crate) fn send_again(id: MailId) -> Call<MailQueued> {
    call::post(format!("/mails/{id}/send-again"), &json!({}))
}

/// Sends a test mail to whoever asks.
pub(crate) fn test() -> Call<MailQueued> {
    call::post("/mails/test", &json!({}))
}

/// Mails a person a link to choose a password.
pub(crate) fn reset_password(id: UserId) -> Call<MailQueued> {
    call::post(format!("/users/{id}/reset-password"), &json!({}))
}

/// Mails a link to whoever forgot their password, if it is somebody.
pub(crate) fn forgotten(body: &ForgottenPassword) -> Call<()> {
    call::post_only("/password-resets", body)
}
