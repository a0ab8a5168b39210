//! Connections of identity providers: `/idp-connections`.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    dialect::ConnectionKind,
    id::{ConnectionId, OAuthClientId, ProvisioningRequestId, ScimTokenId},
    prepare::forbidden_in_name,
    scope::Scopes,
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
    /// What becomes of what its provider sends.
    pub mode: ConnectionMode,
    /// Users and groups in its shadow.
    pub shadow_count: u64,
    /// Whether it takes over local users who are meant (domain.md section 1, *Adoption*).
    pub adopt_existing: bool,
    /// To paste into the provider.
    pub base_url: String,
    /// When it was created.
    pub created_at: DateTime<Utc>,
    /// After so many hours without a request there is an alert; never after 0.
    pub silence_hours: u16,
    /// Live links.
    pub user_count: u64,
    /// Its groups.
    pub group_count: u64,
    /// The last request.
    pub last_request: Option<RequestSummary>,
    /// The last request that was answered with 400 or more.
    pub last_error: Option<RequestSummary>,
    /// Tokens made by hand, newest first, expired ones included; revoked ones are left out.
    pub tokens: Vec<TokenView>,
    /// OAuth clients, newest first; revoked ones are left out.
    pub oauth_clients: Vec<OAuthClientView>,
}

/// What becomes of what a provider sends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionMode {
    /// It is done.
    #[default]
    Live,
    /// It is answered as if it were done, and kept in a shadow that nobody else sees (domain.md
    /// section 11, 2).
    Shadow,
    /// The shadow is being made live; requests wait meanwhile.
    GoingLive,
    /// As in shadow, for checks that leave nothing behind: no list shows the connection.
    ThrowAway,
}

impl ConnectionMode {
    /// Every mode.
    pub const ALL: [Self; 4] = [Self::Live, Self::Shadow, Self::GoingLive, Self::ThrowAway];

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Shadow => "shadow",
            Self::GoingLive => "going_live",
            Self::ThrowAway => "throw_away",
        }
    }

    /// The mode of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == word)
    }

    /// Whether what is sent is kept in the shadow alone.
    #[must_use]
    pub const fn is_shadow(self) -> bool {
        matches!(self, Self::Shadow | Self::ThrowAway)
    }
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
    /// What it may do.
    pub scopes: Scopes,
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
    /// What its first token may do; everything when it is left out.
    #[serde(default)]
    pub scopes: Scopes,
    /// Whether it begins in shadow mode; live when it is left out.
    #[serde(default)]
    pub shadow: bool,
}

/// Body of `PATCH /idp-connections/{id}`. Answer: 200 with [`ConnectionView`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeConnection {
    /// Whether it takes over local users who are meant; as it is when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adopt_existing: Option<bool>,
    /// After so many hours without a request there is an alert, and never after 0; as it is when it
    /// is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silence_hours: Option<u16>,
}

/// Body of `POST /idp-connections/{id}/tokens`. Answer: 201 with [`NewConnection`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateToken {
    /// What it may do; everything when it is left out.
    #[serde(default)]
    pub scopes: Scopes,
}

/// Body of `POST /idp-connections/{id}/tokens/{token}/rotate`. Answer: 201 with [`NewConnection`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RotateToken {
    /// When the old token ends.
    pub old_ends: OldTokenEnds,
}

/// When a token ends that another one takes the place of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OldTokenEnds {
    /// As soon as the new one is made.
    Now,
    /// After 24 hours.
    InOneDay,
    /// After seven days.
    InSevenDays,
}

impl OldTokenEnds {
    /// Every choice, the kindest first.
    pub const ALL: [Self; 3] = [Self::InSevenDays, Self::InOneDay, Self::Now];

    /// How many hours both work.
    #[must_use]
    pub const fn hours(self) -> i64 {
        match self {
            Self::Now => 0,
            Self::InOneDay => 24,
            Self::InSevenDays => 7 * 24,
        }
    }
}

/// A new connection or token with its secret: the only time it is shown.
#[derive(Clone, Serialize, Deserialize)]
pub struct NewConnection {
    /// The connection.
    pub connection: ConnectionView,
    /// The bearer token.
    pub token: String,
}

/// How an OAuth client proves who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthMethod {
    /// By a secret (RFC 6749 section 2.3.1).
    ClientSecret,
    /// By a signed assertion (RFC 7523 section 2.2).
    PrivateKeyJwt,
}

impl ClientAuthMethod {
    /// Both.
    pub const ALL: [Self; 2] = [Self::ClientSecret, Self::PrivateKeyJwt];

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecret => "client_secret",
            Self::PrivateKeyJwt => "private_key_jwt",
        }
    }

    /// The method of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == word)
    }
}

/// One OAuth client, never with its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OAuthClientView {
    /// The client; its `client_id`.
    pub id: OAuthClientId,
    /// How it proves who it is.
    pub method: ClientAuthMethod,
    /// First characters of its secret, or the `kid`s of its keys.
    pub hint: String,
    /// What its access tokens may do at most.
    pub scopes: Scopes,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last given a token.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// Body of `POST /idp-connections/{id}/oauth-clients`. Answer: 201 with [`NewOAuthClient`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateOAuthClient {
    /// How it will prove who it is.
    pub method: ClientAuthMethod,
    /// For `private_key_jwt`: a public JWK or a set of them (RFC 7517), as JSON text.
    #[serde(default)]
    pub jwks: Option<String>,
    /// What its access tokens may do at most; everything when it is left out.
    #[serde(default)]
    pub scopes: Scopes,
}

/// A new OAuth client with its secret: the only time it is shown.
#[derive(Clone, Serialize, Deserialize)]
pub struct NewOAuthClient {
    /// The connection.
    pub connection: ConnectionView,
    /// The client.
    pub client_id: OAuthClientId,
    /// Its secret, if it has one.
    pub client_secret: Option<String>,
    /// Where it gets its tokens.
    pub token_endpoint: String,
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
