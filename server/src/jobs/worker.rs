//! Takes due jobs and runs them outside any transaction; a job whose process dies is taken over
//! when its lease ends.

use std::{
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::TimeDelta;
use futures_util::FutureExt;
use scim_schema::id::RequestId;
use tokio_util::sync::CancellationToken;

use super::{JobCtx, JobError, Lane, QUEUES, Queue};
use crate::{
    ctx::Ctx,
    db::{ClaimedJob, DbError, JobEnd, JobsOf, PLATFORM_ACCOUNT, SEND_MAIL, Written},
};

/// How long a job stays with a worker that is not heard of any more.
const LEASE: TimeDelta = TimeDelta::seconds(30);
/// Between two signs of life of a worker.
const RENEWAL: Duration = Duration::from_secs(10);
/// Jobs taken at once.
const BATCH: u64 = 10;
/// Longest time until a job of another process is seen.
const POLL: Duration = Duration::from_secs(1);
/// First pause after a failure; it doubles each time.
const BACK_OFF: TimeDelta = TimeDelta::seconds(5);

/// Works until `shutdown` is cancelled; a job that has begun is finished.
pub(super) async fn work(ctx: JobCtx, lane: Lane, shutdown: CancellationToken) {
    let worker = format!("worker-{}", ctx.ids.uuid_v7(ctx.clock.now()));
    while !shutdown.is_cancelled() {
        let jobs = match claim(&ctx, &worker, lane).await {
            Ok(jobs) => jobs,
            Err(error) => {
                tracing::warn!(%error, "jobs could not be taken");
                Vec::new()
            }
        };
        if jobs.is_empty() {
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = queued(&ctx, lane) => {}
                () = tokio::time::sleep(POLL) => {}
            }
            continue;
        }
        let work = async {
            for job in &jobs {
                // What has not begun is left to whoever comes after this worker's leases.
                if shutdown.is_cancelled() {
                    return;
                }
                run(&ctx, &worker, job, &shutdown).await;
            }
        };
        tokio::select! {
            () = work => {}
            () = renew(&ctx, &worker, &jobs) => {}
        }
    }
}

async fn queued(ctx: &JobCtx, lane: Lane) {
    match lane {
        Lane::Database => ctx.db.job_queued().await,
        Lane::Mail => ctx.db.mail_queued().await,
    }
}

const fn jobs_of(lane: Lane) -> JobsOf {
    match lane {
        Lane::Database => JobsOf::AllBut(SEND_MAIL),
        Lane::Mail => JobsOf::Only(SEND_MAIL),
    }
}

async fn claim(ctx: &JobCtx, worker: &str, lane: Lane) -> Result<Vec<ClaimedJob>, DbError> {
    let now = ctx.clock.now();
    let of = jobs_of(lane);
    if !ctx.db.platform().has_due_job(now, of).await? {
        return Ok(Vec::new());
    }
    let worker = worker.to_owned();
    ctx.db
        .write(&bookkeeper(ctx), move |tx| {
            let worker = worker.clone();
            Box::pin(async move {
                let jobs = tx.claim_jobs(&worker, of, BATCH, LEASE).await?;
                Ok::<_, DbError>(Written::bookkeeping(jobs))
            })
        })
        .await
}

/// Keeps the leases of `worker` while its jobs run.
async fn renew(ctx: &JobCtx, worker: &str, jobs: &[ClaimedJob]) {
    loop {
        tokio::time::sleep(RENEWAL).await;
        let (owner, jobs) = (worker.to_owned(), jobs.to_vec());
        let renewed = ctx
            .db
            .write(&bookkeeper(ctx), move |tx| {
                let (owner, jobs) = (owner.clone(), jobs.clone());
                Box::pin(async move {
                    tx.renew_jobs(&jobs, &owner, LEASE).await?;
                    Ok::<_, DbError>(Written::bookkeeping(()))
                })
            })
            .await;
        if let Err(error) = renewed {
            tracing::warn!(%error, "the leases of jobs were not renewed");
        }
    }
}

async fn run(ctx: &JobCtx, worker: &str, job: &ClaimedJob, shutdown: &CancellationToken) {
    let queue = QUEUES.iter().find(|queue| queue.name == job.queue);
    let outcome = match queue {
        Some(queue) => attempt(ctx, job, queue).await,
        None => Err(JobError::Fail(format!(
            "this version has no handler for the queue {}",
            job.queue
        ))),
    };
    let longest = queue.map_or(TimeDelta::zero(), |queue| queue.longest_pause);
    let end = match outcome {
        Ok(()) => JobEnd::Done,
        Err(JobError::Fail(error)) => JobEnd::Failed(error),
        Err(JobError::Retry(error)) if job.attempt >= job.max_attempts => JobEnd::Failed(error),
        Err(JobError::Retry(error)) => {
            JobEnd::Retry(ctx.clock.now() + pause(job.attempt).min(longest), error)
        }
    };
    if let JobEnd::Failed(error) | JobEnd::Retry(_, error) = &end {
        tracing::warn!(job = %job.id, queue = job.queue, attempt = job.attempt, error, "a job failed");
    }
    record(ctx, worker, job, (&end, shutdown)).await;
}

/// Records how a try ended. What made the job fail may stand in the way of that as well, so it is
/// tried until the lease would be over.
async fn record(
    ctx: &JobCtx,
    worker: &str,
    job: &ClaimedJob,
    (end, shutdown): (&JobEnd, &CancellationToken),
) {
    let begun = Instant::now();
    loop {
        let (owner, ended, how) = (worker.to_owned(), job.clone(), end.clone());
        let recorded = ctx
            .db
            .write(&bookkeeper(ctx), move |tx| {
                let (owner, ended, how) = (owner.clone(), ended.clone(), how.clone());
                Box::pin(async move {
                    tx.end_job(&ended, &owner, &how).await?;
                    Ok::<_, DbError>(Written::bookkeeping(()))
                })
            })
            .await;
        let Err(error) = recorded else { return };
        let over = LEASE.to_std().is_ok_and(|lease| begun.elapsed() > lease);
        if over || shutdown.is_cancelled() {
            tracing::warn!(%error, "the end of a job was not recorded; it runs again after its lease");
            return;
        }
        tokio::time::sleep(POLL).await;
    }
}

/// The pause after a try that failed.
fn pause(attempt: i32) -> TimeDelta {
    let doublings = u32::try_from(attempt - 1).unwrap_or(0).min(12);
    BACK_OFF * 2_i32.pow(doublings)
}

async fn attempt(ctx: &JobCtx, job: &ClaimedJob, queue: &Queue) -> Result<(), JobError> {
    AssertUnwindSafe((queue.handler)(ctx, job))
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
