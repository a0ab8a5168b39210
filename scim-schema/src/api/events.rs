//! Live updates: `GET /events`, server-sent events. The client fetches again what changed.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::lifecycle::word_enum;

word_enum! {
    /// What changed.
    ChangeKind {
        /// A user: attributes, status, holds, memberships.
        User = "user",
        /// A group or its members.
        Group = "group",
        /// A connection or its tokens.
        Connection = "connection",
        /// An attribute that the account defined.
        AttributeDefinition = "attribute_definition",
        /// A new row of the provisioning log; the id is the connection's.
        ProvisioningLog = "provisioning_log",
        /// A conflict between a connection and somebody here.
        Conflict = "conflict",
        /// An alert about a connection.
        Alert = "alert",
        /// Something that waits for a second person.
        Approval = "approval",
        /// What an organisation decided; the id is the organisation's.
        Policy = "policy",
        /// An organisation.
        Organisation = "organisation",
        /// A mail in the outbox.
        Mail = "mail",
    }
}

/// `data` of an event named `change`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeEvent {
    /// What changed.
    pub kind: ChangeKind,
    /// Its id.
    pub id: Uuid,
    /// Its version after the change; 0 where there is none.
    pub version: i64,
}
