//! Objects of a shadow become people and groups: several in a unit of work and, when that fails,
//! each in one of its own, so that one that cannot go live stops no other.

use std::{collections::BTreeMap, sync::Arc};

use scim_schema::{
    api::{connections::ConnectionMode, shadow::LeftBehind},
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
    db::{AccountTx, AuditEntry, Db, DbError, ShadowObject, Written},
    ops::{
        OpError, conflicts,
        connections::touched,
        groups::{self, GroupPatch},
        precondition::Precondition,
        provisioner::Provisioner,
        users,
    },
};

/// Objects of one unit of work.
const CHUNK: u64 = 50;
/// Members that the groups of one unit have together; a group with more has a unit of its own.
const MEMBERS: u64 = 5_000;
/// Objects that take too long one after the other until it is the database that is slow, and the
/// rest waits for another try.
const SLOW_IN_A_ROW: usize = 3;

/// Whether a unit failed because of what is in one object, or how much it shares the unit with: the
/// same unit would fail again, and one without that object would not.
pub(super) const fn is_about_one(error: &OpError) -> bool {
    match error {
        OpError::Database(error) => !error.is_unavailable() || is_slow(error),
        OpError::Unavailable(_) | OpError::Busy => false,
        _ => true,
    }
}

const fn is_slow(error: &DbError) -> bool {
    matches!(error, DbError::Timeout(_) | DbError::TooSlow)
}

/// Takes the next objects live in one unit; answers how many there were.
pub(super) async fn several(
    db: &Db,
    ctx: &Arc<Ctx>,
    by: &Arc<Provisioner>,
) -> Result<usize, OpError> {
    let by = Arc::clone(by);
    db.write::<_, OpError, _>(ctx, move |tx| {
        let by = Arc::clone(&by);
        Box::pin(async move {
            if !is_going(tx, by.id).await? {
                return Ok(Written::unchanged(0));
            }
            let next = together(tx, tx.next_in_shadow(by.id, CHUNK).await?).await?;
            if next.is_empty() {
                return Ok(Written::unchanged(0));
            }
            let mut written = take_live(tx, &by, &next).await?;
            written.changes.push(touched(tx, by.id).await?);
            Ok(written.map(|()| next.len()))
        })
    })
    .await
}

/// Whether the connection still goes live; it does so until the unit ends.
async fn is_going(tx: &AccountTx, id: ConnectionId) -> Result<bool, OpError> {
    let mode = tx.lock_connection_mode(id).await?;
    Ok(mode == Some(ConnectionMode::GoingLive))
}

/// The first of these objects, so that their groups have no more members than a unit takes.
async fn together(
    tx: &AccountTx,
    mut objects: Vec<ShadowObject>,
) -> Result<Vec<ShadowObject>, OpError> {
    let groups = objects.iter().filter(|one| one.kind == ResourceKind::Group);
    let groups: Vec<Uuid> = groups.map(|group| group.id).collect();
    if groups.is_empty() {
        return Ok(objects);
    }
    let sizes = tx.shadow_group_sizes(&groups).await?;
    let mut members = 0;
    let fitting = objects.iter().take_while(|object| {
        members += sizes.get(&object.id).copied().unwrap_or(0);
        members <= MEMBERS
    });
    let fitting = fitting.count().max(1);
    objects.truncate(fitting);
    Ok(objects)
}

/// The same, each object in a unit of its own: one that cannot go live stays behind.
pub(super) async fn one_by_one(
    db: &Db,
    ctx: &Arc<Ctx>,
    by: &Arc<Provisioner>,
) -> Result<(), OpError> {
    let view = db.account(ctx.account).shadow(by.id).await?;
    let objects = view.unrefused(CHUNK).await?;
    view.close().await?;
    let mut slow = 0;
    for object in objects {
        let object = Arc::new(object);
        let Err(error) = alone(db, ctx, by, &object).await else {
            slow = 0;
            continue;
        };
        if !is_about_one(&error) {
            return Err(error);
        }
        leave_behind(db, ctx, by, &object, &error).await?;
        slow = match why(&error) {
            LeftBehind::TooSlow => slow + 1,
            _ => 0,
        };
        if slow == SLOW_IN_A_ROW {
            return Err(error);
        }
    }
    Ok(())
}

