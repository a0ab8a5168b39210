//! Applying rules to many: in chunks, each a unit of its own, so that nobody else waits for long.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use scim_schema::{
    api::events::ChangeKind,
    id::{ConnectionId, GroupId, UserId},
};
use serde_json::json;

use super::{APPLY, place};
use crate::{
    ctx::Ctx,
    db::{AccountTx, Change, ConnectionInfo, Db, NewJob, Written},
    ops::OpError,
};

/// People of one unit.
const CHUNK: usize = 100;
/// The same where rules ask for groups: each of these may be in thousands.
const CHUNK_WITH_GROUPS: usize = 25;
/// Units of one job; other work has its turn then.
const UNITS: usize = 20;

/// The job that applies a version of a connection's rules.
pub(super) fn apply_job(connection: ConnectionId, version: i64, run_at: DateTime<Utc>) -> NewJob {
    NewJob {
        queue: APPLY,
        payload: json!({ "connection": connection, "version": version }),
        run_at,
        dedup_key: None,
        max_attempts: 10,
    }
}

/// Applies one version of a connection's rules to the next people who are linked, from where it was
/// left, and queues the rest; it ends when another version is being applied.
///
/// # Errors
/// Those of the database.
pub async fn apply(
    db: &Db,
    ctx: &Arc<Ctx>,
    connection: ConnectionId,
    version: i64,
) -> Result<(), OpError> {
    for _ in 0..UNITS {
        let Some(info) = db.account(ctx.account).connection_info(connection).await? else {
            return Ok(());
        };
        let info = Arc::new(info);
        let goes_on = db
            .write::<_, OpError, _>(ctx, move |tx| {
                let info = Arc::clone(&info);
                Box::pin(async move { step(tx, &info, version).await })
            })
            .await?;
        if !goes_on {
            return Ok(());
        }
    }
    db.write::<_, OpError, _>(ctx, move |tx| {
        let rest = apply_job(connection, version, tx.ctx().now);
        Box::pin(async move { Ok(Written::bookkeeping(()).queueing(rest)) })
    })
    .await
}

const fn chunk(with_groups: bool) -> usize {
    if with_groups {
        CHUNK_WITH_GROUPS
    } else {
        CHUNK
    }
}

/// The next chunk; whether there may be another.
async fn step(
    tx: &AccountTx,
    connection: &ConnectionInfo,
    version: i64,
) -> Result<Written<bool>, OpError> {
    let Some(after) = tx.lock_mapping_run(connection.id, version).await? else {
        return Ok(Written::unchanged(false));
    };
    let with_groups = connection.rules.reads_groups();
    let people = tx
        .lock_linked_people(connection.id, after, chunk(with_groups) as u64, with_groups)
        .await?;
    let last = people.last().map(|person| person.scim_id);
    let placed = place(tx, connection, &people).await?;
    let counts = (people.len(), placed.value);
    tx.advance_mapping_run(connection.id, counts, last).await?;
    // How far it has come is nobody's act; whom it moved has entries.
    let mut written = Written::bookkeeping(last.is_some());
    written.audit = placed.audit;
    written.changes = placed.changes;
    let progress = Change::updated(ChangeKind::Connection, connection.id, 0);
    Ok(written.announcing(progress))
}

/// Places people anew after their groups changed: `users`, and everybody in `groups` or below.
///
/// # Errors
/// Those of the database.
pub async fn regroup(
    db: &Db,
    ctx: &Arc<Ctx>,
    connection: ConnectionId,
    mut users: Vec<UserId>,
    groups: &[GroupId],
) -> Result<(), OpError> {
    let account = db.account(ctx.account);
    if !groups.is_empty() {
        users.extend(account.people_below(connection, groups).await?);
    }
    users.sort_unstable();
    users.dedup();
    for chunk in users.chunks(CHUNK_WITH_GROUPS) {
        // As they are now: they may have changed since the chunk before.
        let Some(info) = account.connection_info(connection).await? else {
            return Ok(());
        };
        let (info, chunk) = (Arc::new(info), Arc::<[UserId]>::from(chunk));
        db.write::<_, OpError, _>(ctx, move |tx| {
            let (info, chunk) = (Arc::clone(&info), Arc::clone(&chunk));
            Box::pin(async move {
                let with_groups = info.rules.reads_groups();
                let people = tx.lock_linked_users(info.id, &chunk, with_groups).await?;
                Ok(place(tx, &info, &people).await?.map(|_| ()))
            })
        })
        .await?;
    }
    Ok(())
}
