//! The client credentials grant (RFC 6749 section 4.4): an OAuth client of a connection is given a
//! bearer token for an hour.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use scim_schema::{
    api::users::Actor,
    id::{AccountId, ConnectionId, OAuthClientId, ScimTokenId},
    scope::{SCIM, Scope, Scopes},
};
use serde_json::json;
use subtle::ConstantTimeEq;

use super::{
    client_assertion::{Assertion, Audience, Claims, MALFORMED},
    client_keys::{self, PublicKeys},
    error::OpError,
    secrets::{self, Secret},
    sessions::Visitor,
};
use crate::{
    ctx::{Channel, Ctx},
    db::{AccountTx, AuditEntry, Db, NewScimToken, StoredOAuthClient, Written},
    ids::Ids,
};

/// What a token of an OAuth client begins with.
const ACCESS_TOKEN_PREFIX: &str = "rollcall_access_";
/// How long it works.
const TOKEN_LIVES: TimeDelta = TimeDelta::hours(1);
/// How long a token that has ended is remembered: its end is told apart from its not being known.
const ENDED_REMEMBERED: TimeDelta = TimeDelta::days(1);

/// How a client says who it is.
pub enum Presented {
    /// By id and secret.
    Secret {
        /// `client_id`.
        client: String,
        /// `client_secret`.
        secret: String,
    },
    /// By a signed assertion (RFC 7523 section 3).
    Assertion {
        /// `client_id`, where it is sent as well.
        client: Option<String>,
        /// `client_assertion`.
        jwt: String,
    },
}

impl Presented {
    /// The `client_id` that is claimed, before anything is proven; empty where none can be read.
    #[must_use]
    pub fn claimed_client(&self) -> String {
        match self {
            Self::Secret { client, .. } => client.clone(),
            Self::Assertion { jwt, .. } => {
                let unproven = client_keys::unverified(jwt);
                let claims = unproven.and_then(|payload| Claims::read(&payload));
                claims.map(|claims| claims.sub).unwrap_or_default()
            }
        }
    }
}

/// A token that was issued.
#[derive(Debug)]
pub struct Granted {
    /// The tenant.
    pub account: AccountId,
    /// The connection.
    pub connection: ConnectionId,
    /// The bearer token.
    pub secret: Secret,
    /// What it may do.
    pub scopes: Scopes,
    /// How long it works.
    pub lives: TimeDelta,
}

