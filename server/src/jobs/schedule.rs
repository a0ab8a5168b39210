//! Schedules without a leader: every process queues the next run under a key of its own time, and
//! the key lets only one of them in.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Days, DurationRound, NaiveTime, TimeDelta, Utc};
use scim_schema::id::RequestId;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{JobCtx, alerts, approvals, audit_anchor, outbox, purge, retention};
use crate::{
    ctx::Ctx,
    db::{DbError, NewJob, PLATFORM_ACCOUNT, Written},
    ops::alerts::LOOK,
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

/// Queues the next run of every schedule.
pub(super) async fn queue_next(ctx: &JobCtx) -> Result<(), DbError> {
    if !ctx.db.platform().has_platform_account().await? {
        return Ok(());
    }
    let now = ctx.clock.now();
    let request = RequestId(ctx.ids.uuid_v7(now));
    let by = Arc::new(Ctx::system(PLATFORM_ACCOUNT, "schedule", request, now));
    let mut due = vec![
        (retention::QUEUE, next_daily(now)),
        (purge::SWEEP, next_daily(now)),
        (outbox::DENIED_DIGEST, next_daily(now)),
        (audit_anchor::QUEUE, next_daily(now)),
        (LOOK, next_multiple(now, alerts::EVERY)),
        (approvals::EXPIRE, next_multiple(now, approvals::EVERY)),
    ];
    if ctx.mailer.is_some() {
        // At once: a start may be the first one with a mail server.
        due.push((outbox::OUTBOX, now));
    }
    ctx.db
        .write(&by, move |_| {
            let due = due.clone();
            Box::pin(async move {
                let mut written = Written::bookkeeping(());
                let jobs = due.into_iter().map(|(queue, run_at)| NewJob {
                    queue,
                    payload: json!({ "at": run_at }),
                    run_at,
                    dedup_key: Some(format!("{queue}@{run_at:?}")),
                    max_attempts: 5,
                });
                written.jobs.extend(jobs);
                Ok::<_, DbError>(written)
            })
        })
        .await
}

/// The next whole multiple of `every` after `now`.
fn next_multiple(now: DateTime<Utc>, every: TimeDelta) -> DateTime<Utc> {
    now.duration_trunc(every).unwrap_or(now) + every
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
        let five = TimeDelta::minutes(5);
        for now in ["2026-11-22T08:00:00Z", "2026-11-22T08:04:59.9Z"] {
            assert_eq!(next_multiple(at(now), five), at("2026-11-22T08:05:00Z"));
        }
    }
}
