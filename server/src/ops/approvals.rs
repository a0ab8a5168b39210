//! What needs two persons (domain.md section 4): one asks, another System Administrator approves
//! within 72 hours. Where there is no other, it is done after 24 hours, in which it can be taken back.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use scim_schema::{
    api::{
        acts::REASON_MAX,
        approvals::{ApprovalPayload, ApprovalState, ApprovalView, Approvals, Approve, AskToErase},
        events::ChangeKind,
    },
    id::{ApprovalId, UserId},
    lifecycle::Lifecycle,
    permission::Guard,
};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{OpError, policies, sessions::Identity, user_acts};
use crate::{
    ctx::Ctx,
    db::{AccountTx, AuditEntry, Change, Db, LockedApproval, NewApproval, NewJob, Written},
};

/// Queue of the job that carries out what nobody else can approve; its payload is `{"approval": id}`.
pub const ALONE: &str = "approve_alone";

const EXPIRES: TimeDelta = TimeDelta::hours(72);
const ALONE_AFTER: TimeDelta = TimeDelta::hours(24);

/// Every open approval, and the last that were decided.
///
/// # Errors
/// Those of the database.
pub async fn list(db: &Db, by: &Identity, now: DateTime<Utc>) -> Result<Approvals, OpError> {
    let items = db.account(by.account.id).approvals().await?;
    let items = items.into_iter().map(|view| for_caller(view, by, now));
    Ok(Approvals {
        items: items.collect(),
    })
}

/// One approval.
///
/// # Errors
/// [`OpError::NotFound`], and those of the database.
pub async fn one(
    db: &Db,
    by: &Identity,
    now: DateTime<Utc>,
    id: ApprovalId,
) -> Result<ApprovalView, OpError> {
    let found = db.account(by.account.id).approval(id).await?;
    let found = found.ok_or(OpError::NotFound)?;
    Ok(for_caller(found, by, now))
}

fn for_caller(view: ApprovalView, by: &Identity, now: DateTime<Utc>) -> ApprovalView {
    let is_open = view.state == ApprovalState::Open && now < view.expires_at;
    ApprovalView {
        may_approve: is_open && view.requested_by != by.user,
        ..view
    }
}

/// Asks that somebody be erased: whom nobody erased yet, and before their time.
///
/// # Errors
/// [`OpError::NotFound`], [`OpError::Conflict`] with why not, [`OpError::Guarded`],
/// [`OpError::Invalid`], and those of the database.
pub async fn ask_to_erase(
    db: &Db,
    ctx: &Arc<Ctx>,
    by: &Identity,
    (payload, asked): (ApprovalPayload, AskToErase),
) -> Result<ApprovalId, OpError> {
    let reason = reason(asked.reason)?;
    let by = by.user;
    db.write::<_, OpError, _>(ctx, move |tx| {
        let (payload, reason) = (payload.clone(), reason.clone());
        Box::pin(async move {
            let user = UserId(payload.subject());
            let person = tx.lock_sign_in_user(user).await?.ok_or(OpError::NotFound)?;
            let lifecycle = person.axes.lifecycle;
            if lifecycle == Lifecycle::Purged {
                return Err(OpError::AlreadyInState);
            }
            if matches!(payload, ApprovalPayload::Purge { .. }) && lifecycle != Lifecycle::Deleted {
                return Err(OpError::Conflict(
                    "Only somebody who is deleted can be erased before the time. Delete them first, or ask for an erasure on request.".to_owned(),
                ));
            }
            if user == by {
                return Err(OpError::Guarded(Guard::SelfAction));
            }
            ask(tx, by, payload, reason).await
        })
    })
    .await
}

