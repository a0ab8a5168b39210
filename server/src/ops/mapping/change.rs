//! Storing a mapping that was reviewed.

use std::sync::Arc;

use chrono::TimeDelta;
use scim_schema::{
    api::{events::ChangeKind, mapping::ChangeMapping},
    id::ConnectionId,
    mapping::Rule,
};
use serde_json::{Value, json};

use super::{apply::apply_job, draft::with_ids, plan::plan};
use crate::{
    ctx::Ctx,
    db::{AccountTx, AuditEntry, Change, Db, StoredMapping, Written},
    ops::{OpError, precondition::Precondition, tokens::TokenCache},
};

/// How long after the change everyone is looked at: longer than another process may go on with the
/// rules of before (see [`TokenCache`]).
const SETTLED_AFTER: TimeDelta = TimeDelta::seconds(2);

/// Stores a mapping if it still does what its plan showed, and queues applying it to everyone.
/// What moves while this runs is placed by the new rules like everything after it.
///
/// # Errors
/// [`OpError::NotFound`], [`OpError::PreconditionFailed`], [`OpError::PlanStale`],
/// [`OpError::Invalid`], [`OpError::InvalidRules`], and those of the database.
pub async fn change(
    db: &Db,
    ctx: &Arc<Ctx>,
    cache: &TokenCache,
    connection: ConnectionId,
    precondition: &Precondition,
    input: ChangeMapping,
) -> Result<(), OpError> {
    let seen = db.account(ctx.account).mapping(connection).await?;
    let version = seen.ok_or(OpError::NotFound)?.version;
    precondition.check(version)?;
    let now = plan(db, ctx, connection, &input.mapping).await?.summary;
    let now = now.filter(|summary| summary.hash == input.plan);
    let people = now.ok_or(OpError::PlanStale)?.people;
    let input = Arc::new(input);
    db.write::<_, OpError, _>(ctx, move |tx| {
        let input = Arc::clone(&input);
        Box::pin(async move {
            let stored = tx.lock_mapping(connection).await?;
            let stored = stored.ok_or(OpError::NotFound)?;
            if stored.version != version {
                return Err(OpError::PlanStale);
            }
            store(tx, connection, &stored, &input, people).await
        })
    })
    .await?;
    cache.forget();
    Ok(())
}

async fn store(
    tx: &AccountTx,
    connection: ConnectionId,
    old: &StoredMapping,
    input: &ChangeMapping,
    people: u64,
) -> Result<Written<()>, OpError> {
    let default = input.mapping.default_organisation;
    let rules = with_ids(&input.mapping, || tx.new_id());
    if default == old.default_organisation && rules == old.rules.rules() {
        return Ok(Written::unchanged(()));
    }
    let stored = tx.store_mapping(connection, default, &rules).await?;
    let (of_connection, version) = stored.ok_or(OpError::NotFound)?;
    tx.begin_mapping_run(connection, version, people).await?;
    let details = json!({
        "before": told(old.default_organisation.0, old.rules.rules()),
        "after": told(default.0, &rules),
        "plan": input.plan,
    });
    let entry = AuditEntry::done("connection.mapping", "connection", connection, details);
    let change = Change::updated(ChangeKind::Connection, connection, of_connection);
    let job = apply_job(connection, version, tx.ctx().now + SETTLED_AFTER);
    Ok(Written::audited((), entry).announcing(change).queueing(job))
}

fn told(default: uuid::Uuid, rules: &[Rule]) -> Value {
    json!({ "default_organisation": default, "rules": rules })
}