/// Takes one object live, if it still waits for that.
async fn alone(
    db: &Db,
    ctx: &Arc<Ctx>,
    by: &Arc<Provisioner>,
    object: &Arc<ShadowObject>,
) -> Result<(), OpError> {
    let (by, object) = (Arc::clone(by), Arc::clone(object));
    db.write::<_, OpError, _>(ctx, move |tx| {
        let (by, object) = (Arc::clone(&by), Arc::clone(&object));
        Box::pin(async move {
            if !is_going(tx, by.id).await? {
                return Ok(Written::unchanged(()));
            }
            match tx.shadow_object(by.id, object.kind, object.id).await? {
                Some(object) => take_live(tx, &by, &[object]).await,
                None => Ok(Written::unchanged(())),
            }
        })
    })
    .await
}

/// Notes that an object stays in the shadow, and why. Somebody who is in the way of a person is a
/// conflict, as if the provider had sent that person.
async fn leave_behind(
    db: &Db,
    ctx: &Arc<Ctx>,
    by: &Arc<Provisioner>,
    object: &Arc<ShadowObject>,
    error: &OpError,
) -> Result<(), OpError> {
    let (by, object, why) = (Arc::clone(by), Arc::clone(object), why(error));
    let collides = object.kind == ResourceKind::User && error.is_conflict();
    if matches!(why, LeftBehind::TooSlow | LeftBehind::Broken) {
        tracing::warn!(connection = %by.id, object = %object.id, %error, "an object did not go live");
    }
    db.write::<_, OpError, _>(ctx, move |tx| {
        let (by, object) = (Arc::clone(&by), Arc::clone(&object));
        Box::pin(async move {
            if !is_going(tx, by.id).await? {
                return Ok(Written::unchanged(()));
            }
            tx.refuse_shadow_object(object.id, why.as_str()).await?;
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

/// Why an object was not taken live.
const fn why(error: &OpError) -> LeftBehind {
    match error {
        OpError::Unique(_) | OpError::Collision(_) => LeftBehind::Taken,
        OpError::Database(error) if is_slow(error) => LeftBehind::TooSlow,
        OpError::Database(_) | OpError::Internal(_) => LeftBehind::Broken,
        _ => LeftBehind::Invalid,
    }
}

/// Takes objects live, then everybody into the groups that are: one change of each group, however
/// many come into it.
async fn take_live(
    tx: &AccountTx,
    by: &Provisioner,
    objects: &[ShadowObject],
) -> Result<Written<()>, OpError> {
    let mut written = Written::unchanged(());
    for object in objects {
        create(tx, by, object, &mut written).await?;
    }
    let ids: Vec<Uuid> = objects.iter().map(|object| object.id).collect();
    tx.take_out_of_shadow(&ids).await?;
    join_groups(tx, by, &ids, &mut written).await?;
    Ok(written)
}

/// Creates the person or the group, without members, with the id that the provider knows.
async fn create(
    tx: &AccountTx,
    by: &Provisioner,
    object: &ShadowObject,
    written: &mut Written<()>,
) -> Result<(), OpError> {
    let (id, version) = (object.id, object.version);
    let incoming = incoming(by, object)?;
    match object.kind {
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
    Ok(())
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

/// Makes real the memberships of these objects whose other side is live as well.
async fn join_groups(
    tx: &AccountTx,
    by: &Provisioner,
    ids: &[Uuid],
    written: &mut Written<()>,
) -> Result<(), OpError> {
    let mut by_group: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
    for (group, member) in tx.waiting_memberships(by.id, ids).await? {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::UniqueKey;

    #[test]
    fn what_the_same_unit_would_meet_again_is_tried_one_by_one() {
        for error in [
            DbError::Timeout(5),
            DbError::TooSlow,
            DbError::Panic,
            DbError::Corrupt("shadow_objects".to_owned()),
        ] {
            assert!(is_about_one(&error.into()));
        }
        assert!(is_about_one(&OpError::Unique(UniqueKey::UserName)));
        assert!(!is_about_one(&DbError::Closed.into()));
        assert!(!is_about_one(&OpError::Busy));
    }

    #[test]
    fn who_looks_at_an_object_left_behind_learns_why() {
        assert_eq!(why(&DbError::Timeout(5).into()), LeftBehind::TooSlow);
        assert_eq!(why(&DbError::Panic.into()), LeftBehind::Broken);
        assert_eq!(
            why(&OpError::Unique(UniqueKey::UserName)),
            LeftBehind::Taken
        );
        assert_eq!(why(&OpError::NotFound), LeftBehind::Invalid);
    }
}
