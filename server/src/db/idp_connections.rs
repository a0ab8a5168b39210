//! Connections of identity providers as the console sees them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use scim_schema::{
    api::{
        alerts::SILENCE_HOURS,
        connections::{ConnectionMode, ConnectionView, RequestSummary, TokenView},
    },
    dialect::Dialect,
    id::{ConnectionId, OrganisationId, ProvisioningRequestId},
    text::fold,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, FromQueryResult, Order, QueryFilter, QueryOrder,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};
use uuid::Uuid;

use super::{
    connection_dialects::{parse_kind, switches_text},
    entity::{
        group, idp_connection as connection, scim_link as link, scim_request_log as log,
        scim_token as token, shadow_object,
    },
    error::DbError,
    fetch::{self, unsigned},
    scim_tokens::parse_scopes,
    scope::AccountScope,
    shadow::parse_mode,
    unit::AccountTx,
};

/// A connection to insert.
#[derive(Clone, Debug)]
pub struct NewIdpConnection {
    /// Its id.
    pub id: ConnectionId,
    /// Name for people; unique in the account, upper and lower case being the same.
    pub name: String,
    /// How its provider speaks.
    pub dialect: Dialect,
    /// Where the people it creates belong.
    pub default_organisation: OrganisationId,
    /// What becomes of what its provider sends.
    pub mode: ConnectionMode,
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    name: String,
    kind: String,
    mode: String,
    adopt_existing: bool,
    shadow_count: i64,
    created_at: DateTime<Utc>,
    silence_hours: i32,
    user_count: i64,
    group_count: i64,
    last_request: Option<Uuid>,
    last_error: Option<Uuid>,
}

#[derive(FromQueryResult)]
struct RequestRow {
    id: Uuid,
    at: DateTime<Utc>,
    method: String,
    path: String,
    status: i16,
    decision: String,
}

impl AccountScope<'_> {
    /// Every connection by name, or the one of `only`, in at most four statements. `base_url` is
    /// what each view tells to paste into the provider.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn connections(
        &self,
        only: Option<ConnectionId>,
        base_url: &str,
    ) -> Result<Vec<ConnectionView>, DbError> {
        let rows: Vec<Row> = fetch::all(self.connection, &self.connection_rows(only)).await?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let mut tokens = self.open_tokens(rows.iter().map(|row| row.id)).await?;
        let mut clients = self.oauth_clients(rows.iter().map(|row| row.id)).await?;
        let mentioned = rows
            .iter()
            .flat_map(|row| [row.last_request, row.last_error])
            .flatten();
        let requests = self.request_summaries(mentioned.collect()).await?;
        rows.into_iter()
            .map(|row| {
                let summary = |id: Option<Uuid>| id.and_then(|id| requests.get(&id).cloned());
                Ok(ConnectionView {
                    id: row.id.into(),
                    kind: parse_kind(&row.kind)?,
                    mode: parse_mode(&row.mode)?,
                    shadow_count: unsigned(row.shadow_count),
                    adopt_existing: row.adopt_existing,
                    name: row.name,
                    base_url: base_url.to_owned(),
                    created_at: row.created_at,
                    silence_hours: u16::try_from(row.silence_hours).unwrap_or(0),
                    user_count: unsigned(row.user_count),
                    group_count: unsigned(row.group_count),
                    last_request: summary(row.last_request),
                    last_error: summary(row.last_error),
                    tokens: tokens.remove(&row.id).unwrap_or_default(),
                    oauth_clients: clients.remove(&row.id).unwrap_or_default(),
                })
            })
            .collect()
    }

    /// Whether the account has a connection.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn has_connection(&self) -> Result<bool, DbError> {
        let row = connection::Entity::find()
            .filter(connection::Column::AccountId.eq(self.account.0))
            .filter(connection::Column::Mode.ne(HIDDEN))
            .one(self.connection)
            .await?;
        Ok(row.is_some())
    }

    fn connection_rows(&self, only: Option<ConnectionId>) -> SelectStatement {
        use connection::Column as C;
        let mut select = Query::select();
        for column in [
            C::Id,
            C::Name,
            C::Kind,
            C::Mode,
            C::AdoptExisting,
            C::CreatedAt,
            C::SilenceHours,
        ] {
            select.column((connection::Entity, column));
        }
        select
            .expr_as(live_links(), "user_count")
            .expr_as(own_groups(), "group_count")
            .expr_as(shadow_objects(), "shadow_count")
            .expr_as(newest_request(false), "last_request")
            .expr_as(newest_request(true), "last_error")
            .from(connection::Entity)
            .and_where(Expr::col((connection::Entity, C::AccountId)).eq(self.account.0))
            .and_where(Expr::col((connection::Entity, C::Mode)).ne(HIDDEN))
            .order_by((connection::Entity, C::NameFolded), Order::Asc);
        if let Some(id) = only {
            select.and_where(Expr::col((connection::Entity, C::Id)).eq(id.0));
        }
        select.to_owned()
    }

    async fn open_tokens(
        &self,
        connections: impl Iterator<Item = Uuid>,
    ) -> Result<HashMap<Uuid, Vec<TokenView>>, DbError> {
        let rows = token::Entity::find()
            .filter(token::Column::AccountId.eq(self.account.0))
            .filter(token::Column::ConnectionId.is_in(connections))
            .filter(token::Column::RevokedAt.is_null())
            .filter(token::Column::ClientId.is_null())
            .order_by_desc(token::Column::Id)
            .all(self.connection)
            .await?;
        let mut tokens: HashMap<Uuid, Vec<TokenView>> = HashMap::new();
        for row in rows {
            tokens
                .entry(row.connection_id)
                .or_default()
                .push(TokenView {
                    id: row.id.into(),
                    hint: row.hint,
                    scopes: parse_scopes(&row.scopes)?,
                    created_at: row.created_at,
                    expires_at: row.expires_at,
                    last_used_at: row.last_used_at,
                });
        }
        Ok(tokens)
    }

    async fn request_summaries(
        &self,
        ids: Vec<Uuid>,
    ) -> Result<HashMap<Uuid, RequestSummary>, DbError> {
        use log::Column as L;
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let select = Query::select()
            .columns([L::Id, L::At, L::Method, L::Path, L::Status, L::Decision])
            .from(log::Entity)
            .and_where(log::Column::AccountId.eq(self.account.0))
            .and_where(log::Column::Id.is_in(ids))
            .to_owned();
        let rows: Vec<RequestRow> = fetch::all(self.connection, &select).await?;
        Ok(rows
            .into_iter()
            .map(|row| (row.id, summary_of(row)))
            .collect())
    }
}

