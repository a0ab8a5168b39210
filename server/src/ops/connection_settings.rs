//! What an administrator decides about a connection beside its dialect and its mapping.

use std::sync::Arc;

use scim_schema::{api::connections::ChangeConnection, id::ConnectionId};
use serde_json::json;

use super::{connections::touched, error::OpError, tokens::TokenCache};
use crate::{
    ctx::Ctx,
    db::{AuditEntry, Db, Written},
};

/// Changes what `wanted` names: at once in the process of `cache`, within a second elsewhere.
///
/// # Errors
/// [`OpError::NotFound`], and those of the database.
pub async fn change(
    db: &Db,
    ctx: &Arc<Ctx>,
    cache: &TokenCache,
    id: ConnectionId,
    wanted: ChangeConnection,
) -> Result<(), OpError> {
    db.write::<_, OpError, _>(ctx, move |tx| {
        Box::pin(async move {
            let before = tx.lock_adoption(id).await?.ok_or(OpError::NotFound)?;
            let after = wanted.adopt_existing.unwrap_or(before);
            if after == before {
                return Ok(Written::unchanged(()));
            }
            tx.set_adoption(id, after).await?;
            let change = touched(tx, id).await?;
            let details = json!({
                "before": { "adopt_existing": before },
                "after": { "adopt_existing": after },
            });
            let entry = AuditEntry::done("connection.change", "connection", id, details);
            Ok(Written::audited((), entry).announcing(change))
        })
    })
    .await?;
    cache.forget();
    Ok(())
}
