//! What a request would do: `POST /idp-connections/{id}/rehearsals` and
//! `POST /provisioning-log/{id}/rehearsals`. It is carried out and undone; nothing is stored but
//! that somebody tried it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::provisioning_log::{LogEffect, LogFacts, LogNote, LogPerson};

/// Body of `POST /idp-connections/{id}/rehearsals`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rehearse {
    /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`, in any case.
    pub method: String,
    /// Below the base URL, or with it; may have a query.
    pub path: String,
    /// The body as text, so that one that is no JSON can be tried as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

/// How the request would be answered now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rehearsed {
    /// HTTP method.
    pub method: String,
    /// Path below the base URL, without query.
    pub path: String,
    /// HTTP status of the answer.
    pub status: u16,
    /// SCIM error keyword, if any.
    pub scim_type: Option<String>,
    /// What would be decided, in a sentence; the error's `detail` when it is one.
    pub decision: String,
    /// Rewrites that would be applied.
    pub notes: Vec<LogNote>,
    /// What it would do, as the log would keep it.
    pub facts: LogFacts,
    /// The same with values.
    pub changes: Vec<RehearsedChange>,
    /// Whom it would touch, if it is one.
    pub person: Option<LogPerson>,
    /// How many people it would touch.
    pub people: u64,
    /// The answer's body.
    pub body: Option<String>,
    /// Header `Location`.
    pub location: Option<String>,
    /// Header `ETag`.
    pub etag: Option<String>,
    /// How long it took, in microseconds.
    pub duration_us: u64,
    /// SQL statements that it took.
    pub statements: u32,
}

/// One thing that a request would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RehearsedChange {
    /// What, and to which user or group.
    pub effect: LogEffect,
    /// Name of a person who would come into being.
    pub person: Option<String>,
    /// Attributes that would change.
    pub attributes: Vec<ChangedAttribute>,
}

/// An attribute before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedAttribute {
    /// Its name.
    pub path: String,
    /// `None` when it is not set.
    pub before: Option<Value>,
    /// `None` when it would not be set any more.
    pub after: Option<Value>,
}
