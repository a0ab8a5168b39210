//! Schedules without a leader: every process queues the next run under a key of its own time, and
//! the key lets only one of them in.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Days, NaiveTime, Utc};
use scim_schema::id::RequestId;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{JobCtx, retention};
use crate::{
    ctx::Ctx,
    db::{DbError, NewJob, PLATFORM_ACCOUNT, Written},
};

/// Between two looks at what is to be queued.
const TICK: Duration = Duration::from_secs(15 * 60);
/// When daily jobs run, in UTC.
const DAILY_HOUR: u32 = 3;

/// Queues the next run of every schedule until `shutdown` is cancelled.
pub(super) async fn keep(ctx: JobCtx, shutdown: CancellationToken) {
    loop {
        if let Err(error) = queue_next(&ctx).await {
            tracing::warn!(%error, "scheduled jobs could not be queued");
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(TICK) => {}
        }
    }
}

async fn queue_next(ctx: &JobCtx) -> Result<(), DbError> {
    if !ctx.db.platform().has_platform_account().await? {
        return Ok(());
    }
    let now = ctx.clock.now();
    let request = RequestId(ctx.ids.uuid_v7(now));
    let by = Arc::new(Ctx::system(PLATFORM_ACCOUNT, "schedule", request, now));
    let run_at = next_daily(now);
    ctx.db
        .write(&by, move |_| {
            Box::pin(async move {
                let job = NewJob {
                    queue: retention::QUEUE,
                    payload: json!({}),
                    run_at,
                    dedup_key: Some(format!("{}@{run_at:?}", retention::QUEUE)),
                    max_attempts: 5,
                };
                Ok::<_, DbError>(Written::bookkeeping(()).queueing(job))
            })
        })
        .await
}

/// The next time of daily jobs after `now`.
fn next_daily(now: DateTime<Utc>) -> DateTime<Utc> {
    let time = NaiveTime::from_hms_opt(DAILY_HOUR, 0, 0).unwrap_or(NaiveTime::MIN);
    let today = now.date_naive().and_time(time).and_utc();
    if today > now {
        return today;
    }
    today.checked_add_days(Days::new(1)).unwrap_or(today)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_run_is_always_in_the_future() {
        let at = |text: &str| -> DateTime<Utc> { text.parse().unwrap() };
        assert_eq!(
            next_daily(at("2026-11-22T02:59:59Z")),
            at("2026-11-22T03:00:00Z")
        );
        assert_eq!(
            next_daily(at("2026-11-22T03:00:00Z")),
            at("2026-11-23T03:00:00Z")
        );
        assert_eq!(
            next_daily(at("2026-12-31T23:00:00Z")),
            at("2027-01-01T03:00:00Z")
        );
    }
}