/// Notes something that waits for a second person.
///
/// # Errors
/// [`OpError::Conflict`] when the same waits already, and those of the database.
pub(super) async fn ask(
    tx: &AccountTx,
    by: UserId,
    payload: ApprovalPayload,
    reason: Option<String>,
) -> Result<Written<ApprovalId>, OpError> {
    let now = tx.ctx().now;
    // One after the other, or the only other administrator could go meanwhile.
    tx.lock_account().await?;
    let has_other = tx.has_other_administrator(by).await?;
    let alone_at = (!has_other).then_some(now + ALONE_AFTER);
    let new = NewApproval {
        payload_hash: hash(&payload)?,
        payload,
        reason,
        requested_by: by,
        expires_at: now + EXPIRES,
        alone_at,
    };
    let id = tx.insert_approval(&new).await?.ok_or_else(|| {
        OpError::Conflict("This waits for a second person already: see Approvals.".to_owned())
    })?;
    let details = json!({
        "kind": new.payload.kind(),
        "subject": new.payload.subject(),
        "payloadHash": new.payload_hash,
        "aloneAt": alone_at,
    });
    let entry = AuditEntry::done("approval.ask", "approval", id, details);
    let mut written =
        Written::audited(id, entry).announcing(Change::created(ChangeKind::Approval, id));
    written.jobs.extend(alone_at.map(|run_at| NewJob {
        queue: ALONE,
        payload: json!({ "approval": id }),
        run_at,
        dedup_key: Some(id.to_string()),
        max_attempts: 10,
    }));
    Ok(written)
}

