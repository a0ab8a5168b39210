//! Lifts holds at the end of their time (domain.md section 7, *scheduled holds*).

use std::sync::Arc;

use futures_util::future::BoxFuture;
use scim_schema::id::{RequestId, UserId};

use super::{JobCtx, JobError};
use crate::{ctx::Ctx, db::ClaimedJob, ops::user_acts};

pub(super) fn run<'j>(ctx: &'j JobCtx, job: &'j ClaimedJob) -> BoxFuture<'j, Result<(), JobError>> {
    Box::pin(async move {
        let user: UserId = job
            .payload
            .get("user")
            .and_then(|value| value.as_str())
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| JobError::Fail("the payload names no user".to_owned()))?;
        let now = ctx.clock.now();
        let by = Ctx::system(
            job.account,
            "end_holds",
            RequestId(ctx.ids.uuid_v7(now)),
            now,
        );
        Ok(user_acts::end_due(&ctx.db, &Arc::new(by), user).await?)
    })
}
