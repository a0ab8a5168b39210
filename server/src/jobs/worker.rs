//! Takes due jobs and runs them outside any transaction; a job whose process dies is taken over
//! when its lease ends.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use chrono::TimeDelta;
use futures_util::FutureExt;
use scim_schema::id::RequestId;
use tokio_util::sync::CancellationToken;

use super::{HANDLERS, JobCtx, JobError};
use crate::{
    ctx::Ctx,
    db::{ClaimedJob, DbError, JobEnd, PLATFORM_ACCOUNT, Written},
};

/// How long a worker may hold a job.
const LEASE: TimeDelta = TimeDelta::minutes(5);
/// Jobs taken at once.
const BATCH: u64 = 10;
/// Longest time until a job of another process is seen.
const POLL: Duration = Duration::from_secs(1);
/// First pause after a failure; it doubles each time.
const BACK_OFF: TimeDelta = TimeDelta::seconds(5);

/// Works until `shutdown` is cancelled; a job that has begun is finished.
pub(super) async fn work(ctx: JobCtx, shutdown: CancellationToken) {
    let worker = format!("worker-{}", ctx.ids.uuid_v7(ctx.clock.now()));
    while !shutdown.is_cancelled() {
        let jobs = match claim(&ctx, &worker).await {
            Ok(jobs) => jobs,
            Err(error) => {
                tracing::warn!(%error, "jobs could not be taken");
                Vec::new()
            }
        };
        if jobs.is_empty() {
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = ctx.db.job_queued() => {}
                () = tokio::time::sleep(POLL) => {}
            }
            continue;
        }
        for job in jobs {
            run(&ctx, &worker, &job).await;
        }
    }
}

async fn claim(ctx: &JobCtx, worker: &str) -> Result<Vec<ClaimedJob>, DbError> {
    let now = ctx.clock.now();
    if !ctx.db.platform().has_due_job(now).await? {
        return Ok(Vec::new());
    }
    let worker = worker.to_owned();
    ctx.db
        .write(&bookkeeper(ctx), move |tx| {
            let worker = worker.clone();
            Box::pin(async move {
                let jobs = tx.claim_jobs(&worker, BATCH, LEASE).await?;
                Ok::<_, DbError>(Written::bookkeeping(jobs))
            })
        })
        .await
}

async fn run(ctx: &JobCtx, worker: &str, job: &ClaimedJob) {
    let end = match attempt(ctx, job).await {
        Ok(()) => JobEnd::Done,
        Err(JobError::Fail(error)) => JobEnd::Failed(error),
        Err(JobError::Retry(error) | JobError::RetryWithin(error, _))
            if job.attempt >= job.max_attempts =>
        {
            JobEnd::Failed(error)
        }
        Err(JobError::Retry(error)) => JobEnd::Retry(ctx.clock.now() + pause(job.attempt), error),
        Err(JobError::RetryWithin(error, longest)) => {
            JobEnd::Retry(ctx.clock.now() + pause(job.attempt).min(longest), error)
        }
    };
    if let JobEnd::Failed(error) | JobEnd::Retry(_, error) = &end {
        tracing::warn!(job = %job.id, queue = job.queue, attempt = job.attempt, error, "a job failed");
    }
    let (worker, job) = (worker.to_owned(), job.clone());
    let ended = ctx
        .db
        .write(&bookkeeper(ctx), move |tx| {
            let (worker, job, end) = (worker.clone(), job.clone(), end.clone());
            Box::pin(async move {
                tx.end_job(&job, &worker, &end).await?;
                Ok::<_, DbError>(Written::bookkeeping(()))
            })
        })
        .await;
    if let Err(error) = ended {
        tracing::warn!(%error, "the end of a job was not recorded; it runs again after its lease");
    }
}

/// The pause after a try that failed.
fn pause(attempt: i32) -> TimeDelta {
    let doublings = u32::try_from(attempt - 1).unwrap_or(0).min(12);
    BACK_OFF * 2_i32.pow(doublings)
}

async fn attempt(ctx: &JobCtx, job: &ClaimedJob) -> Result<(), JobError> {
    let Some((_, handler)) = HANDLERS.iter().find(|(queue, _)| *queue == job.queue) else {
        return Err(JobError::Fail(format!(
            "this version has no handler for the queue {}",
            job.queue
        )));
    };
    AssertUnwindSafe(handler(ctx, job))
        .catch_unwind()
        .await
        .unwrap_or_else(|_| Err(JobError::Retry("the job panicked".to_owned())))
}

/// Leases are nobody's act.
fn bookkeeper(ctx: &JobCtx) -> Arc<Ctx> {
    let now = ctx.clock.now();
    let request = RequestId(ctx.ids.uuid_v7(now));
    Arc::new(Ctx::system(PLATFORM_ACCOUNT, "worker", request, now))
}
