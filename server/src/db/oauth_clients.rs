//! OAuth clients of connections, and the assertions that they have used up.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use scim_schema::{
    api::connections::{ClientAuthMethod, OAuthClientView},
    id::{AccountId, ConnectionId, OAuthClientId},
    scope::Scopes,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QueryOrder,
    sea_query::{Expr, ExprTrait, OnConflict, Query},
};
use uuid::Uuid;

use super::{
    entity::{idp_connection as connection, oauth_assertion as assertion, oauth_client as client},
    error::DbError,
    fetch,
    scim_tokens::parse_scopes,
    scope::{AccountScope, PlatformScope},
    unit::AccountTx,
};

/// An OAuth client that was not revoked, as its requests for a token need it.
#[derive(Clone, Debug)]
pub struct StoredOAuthClient {
    /// The client.
    pub id: OAuthClientId,
    /// The tenant.
    pub account: AccountId,
    /// Whose.
    pub connection: ConnectionId,
    /// Name of the connection.
    pub connection_name: String,
    /// SHA-256 of its secret, if it has one.
    pub secret_hash: Option<Vec<u8>>,
    /// Its public keys as a JWK Set, if it has some.
    pub jwks: Option<String>,
    /// What its tokens may do at most.
    pub scopes: Scopes,
}

/// An OAuth client to insert.
#[derive(Clone, Debug)]
pub struct NewOAuthClient {
    /// Its id.
    pub id: OAuthClientId,
    /// Whose.
    pub connection: ConnectionId,
    /// How it proves who it is.
    pub method: ClientAuthMethod,
    /// SHA-256 of its secret, if it has one.
    pub secret_hash: Option<[u8; 32]>,
    /// Its public keys as a JWK Set, if it has some.
    pub jwks: Option<String>,
    /// First characters of the secret, or the names of the keys.
    pub hint: String,
    /// What its tokens may do at most.
    pub scopes: Scopes,
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    account_id: Uuid,
    connection_id: Uuid,
    name: String,
    secret_hash: Option<Vec<u8>>,
    jwks: Option<String>,
    scopes: String,
}

impl PlatformScope<'_> {
    /// The client of this id that was not revoked: who asks for a token names no account.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn oauth_client(
        &self,
        id: OAuthClientId,
    ) -> Result<Option<StoredOAuthClient>, DbError> {
        use client::Column as O;
        use connection::Column as C;
        let mut select = Query::select();
        for column in [
            O::Id,
            O::AccountId,
            O::ConnectionId,
            O::SecretHash,
            O::Jwks,
            O::Scopes,
        ] {
            select.column((client::Entity, column));
        }
        let select = select
            .column((connection::Entity, C::Name))
            .from(client::Entity)
            .inner_join(
                connection::Entity,
                Expr::col((connection::Entity, C::AccountId))
                    .equals((client::Entity, O::AccountId))
                    .and(
                        Expr::col((connection::Entity, C::Id))
                            .equals((client::Entity, O::ConnectionId)),
                    ),
            )
            .and_where(O::Id.eq(id.0))
            .and_where(O::RevokedAt.is_null())
            .to_owned();
        let row: Option<Row> = fetch::one(self.connection, &select).await?;
        row.map(from_row).transpose()
    }
}

impl AccountScope<'_> {
    /// The clients of each of these connections that were not revoked, newest first.
    pub(super) async fn oauth_clients(
        &self,
        connections: impl Iterator<Item = Uuid>,
    ) -> Result<HashMap<Uuid, Vec<OAuthClientView>>, DbError> {
        let rows = client::Entity::find()
            .filter(client::Column::AccountId.eq(self.account.0))
            .filter(client::Column::ConnectionId.is_in(connections))
            .filter(client::Column::RevokedAt.is_null())
            .order_by_desc(client::Column::Id)
            .all(self.connection)
            .await?;
        let mut clients: HashMap<Uuid, Vec<OAuthClientView>> = HashMap::new();
        for row in rows {
            let connection = row.connection_id;
            clients.entry(connection).or_default().push(view(row)?);
        }
        Ok(clients)
    }
}

