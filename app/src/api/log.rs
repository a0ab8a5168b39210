//! `/provisioning-log`.

use scim_schema::{
    api::provisioning_log::{LogDetail, LogPage, LogQuery},
    id::ProvisioningRequestId,
};

use super::{ApiError, client};
use crate::query::QueryString;

/// A page of the log, newest first.
pub(crate) async fn list(query: &LogQuery) -> Result<LogPage, ApiError> {
    let user = query.user.map(|id| id.to_string());
    let connection = query.connection.map(|id| id.to_string());
    let errors_only = query.errors_only.map(|only| only.to_string());
    let limit = query.limit.map(|limit| limit.to_string());
    let path = QueryString::default()
        .with_some("user", user.as_deref())
        .with_some("connection", connection.as_deref())
        .with_some("errors_only", errors_only.as_deref())
        .with_some("cursor", query.cursor.as_deref())
        .with_some("limit", limit.as_deref())
        .after("/provisioning-log");
    client::get(&path).await
}

/// One request with its bodies.
pub(crate) async fn one(id: ProvisioningRequestId) -> Result<LogDetail, ApiError> {
    client::get(&format!("/provisioning-log/{id}")).await
}
