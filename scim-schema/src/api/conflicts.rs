//! People whom a connection sent and somebody here is in the way of: `GET /conflicts`,
//! `/conflicts/{id}`, `POST /conflicts/{id}/resolve` (domain.md sections 1 and 2, *Conflict*).

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    id::{ConflictId, ConnectionId, RequestId, UserId},
    lifecycle::{Status, word_enum},
};

use super::users::{Actor, Source};

/// Conflicts that one request resolves.
pub const RESOLVED_AT_ONCE: usize = 50;
/// Conflicts that one selection names.
pub const SELECTED_AT_MOST: u64 = 10_000;
/// Longest reason, in characters.
pub const REASON_MAX_CHARS: usize = 500;

word_enum! {
    /// What is in the way.
    ConflictKind {
        /// Another connection has somebody of this user name.
        UserName = "user_name",
        /// Somebody of this account's own could be meant and may not be adopted without being asked for.
        Adoption = "adoption",
        /// Somebody who was deleted may be the same person.
        SamePerson = "same_person",
        /// Several people have one e-mail address; nothing was refused.
        EmailShared = "email_shared",
    }
}

word_enum! {
    /// Why a connection was not given the person at once.
    ConflictCause {
        /// The person belongs to another connection.
        Linked = "linked",
        /// The connection is not to adopt people.
        AdoptionOff = "adoption_off",
        /// Nobody has verified the domain of the user name or address.
        DomainNotVerified = "domain_not_verified",
        /// The person has an administrative role.
        Administrator = "administrator",
        /// A service user is nobody's to adopt.
        ServiceUser = "service_user",
        /// User name and address name different people.
        Ambiguous = "ambiguous",
        /// A person of this connection is to get the name of somebody else.
        Rename = "rename",
        /// Others have the same address.
        Shared = "shared",
    }
}

word_enum! {
    /// What became of a conflict so far.
    ConflictState {
        /// Nobody has decided.
        Open = "open",
        /// They are kept apart; asking again does not open it anew.
        Dismissed = "dismissed",
        /// The person was moved, or nothing is in the way any more.
        Resolved = "resolved",
    }
}

word_enum! {
    /// What a System Administrator does about a conflict.
    ConflictAct {
        /// The person who is here gets a live link of the connection; another connection's ends.
        Move = "move",
        /// They are kept apart.
        Dismiss = "dismiss",
    }
}

word_enum! {
    /// How a conflict ended.
    ConflictEnd {
        /// Somebody moved the person to the connection.
        Moved = "moved",
        /// Somebody keeps them apart.
        Dismissed = "dismissed",
        /// Nothing is in the way any more.
        Settled = "settled",
    }
}

/// Query of `GET /conflicts`; newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictQuery {
    /// Only what this connection asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
    /// Only this kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<ConflictKind>,
    /// Only in this state; open when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<ConflictState>,
    /// From the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Rows a page, 1 to 100; 25 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// One conflict in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictRow {
    /// The conflict.
    pub id: ConflictId,
    /// What is in the way.
    pub kind: ConflictKind,
    /// Why.
    pub cause: ConflictCause,
    /// What became of it so far.
    pub state: ConflictState,
    /// Whose request it was.
    pub connection: ConnectionId,
    /// Name of the connection.
    pub connection_name: String,
    /// The user name that was sent.
    pub sent_user_name: String,
    /// Who is here.
    pub person: ConflictPerson,
    /// How often it was asked for.
    pub seen: u64,
    /// When it was asked for first.
    pub first_seen_at: DateTime<Utc>,
    /// When it was asked for last.
    pub last_seen_at: DateTime<Utc>,
    /// Whether [`ConflictAct::Move`] is possible as far as the row tells.
    pub movable: bool,
    /// How it ended.
    pub end: Option<ConflictEnding>,
}

/// Somebody who is here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictPerson {
    /// Who.
    pub id: UserId,
    /// Name to show.
    pub name: String,
    /// User name.
    pub user_name: String,
    /// E-mail address, if any.
    pub email: Option<String>,
    /// Displayed status.
    pub status: Status,
    /// Where they come from.
    pub source: Source,
}

/// A page of conflicts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictPage {
    /// The rows.
    pub items: Vec<ConflictRow>,
    /// Rows that match in all.
    pub total: u64,
    /// Leads to older rows; `None` at the end.
    pub next_cursor: Option<String>,
}

/// Answer of `GET /conflicts/counts`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictCounts {
    /// Conflicts that nobody has decided.
    pub open: u64,
}

/// Answer of `GET /conflicts/selection`: what a bulk act would be about, as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictSelection {
    /// Open conflicts that can be moved, oldest first, at most [`SELECTED_AT_MOST`].
    pub ids: Vec<ConflictId>,
    /// Open conflicts that match in all.
    pub total: u64,
}

/// One conflict with both sides of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConflictDetail {
    /// The row of the list.
    #[serde(flatten)]
    pub row: ConflictRow,
    /// Everybody here who could be meant, `person` first.
    pub people: Vec<ConflictPerson>,
    /// What is known here of `person`, in the words of SCIM.
    pub here: Map<String, Value>,
    /// What was sent; empty once the conflict is resolved.
    pub sent: Map<String, Value>,
    /// Names of the attributes in which both differ, in the order of `here` and then `sent`.
    pub differences: Vec<String>,
    /// The request, as its row in the provisioning log names it.
    pub request: Option<RequestId>,
    /// Why [`ConflictAct::Move`] is not possible, as a sentence; `None` when it is.
    pub move_refused: Option<String>,
}

/// How a conflict ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictEnding {
    /// How.
    pub how: ConflictEnd,
    /// By whom.
    pub by: Actor,
    /// When.
    pub at: DateTime<Utc>,
    /// In the words of who did it.
    pub reason: Option<String>,
}

/// Body of `POST /conflicts/{id}/resolve`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResolveConflict {
    /// What to do.
    pub act: ConflictAct,
    /// Why; needed to dismiss.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Body of `POST /conflicts/resolve`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResolveConflicts {
    /// Which, at most [`RESOLVED_AT_ONCE`].
    pub ids: Vec<ConflictId>,
    /// What to do with each.
    pub act: ConflictAct,
    /// Why; needed to dismiss.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Answer of `POST /conflicts/resolve`: one result for each id, in their order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictResults {
    /// The results.
    pub items: Vec<ConflictResult>,
}

/// What became of one of several conflicts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictResult {
    /// Which.
    pub id: ConflictId,
    /// Whether it was done.
    pub done: bool,
    /// What stood in the way, as a sentence; `None` when it was done.
    pub message: Option<String>,
}
