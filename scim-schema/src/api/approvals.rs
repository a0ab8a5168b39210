//! What waits for a second person: `/approvals`, and what asks for one.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::policies::ChangePolicy;
use crate::{
    id::{ApprovalId, OrganisationId, UserId},
    lifecycle::word_enum,
};

word_enum! {
    /// What needs two persons (domain.md section 4).
    ApprovalKind {
        /// Erasing somebody who was deleted before their time is over.
        Purge = "purge",
        /// Erasing somebody on request, whatever the policy says.
        Erase = "erase",
        /// Lowering what no organisation may go under when people are removed.
        LowerRemovalFloor = "lower_removal_floor",
    }
}

word_enum! {
    /// How it stands.
    ApprovalState {
        /// It waits.
        Open = "open",
        /// It was approved and done.
        Approved = "approved",
        /// Somebody took it back or refused it.
        Cancelled = "cancelled",
        /// Nobody decided in time.
        Expired = "expired",
    }
}

/// What is done once it is approved; what a second person approves is exactly this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ApprovalPayload {
    /// [`ApprovalKind::Purge`].
    Purge {
        /// Who.
        user: UserId,
    },
    /// [`ApprovalKind::Erase`].
    Erase {
        /// Who.
        user: UserId,
    },
    /// [`ApprovalKind::LowerRemovalFloor`].
    LowerRemovalFloor {
        /// Whose policy.
        organisation: OrganisationId,
        /// The version that the change was made of.
        version: i64,
        /// The change.
        change: ChangePolicy,
    },
}

impl ApprovalPayload {
    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> ApprovalKind {
        match self {
            Self::Purge { .. } => ApprovalKind::Purge,
            Self::Erase { .. } => ApprovalKind::Erase,
            Self::LowerRemovalFloor { .. } => ApprovalKind::LowerRemovalFloor,
        }
    }

    /// The person or organisation that it is about.
    #[must_use]
    pub fn subject(&self) -> Uuid {
        match self {
            Self::Purge { user } | Self::Erase { user } => user.0,
            Self::LowerRemovalFloor { organisation, .. } => organisation.0,
        }
    }
}

/// Something that waits for a second person, or waited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalView {
    /// Its id.
    pub id: ApprovalId,
    /// What is done once it is approved.
    pub payload: ApprovalPayload,
    /// SHA-256 of the payload, in hexadecimal; whoever approves names it.
    pub payload_hash: String,
    /// Name of the person or organisation that it is about.
    pub subject: String,
    /// Why, in the words of who asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who asked.
    pub requested_by: UserId,
    /// Their name.
    pub requested_by_name: String,
    /// When.
    pub requested_at: DateTime<Utc>,
    /// Until when somebody may approve.
    pub expires_at: DateTime<Utc>,
    /// When it is done without a second person, where there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alone_at: Option<DateTime<Utc>>,
    /// How it stands.
    pub state: ApprovalState,
    /// Who decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by_name: Option<String>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<DateTime<Utc>>,
    /// Whether the caller may approve it.
    pub may_approve: bool,
}

/// Answer of `GET /approvals`: the open ones first, then the last 100 that were decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approvals {
    /// The approvals.
    pub items: Vec<ApprovalView>,
}

/// Body of `POST /users/{id}/purge` and `/users/{id}/erase`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskToErase {
    /// Why; kept until the erasure is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Body of `POST /approvals/{id}/approve`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approve {
    /// The hash of what was looked at.
    pub payload_hash: String,
}
