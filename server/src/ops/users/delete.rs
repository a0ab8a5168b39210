//! DELETE /Users/{id} (T13b): the link ends, access is cut, the user is kept until its purge date.

use chrono::{DateTime, Utc};
use scim_schema::{
    api::events::ChangeKind,
    id::{LinkId, UserId},
    lifecycle::Lifecycle,
    mail::MailKind,
};
use serde_json::json;

use super::{
    create::{IDP_DISABLED, idp_hold},
    lock,
    store::close_sessions,
    stored_document,
};
use crate::{
    db::{AccountTx, AuditEntry, Change, MailAbout, NewHold, ScimUser, UserUpdate, Written},
    ops::{
        OpError, mails,
        precondition::Precondition,
        provisioner::Provisioner,
        shadow,
        user_acts::deletion::{leave, purge_job, removal_of},
    },
};

/// Deletes a user for its connection: 404 for ever under this id, the user name is free at once,
/// it leaves every group and is nobody's manager any more. A break-glass administrator loses only
/// its link; whom the policy `never_delete` keeps is disabled and archived.
///
/// # Errors
/// [`OpError::NotFound`], [`OpError::PreconditionFailed`], and those of the database.
pub async fn delete(
    tx: &AccountTx,
    by: &Provisioner,
    id: LinkId,
    precondition: &Precondition,
) -> Result<Written<UserId>, OpError> {
    if by.mode.is_shadow() {
        return shadow::delete_user(tx, by, id, precondition).await;
    }
    let current = lock(tx, by, id).await?;
    precondition.check(current.version)?;
    // Nobody is left without the administrator who must always get in.
    let fate = fate(tx, &current).await?;
    let mut axes = current.axes.clone();
    match fate {
        Fate::Deleted(_) => axes.lifecycle = Lifecycle::Deleted,
        Fate::Archived => {
            axes.lifecycle = Lifecycle::Archived;
            axes.holds.push(IDP_DISABLED);
            let deleted = NewHold {
                reason: Some("deleted by the identity provider".to_owned()),
                ..idp_hold(by)
            };
            tx.follow_hold(current.user, deleted, true).await?;
        }
        Fate::Unlinked => {}
    }
    let purge_at = match fate {
        Fate::Deleted(purge_at) => Some(purge_at),
        Fate::Archived | Fate::Unlinked => None,
    };
    let before = purge_at.map(|_| current.axes.lifecycle);
    let update = UserUpdate {
        version: current.version,
        profile: None,
        axes: Some(axes),
        idp_active: None,
        cut_access: true,
        password_hash: None,
        purge_at: purge_at.map(Some),
    };
    if !tx.update_user(current.user, &update).await? {
        return Err(OpError::PreconditionFailed);
    }
    let link = Some((current.scim_id, by.id));
    let mut left = leave(tx, current.user, link, before).await?;
    left.details["connection"] = json!(by.name);
    left.details["scimId"] = json!(current.scim_id);
    let (action, change): (_, fn(_, UserId, _) -> _) = match fate {
        Fate::Deleted(_) => ("user.delete", Change::deleted),
        Fate::Archived => ("user.archive", Change::updated),
        Fate::Unlinked => ("user.unlink", Change::updated),
    };
    left.details["kept"] = json!(fate.why_kept());
    let entry = AuditEntry::done(action, "user", current.user, left.details);
    let change = change(ChangeKind::User, current.user, current.version + 1);
    let mut written = Written::audited(current.user, entry).announcing(change);
    written.jobs.extend(close_sessions(tx, &current));
    written.jobs.extend(left.rest);
    written
        .jobs
        .extend(purge_at.map(|at| purge_job(current.user, at)));
    written.changes.extend(left.changes);
    if before.is_some() {
        let document = stored_document(&current)?;
        let to = (current.user, document.primary_email());
        let removed = mails::to_person(MailKind::Removed, to, MailAbout::default());
        written.mails.extend(removed);
    }
    Ok(written)
}

/// What becomes of somebody whom their provider deletes.
#[derive(Clone, Copy)]
enum Fate {
    /// They are deleted and can be restored until then.
    Deleted(DateTime<Utc>),
    /// A policy keeps everybody: they are disabled, and out of active lists.
    Archived,
    /// Nobody is left without the administrator who must always get in.
    Unlinked,
}

impl Fate {
    const fn why_kept(self) -> Option<&'static str> {
        match self {
            Self::Deleted(_) => None,
            Self::Archived => Some("never_delete"),
            Self::Unlinked => Some("break_glass"),
        }
    }
}

async fn fate(tx: &AccountTx, current: &ScimUser) -> Result<Fate, OpError> {
    if current.break_glass {
        return Ok(Fate::Unlinked);
    }
    let removal = removal_of(tx, current.user).await?;
    let purge_at = removal.purge_at(tx.ctx().now);
    Ok(purge_at.map_or(Fate::Archived, Fate::Deleted))
}
