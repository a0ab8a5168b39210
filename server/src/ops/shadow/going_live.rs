//! *Go live*: what is in the shadow of a connection is done, by the same verbs as if the provider
//! sent it now, and keeps its ids. Some objects at a time, each step whole or not at all, so that a
//! process that dies leaves no more to do than before.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use scim_schema::{
    api::connections::ConnectionMode,
    id::{AccountId, ConnectionId},
};
use serde_json::{Value, json};

use super::taking::{is_about_one, one_by_one, several};
use crate::{
    ctx::Ctx,
    db::{AccountTx, AuditEntry, Db, FailedTry, NewJob, Written},
    ops::{OpError, connections::touched, provisioner::Provisioner},
};

/// Queue of the job that takes a shadow live.
pub const GO_LIVE: &str = "go_live";
/// Units of one run of the job; other work has its turn then.
const UNITS: usize = 20;

/// Begins to take a shadow live. Requests of the connection are answered 503 until that is done.
/// What was refused before is tried again. `reviewed` is when the shadow that somebody looked at had
/// changed last.
///
/// # Errors
/// [`OpError::NotFound`], [`OpError::Conflict`] when there is nothing to take live or the shadow has
/// changed since `reviewed`, and those of the database.
pub async fn start(
    db: &Db,
    ctx: &Arc<Ctx>,
    id: ConnectionId,
    reviewed: Option<DateTime<Utc>>,
) -> Result<(), OpError> {
    db.write::<_, OpError, _>(ctx, move |tx| {
        Box::pin(async move {
            let mode = tx
                .lock_connection_mode(id)
                .await?
                .ok_or(OpError::NotFound)?;
            let objects = tx.shadow_size(id).await?;
            match mode {
                ConnectionMode::Shadow => {}
                ConnectionMode::Live if objects > 0 => {}
                ConnectionMode::ThrowAway => return Err(OpError::NotFound),
                ConnectionMode::Live => return Err(conflict("This connection is live already.")),
                ConnectionMode::GoingLive => {
                    return Err(conflict("This connection is going live already."));
                }
            }
            if reviewed.is_some() && tx.shadow_changed_at(id).await? != reviewed {
                let sentence = "The shadow has changed since it was looked at. Look at it again.";
                return Err(conflict(sentence));
            }
            tx.set_connection_mode(id, ConnectionMode::GoingLive)
                .await?;
            tx.begin_shadow_run(id, objects, mode == ConnectionMode::Live)
                .await?;
            let change = touched(tx, id).await?;
            let details = json!({ "objects": objects });
            let entry = AuditEntry::done("connection.go_live", "connection", id, details);
            Ok(Written::audited((), entry)
                .announcing(change)
                .queueing(next_step(tx, id, 0)))
        })
    })
    .await
}

fn conflict(sentence: &str) -> OpError {
    OpError::Conflict(sentence.to_owned())
}

fn payload(id: ConnectionId) -> Value {
    json!({ "connection": id })
}

/// Why a going live does not go on, and when it is tried again; `None` while nothing has failed.
///
/// # Errors
/// Those of the database.
pub async fn failure(
    db: &Db,
    account: AccountId,
    id: ConnectionId,
) -> Result<Option<FailedTry>, OpError> {
    let scope = db.account(account);
    Ok(scope.failed_try(GO_LIVE, &payload(id)).await?)
}

/// Each step has a key of its own: the next one is queued while this one runs.
fn next_step(tx: &AccountTx, id: ConnectionId, step: i64) -> NewJob {
    NewJob {
        queue: GO_LIVE,
        payload: payload(id),
        run_at: tx.ctx().now,
        dedup_key: Some(format!("{id}@{}@{step}", tx.ctx().now)),
        // Nobody else goes on, and an administrator may stop it.
        max_attempts: i32::MAX,
    }
}

/// Goes on with a shadow that is going live; afterwards the connection is live, or the next step is
/// queued. A second run finds what is left.
///
/// # Errors
/// Those of the database: the job is tried again.
pub async fn go_on(db: &Db, ctx: &Arc<Ctx>, id: ConnectionId) -> Result<(), OpError> {
    let Some(info) = db.account(ctx.account).connection_info(id).await? else {
        return Ok(());
    };
    if info.mode != ConnectionMode::GoingLive {
        return Ok(());
    }
    let by = Arc::new(Provisioner::from(info));
    for _ in 0..UNITS {
        match several(db, ctx, &by).await {
            Ok(0) => return arrive(db, ctx, id).await,
            Ok(_) => {}
            Err(error) if is_about_one(&error) => {
                // Some of them may take as long as a unit may, and a worker holds a job for so long.
                one_by_one(db, ctx, &by).await?;
                break;
            }
            Err(error) => return Err(error),
        }
    }
    db.write::<_, OpError, _>(ctx, move |tx| {
        Box::pin(async move {
            let step = tx.next_shadow_step(id).await?;
            Ok(Written::bookkeeping(()).queueing(next_step(tx, id, step)))
        })
    })
    .await
}

/// Stops a going live. Who is live already stays, and the rest waits in the shadow of a live
/// connection, as if it had been left behind; when nobody is live yet and the connection was in
/// shadow, it is so again.
///
/// # Errors
/// [`OpError::NotFound`], [`OpError::Conflict`] when it does not go live, and those of the database.
pub async fn stop(db: &Db, ctx: &Arc<Ctx>, id: ConnectionId) -> Result<(), OpError> {
    db.write::<_, OpError, _>(ctx, move |tx| {
        Box::pin(async move {
            match tx.lock_connection_mode(id).await? {
                None | Some(ConnectionMode::ThrowAway) => return Err(OpError::NotFound),
                Some(ConnectionMode::GoingLive) => {}
                Some(ConnectionMode::Live | ConnectionMode::Shadow) => {
                    return Err(conflict("This connection is not going live."));
                }
            }
            let was_live = tx.end_shadow_run(id).await?;
            let mode = match was_live || tx.provisions_somebody(id).await? {
                true => ConnectionMode::Live,
                false => ConnectionMode::Shadow,
            };
            let left = tx.shadow_size(id).await?;
            tx.set_connection_mode(id, mode).await?;
            let change = touched(tx, id).await?;
            let details = json!({ "mode": mode.as_str(), "left_in_shadow": left });
            let entry = AuditEntry::done("connection.stop_going_live", "connection", id, details);
            Ok(Written::audited((), entry).announcing(change))
        })
    })
    .await
}

/// The last step: the connection is live, with or without what was left behind.
async fn arrive(db: &Db, ctx: &Arc<Ctx>, id: ConnectionId) -> Result<(), OpError> {
    db.write::<_, OpError, _>(ctx, move |tx| {
        Box::pin(async move {
            if tx.lock_connection_mode(id).await? != Some(ConnectionMode::GoingLive) {
                return Ok(Written::unchanged(()));
            }
            let left = tx.shadow_size(id).await?;
            tx.set_connection_mode(id, ConnectionMode::Live).await?;
            tx.end_shadow_run(id).await?;
            let change = touched(tx, id).await?;
            let details = json!({ "left_in_shadow": left });
            let entry = AuditEntry::done("connection.went_live", "connection", id, details);
            Ok(Written::audited((), entry).announcing(change))
        })
    })
    .await
}
