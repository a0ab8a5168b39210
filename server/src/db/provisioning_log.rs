//! The provisioning log: written in batches, and one row of it with its bodies.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use scim_schema::{
    api::provisioning_log::{LogDetail, LogFacts, LogNote},
    id::{ConnectionId, ProvisioningRequestId, RequestId, ScimTokenId, UserId},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait, OnConflict, Query},
};
use uuid::Uuid;

use super::{
    entity::{scim_request_log as log, scim_request_user as touched, user},
    error::DbError,
    fetch,
    log_search::{Row, from_row, rows_of},
    log_subjects::LogSubject,
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
    /// The request's own id.
    pub request: Option<RequestId>,
    /// SQL statements that it took.
    pub statements: Option<u32>,
    /// What it did.
    pub facts: LogFacts,
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

#[derive(FromQueryResult)]
struct Bodies {
    request_body: Option<String>,
    response_body: Option<String>,
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
        let mut select = rows_of(self.account().0, None);
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
        let named = rows.iter().flat_map(|row| row.users.iter().copied());
        let known = self.known_users(named.collect()).await?;
        let mut pairs: HashSet<(Uuid, Uuid)> = rows
            .iter()
            .flat_map(|row| row.users.iter().map(|user| (user.0, row.id.0)))
            .filter(|(user, _)| known.contains(user))
            .collect();
        pairs.extend(self.subjects_of(rows).await?);
        let touched = pairs
            .into_iter()
            .map(|(user, request)| touched::ActiveModel {
                account_id: Set(self.account().0),
                user_id: Set(user),
                request_id: Set(request),
            });
        let there = OnConflict::new().do_nothing().to_owned();
        for part in in_few_sizes(models) {
            self.settle().await?;
            self.connection.upsert_all(part, &there).await?;
        }
        for part in in_few_sizes(touched.collect()) {
            self.connection.upsert_all(part, &there).await?;
            self.settle().await?;
        }
        Ok(())
    }

    fn log_model(&self, row: &NewLogRow) -> Result<log::ActiveModel, DbError> {
        let notes = serde_json::to_string(&row.notes)
            .map_err(|error| DbError::Corrupt(format!("notes: {error}")))?;
        let facts = serde_json::to_string(&row.facts)
            .map_err(|error| DbError::Corrupt(format!("facts: {error}")))?;
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
            request_id: Set(row.request.map(|id| id.0)),
            statements: Set(row.statements.and_then(|count| i32::try_from(count).ok())),
            facts: Set((row.facts != LogFacts::default()).then_some(facts)),
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

/// Parts whose lengths are powers of two, the longest first. The text of an insertion depends on how
/// many rows it has, and each text is kept prepared on its connection.
fn in_few_sizes<T>(mut rows: Vec<T>) -> Vec<Vec<T>> {
    let mut parts = Vec::new();
    while let Some(power) = rows.len().checked_ilog2() {
        let rest = rows.split_off(1 << power);
        parts.push(rows);
        rows = rest;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_written_in_parts_of_few_sizes_and_whole() {
        let parts = in_few_sizes((0..37).collect());
        let lengths: Vec<usize> = parts.iter().map(Vec::len).collect();
        assert_eq!(lengths, [32, 4, 1]);
        assert_eq!(parts.concat(), (0..37).collect::<Vec<_>>());
        assert!(in_few_sizes(Vec::<u8>::new()).is_empty());
    }
}
