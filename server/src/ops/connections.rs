//! Connections of identity providers and their bearer tokens.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use scim_schema::{
    api::{
        connections::{ConnectionMode, OldTokenEnds, check_name},
        events::ChangeKind,
    },
    dialect::Dialect,
    id::{ConnectionId, ScimTokenId},
    scope::Scopes,
};
use serde_json::json;

use super::{
    alerts::look_soon,
    error::OpError,
    secrets::Secret,
    tokens::{SCIM_TOKEN_PREFIX, TokenCache},
};
use crate::{
    ctx::Ctx,
    db::{AccountTx, AuditEntry, Change, Db, NewIdpConnection, NewScimToken, UniqueKey, Written},
    ids::Ids,
};

/// How long a SCIM token works (domain.md section 2, *Lifetimes*).
const TOKEN_LIVES: TimeDelta = TimeDelta::days(365);
/// Open tokens of one connection: enough to rotate, few enough to read.
const TOKENS_AT_MOST: u64 = 20;

/// A new token of a connection. The secret is not stored and cannot be shown again.
#[derive(Clone, Debug)]
pub struct IssuedToken {
    /// The connection.
    pub connection: ConnectionId,
    /// The token.
    pub id: ScimTokenId,
    /// What the provider has to present.
    pub secret: Secret,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// What every provider is told as its base URL; the token says which connection it is.
#[must_use]
pub fn base_url(public_url: &str) -> String {
    format!("{public_url}/scim/v2")
}

/// Makes a connection with its first token. A kind stands for its dialect.
///
/// # Errors
/// [`OpError::Invalid`] with path `name`, [`OpError::Conflict`] when the name is taken, and those
/// of the database.
pub async fn create(
    db: &Db,
    ctx: &Arc<Ctx>,
    ids: &Ids,
    name: &str,
    dialect: impl Into<Dialect>,
) -> Result<IssuedToken, OpError> {
    let beginning = Beginning::default();
    create_with(db, ctx, ids, name, dialect, beginning).await
}

/// How a connection begins.
#[derive(Clone, Copy, Debug, Default)]
pub struct Beginning {
    /// What its first token may do.
    pub scopes: Scopes,
    /// Whether what its provider sends is kept in a shadow (domain.md section 11, 2).
    pub shadow: bool,
}

impl Beginning {
    const fn mode(self) -> ConnectionMode {
        if self.shadow {
            ConnectionMode::Shadow
        } else {
            ConnectionMode::Live
        }
    }
}

/// The same, beginning otherwise.
///
/// # Errors
/// Those of [`create`].
pub async fn create_with(
    db: &Db,
    ctx: &Arc<Ctx>,
    ids: &Ids,
    name: &str,
    dialect: impl Into<Dialect>,
    beginning: Beginning,
) -> Result<IssuedToken, OpError> {
    let (name, dialect) = (name.trim().to_owned(), dialect.into());
    let scopes = beginning.scopes;
    check_name(&name).map_err(|message| OpError::Invalid {
        path: "name",
        message: message.to_owned(),
    })?;
    let secret = Secret::new(ids, SCIM_TOKEN_PREFIX);
    let taken = format!("There is a connection named {name} already. Choose another name.");
    let token = secret.clone();
    db.write::<_, OpError, _>(ctx, move |tx| {
        let (name, token, dialect) = (name.clone(), token.clone(), dialect.clone());
        Box::pin(async move {
            let new = NewIdpConnection {
                id: ConnectionId(tx.new_id()),
                name,
                dialect,
                default_organisation: tx.root_organisation().await?,
                mode: beginning.mode(),
            };
            tx.insert_connection(&new).await?;
            let issued = insert_token(tx, new.id, token, scopes).await?;
            let details = json!({
                "name": new.name,
                "kind": new.dialect.kind,
                "switches": new.dialect.switches(),
                "mode": new.mode,
                "token": issued.id,
                "scopes": scopes,
            });
            let entry = AuditEntry::done("connection.create", "connection", new.id, details);
            let change = Change::created(ChangeKind::Connection, new.id);
            Ok(Written::audited(issued, entry).announcing(change))
        })
    })
    .await
    .map_err(|error| match error {
        OpError::Unique(UniqueKey::ConnectionName) => OpError::Conflict(taken),
        other => other,
    })
}

/// Makes another token; the older ones stay valid until they are revoked.
///
/// # Errors
/// [`OpError::NotFound`], [`OpError::Conflict`] when the connection has very many tokens, and those
/// of the database.
pub async fn new_token(
    db: &Db,
    ctx: &Arc<Ctx>,
    ids: &Ids,
    connection: ConnectionId,
    scopes: Scopes,
) -> Result<IssuedToken, OpError> {
    let token = Secret::new(ids, SCIM_TOKEN_PREFIX);
    db.write(ctx, move |tx| {
        let token = token.clone();
        Box::pin(async move {
            let change = touched(tx, connection).await?;
            refuse_too_many(tx, connection).await?;
            let issued = insert_token(tx, connection, token, scopes).await?;
            let details = json!({
                "token": issued.id,
                "scopes": scopes,
                "expires_at": issued.expires_at,
            });
            let entry = AuditEntry::done("connection.new_token", "connection", connection, details);
            Ok(Written::audited(issued, entry).announcing(change))
        })
    })
    .await
}

/// Makes a token that may do what `old` may; `old` ends as `ends` says, so that both work while the
/// provider changes over.
///
/// # Errors
/// [`OpError::NotFound`] when the connection has no such token, [`OpError::Conflict`] when it has
/// very many, and those of the database.
pub async fn rotate_token(
    db: &Db,
    ctx: &Arc<Ctx>,
    ids: &Ids,
    cache: Option<&TokenCache>,
    (connection, old): (ConnectionId, ScimTokenId),
    ends: OldTokenEnds,
) -> Result<IssuedToken, OpError> {
    let token = Secret::new(ids, SCIM_TOKEN_PREFIX);
    let (issued, revoked) = db
        .write::<_, OpError, _>(ctx, move |tx| {
            let token = token.clone();
            Box::pin(async move {
                let change = touched(tx, connection).await?;
                let at = tx.ctx().now + TimeDelta::hours(ends.hours());
                let scopes = tx.end_scim_token_by(connection, old, at).await?;
                let scopes = scopes.ok_or(OpError::NotFound)?;
                let revoked = match ends {
                    OldTokenEnds::Now => tx.revoke_scim_token(connection, old).await?,
                    OldTokenEnds::InOneDay | OldTokenEnds::InSevenDays => None,
                };
                refuse_too_many(tx, connection).await?;
                let issued = insert_token(tx, connection, token, scopes).await?;
                let details = json!({ "token": issued.id, "old": old, "old_ends": ends });
                let entry =
                    AuditEntry::done("connection.rotate_token", "connection", connection, details);
                Ok(Written::audited((issued, revoked), entry)
                    .announcing(change)
                    .queueing(look_soon(tx.ctx().now)))
            })
        })
        .await?;
    if let (Some(cache), Some(hash)) = (cache, revoked) {
        cache.revoke(hash).await;
    }
    Ok(issued)
}

/// Ends a token: at once in the process of `cache`, within a second elsewhere.
///
/// # Errors
/// [`OpError::NotFound`] when the connection has no such token or it was revoked before, and those
/// of the database.
pub async fn revoke_token(
    db: &Db,
    ctx: &Arc<Ctx>,
    cache: Option<&TokenCache>,
    connection: ConnectionId,
    token: ScimTokenId,
) -> Result<(), OpError> {
    let hash = db
        .write::<_, OpError, _>(ctx, move |tx| {
            Box::pin(async move {
                let hash = tx.revoke_scim_token(connection, token).await?;
                let hash = hash.ok_or(OpError::NotFound)?;
                let change = touched(tx, connection).await?;
                let details = json!({ "token": token });
                let entry =
                    AuditEntry::done("connection.revoke_token", "connection", connection, details);
                Ok(Written::audited(hash, entry)
                    .announcing(change)
                    .queueing(look_soon(tx.ctx().now)))
            })
        })
        .await?;
    if let Some(cache) = cache {
        cache.revoke(hash).await;
    }
    Ok(())
}

/// Raises the version of a connection, for its change to be announced.
pub(super) async fn touched(tx: &AccountTx, connection: ConnectionId) -> Result<Change, OpError> {
    let version = tx.bump_connection(connection).await?;
    let version = version.ok_or(OpError::NotFound)?;
    Ok(Change::updated(ChangeKind::Connection, connection, version))
}

async fn refuse_too_many(tx: &AccountTx, connection: ConnectionId) -> Result<(), OpError> {
    if tx.open_token_count(connection).await? < TOKENS_AT_MOST {
        return Ok(());
    }
    Err(OpError::Conflict(format!(
        "This connection has {TOKENS_AT_MOST} tokens. Revoke those that are not in use first."
    )))
}

async fn insert_token(
    tx: &AccountTx,
    connection: ConnectionId,
    secret: Secret,
    scopes: Scopes,
) -> Result<IssuedToken, OpError> {
    let new = NewScimToken {
        id: ScimTokenId(tx.new_id()),
        connection,
        token_hash: secret.hash(),
        hint: secret.hint(),
        scopes,
        client: None,
        expires_at: tx.ctx().now + TOKEN_LIVES,
    };
    tx.insert_scim_token(&new).await?;
    Ok(IssuedToken {
        connection,
        id: new.id,
        secret,
        expires_at: new.expires_at,
    })
}
