//! What keeps the outbox going: mails that nobody sends are queued anew, and each day administrators
//! are told who was locked out.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::BoxFuture;
use scim_schema::id::{AccountId, RequestId};

use super::{JobCtx, JobError};
use crate::{
    ctx::Ctx,
    db::ClaimedJob,
    ops::{OpError, mails},
};

/// Name of the queue that looks after mails which wait.
pub(super) const OUTBOX: &str = "outbox";
/// Name of the queue that tells administrators who was locked out.
pub(super) const DENIED_DIGEST: &str = "denied_digest";

/// How long a mail has to be overdue until it counts as lost.
const OVERDUE: TimeDelta = TimeDelta::minutes(1);
/// Mails that are queued anew in one look, of each account.
const AT_ONCE: u64 = 500;

/// Queues the sending of mails whose time was a while ago: they waited for a mail server, or their
/// job was lost with what it ran on.
pub(super) fn run<'j>(ctx: &'j JobCtx, _: &'j ClaimedJob) -> BoxFuture<'j, Result<(), JobError>> {
    Box::pin(async move {
        if ctx.mailer.is_none() {
            return Ok(());
        }
        let due = ctx.clock.now() - OVERDUE;
        for account in accounts(ctx).await? {
            let scope = ctx.db.account(account);
            let overdue = scope.overdue_mails(due, AT_ONCE).await;
            let overdue = overdue.map_err(OpError::from)?;
            if !overdue.is_empty() {
                mails::requeue(&ctx.db, &context(ctx, account), overdue).await?;
            }
        }
        Ok(())
    })
}

/// Puts the digest of the day before the job's own into the outbox, once however often it runs.
pub(super) fn digest<'j>(
    ctx: &'j JobCtx,
    job: &'j ClaimedJob,
) -> BoxFuture<'j, Result<(), JobError>> {
    Box::pin(async move {
        // When it was due, however late it runs: days neither overlap nor leave a gap.
        let until: DateTime<Utc> = job
            .payload
            .get("at")
            .and_then(|value| value.as_str())
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| JobError::Fail("the payload names no time".to_owned()))?;
        let day = TimeDelta::days(1);
        for account in accounts(ctx).await? {
            let by = context(ctx, account);
            mails::tell_of_denied(&ctx.db, &by, (until - day, until)).await?;
        }
        Ok(())
    })
}

async fn accounts(ctx: &JobCtx) -> Result<Vec<AccountId>, OpError> {
    let known = ctx.db.platform().accounts().await?;
    Ok(known.into_iter().map(|account| account.id).collect())
}

fn context(ctx: &JobCtx, account: AccountId) -> Arc<Ctx> {
    let now = ctx.clock.now();
    let request = RequestId(ctx.ids.uuid_v7(now));
    Arc::new(Ctx::system(account, "outbox", request, now))
}
