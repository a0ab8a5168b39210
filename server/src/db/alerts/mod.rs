//! Alerts about connections: what they are judged by, and one unresolved row for each connection or
//! token and kind.

mod reads;
mod writes;

use chrono::{DateTime, Utc};
use scim_schema::{
    api::alerts::AlertKind,
    id::{AlertId, ConnectionId, ScimTokenId},
};
use uuid::Uuid;

use super::error::DbError;

/// A live connection whose silence is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeardConnection {
    /// The connection.
    pub id: ConnectionId,
    /// Hours without a request that are a silence.
    pub hours: u16,
    /// When the last request arrived, as far as the log reaches back.
    pub last: Option<DateTime<Utc>>,
    /// Whether there were enough requests to miss them.
    pub in_use: bool,
}

/// A token that has no successor and ends soon, or has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExpiringScimToken {
    /// The token.
    pub id: ScimTokenId,
    /// Whose.
    pub connection: ConnectionId,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// An alert that is not over, acknowledged or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenAlert {
    /// The alert.
    pub id: AlertId,
    /// What it is about.
    pub kind: AlertKind,
    /// The token or connection.
    pub subject: Uuid,
    /// When it began.
    pub since: DateTime<Utc>,
    /// Of a token: at how many days before its end it was raised.
    pub days_left: Option<i16>,
}

/// What becomes of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertStep {
    /// A new one.
    Raise {
        /// What it is about.
        kind: AlertKind,
        /// Whose.
        connection: ConnectionId,
        /// The token or connection.
        subject: Uuid,
        /// When it began.
        since: DateTime<Utc>,
        /// Of a token: how many days before its end.
        days_left: Option<i16>,
    },
    /// Less time is left: it is shown again to those who have acknowledged it.
    Renew(AlertId, i16),
    /// It is over.
    Resolve(AlertId),
}

fn parse_kind(word: &str) -> Result<AlertKind, DbError> {
    word.parse()
        .map_err(|error| DbError::Corrupt(format!("alerts.kind: {error}")))
}
