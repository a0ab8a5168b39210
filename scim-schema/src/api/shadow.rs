//! The shadow of a connection: `/idp-connections/{id}/shadow` (domain.md section 11, 2).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{connections::ConnectionMode, rehearsals::ChangedAttribute};
use crate::id::UserId;

/// What a connection would do, in numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShadowSummary {
    /// The connection's mode.
    pub mode: ConnectionMode,
    /// Users in the shadow.
    pub users: u64,
    /// Those of them who would not be let in, because the provider sent `active: false`.
    pub inactive: u64,
    /// Those of them whose user name somebody has already.
    pub met: u64,
    /// Groups in the shadow.
    pub groups: u64,
    /// Memberships in the shadow.
    pub members: u64,
    /// Objects that stayed behind when the connection went live.
    pub refused: u64,
    /// Objects at most.
    pub limit: u64,
    /// When a user or group was put into it, changed or deleted last; with the numbers it tells whether the
    /// shadow is what somebody reviewed.
    pub changed_at: Option<DateTime<Utc>>,
    /// The last time that the shadow went live, or goes.
    pub run: Option<ShadowRun>,
    /// Why it does not go on, if it goes live and the last try failed.
    pub failure: Option<GoLiveFailure>,
}

/// Why a going live does not go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoLiveFailure {
    /// What failed, for people.
    pub reason: String,
    /// When it is tried again; past while it is.
    pub next_try_at: DateTime<Utc>,
}

/// How a shadow goes live.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShadowRun {
    /// Objects when it began.
    pub total: u64,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended; `None` while it goes on.
    pub finished_at: Option<DateTime<Utc>>,
}

/// Why a user or group stayed behind when its connection went live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftBehind {
    /// Somebody who is here already, or a group, is in the way.
    Taken,
    /// What the provider sent is refused by a rule that holds for live ones.
    Invalid,
    /// It takes longer than the database may be held.
    TooSlow,
    /// What is stored of it cannot be read, or the product failed.
    Broken,
}

impl LeftBehind {
    /// The word in the database and in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Taken => "taken",
            Self::Invalid => "invalid",
            Self::TooSlow => "too_slow",
            Self::Broken => "broken",
        }
    }

    /// The reason of a stored word; one of another version is [`LeftBehind::Invalid`].
    #[must_use]
    pub fn parse(word: &str) -> Self {
        let all = [Self::Taken, Self::Invalid, Self::TooSlow, Self::Broken];
        let found = all.into_iter().find(|one| one.as_str() == word);
        found.unwrap_or(Self::Invalid)
    }
}

/// What would become of a user of a shadow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShadowOutcome {
    /// A person is created.
    Create,
    /// A person who is here already belongs to the connection from then on.
    Adopt,
    /// A person who is here already is in the way; nothing happens to them.
    Conflict,
    /// What is stored of it cannot be read: it stays behind.
    Unreadable,
}

/// One user of a shadow, with what would change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShadowUser {
    /// The SCIM `id`, which stays when it goes live.
    pub id: Uuid,
    /// Name to show.
    pub name: String,
    /// `userName`.
    pub user_name: String,
    /// Whether the person could sign in.
    pub active: bool,
    /// What would become of it.
    pub outcome: ShadowOutcome,
    /// Who is here already, if somebody is.
    pub person: Option<ShadowPerson>,
    /// What would be another value than now; everything, of somebody new.
    pub changes: Vec<ChangedAttribute>,
    /// Names of groups it is in, the first of them.
    pub groups: Vec<String>,
    /// Why it stayed behind when the connection went live, if it did.
    pub refused: Option<LeftBehind>,
}

/// Somebody who is here already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShadowPerson {
    /// The person.
    pub id: UserId,
    /// Name to show.
    pub name: String,
    /// The connection that provisions the person; `None` for a local one.
    pub connection: Option<String>,
}

/// One group of a shadow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShadowGroup {
    /// The SCIM `id`, which stays when it goes live.
    pub id: Uuid,
    /// `displayName`.
    pub name: String,
    /// Users and groups in it.
    pub members: u64,
    /// Why it stayed behind when the connection went live, if it did.
    pub refused: Option<LeftBehind>,
}

/// A page of users or groups.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShadowPage<T> {
    /// In the order they were sent.
    pub items: Vec<T>,
    /// The id to ask for what comes after, if anything does.
    pub next: Option<Uuid>,
}

/// Query of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShadowQuery {
    /// The last id of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Uuid>,
}

/// Query of `POST /idp-connections/{id}/shadow/go-live`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoLiveQuery {
    /// [`ShadowSummary::changed_at`] as it was when the shadow was reviewed: one that has changed
    /// since is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewed: Option<DateTime<Utc>>,
}

/// Answer to `DELETE /idp-connections/{id}/shadow`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShadowDiscarded {
    /// Users and groups that are gone.
    pub objects: u64,
}
