//! Bearer tokens of connections: found by SHA-256, together with their connection.

use chrono::{DateTime, TimeDelta, Utc};
use scim_schema::{
    api::connections::TokenView,
    dialect::{ConnectionKind, Dialect},
    id::{AccountId, ConnectionId, OrganisationId, ScimTokenId},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter,
    sea_query::{Condition, Expr, ExprTrait, Query},
};
use uuid::Uuid;

use super::{
    entity::{idp_connection as connection, scim_token as token},
    error::DbError,
    fetch,
    scope::PlatformScope,
    unit::AccountTx,
};

/// A connection as a SCIM request needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionInfo {
    /// The connection.
    pub id: ConnectionId,
    /// Name for people.
    pub name: String,
    /// How its provider speaks, the switches set by hand included.
    pub dialect: Dialect,
    /// Where the people it creates belong.
    pub default_organisation: OrganisationId,
    /// Whether a SCIM POST may take over a local user.
    pub adopt_existing: bool,
}

/// A token with its connection.
#[derive(Clone, Debug)]
pub struct StoredToken {
    /// The token.
    pub id: ScimTokenId,
    /// The tenant of both.
    pub account: AccountId,
    /// Whose.
    pub connection: ConnectionInfo,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// Last use, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// A token to insert.
#[derive(Clone, Debug)]
pub struct NewScimToken {
    /// Its id.
    pub id: ScimTokenId,
    /// Whose.
    pub connection: ConnectionId,
    /// SHA-256 of the secret.
    pub token_hash: [u8; 32],
    /// First characters of the secret.
    pub hint: String,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    account_id: Uuid,
    expires_at: DateTime<Utc>,
    last_used_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
    connection_id: Uuid,
    name: String,
    kind: String,
    default_organisation_id: Uuid,
    adopt_existing: bool,
    accept_password: bool,
    user_patch_204: bool,
    group_patch_200: bool,
}

impl PlatformScope<'_> {
    /// The token of this secret with its connection, revoked or not, in one statement.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn scim_token(&self, token_hash: &[u8; 32]) -> Result<Option<StoredToken>, DbError> {
        use connection::Column as C;
        use token::Column as T;
        let mut select = Query::select();
        for column in [
            T::Id,
            T::AccountId,
            T::ConnectionId,
            T::ExpiresAt,
            T::LastUsedAt,
            T::RevokedAt,
        ] {
            select.column((token::Entity, column));
        }
        for column in [
            C::Name,
            C::Kind,
            C::DefaultOrganisationId,
            C::AdoptExisting,
            C::AcceptPassword,
            C::UserPatch204,
            C::GroupPatch200,
        ] {
            select.column((connection::Entity, column));
        }
        let select = select
            .from(token::Entity)
            .inner_join(
                connection::Entity,
                Expr::col((connection::Entity, C::AccountId))
                    .equals((token::Entity, T::AccountId))
                    .and(
                        Expr::col((connection::Entity, C::Id))
                            .equals((token::Entity, T::ConnectionId)),
                    ),
            )
            .and_where(token::Column::TokenHash.eq(token_hash.to_vec()))
            .to_owned();
        let row: Option<Row> = fetch::one(self.connection, &select).await?;
        row.map(from_row).transpose()
    }
}

impl AccountTx {
    /// Inserts a token.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn insert_scim_token(&self, new: &NewScimToken) -> Result<TokenView, DbError> {
        let now = self.ctx().now;
        let row = token::ActiveModel {
            account_id: Set(self.account().0),
            id: Set(new.id.0),
            connection_id: Set(new.connection.0),
            token_hash: Set(new.token_hash.to_vec()),
            hint: Set(new.hint.clone()),
            created_at: Set(now),
            expires_at: Set(new.expires_at),
            last_used_at: Set(None),
            revoked_at: Set(None),
        };
        token::Entity::insert(row)
            .exec_without_returning(&self.connection)
            .await?;
        Ok(TokenView {
            id: new.id,
            hint: new.hint.clone(),
            created_at: now,
            expires_at: new.expires_at,
            last_used_at: None,
        })
    }

    /// Tokens of a connection that are not revoked.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn open_token_count(&self, connection: ConnectionId) -> Result<u64, DbError> {
        let count = token::Entity::find()
            .filter(token::Column::AccountId.eq(self.account().0))
            .filter(token::Column::ConnectionId.eq(connection.0))
            .filter(token::Column::RevokedAt.is_null())
            .count(&self.connection)
            .await?;
        Ok(count)
    }

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
        <[u8; 32]>::try_from(row.token_hash)
            .map(Some)
            .map_err(|_| DbError::Corrupt("scim_tokens.token_hash".to_owned()))
    }

    /// Notes that a token was used now, unless that was noted less than a minute ago.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn touch_scim_token(&self, id: ScimTokenId) -> Result<bool, DbError> {
        use token::Column as T;
        let now = self.ctx().now;
        let stale = Condition::any()
            .add(T::LastUsedAt.is_null())
            .add(T::LastUsedAt.lte(now - TimeDelta::minutes(1)));
        let touched = token::Entity::update_many()
            .filter(T::AccountId.eq(self.account().0))
            .filter(T::Id.eq(id.0))
            .filter(stale)
            .col_expr(T::LastUsedAt, Expr::val(now))
            .exec(&self.connection)
            .await?;
        Ok(touched.rows_affected > 0)
    }
}

fn from_row(row: Row) -> Result<StoredToken, DbError> {
    let kind = parse_kind(&row.kind)?;
    Ok(StoredToken {
        id: row.id.into(),
        account: row.account_id.into(),
        connection: ConnectionInfo {
            id: row.connection_id.into(),
            name: row.name,
            dialect: Dialect {
                accept_password: row.accept_password,
                user_patch_204: row.user_patch_204,
                group_patch_200: row.group_patch_200,
                ..Dialect::of(kind)
            },
            default_organisation: row.default_organisation_id.into(),
            adopt_existing: row.adopt_existing,
        },
        expires_at: row.expires_at,
        last_used_at: row.last_used_at,
        revoked_at: row.revoked_at,
    })
}

/// The kind that a stored word stands for.
pub(super) fn parse_kind(word: &str) -> Result<ConnectionKind, DbError> {
    ConnectionKind::parse(word)
        .ok_or_else(|| DbError::Corrupt(format!("idp_connections.kind: {word}")))
}
