//! What identity providers sent: `GET /provisioning-log`, `/provisioning-log/{id}`.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    id::{ConnectionId, ProvisioningRequestId, RequestId, UserId},
    lifecycle::word_enum,
};

word_enum! {
    /// How requests were answered, by the hundreds of their status.
    LogOutcome {
        /// Below 400.
        Answered = "answered",
        /// 400 to 499: what was sent cannot be done.
        Refused = "refused",
        /// 500 and more: our side failed.
        Failed = "failed",
    }
}

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
    /// Words of a person's name, user name or address; or the id of a request, as answers and
    /// logs name it, or of a row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Only requests with this HTTP method, in capitals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Only requests that were answered so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<LogOutcome>,
    /// Only requests that arrived at this time or later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<DateTime<Utc>>,
    /// Only requests that arrived before this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
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
    /// The request's own id, which errors and other logs name; `None` in old rows.
    pub request: Option<RequestId>,
    /// SQL statements that it took; `None` in old rows.
    pub statements: Option<u32>,
    /// What it did.
    pub facts: LogFacts,
    /// One of those whom it touched.
    pub person: Option<LogPerson>,
    /// How many people it touched; up to 200 are noted.
    pub people: u64,
}

/// Somebody whom a request touched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogPerson {
    /// Who.
    pub id: UserId,
    /// Display name, else the user name; as it is now.
    pub name: String,
}

/// What a request did, for its sentence: kinds and names of attributes, never a person's values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogFacts {
    /// What was done, in order; the first 20 of a Bulk.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<LogEffect>,
    /// Resources that a search found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<u64>,
    /// Whether somebody was in the way, which an administrator has to resolve.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub conflict: bool,
}

/// One thing that a request did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEffect {
    /// What.
    pub act: LogAct,
    /// To which user or group.
    pub id: Uuid,
    /// Name of a group; a person's name is never kept here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Names of the attributes that changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<String>,
    /// Members of a group who came or went; up to 200 are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub members: Option<u64>,
}

word_enum! {
    /// What a request can do to a resource.
    LogAct {
        /// Somebody came into being.
        CreateUser = "create_user",
        /// Somebody who was here already became the connection's.
        AdoptUser = "adopt_user",
        /// Attributes of somebody changed.
        UpdateUser = "update_user",
        /// The provider lets somebody in again.
        EnableUser = "enable_user",
        /// The provider keeps somebody out.
        DisableUser = "disable_user",
        /// The provider gave somebody up.
        DeleteUser = "delete_user",
        /// A group came into being.
        CreateGroup = "create_group",
        /// A group's name, attributes or members changed.
        UpdateGroup = "update_group",
        /// A group is gone.
        DeleteGroup = "delete_group",
    }
}

/// One rewrite or remark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogNote {
    /// Name of the rule.
    pub rule: String,
    /// What it did.
    pub detail: String,
}

impl LogNote {
    /// Whether something of the request was read otherwise than it was sent; a remark about what
    /// the log itself has kept is none.
    #[must_use]
    pub fn is_rewrite(&self) -> bool {
        !matches!(self.rule.as_str(), "body_cut" | "body_left_out")
    }
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
