//! The jobs table: enqueued inside units of work, claimed by lease, so that work runs outside any
//! transaction and is taken over when its process dies.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use scim_schema::id::{AccountId, JobId};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Condition, Expr, ExprTrait, LockBehavior, LockType, OnConflict, Query},
};
use serde_json::Value;

use super::{
    entity::job,
    error::DbError,
    scope::{AccountScope, PlatformScope},
    unit::AccountTx,
};

/// A job to enqueue. The payload carries ids only, never personal data or a secret.
#[derive(Clone, Debug)]
pub struct NewJob {
    /// Name of its handler.
    pub queue: &'static str,
    /// Ids it works on.
    pub payload: Value,
    /// Not before.
    pub run_at: DateTime<Utc>,
    /// While a job with this key waits or runs, another is not added.
    pub dedup_key: Option<String>,
    /// Tries before it is given up.
    pub max_attempts: i32,
}

/// A job in the hands of a worker.
#[derive(Clone, Debug)]
pub struct ClaimedJob {
    /// Whose.
    pub account: AccountId,
    /// Which.
    pub id: JobId,
    /// Name of its handler.
    pub queue: String,
    /// Ids it works on.
    pub payload: Value,
    /// This try, from 1.
    pub attempt: i32,
    /// Tries before it is given up.
    pub max_attempts: i32,
}

/// Whose jobs a worker takes, by their queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobsOf {
    /// Those of this queue.
    Only(&'static str),
    /// Those of every other queue.
    AllBut(&'static str),
}

/// How a try ended.
#[derive(Clone, Debug)]
pub enum JobEnd {
    /// Done.
    Done,
    /// Again at this time; the text goes into `last_error`.
    Retry(DateTime<Utc>, String),
    /// Given up; the text goes into `last_error`.
    Failed(String),
}

impl AccountTx {
    /// Adds jobs to this account's queue.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) async fn insert_jobs(&self, jobs: &[NewJob]) -> Result<(), DbError> {
        // The parts of a unit may ask for the same work; done once after all of them is enough.
        let mut asked = HashSet::new();
        let once = |job: &&NewJob| asked.insert((job.queue, job.run_at, job.payload.to_string()));
        let rows = jobs.iter().filter(once).map(|job| job::ActiveModel {
            account_id: Set(self.account().0),
            id: Set(self.new_id()),
            queue: Set(job.queue.to_owned()),
            payload: Set(job.payload.to_string()),
            status: Set("available".to_owned()),
            run_at: Set(job.run_at),
            attempt: Set(0),
            max_attempts: Set(job.max_attempts),
            locked_until: Set(None),
            locked_by: Set(None),
            dedup_key: Set(job.dedup_key.clone()),
            last_error: Set(None),
            created_at: Set(self.ctx().now),
            finished_at: Set(None),
        });
        let there = OnConflict::new().do_nothing().to_owned();
        Ok(self.connection.upsert_all(rows.collect(), &there).await?)
    }

    /// Takes due jobs, of every account, for `lease`; those whose lease ran out count as due.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn claim_jobs(
        &self,
        worker: &str,
        of: JobsOf,
        limit: u64,
        lease: TimeDelta,
    ) -> Result<Vec<ClaimedJob>, DbError> {
        let now = self.ctx().now;
        let due = Query::select()
            .column(job::Column::Id)
            .from(job::Entity)
            .and_where(due_at(now, of))
            .order_by(job::Column::RunAt, sea_orm::Order::Asc)
            .limit(limit)
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .to_owned();
        let rows = job::Entity::update_many()
            .col_expr(job::Column::Status, Expr::val("running"))
            .col_expr(job::Column::LockedUntil, Expr::val(now + lease))
            .col_expr(job::Column::LockedBy, Expr::val(worker))
            .col_expr(job::Column::Attempt, Expr::col(job::Column::Attempt).add(1))
            .filter(job::Column::Id.in_subquery(due))
            .exec_with_returning(&self.connection)
            .await?;
        rows.into_iter().map(claimed).collect()
    }

    /// Gives `worker` those of its jobs that still run for another `lease`; a lost one stays lost.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn renew_jobs(
        &self,
        jobs: &[ClaimedJob],
        worker: &str,
        lease: TimeDelta,
    ) -> Result<(), DbError> {
        let key = |job: &ClaimedJob| {
            let of_account = job::Column::AccountId.eq(job.account.0);
            of_account.and(job::Column::Id.eq(job.id.0))
        };
        let theirs = jobs.iter().map(key).fold(Condition::any(), Condition::add);
        job::Entity::update_many()
            .filter(theirs)
            .filter(job::Column::Status.eq("running"))
            .filter(job::Column::LockedBy.eq(worker))
            .col_expr(job::Column::LockedUntil, Expr::val(self.ctx().now + lease))
            .exec(&self.connection)
            .await?;
        Ok(())
    }

    /// Records how a try of a job that `worker` holds ended; a lost lease changes nothing.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn end_job(
        &self,
        job: &ClaimedJob,
        worker: &str,
        end: &JobEnd,
    ) -> Result<(), DbError> {
        let now = self.ctx().now;
        let update = job::Entity::update_many()
            .filter(job::Column::AccountId.eq(job.account.0))
            .filter(job::Column::Id.eq(job.id.0))
            .filter(job::Column::LockedBy.eq(worker))
            .filter(job::Column::Status.eq("running"))
            .col_expr(job::Column::LockedUntil, Expr::val(None::<DateTime<Utc>>));
        let update = match end {
            JobEnd::Done => update
                .col_expr(job::Column::Status, Expr::val("done"))
                .col_expr(job::Column::FinishedAt, Expr::val(now)),
            JobEnd::Retry(at, error) => update
                .col_expr(job::Column::Status, Expr::val("available"))
                .col_expr(job::Column::RunAt, Expr::val(*at))
                .col_expr(job::Column::LastError, Expr::val(error.as_str())),
            JobEnd::Failed(error) => update
                .col_expr(job::Column::Status, Expr::val("failed"))
                .col_expr(job::Column::FinishedAt, Expr::val(now))
                .col_expr(job::Column::LastError, Expr::val(error.as_str())),
        };
        update.exec(&self.connection).await?;
        Ok(())
    }
}

