//! Notes once a day where each chain of the audit log stands (domain.md section 7), after whatever has no
//! link yet was given one, however old it is.

use futures_util::future::BoxFuture;

use super::{JobCtx, JobError, chainer};
use crate::{db::ClaimedJob, ops::audit::chain};

/// Name of the queue.
pub(super) const QUEUE: &str = "audit_anchor";

pub(super) fn run<'j>(ctx: &'j JobCtx, _: &'j ClaimedJob) -> BoxFuture<'j, Result<(), JobError>> {
    Box::pin(async move {
        for account in chainer::accounts(ctx).await? {
            let by = chainer::chainer(ctx, account);
            chain::link_all(&ctx.db, &by).await?;
            if let Some(head) = chain::note_head(&ctx.db, &by).await? {
                // Whoever keeps the log elsewhere has a copy that the database's owner cannot change.
                tracing::info!(%account, seq = head.seq, hash = head.hash, "head of the audit chain");
            }
        }
        Ok(())
    })
}
