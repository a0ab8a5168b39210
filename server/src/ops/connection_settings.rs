//! What an administrator decides about a connection beside its dialect and its mapping.

use std::sync::Arc;

use scim_schema::{
    api::{alerts::check_silence_hours, connections::ChangeConnection},
    id::ConnectionId,
};
use serde_json::json;

use super::{alerts::look_soon, connections::touched, error::OpError, tokens::TokenCache};
use crate::{
    ctx::Ctx,
    db::{AuditEntry, ConnectionSettings, Db, Written},
};

/// Changes what `wanted` names: at once in the process of `cache`, within a second elsewhere.
///
/// # Errors
/// [`OpError::Invalid`] with path `silence_hours`, [`OpError::NotFound`], and those of the database.
pub async fn change(
    db: &Db,
    ctx: &Arc<Ctx>,
    cache: &TokenCache,
    id: ConnectionId,
    wanted: ChangeConnection,
) -> Result<(), OpError> {
    if let Some(hours) = wanted.silence_hours {
        check_silence_hours(hours).map_err(|message| OpError::Invalid {
            path: "silence_hours",
            message: message.to_owned(),
        })?;
    }
    db.write::<_, OpError, _>(ctx, move |tx| {
        Box::pin(async move {
            let before = tx.lock_settings(id).await?.ok_or(OpError::NotFound)?;
            let after = ConnectionSettings {
                adopt_existing: wanted.adopt_existing.unwrap_or(before.adopt_existing),
                silence_hours: wanted.silence_hours.unwrap_or(before.silence_hours),
            };
            if after == before {
                return Ok(Written::unchanged(()));
            }
            tx.store_settings(id, after).await?;
            let change = touched(tx, id).await?;
            let details = json!({ "before": before, "after": after });
            let entry = AuditEntry::done("connection.change", "connection", id, details);
            Ok(Written::audited((), entry)
                .announcing(change)
                .queueing(look_soon(tx.ctx().now)))
        })
    })
    .await?;
    cache.forget();
    Ok(())
}
