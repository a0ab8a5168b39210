//! The provisioning log: written in batches, read newest first.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use scim_schema::{
    api::provisioning_log::{LogDetail, LogNote, LogRow},
    id::{ConnectionId, ProvisioningRequestId, ScimTokenId, UserId},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, FromQueryResult, Order, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait, OnConflict, Query, SelectStatement},
};
use uuid::Uuid;

use super::{
    entity::{
        idp_connection as connection, scim_request_log as log, scim_request_user as touched, user,
    },
    error::DbError,
    fetch::{self, unsigned},
    log_subjects::LogSubject,
    scope::AccountScope,
    unit::AccountTx,
};

/// Rows of one INSERT: far below the bound parameters either database takes.
pub(super) const CHUNK: usize = 1_000;

/// A request to store. Bodies come without passwords.
#[derive(Clone, Debug)]
pub struct NewLogRow {
    /// Its id; rises with time.
    pub id: ProvisioningRequestId,
    /// Whose request.
    pub connection: ConnectionId,
    /// With which token.
    pub token: ScimTokenId,
    /// When it arrived.
    pub at: DateTime<Utc>,
    /// HTTP method.
    pub method: String,
    /// Path below the base URL, without query.
    pub path: String,
    /// HTTP status of the answer.
    pub status: u16,
    /// SCIM error keyword, if any.
    pub scim_type: Option<String>,
    /// What was decided, in a sentence.
    pub decision: String,
    /// How long it took, in microseconds.
    pub duration_us: u64,
    /// Rewrites and remarks.
    pub notes: Vec<LogNote>,
    /// The request's body.
    pub request_body: Option<String>,
    /// The answer's body.
    pub response_body: Option<String>,
    /// Users whom it touched.
    pub users: Vec<UserId>,
    /// Whom it was about where it failed, as far as it said.
    pub subjects: Vec<LogSubject>,
}

/// Which rows of the log are wanted; newest first.
#[derive(Clone, Debug, Default)]
pub struct LogFilter {
    /// Only requests that touched this user.
    pub user: Option<UserId>,
    /// Only requests of this connection.
    pub connection: Option<ConnectionId>,
    /// Only answers with status 400 or more.
    pub errors_only: bool,
    /// Only rows older than this one.
    pub before: Option<ProvisioningRequestId>,
    /// Rows at most.
    pub limit: u64,
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    at: DateTime<Utc>,
    connection_id: Uuid,
    name: String,
    method: String,
    path: String,
    status: i16,
    scim_type: Option<String>,
    decision: String,
    duration_us: i64,
    notes: String,
}

#[derive(FromQueryResult)]
struct Bodies {
    request_body: Option<String>,
    response_body: Option<String>,
}

impl AccountScope<'_> {
    /// Rows of the log, newest first, without bodies.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn log_rows(&self, filter: &LogFilter) -> Result<Vec<LogRow>, DbError> {
        use log::Column as L;
        let mut select = rows_of(self.account.0);
        if let Some(user) = filter.user {
            select
                .inner_join(
                    touched::Entity,
                    Expr::col((touched::Entity, touched::Column::AccountId))
                        .equals((log::Entity, L::AccountId))
                        .and(
                            Expr::col((touched::Entity, touched::Column::RequestId))
                                .equals((log::Entity, L::Id)),
                        ),
                )
                .and_where(Expr::col((touched::Entity, touched::Column::UserId)).eq(user.0));
        }
        if let Some(id) = filter.connection {
            select.and_where(Expr::col((log::Entity, L::ConnectionId)).eq(id.0));
        }
        if filter.errors_only {
            // A literal, not a parameter: the index of errors is partial.
            select
                .and_where(Expr::col((log::Entity, L::Status)).gte(Expr::Constant(400_i32.into())));
        }
        let key = match filter.user {
            Some(_) => Expr::col((touched::Entity, touched::Column::RequestId)),
            None => Expr::col((log::Entity, L::Id)),
        };
        if let Some(before) = filter.before {
            select.and_where(key.clone().lt(before.0));
        }
        select.order_by_expr(key, Order::Desc).limit(filter.limit);
        let rows: Vec<Row> = fetch::all(self.connection, &select).await?;
        rows.into_iter().map(from_row).collect()
    }
}

