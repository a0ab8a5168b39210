//! Erases people whose time as deleted ones is over (domain.md section 7, *purge*).

use std::sync::Arc;

use futures_util::future::BoxFuture;
use scim_schema::id::{AccountId, RequestId, UserId};

use super::{JobCtx, JobError};
use crate::{ctx::Ctx, db::ClaimedJob, ops::OpError, ops::user_acts::erasure};

/// Name of the queue of the daily look for people whose time is over.
pub(super) const SWEEP: &str = "purge_sweep";

/// Erases the person that the payload names.
pub(super) fn run<'j>(ctx: &'j JobCtx, job: &'j ClaimedJob) -> BoxFuture<'j, Result<(), JobError>> {
    Box::pin(async move {
        let user: UserId = job
            .payload
            .get("user")
            .and_then(|value| value.as_str())
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| JobError::Fail("the payload names no user".to_owned()))?;
        let by = by(ctx, job.account);
        Ok(erasure::purge(&ctx.db, &by, user).await?)
    })
}

/// Queues everybody whose time is over, account by account.
pub(super) fn sweep<'j>(ctx: &'j JobCtx, _: &'j ClaimedJob) -> BoxFuture<'j, Result<(), JobError>> {
    Box::pin(async move {
        let accounts = ctx.db.platform().accounts().await.map_err(OpError::from)?;
        for account in accounts {
            let by = by(ctx, account.id);
            erasure::queue_due(&ctx.db, &by, by.now).await?;
        }
        Ok(())
    })
}

fn by(ctx: &JobCtx, account: AccountId) -> Arc<Ctx> {
    let now = ctx.clock.now();
    let request = RequestId(ctx.ids.uuid_v7(now));
    Arc::new(Ctx::system(account, "purge", request, now))
}