impl AccountTx {
    /// Inserts a client.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn insert_oauth_client(&self, new: &NewOAuthClient) -> Result<(), DbError> {
        let row = client::ActiveModel {
            account_id: Set(self.account().0),
            id: Set(new.id.0),
            connection_id: Set(new.connection.0),
            method: Set(new.method.as_str().to_owned()),
            secret_hash: Set(new.secret_hash.map(|hash| hash.to_vec())),
            jwks: Set(new.jwks.clone()),
            hint: Set(new.hint.clone()),
            scopes: Set(new.scopes.to_string()),
            created_at: Set(self.ctx().now),
            last_used_at: Set(None),
            revoked_at: Set(None),
        };
        client::Entity::insert(row)
            .exec_without_returning(&self.connection)
            .await?;
        Ok(())
    }

    /// Clients of a connection that were not revoked.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn open_client_count(&self, connection: ConnectionId) -> Result<u64, DbError> {
        let count = client::Entity::find()
            .filter(client::Column::AccountId.eq(self.account().0))
            .filter(client::Column::ConnectionId.eq(connection.0))
            .filter(client::Column::RevokedAt.is_null())
            .count(&self.connection)
            .await?;
        Ok(count)
    }

    /// Notes that a client is given a token now; `false` when it was revoked meanwhile.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn touch_oauth_client(&self, id: OAuthClientId) -> Result<bool, DbError> {
        let column = client::Column::LastUsedAt;
        self.stamp_oauth_client(id, None, column).await
    }

    /// Revokes a client of a connection; `false` when there is none or it was revoked before.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn revoke_oauth_client(
        &self,
        connection: ConnectionId,
        id: OAuthClientId,
    ) -> Result<bool, DbError> {
        let column = client::Column::RevokedAt;
        self.stamp_oauth_client(id, Some(connection), column).await
    }

    async fn stamp_oauth_client(
        &self,
        id: OAuthClientId,
        connection: Option<ConnectionId>,
        column: client::Column,
    ) -> Result<bool, DbError> {
        use client::Column as O;
        let mut update = client::Entity::update_many()
            .filter(O::AccountId.eq(self.account().0))
            .filter(O::Id.eq(id.0))
            .filter(O::RevokedAt.is_null())
            .col_expr(column, Expr::val(self.ctx().now));
        if let Some(connection) = connection {
            update = update.filter(O::ConnectionId.eq(connection.0));
        }
        let stamped = update.exec(&self.connection).await?;
        Ok(stamped.rows_affected == 1)
    }

    /// Uses up an assertion of a client, by the SHA-256 of its `jti`; `false` when it was used
    /// before. Those that have expired are forgotten.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn use_assertion(
        &self,
        client: OAuthClientId,
        jti_hash: &[u8; 32],
        expires_at: DateTime<Utc>,
    ) -> Result<bool, DbError> {
        use assertion::Column as A;
        assertion::Entity::delete_many()
            .filter(A::AccountId.eq(self.account().0))
            .filter(A::ClientId.eq(client.0))
            .filter(A::ExpiresAt.lt(self.ctx().now))
            .exec(&self.connection)
            .await?;
        let row = assertion::ActiveModel {
            account_id: Set(self.account().0),
            client_id: Set(client.0),
            jti_hash: Set(jti_hash.to_vec()),
            expires_at: Set(expires_at),
        };
        let once = OnConflict::columns([A::AccountId, A::ClientId, A::JtiHash])
            .do_nothing()
            .to_owned();
        let inserted = assertion::Entity::insert(row)
            .on_conflict(once)
            .exec_without_returning(&self.connection)
            .await?;
        Ok(inserted == 1)
    }
}

fn from_row(row: Row) -> Result<StoredOAuthClient, DbError> {
    Ok(StoredOAuthClient {
        id: row.id.into(),
        account: row.account_id.into(),
        connection: row.connection_id.into(),
        connection_name: row.name,
        secret_hash: row.secret_hash,
        jwks: row.jwks,
        scopes: parse_scopes(&row.scopes)?,
    })
}

fn view(row: client::Model) -> Result<OAuthClientView, DbError> {
    let method = ClientAuthMethod::parse(&row.method)
        .ok_or_else(|| DbError::Corrupt(format!("oauth_clients.method: {}", row.method)))?;
    Ok(OAuthClientView {
        id: row.id.into(),
        method,
        hint: row.hint,
        scopes: parse_scopes(&row.scopes)?,
        created_at: row.created_at,
        last_used_at: row.last_used_at,
    })
}
