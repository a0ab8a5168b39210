//! OAuth clients of connections: an identity provider's second way to a bearer token.

use std::sync::Arc;

use scim_schema::{
    api::connections::{ClientAuthMethod, CreateOAuthClient},
    id::{ConnectionId, OAuthClientId},
    scope::Scopes,
};
use serde_json::json;

use super::{
    client_keys::PublicKeys, connections::touched, error::OpError, secrets::Secret,
    tokens::TokenCache,
};
use crate::{
    ctx::Ctx,
    db::{AuditEntry, Db, NewOAuthClient, Written},
    ids::Ids,
};

/// What a client's secret begins with: scanners for leaked secrets recognise it.
const CLIENT_SECRET_PREFIX: &str = "rollcall_client_";
/// Open clients of one connection: enough to exchange one.
const CLIENTS_AT_MOST: u64 = 5;

/// A new client. Its secret is not stored and cannot be shown again.
#[derive(Clone, Debug)]
pub struct IssuedClient {
    /// The client.
    pub id: OAuthClientId,
    /// What it has to present, unless it signs.
    pub secret: Option<Secret>,
}

/// How a client proves who it is.
#[derive(Clone)]
enum Proof {
    Secret(Secret),
    Keys { names: String, jwks: String },
}

impl Proof {
    fn new(ids: &Ids, new: &CreateOAuthClient) -> Result<Self, OpError> {
        let invalid = |message: String| OpError::Invalid {
            path: "jwks",
            message,
        };
        match (new.method, new.jwks.as_deref()) {
            (ClientAuthMethod::ClientSecret, None) => {
                Ok(Self::Secret(Secret::new(ids, CLIENT_SECRET_PREFIX)))
            }
            (ClientAuthMethod::ClientSecret, Some(_)) => Err(invalid(
                "A client with a secret has no keys: leave them out, or choose private_key_jwt."
                    .to_owned(),
            )),
            (ClientAuthMethod::PrivateKeyJwt, None) => {
                Err(invalid("Paste the client's public key.".to_owned()))
            }
            (ClientAuthMethod::PrivateKeyJwt, Some(text)) => {
                let keys = PublicKeys::parse(text).map_err(invalid)?;
                let jwks = serde_json::to_string(&keys)
                    .map_err(|error| OpError::Internal(error.to_string()))?;
                let names = keys.names();
                Ok(Self::Keys { names, jwks })
            }
        }
    }

    fn row(&self, id: OAuthClientId, connection: ConnectionId, scopes: Scopes) -> NewOAuthClient {
        let (method, secret_hash, jwks, hint) = match self {
            Self::Secret(secret) => (
                ClientAuthMethod::ClientSecret,
                Some(secret.hash()),
                None,
                secret.hint(),
            ),
            Self::Keys { names, jwks } => (
                ClientAuthMethod::PrivateKeyJwt,
                None,
                Some(jwks.clone()),
                names.clone(),
            ),
        };
        NewOAuthClient {
            id,
            connection,
            method,
            secret_hash,
            jwks,
            hint,
            scopes,
        }
    }
}

/// Makes a client of a connection.
///
/// # Errors
/// [`OpError::NotFound`], [`OpError::Invalid`] with path `jwks`, [`OpError::Conflict`] when the
/// connection has very many clients, and those of the database.
pub async fn create(
    db: &Db,
    ctx: &Arc<Ctx>,
    ids: &Ids,
    connection: ConnectionId,
    new: &CreateOAuthClient,
) -> Result<IssuedClient, OpError> {
    let proof = Proof::new(ids, new)?;
    let (scopes, stored) = (new.scopes, proof.clone());
    let id = db
        .write::<_, OpError, _>(ctx, move |tx| {
            let proof = stored.clone();
            Box::pin(async move {
                let change = touched(tx, connection).await?;
                if tx.open_client_count(connection).await? >= CLIENTS_AT_MOST {
                    return Err(OpError::Conflict(format!(
                        "This connection has {CLIENTS_AT_MOST} OAuth clients. Revoke those that are not in use first."
                    )));
                }
                let id = OAuthClientId(tx.new_id());
                let row = proof.row(id, connection, scopes);
                tx.insert_oauth_client(&row).await?;
                let details = json!({ "client": id, "method": row.method, "scopes": scopes });
                let action = "connection.new_oauth_client";
                let entry = AuditEntry::done(action, "connection", connection, details);
                Ok(Written::audited(id, entry).announcing(change))
            })
        })
        .await?;
    let secret = match proof {
        Proof::Secret(secret) => Some(secret),
        Proof::Keys { .. } => None,
    };
    Ok(IssuedClient { id, secret })
}

/// Ends a client and every token that it was given: at once in the process of `cache`, within a
/// second elsewhere.
///
/// # Errors
/// [`OpError::NotFound`] when the connection has no such client or it was revoked before, and those
/// of the database.
pub async fn revoke(
    db: &Db,
    ctx: &Arc<Ctx>,
    cache: &TokenCache,
    connection: ConnectionId,
    client: OAuthClientId,
) -> Result<(), OpError> {
    let hashes = db
        .write::<_, OpError, _>(ctx, move |tx| {
            Box::pin(async move {
                if !tx.revoke_oauth_client(connection, client).await? {
                    return Err(OpError::NotFound);
                }
                let change = touched(tx, connection).await?;
                let hashes = tx.revoke_tokens_of(client).await?;
                let details = json!({ "client": client, "tokens": hashes.len() });
                let action = "connection.revoke_oauth_client";
                let entry = AuditEntry::done(action, "connection", connection, details);
                Ok(Written::audited(hashes, entry).announcing(change))
            })
        })
        .await?;
    for hash in hashes {
        cache.revoke(hash).await;
    }
    Ok(())
}
