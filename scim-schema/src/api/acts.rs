//! Acts on one person: `POST /users/{id}/{act}`, with the words of [`crate::lifecycle::Transition`].

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Longest reason, in characters.
pub const REASON_MAX: usize = 500;

/// Longest user name, in characters.
pub const USER_NAME_MAX: usize = 255;

/// Body of an act. Every act takes a reason; a ban needs one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActOnUser {
    /// Why, for the person's page and the audit log; at most [`REASON_MAX`] characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When a suspension ends by itself; only of `suspend`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// Whether the person is to be suspended as well; only of `archive` and `unarchive`, which set
    /// both in one (features.md A93, A117). Absent leaves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspended: Option<bool>,
    /// Another user name than before, since somebody else has that one by now; only of `restore`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_name: Option<String>,
}
