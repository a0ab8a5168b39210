//! Takes the shadow of a connection live, some of it in each run.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use scim_schema::id::{ConnectionId, RequestId};

use super::{JobCtx, JobError};
use crate::{ctx::Ctx, db::ClaimedJob, ops::shadow::going_live};

pub(super) fn run<'j>(ctx: &'j JobCtx, job: &'j ClaimedJob) -> BoxFuture<'j, Result<(), JobError>> {
    Box::pin(async move {
        let connection: ConnectionId = job
            .payload
            .get("connection")
            .and_then(|value| value.as_str())
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| JobError::Fail("the payload names no connection".to_owned()))?;
        let now = ctx.clock.now();
        let by = Ctx::system(job.account, "go_live", RequestId(ctx.ids.uuid_v7(now)), now);
        Ok(going_live::go_on(&ctx.db, &Arc::new(by), connection).await?)
    })
}
