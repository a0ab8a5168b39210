//! Bearer tokens of connections: found by SHA-256, together with their connection.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use scim_schema::{
    api::connections::{ConnectionMode, TokenView},
    dialect::Dialect,
    id::{AccountId, ConnectionId, OAuthClientId, OrganisationId, ScimTokenId},
    mapping::RuleSet,
    scope::Scopes,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter,
    sea_query::{Condition, Expr, ExprTrait, Query},
};
use uuid::Uuid;

use super::{
    connection_dialects::{CUSTOM, stored_dialect},
    dialect::custom_attributes_json,
    entity::{idp_connection as connection, scim_token as token},
    error::DbError,
    fetch,
    mapping::stored_rules,
    scope::PlatformScope,
    shadow::parse_mode,
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
    /// Where else they belong.
    pub rules: Arc<RuleSet>,
    /// What becomes of what its provider sends.
    pub mode: ConnectionMode,
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
    /// What it may do.
    pub scopes: Scopes,
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
    /// What it may do.
    pub scopes: Scopes,
    /// The OAuth client that it was issued to; `None` when it was made by hand.
    pub client: Option<OAuthClientId>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    account_id: Uuid,
    scopes: String,
    expires_at: DateTime<Utc>,
    last_used_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
    connection_id: Uuid,
    name: String,
    kind: String,
    default_organisation_id: Uuid,
    adopt_existing: bool,
    switches: String,
    mapping_rules: String,
    mode: String,
    custom: Option<String>,
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
            T::Scopes,
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
            C::Switches,
            C::MappingRules,
            C::Mode,
        ] {
            select.column((connection::Entity, column));
        }
        let backend = self.connection.get_database_backend();
        let select = select
            .expr_as(custom_attributes_json(backend), CUSTOM)
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
            scopes: Set(new.scopes.to_string()),
            client_id: Set(new.client.map(|client| client.0)),
        };
        token::Entity::insert(row)
            .exec_without_returning(&self.connection)
            .await?;
        Ok(TokenView {
            id: new.id,
            hint: new.hint.clone(),
            scopes: new.scopes,
            created_at: now,
            expires_at: new.expires_at,
            last_used_at: None,
        })
    }

    /// Tokens of a connection that were made by hand and are not revoked.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn open_token_count(&self, connection: ConnectionId) -> Result<u64, DbError> {
        let count = token::Entity::find()
            .filter(token::Column::AccountId.eq(self.account().0))
            .filter(token::Column::ConnectionId.eq(connection.0))
            .filter(token::Column::RevokedAt.is_null())
            .filter(token::Column::ClientId.is_null())
            .count(&self.connection)
            .await?;
        Ok(count)
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
    let dialect = stored_dialect(&row.kind, &row.switches, row.custom.as_deref())?;
    Ok(StoredToken {
        scopes: parse_scopes(&row.scopes)?,
        id: row.id.into(),
        account: row.account_id.into(),
        connection: ConnectionInfo {
            id: row.connection_id.into(),
            name: row.name,
            rules: Arc::new(stored_rules(&row.mapping_rules, &dialect)?),
            dialect,
            default_organisation: row.default_organisation_id.into(),
            adopt_existing: row.adopt_existing,
            mode: parse_mode(&row.mode)?,
        },
        expires_at: row.expires_at,
        last_used_at: row.last_used_at,
        revoked_at: row.revoked_at,
    })
}

/// The scopes that stored words stand for.
pub(super) fn parse_scopes(words: &str) -> Result<Scopes, DbError> {
    Scopes::parse(words).ok_or_else(|| DbError::Corrupt(format!("scopes: {words}")))
}
