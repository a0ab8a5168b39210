//! Into the shadow, and what is there away again.

use std::sync::Arc;

use scim_schema::{api::connections::ConnectionMode, id::ConnectionId};
use serde_json::json;

use crate::{
    ctx::Ctx,
    db::{AuditEntry, Db, Written},
    ops::{OpError, connections::touched},
};

/// Objects that one unit of work deletes.
const CHUNK: u64 = 5_000;

/// Puts a connection that has provisioned nobody yet into shadow. Another process of the server may
/// take up to a second to notice.
///
/// # Errors
/// [`OpError::NotFound`], [`OpError::Conflict`] when it has people or groups, and those of the
/// database.
pub async fn enter(db: &Db, ctx: &Arc<Ctx>, id: ConnectionId) -> Result<(), OpError> {
    db.write::<_, OpError, _>(ctx, move |tx| {
        Box::pin(async move {
            match tx.lock_connection_mode(id).await? {
                None | Some(ConnectionMode::ThrowAway) => return Err(OpError::NotFound),
                Some(ConnectionMode::Live) => {}
                Some(ConnectionMode::Shadow | ConnectionMode::GoingLive) => {
                    let sentence = "This connection is in shadow mode already.";
                    return Err(OpError::Conflict(sentence.to_owned()));
                }
            }
            if tx.provisions_somebody(id).await? {
                let sentence = "This connection provisions people or groups already, who would lose it. Make another connection in shadow mode to try a change.";
                return Err(OpError::Conflict(sentence.to_owned()));
            }
            tx.set_connection_mode(id, ConnectionMode::Shadow).await?;
            let change = touched(tx, id).await?;
            let entry = AuditEntry::done("connection.enter_shadow", "connection", id, json!({}));
            Ok(Written::audited((), entry).announcing(change))
        })
    })
    .await
}

/// Deletes everything in the shadow of a connection and answers how much that was. The connection
/// stays in its mode: a provider that sends everything again begins anew.
///
/// # Errors
/// [`OpError::NotFound`], [`OpError::Conflict`] while it goes live, and those of the database.
pub async fn discard(db: &Db, ctx: &Arc<Ctx>, id: ConnectionId) -> Result<u64, OpError> {
    let (total, mut deleted) = db
        .write::<_, OpError, _>(ctx, move |tx| {
            Box::pin(async move {
                match tx.lock_connection_mode(id).await? {
                    None | Some(ConnectionMode::ThrowAway) => return Err(OpError::NotFound),
                    Some(ConnectionMode::GoingLive) => {
                        let sentence = "This connection is going live. Wait until it is.";
                        return Err(OpError::Conflict(sentence.to_owned()));
                    }
                    Some(ConnectionMode::Live | ConnectionMode::Shadow) => {}
                }
                let total = tx.shadow_size(id).await?;
                let deleted = tx.empty_shadow(id, CHUNK).await?;
                let change = touched(tx, id).await?;
                let details = json!({ "objects": total });
                let entry =
                    AuditEntry::done("connection.discard_shadow", "connection", id, details);
                Ok(Written::audited((total, deleted), entry).announcing(change))
            })
        })
        .await?;
    while deleted > 0 && deleted < total {
        let more = db
            .write::<_, OpError, _>(ctx, move |tx| {
                Box::pin(async move {
                    // What the audit entry speaks of, and nothing else: the lock keeps others out.
                    let deleted = match tx.lock_connection_mode(id).await? {
                        Some(ConnectionMode::Live | ConnectionMode::Shadow) => {
                            tx.empty_shadow(id, CHUNK).await?
                        }
                        _ => 0,
                    };
                    Ok(Written::bookkeeping(deleted).announcing(touched(tx, id).await?))
                })
            })
            .await?;
        if more == 0 {
            break;
        }
        deleted += more;
    }
    Ok(deleted.min(total))
}
