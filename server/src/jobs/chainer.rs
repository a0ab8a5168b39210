//! Gives every event of the audit log its link soon after its commit; see `server/src/ops/audit/chain.rs`.
//! Every process does, each after its own commits: a chain belongs to whoever adds links to it at the
//! moment. A server in which nothing is committed looks for nothing.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use scim_schema::id::{AccountId, AuditEventId, RequestId};
use tokio_util::sync::CancellationToken;

use super::JobCtx;
use crate::{
    ctx::Ctx,
    db::PLATFORM_ACCOUNT,
    ops::{OpError, audit::chain},
};

/// How long the first event after a rest waits for others.
const PAUSE: Duration = Duration::from_millis(500);
/// After a failure of the database.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(5);
/// How far back is looked from the time of the look before: longer than a unit of work and its commit
/// may take. What is committed later still is found by the daily look at everything.
const OVERLAP: TimeDelta = TimeDelta::seconds(30);
/// Events that are taken at once.
const TAKEN: usize = 5_000;

/// Adds links until `shutdown` is cancelled.
pub(super) async fn keep(ctx: JobCtx, shutdown: CancellationToken) {
    let mut commits = ctx.db.commits();
    let mut looked = ctx.clock.now();
    // What was there before this process.
    let mut outcome = link_everything(&ctx, &shutdown).await.map(|()| 0);
    loop {
        let rest = match outcome {
            Ok(0) => {
                tokio::select! {
                    () = shutdown.cancelled() => return,
                    changed = commits.changed() => if changed.is_err() { return },
                }
                PAUSE
            }
            Ok(TAKEN) => Duration::ZERO,
            // Looked at once more: somebody else may have had the chain.
            Ok(_) => PAUSE,
            Err(error) => {
                tracing::warn!(%error, "the audit log was not chained");
                PAUSE_AFTER_FAILURE
            }
        };
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(rest) => {}
        }
        commits.borrow_and_update();
        let now = ctx.clock.now();
        // Also when the clock was put forward or back meanwhile.
        outcome = link_since(&ctx, looked.min(now) - OVERLAP).await;
        if matches!(outcome, Ok(found) if found < TAKEN) {
            looked = now;
        }
    }
}

/// Gives links to what was made at `since` or later and has none, at most [`TAKEN`], and answers how
/// many that was found of.
async fn link_since(ctx: &JobCtx, since: DateTime<Utc>) -> Result<usize, OpError> {
    let unlinked = ctx
        .db
        .platform()
        .unlinked_events(since, TAKEN as u64)
        .await?;
    let found = unlinked.len();
    let mut accounts: BTreeMap<AccountId, Vec<AuditEventId>> = BTreeMap::new();
    for event in unlinked {
        accounts.entry(event.account).or_default().push(event.id);
    }
    for (account, mut events) in accounts {
        events.sort_unstable();
        chain::link(&ctx.db, &chainer(ctx, account), &events).await?;
    }
    Ok(found)
}

/// Gives a link to everything that has none, in every account, until `shutdown`.
async fn link_everything(ctx: &JobCtx, shutdown: &CancellationToken) -> Result<(), OpError> {
    for account in accounts(ctx).await? {
        let by = chainer(ctx, account);
        tokio::select! {
            () = shutdown.cancelled() => break,
            linked = chain::link_all(&ctx.db, &by) => drop(linked?),
        };
    }
    Ok(())
}

/// Every account, the platform's own as well.
pub(super) async fn accounts(ctx: &JobCtx) -> Result<Vec<AccountId>, OpError> {
    let mut accounts = Vec::new();
    if ctx.db.platform().has_platform_account().await? {
        accounts.push(PLATFORM_ACCOUNT);
    }
    let known = ctx.db.platform().accounts().await?;
    accounts.extend(known.into_iter().map(|account| account.id));
    Ok(accounts)
}

/// Links are nobody's act.
pub(super) fn chainer(ctx: &JobCtx, account: AccountId) -> Arc<Ctx> {
    let now = ctx.clock.now();
    let request = RequestId(ctx.ids.uuid_v7(now));
    Arc::new(Ctx::system(account, "chainer", request, now))
}
