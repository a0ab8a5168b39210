//! Values are read again when the attributes of a connection change: what was kept aside becomes an
//! attribute, and searchable values follow what is exposed.

use std::sync::Arc;

use chrono::TimeDelta;
use scim_schema::{
    api::events::ChangeKind,
    custom::reread,
    id::{ConnectionId, LinkId},
    resource::Document,
    schema::ResourceKind,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{error::OpError, unmapped};
use crate::{
    ctx::Ctx,
    db::{AuditEntry, Change, Db, DbError, NewJob, Reread, RereadLink, StoredDefinition, Written},
};

/// Queue of the jobs that read values again.
pub const REREAD: &str = "reread_attributes";
/// Queue of the jobs that delete the values of a deleted definition.
pub const PURGE: &str = "purge_attribute";

/// Longer than any process believes the attributes of before.
const OTHERS_KNOW: TimeDelta = TimeDelta::seconds(2);
/// People of one unit of work.
const BATCH: usize = 100;
/// Units of one job; another one goes on after that, so that others get their turn.
const UNITS: usize = 50;

/// What a job that reads values again works on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RereadPayload {
    /// Whose people.
    pub connection: ConnectionId,
    /// The person to go on behind.
    #[serde(default)]
    pub after: Option<LinkId>,
    /// Attributes whose values are deleted.
    #[serde(default)]
    pub forget: Vec<Forgotten>,
}

/// An attribute whose values go.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Forgotten {
    /// The URN it was exposed under.
    pub urn: String,
    /// The name it was exposed under.
    pub name: String,
}

/// What a job that deletes values works on.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct PurgePayload {
    /// Number of the deleted definition.
    pub number: i16,
}

/// Reads the values of a connection's people again, as soon as every process knows of the change.
pub(super) fn reread_job(
    ctx: &Ctx,
    change: &Change,
    connection: ConnectionId,
    forget: &[Forgotten],
) -> NewJob {
    NewJob {
        queue: REREAD,
        payload: json!({ "connection": connection, "forget": forget }),
        run_at: ctx.now + OTHERS_KNOW,
        dedup_key: Some(format!("{connection}:{}", change.version)),
        max_attempts: 10,
    }
}

/// Deletes the values of a definition, as soon as no process writes any.
pub(super) fn purge_job(ctx: &Ctx, definition: &StoredDefinition) -> NewJob {
    NewJob {
        queue: PURGE,
        payload: json!({ "number": definition.number }),
        run_at: ctx.now + OTHERS_KNOW,
        dedup_key: Some(definition.id.to_string()),
        max_attempts: 10,
    }
}

/// Reads values again, and leaves a job behind for the rest when there are very many people.
///
/// # Errors
/// Those of the database; what was read again until then stays.
pub async fn run(db: &Db, ctx: &Arc<Ctx>, payload: &RereadPayload) -> Result<(), OpError> {
    let mut payload = Arc::new(payload.clone());
    for _ in 0..UNITS {
        let last = batch(db, ctx, &payload).await?;
        if last.is_none() {
            return Ok(());
        }
        payload = Arc::new(RereadPayload {
            after: last,
            ..(*payload).clone()
        });
    }
    db.write::<_, OpError, _>(ctx, move |tx| {
        let payload = Arc::clone(&payload);
        Box::pin(async move {
            let job = NewJob {
                queue: REREAD,
                payload: serde_json::to_value(&*payload)
                    .map_err(|error| OpError::Internal(error.to_string()))?,
                run_at: tx.ctx().now,
                dedup_key: Some(format!("{}:{}", payload.connection, tx.new_id())),
                max_attempts: 10,
            };
            Ok(Written::bookkeeping(()).queueing(job))
        })
    })
    .await
}

/// One unit of work; answers the last person of it, `None` when nobody is left.
async fn batch(
    db: &Db,
    ctx: &Arc<Ctx>,
    payload: &Arc<RereadPayload>,
) -> Result<Option<LinkId>, OpError> {
    let payload = Arc::clone(payload);
    db.write::<_, OpError, _>(ctx, move |tx| {
        let payload = Arc::clone(&payload);
        Box::pin(async move {
            let connection = payload.connection;
            let Some(dialect) = tx.lock_connection_dialect(connection).await? else {
                return Ok(Written::unchanged(None));
            };
            let links = tx
                .lock_links_after(connection, payload.after, BATCH as u64)
                .await?;
            let last = links.last().map(|link| link.scim_id);
            let last = last.filter(|_| links.len() == BATCH);
            let users = dialect.resource_type(ResourceKind::User);
            let mut read = Vec::with_capacity(links.len());
            for link in links {
                let mut document = stored(&link)?;
                let mut aside = unmapped::stored(&link.unmapped);
                for Forgotten { urn, name } in &payload.forget {
                    document.forget(urn, name);
                }
                let moved = reread(users, &mut document, &mut aside, &dialect);
                let unmapped = if moved {
                    Value::Object(aside).to_string()
                } else {
                    link.unmapped.clone()
                };
                read.push(Reread {
                    link,
                    document,
                    unmapped,
                });
            }
            let changed = tx.store_reread(users, &read).await?;
            if changed.is_empty() {
                return Ok(Written::unchanged(last));
            }
            let action = "connection.reread_attributes";
            let details = json!({ "people": changed.len() });
            let entry = AuditEntry::done(action, "connection", connection, details);
            let mut written = Written::audited(last, entry);
            for (user, version) in changed {
                let change = Change::updated(ChangeKind::User, user, version);
                written = written.announcing(change);
            }
            Ok(written)
        })
    })
    .await
}

fn stored(link: &RereadLink) -> Result<Document, OpError> {
    Document::from_json_text(&link.document)
        .map_err(|error| DbError::Corrupt(format!("scim_links.document: {error}")).into())
}

/// Deletes every searchable value of a deleted definition.
///
/// # Errors
/// Those of the database; what was deleted until then stays deleted.
pub async fn purge(db: &Db, ctx: &Arc<Ctx>, payload: PurgePayload) -> Result<(), OpError> {
    loop {
        let deleted = db
            .write::<_, OpError, _>(ctx, move |tx| {
                Box::pin(async move {
                    let deleted = tx.delete_values_of(payload.number).await?;
                    if deleted == 0 {
                        return Ok(Written::unchanged(0));
                    }
                    let details = json!({ "number": payload.number, "rows": deleted });
                    let account = tx.ctx().account;
                    let entry = AuditEntry::done("attribute.purge", "account", account, details);
                    Ok(Written::audited(deleted, entry))
                })
            })
            .await?;
        if deleted == 0 {
            return Ok(());
        }
    }
}