/// Why the last try of a job failed, and when the next one is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedTry {
    /// Without personal data.
    pub reason: String,
    /// Past while it is under way.
    pub next_try_at: DateTime<Utc>,
}

impl AccountScope<'_> {
    /// How the last try of the newest job with this payload failed, which is tried again; `None` when
    /// there is no such job, or it has not failed.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn failed_try(
        &self,
        queue: &str,
        payload: &Value,
    ) -> Result<Option<FailedTry>, DbError> {
        let row: Option<(Option<String>, DateTime<Utc>)> = job::Entity::find()
            .select_only()
            .columns([job::Column::LastError, job::Column::RunAt])
            .filter(job::Column::AccountId.eq(self.account.0))
            .filter(job::Column::Queue.eq(queue))
            .filter(job::Column::Status.is_in(["available", "running"]))
            .filter(job::Column::Payload.eq(payload.to_string()))
            .order_by_desc(job::Column::CreatedAt)
            .limit(1)
            .into_tuple()
            .one(self.connection)
            .await?;
        Ok(row.and_then(|(reason, next_try_at)| {
            reason.map(|reason| FailedTry {
                reason,
                next_try_at,
            })
        }))
    }
}

impl PlatformScope<'_> {
    /// Whether some account has a job that a worker could take at `now`.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn has_due_job(&self, now: DateTime<Utc>, of: JobsOf) -> Result<bool, DbError> {
        let due = job::Entity::find()
            .select_only()
            .column(job::Column::Id)
            .filter(due_at(now, of))
            .limit(1)
            .into_tuple::<uuid::Uuid>()
            .one(self.connection)
            .await?;
        Ok(due.is_some())
    }
}

fn due_at(now: DateTime<Utc>, of: JobsOf) -> Expr {
    let queue = match of {
        JobsOf::Only(queue) => job::Column::Queue.eq(queue),
        JobsOf::AllBut(queue) => job::Column::Queue.ne(queue),
    };
    let due = job::Column::Status
        .eq("available")
        .and(job::Column::RunAt.lte(now))
        .or(job::Column::Status
            .eq("running")
            .and(job::Column::LockedUntil.lt(now)));
    due.and(queue)
}

fn claimed(row: job::Model) -> Result<ClaimedJob, DbError> {
    let payload = serde_json::from_str(&row.payload)
        .map_err(|error| DbError::Corrupt(format!("jobs.payload: {error}")))?;
    Ok(ClaimedJob {
        account: row.account_id.into(),
        id: row.id.into(),
        queue: row.queue,
        payload,
        attempt: row.attempt,
        max_attempts: row.max_attempts,
    })
}
