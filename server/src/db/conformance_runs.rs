//! The last run of the conformance checks of each connection.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use scim_schema::{
    api::conformance::{CheckResult, ConformanceRun, Evidence, Score},
    id::ConnectionId,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, FromQueryResult,
    sea_query::{OnConflict, Query, SelectStatement},
};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::{
    connection_dialects::parse_kind, entity::conformance_run as run, error::DbError, fetch,
    fetch::unsigned, scope::AccountScope, unit::AccountTx,
};
use crate::ctx::{actor_columns, actor_from_columns};

/// Evidence by the name of its check.
pub type EvidenceByCheck = BTreeMap<String, Vec<Evidence>>;

#[derive(FromQueryResult)]
struct Row {
    at: DateTime<Utc>,
    actor_kind: String,
    actor_id: Option<Uuid>,
    actor_name: String,
    duration_ms: i64,
    kind: String,
    switches: String,
    checks: String,
}

#[derive(FromQueryResult)]
struct EvidenceRow {
    evidence: String,
}

impl AccountScope<'_> {
    /// The last run on a connection, without its evidence; `None` before the first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn conformance_run(
        &self,
        connection: ConnectionId,
    ) -> Result<Option<ConformanceRun>, DbError> {
        use run::Column as C;
        let mut select = self.run_of(connection);
        select.columns([
            C::At,
            C::ActorKind,
            C::ActorId,
            C::ActorName,
            C::DurationMs,
            C::Kind,
            C::Switches,
            C::Checks,
        ]);
        let row: Option<Row> = fetch::one(self.connection, &select).await?;
        row.map(stored_run).transpose()
    }

    /// The evidence of the last run on a connection; nothing before the first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn conformance_evidence(
        &self,
        connection: ConnectionId,
    ) -> Result<EvidenceByCheck, DbError> {
        let mut select = self.run_of(connection);
        select.column(run::Column::Evidence);
        let row: Option<EvidenceRow> = fetch::one(self.connection, &select).await?;
        row.map_or_else(
            || Ok(EvidenceByCheck::new()),
            |row| read("evidence", &row.evidence),
        )
    }

    fn run_of(&self, connection: ConnectionId) -> SelectStatement {
        use run::Column as C;
        Query::select()
            .from(run::Entity)
            .and_where(C::AccountId.eq(self.account.0))
            .and_where(C::ConnectionId.eq(connection.0))
            .to_owned()
    }
}

impl AccountTx {
    /// Stores a run in the place of the one before.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn store_conformance_run(
        &self,
        connection: ConnectionId,
        new: &ConformanceRun,
        evidence: &EvidenceByCheck,
    ) -> Result<(), DbError> {
        use run::Column as C;
        let (actor_kind, actor_id, actor_name) = actor_columns(&new.by);
        let row = run::ActiveModel {
            account_id: Set(self.account().0),
            connection_id: Set(connection.0),
            at: Set(new.at),
            actor_kind: Set(actor_kind.to_owned()),
            actor_id: Set(actor_id),
            actor_name: Set(actor_name),
            duration_ms: Set(i64::try_from(new.duration_ms).unwrap_or(i64::MAX)),
            kind: Set(new.kind.as_str().to_owned()),
            switches: Set(text("switches", &new.switches)?),
            checks: Set(text("checks", &new.checks)?),
            evidence: Set(text("evidence", evidence)?),
        };
        let replace = OnConflict::columns([C::AccountId, C::ConnectionId])
            .update_columns([
                C::At,
                C::ActorKind,
                C::ActorId,
                C::ActorName,
                C::DurationMs,
                C::Kind,
                C::Switches,
                C::Checks,
                C::Evidence,
            ])
            .to_owned();
        run::Entity::insert(row)
            .on_conflict(replace)
            .exec_without_returning(&self.connection)
            .await?;
        Ok(())
    }
}

fn stored_run(row: Row) -> Result<ConformanceRun, DbError> {
    let checks: Vec<CheckResult> = read("checks", &row.checks)?;
    Ok(ConformanceRun {
        at: row.at,
        by: actor_from_columns(&row.actor_kind, row.actor_id, row.actor_name),
        duration_ms: unsigned(row.duration_ms),
        kind: parse_kind(&row.kind)?,
        switches: read("switches", &row.switches)?,
        score: Score::of(&checks),
        checks,
    })
}

fn text(column: &str, value: &impl Serialize) -> Result<String, DbError> {
    serde_json::to_string(value).map_err(|error| corrupt(column, &error))
}

fn read<T: DeserializeOwned>(column: &str, text: &str) -> Result<T, DbError> {
    serde_json::from_str(text).map_err(|error| corrupt(column, &error))
}

fn corrupt(column: &str, error: &serde_json::Error) -> DbError {
    DbError::Corrupt(format!("conformance_runs.{column}: {error}"))
}
