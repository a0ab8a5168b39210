//! Alerts about connections: one that has fallen silent, a token that ends soon (scim.md sections
//! 1.2 and 5, 9). A job looks every few minutes; people acknowledge.

mod judge;

use std::sync::Arc;

use scim_schema::id::AlertId;
use serde_json::json;

use super::error::OpError;
use crate::{
    ctx::Ctx,
    db::{AuditEntry, Db, NewJob, Written},
};

/// Queue of the job that looks; of an account, or of all where it is the platform's.
pub const LOOK: &str = "alerts";

/// Steps of one look; what is left is done with the next one.
const STEPS_AT_ONCE: usize = 200;

/// A look at the account as soon as the unit of work is stored.
#[must_use]
pub(crate) fn look_soon(now: chrono::DateTime<chrono::Utc>) -> NewJob {
    NewJob {
        queue: LOOK,
        payload: json!({}),
        run_at: now,
        dedup_key: None,
        max_attempts: 5,
    }
}

/// Raises, renews and resolves the alerts of the account of `ctx`. Nobody acts here, and the alert
/// itself says when it was raised and resolved: no audit entry says it again.
///
/// # Errors
/// Those of the database.
pub async fn look(db: &Db, ctx: &Arc<Ctx>) -> Result<(), OpError> {
    let account = db.account(ctx.account);
    let connections = account.heard_connections().await?;
    let tokens = account
        .expiring_tokens(ctx.now, ctx.now + judge::LOOKS_AHEAD)
        .await?;
    let open = account.open_alerts().await?;
    let mut steps = judge::steps(ctx.now, &connections, &tokens, &open);
    if steps.is_empty() {
        return Ok(());
    }
    steps.truncate(STEPS_AT_ONCE);
    let steps = Arc::new(steps);
    db.write(ctx, move |tx| {
        let steps = Arc::clone(&steps);
        Box::pin(async move {
            let mut written = Written::bookkeeping(());
            written.changes = tx.step_alerts(&steps).await?;
            Ok(written)
        })
    })
    .await
}

/// Notes that the caller has seen an alert. One that is over or was acknowledged before stays as it
/// is.
///
/// # Errors
/// [`OpError::NotFound`], and those of the database.
pub async fn acknowledge(db: &Db, ctx: &Arc<Ctx>, id: AlertId) -> Result<(), OpError> {
    db.write(ctx, move |tx| {
        Box::pin(async move {
            let Some((kind, connection, change)) = tx.acknowledge_alert(id).await? else {
                return match tx.has_alert(id).await? {
                    true => Ok(Written::unchanged(())),
                    false => Err(OpError::NotFound),
                };
            };
            let details = json!({ "kind": kind, "connection": connection });
            let entry = AuditEntry::done("alert.acknowledge", "alert", id, details);
            Ok(Written::audited((), entry).announcing(change))
        })
    })
    .await
}
