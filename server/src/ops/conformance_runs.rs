//! Keeping what the conformance checks found.

use std::{mem, sync::Arc};

use scim_schema::{api::conformance::ConformanceRun, id::ConnectionId};
use serde_json::json;

use super::{OpError, connections::touched};
use crate::{
    ctx::Ctx,
    db::{AuditEntry, Db, EvidenceByCheck, Written},
};

/// Stores a run in the place of the one before, and answers it without its evidence.
///
/// # Errors
/// [`OpError::NotFound`] when the connection is gone, and those of the database.
pub async fn store(
    db: &Db,
    ctx: &Arc<Ctx>,
    connection: ConnectionId,
    mut run: ConformanceRun,
) -> Result<ConformanceRun, OpError> {
    let evidence: EvidenceByCheck = run
        .checks
        .iter_mut()
        .map(|check| (check.id.clone(), mem::take(&mut check.evidence)))
        .collect();
    let kept = Arc::new((run, evidence));
    let stored = Arc::clone(&kept);
    db.write::<_, OpError, _>(ctx, move |tx| {
        let kept = Arc::clone(&kept);
        Box::pin(async move {
            let (run, evidence) = &*kept;
            let change = touched(tx, connection).await?;
            tx.store_conformance_run(connection, run, evidence).await?;
            let details = json!({ "score": run.score });
            let entry = AuditEntry::done("connection.examine", "connection", connection, details);
            Ok(Written::audited((), entry).announcing(change))
        })
    })
    .await?;
    Ok(stored.0.clone())
}
