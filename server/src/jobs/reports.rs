//! Takes people who are gone out of the documents of those they managed.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use scim_schema::id::RequestId;
use serde::Deserialize;

use super::{JobCtx, JobError};
use crate::{
    ctx::Ctx,
    db::ClaimedJob,
    ops::users::{GoneManager, release_rest},
};

pub(super) fn run<'j>(ctx: &'j JobCtx, job: &'j ClaimedJob) -> BoxFuture<'j, Result<(), JobError>> {
    Box::pin(async move {
        let gone = GoneManager::deserialize(&job.payload)
            .map_err(|error| JobError::Fail(format!("the payload: {error}")))?;
        let now = ctx.clock.now();
        let request = RequestId(ctx.ids.uuid_v7(now));
        let by = Ctx::system(job.account, "release_reports", request, now);
        release_rest(&ctx.db, &Arc::new(by), gone).await?;
        Ok(())
    })
}
