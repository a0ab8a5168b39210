//! Alerts about connections: `/alerts` (scim.md sections 1.2 and 5, 9).

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    id::{AlertId, ConnectionId, ScimTokenId},
    lifecycle::word_enum,
};

/// How many hours a connection may be silent unless it was changed.
pub const SILENCE_HOURS: u16 = 24;
/// The longest silence that can be waited for, a year; 0 is for ever.
pub const SILENCE_HOURS_MAX: u16 = 24 * 366;

word_enum! {
    /// What an alert is about.
    AlertKind {
        /// A connection that was in use sends nothing any more.
        ConnectionSilent = "connection_silent",
        /// A token ends soon and has no successor.
        TokenExpiring = "token_expiring",
    }
}

/// Every alert that nobody has acknowledged and that is not over.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alerts {
    /// The newest first.
    pub items: Vec<AlertView>,
}

/// One alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertView {
    /// The alert.
    pub id: AlertId,
    /// What it is about.
    pub kind: AlertKind,
    /// The connection.
    pub connection: ConnectionId,
    /// Its name.
    pub connection_name: String,
    /// When it began: of a connection that is silent with its last request.
    pub since: DateTime<Utc>,
    /// The token that ends.
    pub token: Option<ExpiringToken>,
    /// When it was raised, or renewed because less time is left.
    pub raised_at: DateTime<Utc>,
}

/// A token that ends soon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpiringToken {
    /// The token.
    pub id: ScimTokenId,
    /// First characters of its secret.
    pub hint: String,
    /// When it ends, or ended.
    pub ends_at: DateTime<Utc>,
}

/// Checks for how many hours a connection may be silent.
///
/// # Errors
/// A sentence that says what to change.
pub fn check_silence_hours(hours: u16) -> Result<(), &'static str> {
    if hours <= SILENCE_HOURS_MAX {
        return Ok(());
    }
    Err("Enter a whole number of hours from 0 to 8784; 0 is for never.")
}