fn hash(payload: &ApprovalPayload) -> Result<String, OpError> {
    let text = serde_json::to_string(payload)
        .map_err(|error| OpError::Internal(format!("an approval's payload: {error}")))?;
    let hash = Sha256::digest(text.as_bytes());
    Ok(hash.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn reason(reason: Option<String>) -> Result<Option<String>, OpError> {
    let reason = reason.map(|reason| reason.trim().to_owned());
    let reason = reason.filter(|reason| !reason.is_empty());
    let too_long = reason
        .as_ref()
        .is_some_and(|reason| reason.chars().count() > REASON_MAX);
    match too_long {
        true => Err(OpError::Invalid {
            path: "reason",
            message: format!("Use at most {REASON_MAX} characters."),
        }),
        false => Ok(reason),
    }
}

/// Approves: what was asked for is done in the same transaction.
///
/// # Errors
/// [`OpError::NotFound`], [`OpError::Guarded`] for who asked, [`OpError::PlanStale`] when it is not
/// what was looked at or does not fit any more, [`OpError::Conflict`] when it is over, and those of the
/// database.
pub async fn approve(
    db: &Db,
    ctx: &Arc<Ctx>,
    by: &Identity,
    (id, seen): (ApprovalId, Approve),
) -> Result<(), OpError> {
    let by = by.user;
    let outcome: Result<(), Guard> = db
        .write::<_, OpError, _>(ctx, move |tx| {
            let seen = seen.clone();
            Box::pin(async move {
                let approval = tx.lock_approval(id).await?.ok_or(OpError::NotFound)?;
                if approval.requested_by == by {
                    let details = json!({ "guard": Guard::SelfAction });
                    let entry = AuditEntry::done("approval.approve", "approval", id, details);
                    return Ok(Written::audited(Err(Guard::SelfAction), entry.refused()));
                }
                is_open(&approval, tx.ctx().now)?;
                if approval.payload_hash != seen.payload_hash {
                    return Err(OpError::PlanStale);
                }
                let done = carry_out(tx, (id, &approval), Some(by)).await?;
                Ok(done.map(Ok))
            })
        })
        .await?;
    outcome.map_err(OpError::Guarded)
}

fn is_open(approval: &LockedApproval, now: DateTime<Utc>) -> Result<(), OpError> {
    let over = match approval.state {
        ApprovalState::Open if now < approval.expires_at => return Ok(()),
        ApprovalState::Open | ApprovalState::Expired => "Nobody approved this in time. Ask again.",
        ApprovalState::Approved => "This was approved and done already.",
        ApprovalState::Cancelled => "This was taken back. Ask again if it is still wanted.",
    };
    Err(OpError::Conflict(over.to_owned()))
}

async fn carry_out(
    tx: &AccountTx,
    (id, approval): (ApprovalId, &LockedApproval),
    by: Option<UserId>,
) -> Result<Written<()>, OpError> {
    let mut written = match &approval.payload {
        ApprovalPayload::Purge { user } | ApprovalPayload::Erase { user } => {
            user_acts::erasure::on_request(tx, *user).await?
        }
        ApprovalPayload::LowerRemovalFloor {
            organisation,
            version,
            change,
        } => policies::apply(tx, *organisation, (*version, change)).await?,
    };
    tx.decide_approval(id, ApprovalState::Approved, by).await?;
    let details = json!({
        "kind": approval.payload.kind(),
        "subject": approval.payload.subject(),
        "requestedBy": approval.requested_by,
        "payloadHash": approval.payload_hash,
    });
    written.audit.push(AuditEntry::done(
        "approval.approve",
        "approval",
        id,
        details,
    ));
    let change = Change::updated(ChangeKind::Approval, id, 0);
    Ok(written.announcing(change))
}

/// Takes back what waits, or refuses it: any System Administrator may.
///
/// # Errors
/// [`OpError::NotFound`], [`OpError::Conflict`] when it is over, and those of the database.
pub async fn cancel(db: &Db, ctx: &Arc<Ctx>, by: &Identity, id: ApprovalId) -> Result<(), OpError> {
    let by = by.user;
    db.write::<_, OpError, _>(ctx, move |tx| {
        Box::pin(async move {
            let approval = tx.lock_approval(id).await?.ok_or(OpError::NotFound)?;
            is_open(&approval, tx.ctx().now)?;
            end(tx, id, (ApprovalState::Cancelled, Some(by))).await
        })
    })
    .await
}

async fn end(
    tx: &AccountTx,
    id: ApprovalId,
    (state, by): (ApprovalState, Option<UserId>),
) -> Result<Written<()>, OpError> {
    tx.decide_approval(id, state, by).await?;
    let action = match state {
        ApprovalState::Expired => "approval.expire",
        _ => "approval.cancel",
    };
    let entry = AuditEntry::done(action, "approval", id, json!({}));
    let change = Change::updated(ChangeKind::Approval, id, 0);
    Ok(Written::audited((), entry).announcing(change))
}

/// Carries out what nobody else could approve, when its time has come and nobody took it back.
///
/// # Errors
/// Those of the database.
pub async fn approve_alone(db: &Db, ctx: &Arc<Ctx>, id: ApprovalId) -> Result<(), OpError> {
    let outcome = db
        .write::<_, OpError, _>(ctx, move |tx| {
            Box::pin(async move {
                let Some(approval) = tx.lock_approval(id).await? else {
                    return Ok(Written::unchanged(()));
                };
                let now = tx.ctx().now;
                let is_due = approval.alone_at.is_some_and(|at| at <= now);
                if !is_due || approval.state != ApprovalState::Open {
                    return Ok(Written::unchanged(()));
                }
                carry_out(tx, (id, &approval), None).await
            })
        })
        .await;
    match outcome {
        // It does not fit any more; it expires.
        Err(OpError::PlanStale | OpError::NotFound | OpError::AlreadyInState) => Ok(()),
        outcome => outcome,
    }
}

/// Ends what nobody decided in time.
///
/// # Errors
/// Those of the database.
pub async fn expire(db: &Db, ctx: &Arc<Ctx>) -> Result<(), OpError> {
    for id in db.account(ctx.account).overdue_approvals(ctx.now).await? {
        db.write::<_, OpError, _>(ctx, move |tx| {
            Box::pin(async move {
                let Some(approval) = tx.lock_approval(id).await? else {
                    return Ok(Written::unchanged(()));
                };
                match approval.state {
                    ApprovalState::Open => end(tx, id, (ApprovalState::Expired, None)).await,
                    _ => Ok(Written::unchanged(())),
                }
            })
        })
        .await?;
    }
    Ok(())
}
