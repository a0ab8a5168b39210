//! What identity providers sent: `GET /provisioning-log`, `/provisioning-log/{id}`.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::id::{ConnectionId, ProvisioningRequestId, UserId};

/// Query of `GET /provisioning-log`; newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogQuery {
    /// Only requests that touched this user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserId>,
    /// Only requests of this connection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
    /// Only answers with status 400 or more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub errors_only: Option<bool>,
    /// From the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Rows a page, 1 to 100; 25 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// One request in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogRow {
    /// The row.
    pub id: ProvisioningRequestId,
    /// When it arrived.
    pub at: DateTime<Utc>,
    /// Whose request it was.
    pub connection: ConnectionId,
    /// Name of the connection.
    pub connection_name: String,
    /// HTTP method.
    pub method: String,
    /// Path below the base URL, without query.
    pub path: String,
    /// HTTP status of the answer.
    pub status: u16,
    /// SCIM error keyword, if any.
    pub scim_type: Option<String>,
    /// What was decided, in a sentence; the error's `detail` when it was one.
    pub decision: String,
    /// How long it took, in microseconds.
    pub duration_us: u64,
    /// Rewrites that were applied.
    pub notes: Vec<LogNote>,
}

/// One rewrite or remark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogNote {
    /// Name of the rule.
    pub rule: String,
    /// What it did.
    pub detail: String,
}

/// A page of the log: newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogPage {
    /// The rows.
    pub items: Vec<LogRow>,
    /// Leads to older rows; `None` at the end.
    pub next_cursor: Option<String>,
}

/// One request with its bodies; reading it is audited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogDetail {
    /// The row.
    #[serde(flatten)]
    pub row: LogRow,
    /// The request's body without passwords; `None` when there was none or it has been erased.
    pub request_body: Option<String>,
    /// The answer's body.
    pub response_body: Option<String>,
}
