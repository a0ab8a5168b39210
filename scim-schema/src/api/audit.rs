//! The audit log: `GET /audit`, its chain, and what it says about one person.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    api::{provisioning_log::LogRow, users::Actor},
    id::{AuditEventId, ConnectionId, ProvisioningRequestId, RequestId},
    lifecycle::{HoldKind, HoldScope, Lifecycle, Status, Transition, word_enum},
    permission::AccountRole,
};

/// Longest details, in bytes of JSON, that a row of a list shows; one event alone shows them whole.
pub const DETAILS_IN_LISTS: u32 = 4_096;

word_enum! {
    /// Through what an act came (domain.md section 2).
    AuditChannel {
        /// The console, with a session.
        Ui = "ui",
        /// An application or a person, with an API token.
        Api = "api",
        /// An identity provider, with a SCIM token.
        Scim = "scim",
        /// An identity provider, with a security event.
        Ssf = "ssf",
        /// A background job.
        Job = "job",
        /// The command line on the host.
        Cli = "cli",
    }
}

word_enum! {
    /// How an act ended.
    AuditOutcome {
        /// It was done.
        Success = "success",
        /// It was refused.
        Refused = "refused",
    }
}

/// Query of `GET /audit` and of its exports; newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditQuery {
    /// Only what happened at this time or later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<DateTime<Utc>>,
    /// Only what happened before this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// Only what this person or connection did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<Uuid>,
    /// Only this act, such as `user.suspend`, or the acts of an area, such as `user`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// Only what was done to this kind of thing, such as `user`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_kind: Option<String>,
    /// Only what was done to this thing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Uuid>,
    /// Only what ended so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<AuditOutcome>,
    /// Only what came through this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<AuditChannel>,
    /// An id: of an event, of a request as answers and logs name it, or of who acted or was acted on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// From the page before; not for exports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Rows a page, 1 to 100; 25 when absent; not for exports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// What an act was about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditTarget {
    /// Such as `user` or `connection`.
    pub kind: String,
    /// Which one; `None` when there is none.
    pub id: Option<Uuid>,
    /// What it is called now; `None` when it has no name or is gone.
    pub name: Option<String>,
}

/// One act in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditRow {
    /// The event.
    pub id: AuditEventId,
    /// When.
    pub at: DateTime<Utc>,
    /// Who, as they are called now; the name is empty where nobody of it is left.
    pub actor: Actor,
    /// Through what.
    pub channel: AuditChannel,
    /// What was done, one of [`crate::audit::ACTIONS`].
    pub action: String,
    /// To what.
    pub target: AuditTarget,
    /// How it ended.
    pub outcome: AuditOutcome,
    /// The request, as in answers and other logs.
    pub request: RequestId,
    /// Its row of the provisioning log, while that is kept.
    pub log: Option<ProvisioningRequestId>,
    /// Before and after, names, reasons; `None` once erased, and in lists when they are longer than
    /// [`DETAILS_IN_LISTS`].
    pub details: Option<Value>,
    /// Whether the details were erased.
    pub erased: bool,
}

/// A page of acts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditPage {
    /// The acts, newest first.
    pub items: Vec<AuditRow>,
    /// Leads on; `None` on the last page.
    pub next_cursor: Option<String>,
}

/// Answer of `GET /audit/{id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AuditDetail {
    /// The act, with its details whole.
    #[serde(flatten)]
    pub row: AuditRow,
    /// The session or token that it came with.
    pub credential: Option<Uuid>,
    /// Where from; `None` once erased.
    pub source_ip: Option<String>,
    /// What the client called itself; `None` once erased.
    pub user_agent: Option<String>,
    /// Its place in the chain; `None` for the second until it has one.
    pub link: Option<AuditLink>,
}

/// A link of the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditLink {
    /// Its number, from 1, without gaps.
    pub seq: u64,
    /// SHA-256 of the link before, hexadecimal; zeros for the first.
    pub prev_hash: String,
    /// SHA-256 over the event, its commitment and the link before, hexadecimal.
    pub hash: String,
}

/// Where a chain stood at a time: to be kept elsewhere, because whoever owns the database can write
/// the whole chain anew, but not what others noted of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainHead {
    /// Links until then.
    pub seq: u64,
    /// Hash of the last of them, hexadecimal.
    pub hash: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// Answer of `GET /audit/head`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditHead {
    /// The last link; `None` before the first.
    pub head: Option<ChainHead>,
    /// The heads that were noted, one a day at most, newest first, at most 30.
    pub anchors: Vec<ChainHead>,
}

/// Query of `GET /audit/verify`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifyQuery {
    /// Begin after this link: `next` of the answer before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<u64>,
}

