//! How tokens of SCIM end: revoked, replaced by another one, or with their OAuth client.

use chrono::{DateTime, Utc};
use scim_schema::{
    id::{ConnectionId, OAuthClientId, ScimTokenId},
    scope::Scopes,
};
use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{CaseStatement, Expr, ExprTrait},
};

use super::{
    entity::scim_token as token, error::DbError, scim_tokens::parse_scopes, unit::AccountTx,
};

impl AccountTx {
    /// Revokes a token of a connection and answers its hash; `None` when the connection has no such
    /// token or it was revoked before.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn revoke_scim_token(
        &self,
        connection: ConnectionId,
        id: ScimTokenId,
    ) -> Result<Option<[u8; 32]>, DbError> {
        use token::Column as T;
        let revoked = token::Entity::update_many()
            .filter(T::AccountId.eq(self.account().0))
            .filter(T::ConnectionId.eq(connection.0))
            .filter(T::Id.eq(id.0))
            .filter(T::RevokedAt.is_null())
            .col_expr(T::RevokedAt, Expr::val(self.ctx().now))
            .exec_with_returning(&self.connection)
            .await?;
        let Some(row) = revoked.into_iter().next() else {
            return Ok(None);
        };
        hash(row.token_hash).map(Some)
    }

    /// Lets a token of a connection that was made by hand end at `at`, if it would work longer, and
    /// answers what it may do; `None` when the connection has no such token or it was revoked.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn end_scim_token_by(
        &self,
        connection: ConnectionId,
        id: ScimTokenId,
        at: DateTime<Utc>,
    ) -> Result<Option<Scopes>, DbError> {
        use token::Column as T;
        let earlier = CaseStatement::new()
            .case(Expr::col(T::ExpiresAt).gt(at), Expr::val(at))
            .finally(Expr::col(T::ExpiresAt));
        let ended = token::Entity::update_many()
            .filter(T::AccountId.eq(self.account().0))
            .filter(T::ConnectionId.eq(connection.0))
            .filter(T::Id.eq(id.0))
            .filter(T::RevokedAt.is_null())
            .filter(T::ClientId.is_null())
            .col_expr(T::ExpiresAt, earlier.into())
            .exec_with_returning(&self.connection)
            .await?;
        let row = ended.first();
        row.map(|row| parse_scopes(&row.scopes)).transpose()
    }

    /// Revokes every token of an OAuth client that works, and answers their hashes.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn revoke_tokens_of(&self, client: OAuthClientId) -> Result<Vec<[u8; 32]>, DbError> {
        use token::Column as T;
        let now = self.ctx().now;
        let revoked = token::Entity::update_many()
            .filter(T::AccountId.eq(self.account().0))
            .filter(T::ClientId.eq(client.0))
            .filter(T::RevokedAt.is_null())
            .filter(T::ExpiresAt.gt(now))
            .col_expr(T::RevokedAt, Expr::val(now))
            .exec_with_returning(&self.connection)
            .await?;
        revoked
            .into_iter()
            .map(|row| hash(row.token_hash))
            .collect()
    }

    /// Forgets tokens of an OAuth client that ended before `before`: there is a new one each hour.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn forget_ended_tokens(
        &self,
        client: OAuthClientId,
        before: DateTime<Utc>,
    ) -> Result<(), DbError> {
        use token::Column as T;
        token::Entity::delete_many()
            .filter(T::AccountId.eq(self.account().0))
            .filter(T::ClientId.eq(client.0))
            .filter(T::ExpiresAt.lt(before))
            .exec(&self.connection)
            .await?;
        Ok(())
    }
}

fn hash(stored: Vec<u8>) -> Result<[u8; 32], DbError> {
    <[u8; 32]>::try_from(stored).map_err(|_| DbError::Corrupt("scim_tokens.token_hash".to_owned()))
}
