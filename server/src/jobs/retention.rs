//! Deletes what is kept for a limited time only (domain.md section 7), account by account.

use std::sync::Arc;

use chrono::TimeDelta;
use futures_util::future::BoxFuture;
use scim_schema::id::{AccountId, RequestId};
use serde_json::json;

use super::{JobCtx, JobError};
use crate::{
    config::Retention,
    ctx::Ctx,
    db::{AuditEntry, ClaimedJob, PLATFORM_ACCOUNT, Perishable, RETENTION_BATCH, Written},
    ops::OpError,
};

/// Name of the queue.
pub(super) const QUEUE: &str = "retention";

pub(super) fn run<'j>(ctx: &'j JobCtx, _: &'j ClaimedJob) -> BoxFuture<'j, Result<(), JobError>> {
    Box::pin(async move {
        let mut accounts = vec![PLATFORM_ACCOUNT];
        let known = ctx.db.platform().accounts().await.map_err(OpError::from)?;
        accounts.extend(known.into_iter().map(|account| account.id));
        for account in accounts {
            for what in Perishable::ALL {
                sweep(ctx, account, what).await?;
            }
        }
        Ok(())
    })
}

/// How long each kind is kept.
fn kept_for(what: Perishable, retention: &Retention) -> TimeDelta {
    TimeDelta::days(match what {
        Perishable::ProvisioningBodies => i64::from(retention.provisioning_body_days),
        // Where bodies are kept longer than usual, so are their rows.
        Perishable::ProvisioningLog => i64::from(retention.provisioning_body_days).max(30),
        Perishable::Changes | Perishable::Challenges => 1,
        Perishable::Sessions | Perishable::Alerts => 180,
        Perishable::Mails => 90,
        Perishable::Jobs => 7,
    })
}

/// One unit of work per batch and one audit entry per kind and account.
async fn sweep(ctx: &JobCtx, account: AccountId, what: Perishable) -> Result<(), OpError> {
    let now = ctx.clock.now();
    let before = now - kept_for(what, &ctx.retention);
    let request = RequestId(ctx.ids.uuid_v7(now));
    let by = Arc::new(Ctx::system(account, "retention", request, now));
    loop {
        let deleted = ctx
            .db
            .write::<_, OpError, _>(&by, move |tx| {
                Box::pin(async move {
                    let deleted = tx.delete_perished(what, before).await?;
                    if deleted == 0 {
                        return Ok(Written::unchanged(0));
                    }
                    let details = json!({ "kind": what.as_str(), "rows": deleted });
                    let entry = AuditEntry::done("retention.sweep", "account", account, details);
                    Ok(Written::audited(deleted, entry))
                })
            })
            .await?;
        if deleted < RETENTION_BATCH {
            return Ok(());
        }
    }
}
