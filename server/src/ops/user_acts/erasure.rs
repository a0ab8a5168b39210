//! T15: whoever was deleted is erased when their time is over (domain.md section 5, *Erasure*).

use std::sync::Arc;

use chrono::{DateTime, Utc};
use scim_schema::{
    api::events::ChangeKind,
    id::UserId,
    lifecycle::{Axes, InvitationState, Lifecycle, Transition},
    permission::Guard,
};
use serde_json::json;

use super::{
    action,
    deletion::{self, purge_job},
};
use crate::{
    ctx::Ctx,
    db::{AccountTx, AuditEntry, Change, Db, ERASURE_BATCH, SignInUser, UserUpdate, Written},
    ops::OpError,
};

/// People of one look for those whose time is over.
const AT_ONCE: u64 = 500;

/// Erases somebody whose time is over. Repeating it goes on where it ended; somebody who was restored
/// meanwhile, or whose time is later by now, is left alone.
///
/// # Errors
/// Those of the database.
pub async fn purge(db: &Db, ctx: &Arc<Ctx>, user: UserId) -> Result<(), OpError> {
    let is_erased = db
        .write::<_, OpError, _>(ctx, move |tx| {
            Box::pin(async move {
                let Some(person) = tx.lock_sign_in_user(user).await? else {
                    return Ok(Written::unchanged(false));
                };
                match person.axes.lifecycle {
                    Lifecycle::Purged => Ok(Written::unchanged(true)),
                    Lifecycle::Deleted if is_due(tx, user).await? => erase(tx, &person).await,
                    _ => Ok(Written::unchanged(false)),
                }
            })
        })
        .await?;
    if is_erased {
        erase_traces(db, ctx, user).await?;
    }
    Ok(())
}

/// Erases somebody as soon as possible, whatever the policy says: two persons want it. Whoever is here
/// still is deleted first.
///
/// # Errors
/// [`OpError::NotFound`], [`OpError::AlreadyInState`], [`OpError::Guarded`] for the last System
/// Administrator, and those of the database.
pub(in crate::ops) async fn on_request(
    tx: &AccountTx,
    user: UserId,
) -> Result<Written<()>, OpError> {
    let person = tx.lock_sign_in_user(user).await?.ok_or(OpError::NotFound)?;
    let now = tx.ctx().now;
    let mut written = match person.axes.lifecycle {
        Lifecycle::Purged => return Err(OpError::AlreadyInState),
        Lifecycle::Deleted => {
            tx.set_purge_at(user, now).await?;
            Written::unchanged(())
        }
        Lifecycle::Staged | Lifecycle::Active | Lifecycle::Archived => {
            if person.roles.standing().is_system_administrator() {
                tx.lock_account().await?;
                if !tx.has_other_administrator(user).await? {
                    return Err(OpError::Guarded(Guard::LastAdministrator));
                }
            }
            delete_for_good(tx, &person).await?
        }
    };
    written.jobs.push(purge_job(user, now));
    Ok(written)
}

async fn delete_for_good(tx: &AccountTx, person: &SignInUser) -> Result<Written<()>, OpError> {
    let left = deletion::of(tx, person).await?;
    let update = UserUpdate {
        version: person.version,
        profile: None,
        axes: Some(Axes {
            lifecycle: Lifecycle::Deleted,
            ..person.axes.clone()
        }),
        idp_active: None,
        cut_access: true,
        password_hash: None,
        purge_at: Some(Some(tx.ctx().now)),
    };
    if !tx.update_user(person.id, &update).await? {
        return Err(OpError::PreconditionFailed);
    }
    let entry = AuditEntry::done(action(Transition::Delete), "user", person.id, left.details);
    let change = Change::deleted(ChangeKind::User, person.id, person.version + 1);
    let mut written = Written::audited((), entry).announcing(change);
    written.changes.extend(left.changes);
    written.jobs.extend(left.rest);
    Ok(written)
}

async fn is_due(tx: &AccountTx, user: UserId) -> Result<bool, OpError> {
    let purge_at = tx.purge_at(user).await?;
    Ok(purge_at.is_some_and(|at| at <= tx.ctx().now))
}

async fn erase(tx: &AccountTx, person: &SignInUser) -> Result<Written<bool>, OpError> {
    let update = UserUpdate {
        version: person.version,
        profile: None,
        axes: Some(Axes {
            lifecycle: Lifecycle::Purged,
            holds: Vec::new(),
            invitation: InvitationState::NotSent,
        }),
        idp_active: Some(None),
        cut_access: true,
        password_hash: None,
        purge_at: Some(None),
    };
    if !tx.update_user(person.id, &update).await? {
        return Err(OpError::PreconditionFailed);
    }
    tx.erase_person(person.id).await?;
    let entry = AuditEntry::done(action(Transition::Purge), "user", person.id, json!({}));
    let change = Change::updated(ChangeKind::User, person.id, person.version + 1);
    Ok(Written::audited(true, entry).announcing(change))
}

/// In units of a batch each, since there may be many.
async fn erase_traces(db: &Db, ctx: &Arc<Ctx>, user: UserId) -> Result<(), OpError> {
    loop {
        let erased = db
            .write::<_, OpError, _>(ctx, move |tx| {
                Box::pin(async move {
                    let requests = tx.erase_requests_about(user).await?;
                    let details = tx.erase_details_about(user).await?;
                    // The act was recorded with the person; this is the rest of it.
                    Ok(Written::bookkeeping(requests.max(details)))
                })
            })
            .await?;
        if erased < ERASURE_BATCH {
            return Ok(());
        }
    }
}

/// Queues the erasure of everybody whose time is over: whose own job failed, or was lost with a
/// restored backup.
///
/// # Errors
/// Those of the database.
pub async fn queue_due(db: &Db, ctx: &Arc<Ctx>, now: DateTime<Utc>) -> Result<(), OpError> {
    let due = db.account(ctx.account).due_for_purge(now, AT_ONCE).await?;
    if due.is_empty() {
        return Ok(());
    }
    db.write(ctx, move |_| {
        let due = due.clone();
        Box::pin(async move {
            let mut written = Written::bookkeeping(());
            written
                .jobs
                .extend(due.into_iter().map(|user| crate::db::NewJob {
                    dedup_key: Some(format!("purge@{user}")),
                    ..purge_job(user, now)
                }));
            Ok::<_, OpError>(written)
        })
    })
    .await
}
