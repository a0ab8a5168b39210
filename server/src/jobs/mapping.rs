//! Applies mapping rules: a new version to everyone who is linked, and any version to people whose
//! groups changed.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use scim_schema::id::{ConnectionId, GroupId, RequestId, UserId};
use serde::Deserialize;

use super::{JobCtx, JobError};
use crate::{ctx::Ctx, db::ClaimedJob, ops::mapping};

/// A version of a connection's rules.
#[derive(Deserialize)]
struct Version {
    connection: ConnectionId,
    version: i64,
}

/// People whose groups changed, and groups with everybody below them.
#[derive(Deserialize)]
struct Regrouped {
    connection: ConnectionId,
    users: Vec<UserId>,
    groups: Vec<GroupId>,
}

pub(super) fn apply<'j>(
    ctx: &'j JobCtx,
    job: &'j ClaimedJob,
) -> BoxFuture<'j, Result<(), JobError>> {
    Box::pin(async move {
        let Version {
            connection,
            version,
        } = payload(job)?;
        mapping::apply(&ctx.db, &by(ctx, job), connection, version).await?;
        Ok(())
    })
}

pub(super) fn regroup<'j>(
    ctx: &'j JobCtx,
    job: &'j ClaimedJob,
) -> BoxFuture<'j, Result<(), JobError>> {
    Box::pin(async move {
        let Regrouped {
            connection,
            users,
            groups,
        } = payload(job)?;
        mapping::regroup(&ctx.db, &by(ctx, job), connection, users, &groups).await?;
        Ok(())
    })
}

fn payload<'j, T: Deserialize<'j>>(job: &'j ClaimedJob) -> Result<T, JobError> {
    T::deserialize(&job.payload).map_err(|error| JobError::Fail(format!("the payload: {error}")))
}

fn by(ctx: &JobCtx, job: &ClaimedJob) -> Arc<Ctx> {
    let now = ctx.clock.now();
    let request = RequestId(ctx.ids.uuid_v7(now));
    Arc::new(Ctx::system(job.account, "mapping", request, now))
}
