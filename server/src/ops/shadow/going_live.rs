//! *Go live*: what is in the shadow of a connection is done, by the same verbs as if the provider
//! sent it now, and keeps its ids. Some objects at a time, each step whole or not at all, so that a
//! process that dies leaves no more to do than before.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Utc};
use scim_schema::{
    api::connections::ConnectionMode,
    custom::reread,
    id::{ConnectionId, GroupId, LinkId},
    patch::MemberChange,
    resource::{Document, Incoming, MemberRef},
    schema::ResourceKind,
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    ctx::Ctx,
    db::{AccountTx, AuditEntry, Db, DbError, NewJob, ShadowObject, Written},
    ops::{
        OpError, conflicts,
        connections::touched,
        groups::{self, GroupPatch},
        precondition::Precondition,
        provisioner::Provisioner,
        users,
    },
};

/// Queue of the job that takes a shadow live.
pub const GO_LIVE: &str = "go_live";
/// Objects of one unit of work.
const CHUNK: u64 = 50;
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
            tx.begin_shadow_run(id, objects).await?;
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

/// Each step has a key of its own: the next one is queued while this one runs.
fn next_step(tx: &AccountTx, id: ConnectionId, step: i64) -> NewJob {
    NewJob {
        queue: GO_LIVE,
        payload: json!({ "connection": id }),
        run_at: tx.ctx().now,
        dedup_key: Some(format!("{id}@{}@{step}", tx.ctx().now)),
        max_attempts: 50,
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
            Err(error) if is_about_one(&error) => one_by_one(db, ctx, &by).await?,
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

/// Whether a unit failed because of what is in one object, and not as a whole.
fn is_about_one(error: &OpError) -> bool {
    !matches!(
        error,
        OpError::Database(_) | OpError::Unavailable(_) | OpError::Busy
    )
}

/// Takes the next objects live in one unit; answers how many there were.
async fn several(db: &Db, ctx: &Arc<Ctx>, by: &Arc<Provisioner>) -> Result<usize, OpError> {
    let by = Arc::clone(by);
    db.write::<_, OpError, _>(ctx, move |tx| {
        let by = Arc::clone(&by);
        Box::pin(async move {
            let next = tx.next_in_shadow(by.id, CHUNK).await?;
            let mut written = Written::unchanged(next.len());
            for object in next {
                written.absorb(take_live(tx, &by, &object).await?);
            }
            if written.value > 0 {
                written.changes.push(touched(tx, by.id).await?);
            }
            Ok(written)
        })
    })
    .await
}

/// The same, each object in a unit of its own: one that somebody is in the way of stays behind.
async fn one_by_one(db: &Db, ctx: &Arc<Ctx>, by: &Arc<Provisioner>) -> Result<(), OpError> {
    let next = db.account(ctx.account).shadow(by.id).await?;
    let objects = next.unrefused(CHUNK).await?;
    next.close().await?;
    for object in objects {
        let object = Arc::new(object);
        let taken = db.write::<_, OpError, _>(ctx, {
            let (by, object) = (Arc::clone(by), Arc::clone(&object));
            move |tx| {
                let (by, object) = (Arc::clone(&by), Arc::clone(&object));
                Box::pin(async move { take_live(tx, &by, &object).await })
            }
        });
        match taken.await {
            Ok(()) => {}
            Err(error) if is_about_one(&error) => {
                leave_behind(db, ctx, by, object, &error).await?;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Notes that an object stays in the shadow, and why. Somebody who is in the way of a person is a
/// conflict, as if the provider had sent that person.
async fn leave_behind(
    db: &Db,
    ctx: &Arc<Ctx>,
    by: &Arc<Provisioner>,
    object: Arc<ShadowObject>,
    error: &OpError,
) -> Result<(), OpError> {
    let (by, why) = (Arc::clone(by), word(error));
    let collides = object.kind == ResourceKind::User && error.is_conflict();
    db.write::<_, OpError, _>(ctx, move |tx| {
        let (by, object) = (Arc::clone(&by), Arc::clone(&object));
        Box::pin(async move {
            tx.refuse_shadow_object(object.id, why).await?;
            let details = json!({ "object": object.id, "why": why });
            let action = "connection.leave_in_shadow";
            let entry = AuditEntry::done(action, "connection", by.id, details);
            let mut written = Written::audited((), entry.refused());
            if collides {
                let sent = users::sent_user(&incoming(&by, &object)?);
                written.absorb(conflicts::note(tx, &by, &sent, None).await?);
            }
            Ok(written)
        })
    })
    .await
}

/// Why an object was not taken live, in a word.
const fn word(error: &OpError) -> &'static str {
    match error {
        OpError::Unique(_) | OpError::Collision(_) => "taken",
        _ => "invalid",
    }
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

async fn take_live(
    tx: &AccountTx,
    by: &Provisioner,
    object: &ShadowObject,
) -> Result<Written<()>, OpError> {
    let mut written = Written::unchanged(());
    let (id, kind, version) = (object.id, object.kind, object.version);
    let incoming = incoming(by, object)?;
    match kind {
        ResourceKind::User => {
            let user = written.absorb(users::create(tx, by, &incoming, None).await?);
            // Versions that the provider has seen must not come again with other content.
            tx.keep_link_identity(user.scim_id, LinkId(id), (user.user, version))
                .await?;
        }
        ResourceKind::Group => {
            let created = groups::create_as(tx, by, GroupId(id), &incoming).await?;
            written.absorb(created);
            tx.raise_group_version(GroupId(id), version).await?;
        }
    }
    tx.take_out_of_shadow(&[id]).await?;
    join_groups(tx, by, id, &mut written).await?;
    Ok(written)
}

/// What the provider would send for an object.
fn incoming(by: &Provisioner, object: &ShadowObject) -> Result<Incoming, OpError> {
    let corrupt = |error: serde_json::Error| DbError::Corrupt(format!("shadow_objects: {error}"));
    let mut document = Document::from_json_text(&object.document).map_err(corrupt)?;
    let rt = by.dialect.resource_type(object.kind);
    let mut unmapped = serde_json::from_str(&object.unmapped).map_err(corrupt)?;
    if object.kind == ResourceKind::User {
        // What was declared meanwhile arrived before it was.
        reread(rt, &mut document, &mut unmapped, &by.dialect);
    }
    if let Some(active) = object.active {
        document.set_active(rt, active);
    }
    Ok(Incoming {
        document,
        unmapped,
        password: None,
        members: None,
    })
}

/// Makes real the memberships of an object whose other side is live already.
async fn join_groups(
    tx: &AccountTx,
    by: &Provisioner,
    id: Uuid,
    written: &mut Written<()>,
) -> Result<(), OpError> {
    let waiting = tx.waiting_memberships(by.id, id).await?;
    let mut by_group: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
    for (group, member) in waiting {
        by_group.entry(group).or_default().push(member);
    }
    for (group, members) in by_group {
        let refs = members.iter().map(|member| MemberRef {
            value: member.to_string(),
            kind: None,
        });
        let patch = GroupPatch {
            operations: Vec::new(),
            members: vec![(0, MemberChange::Add(refs.collect()))],
            completes_circle: true,
        };
        let changed = groups::patch(tx, by, GroupId(group), &Precondition::NONE, &patch).await?;
        written.absorb(changed);
        tx.remove_shadow_members(group, &members).await?;
    }
    Ok(())
}
