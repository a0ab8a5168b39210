//! Approvals whose time has come (domain.md section 7, *approval expiry*).

use std::sync::Arc;

use chrono::TimeDelta;
use futures_util::future::BoxFuture;
use scim_schema::id::{AccountId, ApprovalId, RequestId};

use super::{JobCtx, JobError};
use crate::{
    ctx::Ctx,
    db::ClaimedJob,
    ops::{OpError, approvals},
};

/// Name of the queue that ends what nobody decided in time.
pub(super) const EXPIRE: &str = "expire_approvals";
/// Between two looks.
pub(super) const EVERY: TimeDelta = TimeDelta::hours(1);

/// Carries out what nobody else could approve.
pub(super) fn alone<'j>(
    ctx: &'j JobCtx,
    job: &'j ClaimedJob,
) -> BoxFuture<'j, Result<(), JobError>> {
    Box::pin(async move {
        let id: ApprovalId = job
            .payload
            .get("approval")
            .and_then(|value| value.as_str())
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| JobError::Fail("the payload names no approval".to_owned()))?;
        let by = by(ctx, job.account);
        Ok(approvals::approve_alone(&ctx.db, &by, id).await?)
    })
}

/// Ends what nobody decided in time, account by account.
pub(super) fn expire<'j>(
    ctx: &'j JobCtx,
    _: &'j ClaimedJob,
) -> BoxFuture<'j, Result<(), JobError>> {
    Box::pin(async move {
        let accounts = ctx.db.platform().accounts().await.map_err(OpError::from)?;
        for account in accounts {
            approvals::expire(&ctx.db, &by(ctx, account.id)).await?;
        }
        Ok(())
    })
}

fn by(ctx: &JobCtx, account: AccountId) -> Arc<Ctx> {
    let now = ctx.clock.now();
    let request = RequestId(ctx.ids.uuid_v7(now));
    Arc::new(Ctx::system(account, "approvals", request, now))
}
