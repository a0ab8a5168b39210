//! Follows a change of an account's attributes: values are read again, and those of a deleted
//! definition go.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use scim_schema::id::RequestId;
use serde::de::DeserializeOwned;

use super::{JobCtx, JobError};
use crate::{
    ctx::Ctx,
    db::ClaimedJob,
    ops::attribute_reading::{self, PurgePayload, RereadPayload},
};

pub(super) fn reread<'j>(
    ctx: &'j JobCtx,
    job: &'j ClaimedJob,
) -> BoxFuture<'j, Result<(), JobError>> {
    Box::pin(async move {
        let payload: RereadPayload = payload_of(job)?;
        attribute_reading::run(&ctx.db, &by(ctx, job, "reread_attributes"), &payload).await?;
        Ok(())
    })
}

pub(super) fn purge<'j>(
    ctx: &'j JobCtx,
    job: &'j ClaimedJob,
) -> BoxFuture<'j, Result<(), JobError>> {
    Box::pin(async move {
        let payload: PurgePayload = payload_of(job)?;
        attribute_reading::purge(&ctx.db, &by(ctx, job, "purge_attribute"), payload).await?;
        Ok(())
    })
}

fn payload_of<T: DeserializeOwned>(job: &ClaimedJob) -> Result<T, JobError> {
    serde_json::from_value(job.payload.clone())
        .map_err(|error| JobError::Fail(format!("the payload cannot be read: {error}")))
}

fn by(ctx: &JobCtx, job: &ClaimedJob, name: &str) -> Arc<Ctx> {
    let now = ctx.clock.now();
    let request = RequestId(ctx.ids.uuid_v7(now));
    Arc::new(Ctx::system(job.account, name, request, now))
}
