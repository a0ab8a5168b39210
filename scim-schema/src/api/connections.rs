//! Connections of identity providers: `/idp-connections`.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    dialect::ConnectionKind,
    id::{ConnectionId, ProvisioningRequestId, ScimTokenId},
    prepare::forbidden_in_name,
};

/// One connection in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionView {
    /// The connection.
    pub id: ConnectionId,
    /// Name for people; unique in the account.
    pub name: String,
    /// Which dialect it speaks.
    pub kind: ConnectionKind,
    /// To paste into the provider.
    pub base_url: String,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// Live links.
    pub user_count: u64,
    /// Its groups.
    pub group_count: u64,
    /// The last request.
    pub last_request: Option<RequestSummary>,
    /// The last request that was answered with 400 or more.
    pub last_error: Option<RequestSummary>,
    /// Tokens, newest first, expired ones included; revoked ones are left out.
    pub tokens: Vec<TokenView>,
}

/// One request in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestSummary {
    /// Row of the provisioning log.
    pub id: ProvisioningRequestId,
    /// When it arrived.
    pub at: DateTime<Utc>,
    /// HTTP method.
    pub method: String,
    /// Path below the base URL, without query.
    pub path: String,
    /// HTTP status of the answer.
    pub status: u16,
    /// `detail` of the error, if it was one.
    pub detail: Option<String>,
}

/// One bearer token, never with its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenView {
    /// The token.
    pub id: ScimTokenId,
    /// First characters of the secret, to tell tokens apart.
    pub hint: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// Last use, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// Body of `POST /idp-connections`. Answer: 201 with [`NewConnection`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateConnection {
    /// 1 to 100 characters, unique in the account.
    pub name: String,
    /// The dialect.
    pub kind: ConnectionKind,
}

/// A new connection or token with its secret: the only time it is shown.
#[derive(Clone, Serialize, Deserialize)]
pub struct NewConnection {
    /// The connection.
    pub connection: ConnectionView,
    /// The bearer token.
    pub token: String,
}

/// Checks a connection's name.
///
/// # Errors
/// A sentence that says what to change.
pub fn check_name(name: &str) -> Result<(), &'static str> {
    match name.trim().chars().count() {
        0 => Err("Enter a name."),
        1..=100 if forbidden_in_name(name.trim()).is_some() => {
            Err("Use no control characters and nothing that is invisible.")
        }
        1..=100 => Ok(()),
        _ => Err("Use at most 100 characters."),
    }
}
