//! Looks for connections that have fallen silent and tokens that end soon (domain.md section 7).

use std::sync::Arc;

use chrono::TimeDelta;
use futures_util::future::BoxFuture;
use scim_schema::id::{AccountId, RequestId};

use super::{JobCtx, JobError, schedule};
use crate::{
    ctx::Ctx,
    db::{ClaimedJob, PLATFORM_ACCOUNT},
    ops::{OpError, alerts},
};

/// Between two looks at all accounts.
pub(super) const EVERY: TimeDelta = TimeDelta::minutes(5);

pub(super) fn run<'j>(ctx: &'j JobCtx, job: &'j ClaimedJob) -> BoxFuture<'j, Result<(), JobError>> {
    Box::pin(async move {
        if job.account != PLATFORM_ACCOUNT {
            return Ok(look(ctx, job.account).await?);
        }
        // The schedule looks less often than this job.
        schedule::queue_next(ctx).await.map_err(OpError::from)?;
        let accounts = ctx.db.platform().accounts().await.map_err(OpError::from)?;
        for account in accounts {
            if let Err(error) = look(ctx, account.id).await {
                // Whatever is wrong with one account, the others have their alerts.
                tracing::warn!(account = %account.id, %error, "the alerts of an account were not looked at");
            }
        }
        Ok(())
    })
}

async fn look(ctx: &JobCtx, account: AccountId) -> Result<(), OpError> {
    let now = ctx.clock.now();
    let request = RequestId(ctx.ids.uuid_v7(now));
    let by = Arc::new(Ctx::system(account, "alerts", request, now));
    alerts::look(&ctx.db, &by).await
}