word_enum! {
    /// What is wrong with a link of the chain.
    ChainFault {
        /// Its number is not the one after the link before: links are missing.
        Gap = "gap",
        /// It does not carry on from the hash of the link before.
        Torn = "torn",
        /// Its event is gone.
        EventMissing = "event_missing",
        /// Its hash is not that of its event: one of them was changed.
        EventChanged = "event_changed",
        /// The details are not those that the event was made with.
        DetailsChanged = "details_changed",
        /// It is not the link that was noted under this number on an earlier day.
        AnchorDiffers = "anchor_differs",
        /// The newest links are missing.
        Truncated = "truncated",
    }
}

/// The first link that does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BrokenLink {
    /// Its number; of a missing one, where it should be.
    pub seq: u64,
    /// Its event, if there is a link.
    pub event: Option<AuditEventId>,
    /// What is wrong.
    pub fault: ChainFault,
}

/// Answer of `GET /audit/verify`: a part of the chain, looked at link by link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditVerification {
    /// Links of this part that hold.
    pub verified: u64,
    /// Of them, those whose details were erased: their commitment stands for them.
    pub erased: u64,
    /// The last link that holds; 0 when there is none.
    pub through: u64,
    /// Links of the chain in all.
    pub links: u64,
    /// Go on after this one; `None` when the whole rest was looked at.
    pub next: Option<u64>,
    /// Acts that have no link yet, usually of the last second; counted up to 10,000.
    pub pending: u64,
    /// When the oldest of them happened.
    pub pending_since: Option<DateTime<Utc>>,
    /// The first link that does not hold, if any: nothing behind it was looked at.
    pub broken: Option<BrokenLink>,
}

/// One entry of `GET /users/{id}/timeline`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum TimelineEntry {
    /// An act on the person, or a sign-out of theirs.
    Act {
        /// The act.
        row: AuditRow,
    },
    /// A request about the person that their identity provider was refused: nothing changed.
    Request {
        /// The request.
        row: LogRow,
    },
}

impl TimelineEntry {
    /// When.
    #[must_use]
    pub const fn at(&self) -> DateTime<Utc> {
        match self {
            Self::Act { row } => row.at,
            Self::Request { row } => row.at,
        }
    }

    /// Its id, which breaks ties.
    #[must_use]
    pub const fn id(&self) -> Uuid {
        match self {
            Self::Act { row } => row.id.0,
            Self::Request { row } => row.id.0,
        }
    }
}

/// Query of `GET /users/{id}/timeline`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineQuery {
    /// From the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Entries a page, 1 to 100; 25 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// A page of the timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimelinePage {
    /// The entries, newest first.
    pub items: Vec<TimelineEntry>,
    /// Leads on; `None` on the last page.
    pub next_cursor: Option<String>,
}

/// What keeps a person in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum CauseKind {
    /// A hold.
    Hold {
        /// Which.
        hold: HoldKind,
        /// How far.
        scope: HoldScope,
    },
    /// Where they are in life.
    Lifecycle {
        /// Where.
        lifecycle: Lifecycle,
    },
}

/// Who can end a cause.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remedy {
    /// The act that does it; `None` when no act of this console does.
    pub act: Option<Transition>,
    /// Account-wide roles that may ask for the act.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<AccountRole>,
    /// The connection whose provider ends it by sending `active=true`.
    pub connection: Option<ConnectionId>,
    /// What that connection is called.
    pub connection_name: Option<String>,
    /// Whether the person ends it by signing in again through the provider.
    pub person: bool,
    /// Whether it ends by itself, at the time that the cause names.
    pub time: bool,
}

/// One thing that keeps a person from signing in: who set it, through what, when and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusCause {
    /// What.
    pub what: CauseKind,
    /// Who set it, where that is known.
    pub by: Option<Actor>,
    /// Through what, where the audit log has it.
    pub channel: Option<AuditChannel>,
    /// When.
    pub at: DateTime<Utc>,
    /// In the words of who set it.
    pub reason: Option<String>,
    /// Ends by itself then.
    pub until: Option<DateTime<Utc>>,
    /// The act in the audit log.
    pub event: Option<AuditEventId>,
    /// The request that did it, as answers and logs name it.
    pub request: Option<RequestId>,
    /// Its row of the provisioning log, while that is kept.
    pub log: Option<ProvisioningRequestId>,
    /// Who can end it.
    pub remedy: Remedy,
}

/// Answer of `GET /users/{id}/status-explanation`: "Why is Anna disabled?"
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusExplanation {
    /// The displayed status.
    pub status: Status,
    /// Everything that keeps the person from signing in, the lifecycle first, then holds from the
    /// oldest; empty when nothing does.
    pub causes: Vec<StatusCause>,
}