/// Why no token was issued (RFC 6749 section 5.2).
#[derive(Debug)]
pub enum GrantError {
    /// The client is not known, or does not prove who it is; the sentence tells nothing of what is
    /// stored.
    InvalidClient(&'static str),
    /// The client may not have such a scope.
    InvalidScope(String),
    /// The database, or the product itself, failed.
    Failed(OpError),
}

impl From<OpError> for GrantError {
    fn from(error: OpError) -> Self {
        Self::Failed(error)
    }
}

const UNKNOWN: GrantError = GrantError::InvalidClient(
    "The client is not known, was revoked, or its secret or signature is wrong",
);

/// A client that has proven who it is.
pub struct Authenticated {
    client: StoredOAuthClient,
    assertion: Option<Assertion>,
}

impl Authenticated {
    /// Which client it is.
    #[must_use]
    pub const fn id(&self) -> OAuthClientId {
        self.client.id
    }
}

/// Finds out which client asks.
///
/// # Errors
/// [`GrantError::InvalidClient`], and those of the database.
pub async fn authenticate(
    db: &Db,
    presented: &Presented,
    audience: &Audience,
    now: DateTime<Utc>,
) -> Result<Authenticated, GrantError> {
    match presented {
        Presented::Secret { client, secret } => {
            let client = find(db, client).await?;
            let stored = client.secret_hash.as_deref().ok_or(UNKNOWN)?;
            if !bool::from(stored.ct_eq(&secrets::hash(secret))) {
                return Err(UNKNOWN);
            }
            Ok(Authenticated {
                client,
                assertion: None,
            })
        }
        Presented::Assertion { client, jwt } => {
            let unproven = client_keys::unverified(jwt).and_then(|payload| Claims::read(&payload));
            let named = unproven.ok_or(MALFORMED)?.sub;
            if client.as_ref().is_some_and(|client| *client != named) {
                return Err(GrantError::InvalidClient(
                    "client_id is not the sub of the assertion",
                ));
            }
            let client = find(db, &named).await?;
            let keys = client.jwks.as_deref().ok_or(UNKNOWN)?;
            let keys: PublicKeys = serde_json::from_str(keys)
                .map_err(|error| OpError::Internal(format!("oauth_clients.jwks: {error}")))?;
            let payload = keys.verified(jwt).ok_or(UNKNOWN)?;
            let claims = Claims::read(&payload).ok_or(MALFORMED)?;
            let assertion = claims.check(&client.id.to_string(), audience, now)?;
            Ok(Authenticated {
                client,
                assertion: Some(assertion),
            })
        }
    }
}

/// Issues a token. `scope` is what the client asks for; without it, it gets what it may have.
///
/// # Errors
/// [`GrantError::InvalidScope`], [`GrantError::InvalidClient`] when the assertion was used before
/// or the client was revoked meanwhile, and those of the database.
pub async fn grant(
    db: &Db,
    ids: &Ids,
    visitor: &Visitor,
    authenticated: Authenticated,
    scope: Option<&str>,
) -> Result<Granted, GrantError> {
    let Authenticated { client, assertion } = authenticated;
    let scopes = requested(scope, client.scopes)?;
    let secret = Secret::new(ids, ACCESS_TOKEN_PREFIX);
    let (account, connection) = (client.account, client.connection);
    let ctx = context(visitor, &client);
    let issued = secret.clone();
    db.write::<_, OpError, _>(&ctx, move |tx| {
        let (assertion, secret) = (assertion.clone(), issued.clone());
        Box::pin(async move { issue(tx, connection, client.id, assertion, &secret, scopes).await })
    })
    .await??;
    Ok(Granted {
        account,
        connection,
        secret,
        scopes,
        lives: TOKEN_LIVES,
    })
}

async fn issue(
    tx: &AccountTx,
    connection: ConnectionId,
    client: OAuthClientId,
    assertion: Option<Assertion>,
    secret: &Secret,
    scopes: Scopes,
) -> Result<Written<Result<(), GrantError>>, OpError> {
    if !tx.touch_oauth_client(client).await? {
        return Ok(Written::unchanged(Err(UNKNOWN)));
    }
    if let Some(Assertion {
        jti_hash,
        expires_at,
    }) = assertion
        && !tx.use_assertion(client, &jti_hash, expires_at).await?
    {
        let why = "The assertion was used before: its jti must be new each time";
        return Ok(Written::unchanged(Err(GrantError::InvalidClient(why))));
    }
    let now = tx.ctx().now;
    tx.forget_ended_tokens(client, now - ENDED_REMEMBERED)
        .await?;
    let token = NewScimToken {
        id: ScimTokenId(tx.new_id()),
        connection,
        token_hash: secret.hash(),
        hint: secret.hint(),
        scopes,
        client: Some(client),
        expires_at: now + TOKEN_LIVES,
    };
    tx.insert_scim_token(&token).await?;
    let details = json!({ "client": client, "token": token.id, "scopes": scopes });
    let entry = AuditEntry::done("connection.grant_token", "connection", connection, details);
    Ok(Written::audited(Ok(()), entry))
}

async fn find(db: &Db, client: &str) -> Result<StoredOAuthClient, GrantError> {
    let id: OAuthClientId = client.parse().map_err(|_| UNKNOWN)?;
    let found = db
        .platform()
        .oauth_client(id)
        .await
        .map_err(OpError::from)?;
    found.ok_or(UNKNOWN)
}

fn context(visitor: &Visitor, client: &StoredOAuthClient) -> Arc<Ctx> {
    let actor = Actor::Connection {
        id: client.connection,
        name: client.connection_name.clone(),
    };
    let mut ctx = Arc::unwrap_or_clone(visitor.ctx(client.account, actor));
    ctx.channel = Channel::Scim;
    ctx.credential = Some(client.id.0);
    Arc::new(ctx)
}

/// The scopes of a token: those that were asked for, if the client may have them.
fn requested(scope: Option<&str>, allowed: Scopes) -> Result<Scopes, GrantError> {
    let words: Vec<&str> = scope.unwrap_or_default().split_whitespace().collect();
    if words.is_empty() || words.contains(&SCIM) {
        return Ok(allowed);
    }
    let scopes: Option<Vec<Scope>> = words.into_iter().map(Scope::parse).collect();
    scopes
        .and_then(Scopes::of)
        .filter(|scopes| scopes.is_within(allowed))
        .ok_or_else(|| {
            GrantError::InvalidScope(format!("This client may ask for: {SCIM} {allowed}"))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_gets_what_it_asks_for_and_never_more_than_it_may() {
        let allowed = Scopes::parse("read users").unwrap();
        let asked = |scope| {
            requested(scope, allowed)
                .map(|scopes| scopes.to_string())
                .ok()
        };
        assert_eq!(asked(None).as_deref(), Some("read users"));
        assert_eq!(asked(Some("scim")).as_deref(), Some("read users"));
        assert_eq!(asked(Some(" read ")).as_deref(), Some("read"));
        assert_eq!(asked(Some("read groups")), None);
        assert_eq!(asked(Some("admin")), None);
    }
}