impl AccountTx {
    /// Inserts a connection that works at once.
    ///
    /// # Errors
    /// [`DbError::Unique`] with `ConnectionName`, and those of the database.
    pub async fn insert_connection(&self, new: &NewIdpConnection) -> Result<(), DbError> {
        let row = connection::ActiveModel {
            account_id: Set(self.account().0),
            id: Set(new.id.0),
            name: Set(new.name.clone()),
            name_folded: Set(fold(&new.name)),
            kind: Set(new.dialect.kind.as_str().to_owned()),
            mode: Set(new.mode.as_str().to_owned()),
            default_organisation_id: Set(new.default_organisation.0),
            adopt_existing: Set(true),
            switches: Set(switches_text(&new.dialect)?),
            mapping_rules: Set("[]".to_owned()),
            mapping_version: Set(1),
            version: Set(1),
            created_at: Set(self.ctx().now),
            silence_hours: Set(i32::from(SILENCE_HOURS)),
            shadow_deleted_at: Set(None),
        };
        connection::Entity::insert(row)
            .exec_without_returning(&self.connection)
            .await?;
        Ok(())
    }

    /// Raises a connection's version and answers the new one; `None` when there is no such
    /// connection.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn bump_connection(&self, id: ConnectionId) -> Result<Option<i64>, DbError> {
        use connection::Column as C;
        let rows = connection::Entity::update_many()
            .filter(C::AccountId.eq(self.account().0))
            .filter(C::Id.eq(id.0))
            .col_expr(C::Version, Expr::col(C::Version).add(1))
            .exec_with_returning(&self.connection)
            .await?;
        Ok(rows.first().map(|row| row.version))
    }
}

/// Connections that no list shows.
pub(super) const HIDDEN: &str = ConnectionMode::ThrowAway.as_str();

/// The words of an unbound literal let both databases use a partial index.
fn literal(word: &str) -> Expr {
    Expr::Constant(word.into())
}

fn live_links() -> Expr {
    use link::Column as L;
    let count = Query::select()
        .expr(Expr::cust("COUNT(*)"))
        .from(link::Entity)
        .and_where(of_connection(
            Expr::col((link::Entity, L::AccountId)),
            Expr::col((link::Entity, L::ConnectionId)),
        ))
        .and_where(Expr::col((link::Entity, L::State)).eq(literal("live")))
        .to_owned();
    count.into()
}

fn own_groups() -> Expr {
    use group::Column as G;
    let count = Query::select()
        .expr(Expr::cust("COUNT(*)"))
        .from(group::Entity)
        .and_where(of_connection(
            Expr::col((group::Entity, G::AccountId)),
            Expr::col((group::Entity, G::ConnectionId)),
        ))
        .and_where(Expr::col((group::Entity, G::State)).eq(literal("live")))
        .to_owned();
    count.into()
}

fn shadow_objects() -> Expr {
    use shadow_object::Column as O;
    let count = Query::select()
        .expr(Expr::cust("COUNT(*)"))
        .from(shadow_object::Entity)
        .and_where(of_connection(
            Expr::col((shadow_object::Entity, O::AccountId)),
            Expr::col((shadow_object::Entity, O::ConnectionId)),
        ))
        .to_owned();
    count.into()
}

/// Ids of the log rise with time, so the newest is the largest.
fn newest_request(errors_only: bool) -> Expr {
    use log::Column as L;
    let mut newest = Query::select();
    newest
        .column((log::Entity, L::Id))
        .from(log::Entity)
        .and_where(of_connection(
            Expr::col((log::Entity, L::AccountId)),
            Expr::col((log::Entity, L::ConnectionId)),
        ))
        .order_by((log::Entity, L::Id), Order::Desc)
        .limit(1);
    if errors_only {
        newest.and_where(Expr::col((log::Entity, L::Status)).gte(Expr::Constant(400_i32.into())));
    }
    newest.to_owned().into()
}

fn of_connection(account: Expr, id: Expr) -> Expr {
    use connection::Column as C;
    account
        .equals((connection::Entity, C::AccountId))
        .and(id.equals((connection::Entity, C::Id)))
}

fn summary_of(row: RequestRow) -> RequestSummary {
    RequestSummary {
        id: ProvisioningRequestId(row.id),
        at: row.at,
        method: row.method,
        path: row.path,
        status: u16::try_from(row.status).unwrap_or(0),
        detail: (row.status >= 400).then_some(row.decision),
    }
}