impl AccountTx {
    /// One row with its bodies. Inside a unit of work, because reading bodies is audited.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn log_detail(
        &self,
        id: ProvisioningRequestId,
    ) -> Result<Option<LogDetail>, DbError> {
        use log::Column as L;
        let mut select = rows_of(self.account().0);
        select.and_where(Expr::col((log::Entity, L::Id)).eq(id.0));
        let Some(row) = fetch::one::<Row, _>(&self.connection, &select).await? else {
            return Ok(None);
        };
        let bodies = Query::select()
            .columns([L::RequestBody, L::ResponseBody])
            .from(log::Entity)
            .and_where(log::Column::AccountId.eq(self.account().0))
            .and_where(log::Column::Id.eq(id.0))
            .to_owned();
        let bodies: Option<Bodies> = fetch::one(&self.connection, &bodies).await?;
        let (request_body, response_body) = bodies.map_or((None, None), |bodies| {
            (bodies.request_body, bodies.response_body)
        });
        Ok(Some(LogDetail {
            row: from_row(row)?,
            request_body,
            response_body,
        }))
    }

    /// Inserts a batch; users that are not there any more are left out, and what an earlier try of
    /// the same batch has stored stays as it is.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn insert_log_rows(&self, rows: &[NewLogRow]) -> Result<(), DbError> {
        let models = rows
            .iter()
            .map(|row| self.log_model(row))
            .collect::<Result<Vec<_>, _>>()?;
        for chunk in models.chunks(CHUNK) {
            log::Entity::insert_many(chunk.to_vec())
                .on_conflict(OnConflict::new().do_nothing().to_owned())
                .exec_without_returning(&self.connection)
                .await?;
        }
        let named = rows.iter().flat_map(|row| row.users.iter().copied());
        let known = self.known_users(named.collect()).await?;
        let mut pairs: HashSet<(Uuid, Uuid)> = rows
            .iter()
            .flat_map(|row| row.users.iter().map(|user| (user.0, row.id.0)))
            .filter(|(user, _)| known.contains(user))
            .collect();
        pairs.extend(self.subjects_of(rows).await?);
        let pairs: Vec<_> = pairs.into_iter().collect();
        for chunk in pairs.chunks(CHUNK) {
            let rows = chunk.iter().map(|(user, request)| touched::ActiveModel {
                account_id: Set(self.account().0),
                user_id: Set(*user),
                request_id: Set(*request),
            });
            touched::Entity::insert_many(rows)
                .on_conflict(OnConflict::new().do_nothing().to_owned())
                .exec_without_returning(&self.connection)
                .await?;
        }
        Ok(())
    }

    fn log_model(&self, row: &NewLogRow) -> Result<log::ActiveModel, DbError> {
        let notes = serde_json::to_string(&row.notes)
            .map_err(|error| DbError::Corrupt(format!("notes: {error}")))?;
        Ok(log::ActiveModel {
            account_id: Set(self.account().0),
            id: Set(row.id.0),
            connection_id: Set(row.connection.0),
            token_id: Set(Some(row.token.0)),
            at: Set(row.at),
            method: Set(row.method.clone()),
            path: Set(row.path.clone()),
            status: Set(i16::try_from(row.status).unwrap_or(0)),
            scim_type: Set(row.scim_type.clone()),
            decision: Set(row.decision.clone()),
            duration_us: Set(i64::try_from(row.duration_us).unwrap_or(i64::MAX)),
            notes: Set(notes),
            request_body: Set(row.request_body.clone()),
            response_body: Set(row.response_body.clone()),
        })
    }

    async fn known_users(&self, named: HashSet<UserId>) -> Result<HashSet<Uuid>, DbError> {
        let named: Vec<Uuid> = named.into_iter().map(|user| user.0).collect();
        let mut known = HashSet::new();
        for chunk in named.chunks(CHUNK) {
            let found: Vec<Uuid> = user::Entity::find()
                .select_only()
                .column(user::Column::Id)
                .filter(user::Column::AccountId.eq(self.account().0))
                .filter(user::Column::Id.is_in(chunk.iter().copied()))
                .into_tuple()
                .all(&self.connection)
                .await?;
            known.extend(found);
        }
        Ok(known)
    }
}

fn rows_of(account: Uuid) -> SelectStatement {
    use connection::Column as C;
    use log::Column as L;
    let mut select = Query::select();
    for column in [
        L::Id,
        L::At,
        L::ConnectionId,
        L::Method,
        L::Path,
        L::Status,
        L::ScimType,
        L::Decision,
        L::DurationUs,
        L::Notes,
    ] {
        select.column((log::Entity, column));
    }
    select
        .column((connection::Entity, C::Name))
        .from(log::Entity)
        .inner_join(
            connection::Entity,
            Expr::col((connection::Entity, C::AccountId))
                .equals((log::Entity, L::AccountId))
                .and(Expr::col((connection::Entity, C::Id)).equals((log::Entity, L::ConnectionId))),
        )
        .and_where(Expr::col((log::Entity, L::AccountId)).eq(account))
        .to_owned()
}

fn from_row(row: Row) -> Result<LogRow, DbError> {
    let notes = serde_json::from_str(&row.notes)
        .map_err(|error| DbError::Corrupt(format!("scim_request_log.notes: {error}")))?;
    Ok(LogRow {
        id: row.id.into(),
        at: row.at,
        connection: row.connection_id.into(),
        connection_name: row.name,
        method: row.method,
        path: row.path,
        status: u16::try_from(row.status).unwrap_or(0),
        scim_type: row.scim_type,
        decision: row.decision,
        duration_us: unsigned(row.duration_us),
        notes,
    })
}
